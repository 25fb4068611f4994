package attendance

import (
	"cmp"
	"slices"
	"time"
)

// part is one session of those looked at.
type part struct {
	column  int // of the results
	session Session
	from    time.Time // what joinings are limited to
	until   time.Time
	end     time.Time // as lived
	over    time.Time // of a live session that all have left: since when
	known   bool      // from is the session's own, or that of a joining
	endless bool      // neither the session nor a leaving tells when it ended
	frame   *Frame    // nil if all joinings are known
}

// joining is a peer with the spans that it was there.
type joining struct {
	*Peer
	part   *part
	events []Event // in order
	spans  []Interval
	here   bool
}

func newJoining(p *Peer, of *part) *joining {
	j := &joining{Peer: p, part: of}
	for _, e := range p.Events {
		if !e.At.IsZero() {
			j.events = append(j.events, e)
		}
	}
	slices.SortFunc(j.events, func(a, b Event) int {
		leavingFirst := 0
		if a.Leaving != b.Leaving {
			leavingFirst = 1
			if a.Leaving {
				leavingFirst = -1
			}
		}
		return cmp.Or(a.At.Compare(b.At), leavingFirst)
	})
	return j
}

// joined is when they joined, zero if nothing tells.
func (j *joining) joined() time.Time {
	if j.Joined.IsZero() {
		for _, e := range j.events {
			if !e.Leaving {
				return e.At
			}
		}
	}
	return j.Joined
}

// left is when they left for good, zero if nothing tells.
func (j *joining) left() time.Time {
	if n := len(j.events); j.Left.IsZero() && n > 0 && j.events[n-1].Leaving {
		return j.events[n-1].At
	}
	return j.Left
}

// live finds the begin and the end as lived. The end is the last known leaving,
// and at most the session's own. A joining after it proves that the session went
// on until then.
func (p *part) live(joinings []*joining, now time.Time) {
	if p.frame != nil {
		p.frame.set(p)
		return
	}
	p.limits(joinings, now)
	p.end = p.from
	leaving, open := false, false
	for _, j := range joinings {
		if left := j.left(); left.IsZero() {
			open = true
		} else {
			leaving = true
			p.end = later(p.end, p.limit(left))
		}
		p.end = later(p.end, p.limit(j.joined()))
	}
	p.endless = p.session.Ended && p.session.End.IsZero() && !leaving
	switch {
	case p.session.Live() && (open || !leaving), !leaving:
		p.end = p.until
	case p.session.Live():
		p.over = p.end
	}
}

func (p *part) limits(joinings []*joining, now time.Time) {
	p.from, p.until = p.session.Start, p.session.End
	if p.session.Live() {
		p.until = now
	}
	if p.from.IsZero() || p.until.IsZero() {
		first, last := outermost(joinings)
		if p.from.IsZero() {
			p.from = first
		}
		if p.until.IsZero() {
			p.until = last
		}
	}
	p.known = !p.from.IsZero()
	if !p.known {
		p.from = p.until
	}
	p.until = later(p.until, p.from)
}

// outermost are the first and the last known moment.
func outermost(joinings []*joining) (first, last time.Time) {
	for _, j := range joinings {
		for _, t := range []time.Time{j.joined(), j.left()} {
			if !t.IsZero() && (first.IsZero() || t.Before(first)) {
				first = t
			}
			last = later(last, t)
		}
	}
	return first, last
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (p *part) limit(t time.Time) time.Time {
	if t.Before(p.from) {
		return p.from
	}
	if t.After(p.until) {
		return p.until
	}
	return t
}

// place sets the spans of a joining. Unknown times are the session's, as lived.
// An event of leaving that no joining follows does not shorten a joining whose
// end is known.
func (j *joining) place() {
	p := j.part
	from, to := p.limit(j.joined()), p.end
	if left := j.left(); !left.IsZero() {
		to = p.limit(left)
	}
	to = later(to, from)
	j.here = p.session.Live() && j.left().IsZero()
	open, start := true, from
	for _, e := range j.events {
		switch {
		case !e.At.After(from) || !e.At.Before(to) || e.Leaving != open:
		case open:
			j.spans = append(j.spans, Interval{start, e.At})
			open = false
		default:
			start, open = e.At, true
		}
	}
	if open {
		j.spans = append(j.spans, Interval{start, to})
	} else {
		j.spans[len(j.spans)-1].To = to
	}
}

func (j *joining) from() time.Time { return j.spans[0].From }
func (j *joining) to() time.Time   { return j.spans[len(j.spans)-1].To }

// union merges intervals which overlap or touch.
func union(in []Interval) []Interval {
	slices.SortFunc(in, func(a, b Interval) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	out := in[:1]
	for _, i := range in[1:] {
		last := &out[len(out)-1]
		if i.From.After(last.To) {
			out = append(out, i)
			continue
		}
		last.To = later(last.To, i.To)
	}
	return out
}

// without returns what remains of a without b; both apart and in order.
func without(a, b []Interval) []Interval {
	var out []Interval
	k := 0
	for _, i := range a {
		for k > 0 && b[k-1].To.After(i.From) {
			k--
		}
		for ; k < len(b) && b[k].From.Before(i.To); k++ {
			if b[k].From.After(i.From) {
				out = append(out, Interval{i.From, b[k].From})
			}
			i.From = later(i.From, b[k].To)
		}
		if i.To.After(i.From) {
			out = append(out, i)
		}
	}
	return out
}

// most is the largest number of intervals that hold one moment; those of no
// length hold none.
func most(in []Interval) int {
	n := 0
	crowd(in, func(_ time.Time, there int) { n = max(n, there) })
	return n
}

// crowd tells how many intervals hold each moment when that changes. One that
// ends where another begins does not meet it.
func crowd(in []Interval, yield func(at time.Time, there int)) {
	froms, tos := make([]time.Time, 0, len(in)), make([]time.Time, 0, len(in))
	for _, i := range in {
		if i.To.After(i.From) {
			froms, tos = append(froms, i.From), append(tos, i.To)
		}
	}
	slices.SortFunc(froms, time.Time.Compare)
	slices.SortFunc(tos, time.Time.Compare)
	ended := 0
	for begun := 0; ended < len(tos); {
		if begun < len(froms) && froms[begun].Before(tos[ended]) {
			begun++
			yield(froms[begun-1], begun-ended)
			continue
		}
		ended++
		yield(tos[ended-1], begun-ended)
	}
}
