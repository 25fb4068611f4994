package watch

import "time"

// looks are when texts and recordings are looked for, after a session's end. After the
// last of them it is done hourly, for a day.
var looks = [...]time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, lastEarly}

const (
	lastEarly = time.Hour
	lastLook  = 24 * time.Hour

	// onlyLook is when the transcript of a meeting is looked for, once, that has no switch
	// on: presets may have it made.
	onlyLook = 15 * time.Minute
)

// nextLook is the first time after another one to look for what a session may have left.
// Beyond the first hour it is a full hour, so that sessions are looked after together. It
// is zero if no look is left.
func nextLook(ended, after time.Time) time.Time {
	for _, d := range looks {
		if at := ended.Add(d); at.After(after) {
			return at
		}
	}
	last := ended.Add(lastLook)
	if !after.Before(last) {
		return time.Time{}
	}
	return earlier(after.Truncate(time.Hour).Add(time.Hour), last)
}

// looking is whether it is time to look, if the last look was at a time, which may be
// zero, and when it is if not. Last tells that no look comes after this one.
func looking(ended, looked, now time.Time) (due, last bool, next time.Time) {
	if looked.Before(ended) {
		looked = ended
	}
	next = nextLook(ended, looked)
	last = !now.Before(ended.Add(lastLook))
	return next.IsZero() || !next.After(now), last, next
}
