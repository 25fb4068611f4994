package attendance

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// brief is how long a break must last to be more than a reconnect or a change
// of rooms, and an overlap to be more than the old connection's end.
const brief = time.Minute

// stretch is a span of presence in one place.
type stretch struct {
	Interval
	room string
}

// visit judges one person's joinings in one column.
func (c *column) visit(joinings []*joining) *Visit {
	v := &Visit{Session: c.session, Lived: c.result.known(), Live: c.live, Devices: 1}
	stretches := make([]stretch, 0, len(joinings))
	for _, j := range joinings {
		v.Peers = append(v.Peers, j.ID)
		v.Here = v.Here || j.here && c.live
		for _, s := range j.spans {
			stretches = append(stretches, stretch{s, j.Room})
		}
	}
	if len(stretches) == 1 && stretches[0].room == "" {
		v.Intervals = []Interval{stretches[0].Interval}
		v.assume(joinings)
		return v
	}
	slices.SortFunc(stretches, func(a, b stretch) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), strings.Compare(a.room, b.room))
	})
	all := make([]Interval, len(stretches))
	for i, s := range stretches {
		all[i] = s.Interval
	}
	v.Intervals = union(all)
	v.assume(joinings)
	c.breaks(v, stretches)
	v.rooms(stretches)
	v.Devices = max(1, most(shortened(joinings)))
	slices.SortFunc(v.Away, func(a, b Gap) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	return v
}

// assume finds out whether nothing but the session tells the first or the last moment.
func (v *Visit) assume(joinings []*joining) {
	v.FirstAssumed, v.LastAssumed = true, !v.Here
	for _, j := range joinings {
		if j.from().Equal(v.First()) && !j.joined().IsZero() {
			v.FirstAssumed = false
		}
		if j.to().Equal(v.Last()) && !j.left().IsZero() {
			v.LastAssumed = false
		}
	}
}

// breaks finds where presence breaks off and goes on. The pause between two
// sessions is nobody's gap.
func (c *column) breaks(v *Visit, stretches []stretch) {
	last := stretches[0]
	for _, s := range stretches[1:] {
		if s.From.After(last.To) {
			c.gap(v, last, s)
		} else if s.room == last.room && s.To.After(last.To) && last.To.Sub(s.From) < brief {
			v.Reconnects++ // this joining took over
		}
		if s.To.After(last.To) {
			last = s
		}
	}
}

func (c *column) gap(v *Visit, last, next stretch) {
	whole := []Interval{{last.To, next.From}}
	pieces := without(whole, c.pauses)
	paused := len(pieces) != 1 || pieces[0] != whole[0]
	for _, i := range pieces {
		switch {
		case i.To.Sub(i.From) >= brief:
			v.Away = append(v.Away, Gap{i, Gone})
		case !paused && last.room == next.room:
			v.Away = append(v.Away, Gap{i, Reconnected})
			v.Reconnects++
		}
	}
}

// rooms finds the stays in breakout rooms, and when somebody was in one alone,
// not also in the session itself.
func (v *Visit) rooms(stretches []stretch) {
	byRoom := map[string][]Interval{}
	for _, s := range stretches {
		byRoom[s.room] = append(byRoom[s.room], s.Interval)
	}
	var inside []Interval
	for room, spans := range byRoom {
		if room == "" {
			continue
		}
		for _, i := range union(spans) {
			v.Rooms = append(v.Rooms, Stay{i, room})
			inside = append(inside, i)
		}
	}
	if len(inside) == 0 {
		return
	}
	slices.SortFunc(v.Rooms, func(a, b Stay) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), strings.Compare(a.Room, b.Room))
	})
	parent := byRoom[""]
	if len(parent) > 0 {
		parent = union(parent)
	}
	for _, i := range without(union(inside), parent) {
		v.Away = append(v.Away, Gap{i, InRoom})
	}
}

// shortened are the joinings as far as another that is there a minute later
// overlaps them for a minute.
func shortened(joinings []*joining) []Interval {
	var out []Interval
	for _, j := range joinings {
		for _, s := range j.spans {
			// Intervals hold their begin and not their end, so one nanosecond more.
			if to := s.To.Add(1 - brief); to.After(s.From) {
				out = append(out, Interval{s.From, to})
			}
		}
	}
	return out
}
