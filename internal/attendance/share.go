package attendance

import (
	"slices"
	"time"
)

// PresentAt reports whether they were there at a moment, breakout rooms included.
// Somebody who left at that moment was not; who has not left is there at the time
// looked at.
func (v Visit) PresentAt(t time.Time) bool { return v.PresentWithin(t, t) }

// PresentWithin reports whether they were there at any moment from the first to the
// last, both included: see Visit.PresentAt.
func (v Visit) PresentWithin(first, last time.Time) bool {
	if now := v.Last(); v.Here && !now.Before(first) && !now.After(last) {
		return true
	}
	return slices.ContainsFunc(v.Intervals, func(i Interval) bool {
		return !i.From.After(last) && first.Before(i.To) && i.From.Before(i.To)
	})
}

// PresentAt reports whether they were in one of the sessions at a moment: see
// Visit.PresentAt.
func (p Person) PresentAt(t time.Time) bool { return p.PresentWithin(t, t) }

// PresentWithin reports whether they were in one of the sessions at any moment from the
// first to the last: see Visit.PresentWithin.
func (p Person) PresentWithin(first, last time.Time) bool {
	return slices.ContainsFunc(p.Visits, func(v Visit) bool { return v.PresentWithin(first, last) })
}

// Present is the time they were there.
func (v Visit) Present() time.Duration {
	var d time.Duration
	for _, i := range v.Intervals {
		d += i.To.Sub(i.From)
	}
	return d
}

// Share is how much of the session they were there, in percent from 0 to 100,
// rounded half up. It is not known if the session's length is not.
func (v Visit) Share() (percent int, known bool) { return share(v.Present(), v.Lived) }

// Share is how much of the result's sessions together somebody was there, whether
// or not they were invited to each: see Visit.Share. It is not known if the length
// of one of the sessions is not.
func (r Result) Share(p Person) (percent int, known bool) { return share(p.Present(), r.known()) }

// known is the length of the sessions together, 0 if that of one is not known.
func (r *Result) known() time.Duration {
	if r.vague {
		return 0
	}
	return r.length
}

// share is a part of a whole in percent.
func share(part, whole time.Duration) (percent int, known bool) {
	// Microseconds, which are finer than the API's times, keep this from overflowing.
	of := whole.Microseconds()
	if of <= 0 {
		return 0, false
	}
	return int((200*min(part.Microseconds(), of) + of) / (2 * of)), true
}

// rate is a number of people or sessions of others in percent, rounded half up.
func rate(part, whole int) (percent int, known bool) {
	if whole <= 0 {
		return 0, false
	}
	return (200*part + whole) / (2 * whole), true
}
