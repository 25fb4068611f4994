package attendance

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// The bounds by which a session is told from a reopening of the one before it,
// and two sessions that are one meeting are known.
const (
	short       = 5 * time.Minute  // a shorter session is short
	reopenAfter = 60 * time.Minute // longest time from a session's end to its reopening
	twinPause   = 15 * time.Minute // longest time between two sessions that are taken together
	maxReads    = 8                // most sessions whose people are read for a choice
)

// Choice says which sessions "the latest" means.
type Choice struct {
	// Need are sessions to read before there is an answer. Set their Peers and Read, and
	// choose again. While there are any, the other fields are preliminary.
	Need     []int
	Latest   int           // literally
	Sessions []int         // to answer for, oldest first: one, or two to be taken together
	Reopened bool          // the latest is a reopening: Sessions are those before it
	Together bool          // there are two Sessions
	After    time.Duration // of a reopening: how long after the end of the session chosen it began
}

// Choose finds out which of a meeting's sessions, at least one and in any
// order, "the latest" means: itself, unless somebody only opened the meeting
// again after a longer session; and with it the one before, if both are one
// meeting with a break. Sessions are judged by their times first, so that no
// people need to be read if no other session is near. Numbers are indexes in held.
func Choose(held []Held, roster []Invited, r Rules) Choice {
	w := weigh(held, roster, r)
	c := Choice{Latest: w.order[len(w.order)-1]}
	c.Sessions = []int{c.Latest}
	window := reopenAfter
	if held[c.Latest].Live() {
		window = twinPause
	}
	if near := w.before(c.Latest, window); len(near) > 0 && !held[c.Latest].Read {
		c.Need = []int{c.Latest}
		if window > twinPause && w.maybeLong(c.Latest) {
			near = w.before(c.Latest, twinPause)
		}
		if at := slices.IndexFunc(near, w.maybeLong); at >= 0 && !held[near[at]].Read {
			c.Need = append(c.Need, near[at]) // it will probably be needed
		}
		return c
	}
	base := c.Latest
	if w.brief(base) && !held[base].Live() {
		earlier, need := w.reopens(base)
		if need {
			c.Need = []int{earlier}
			return c
		}
		if earlier >= 0 {
			base, c.Reopened, c.Sessions = earlier, true, []int{earlier}
			c.After = max(0, held[c.Latest].Start.Sub(w.facts[base].end))
		}
	}
	twin, need := w.twin(base)
	switch {
	case need:
		c.Need = []int{twin}
	case twin >= 0:
		c.Together, c.Sessions = true, []int{twin, base}
	}
	return c
}

// Columns are the sessions of a comparison, oldest first: reopenings are left
// out, and two that are one meeting are one column. All sessions were read.
func Columns(held []Held, roster []Invited, r Rules) (columns [][]Held, reopenings []Held) {
	w := weigh(held, roster, r)
	paired := map[int]bool{}
	for _, i := range slices.Backward(w.order) {
		if paired[i] {
			continue
		}
		if !held[i].Live() && w.brief(i) {
			if earlier, _ := w.reopens(i); earlier >= 0 {
				reopenings = append(reopenings, held[i])
				continue
			}
		}
		column := []Held{held[i]}
		if twin, _ := w.twin(i); twin >= 0 && !paired[twin] {
			paired[twin] = true
			column = []Held{held[twin], held[i]}
		}
		columns = append(columns, column)
	}
	slices.Reverse(columns)
	slices.Reverse(reopenings)
	return columns, reopenings
}

// scales hold what is known of sessions.
type scales struct {
	held  []Held
	order []int // oldest first; a live one last
	facts []facts
}

// facts are those of a session that was read.
type facts struct {
	lived  time.Duration
	end    time.Time
	people map[int]bool // keys
}

func weigh(held []Held, roster []Invited, r Rules) *scales {
	w := &scales{held: held, facts: make([]facts, len(held))}
	var columns [][]Held
	var read []int
	for i, h := range held {
		w.order = append(w.order, i)
		if h.Read {
			columns, read = append(columns, []Held{h}), append(read, i)
		}
	}
	for k, result := range Series(columns, roster, r) {
		f := facts{lived: result.Lived(), end: result.End, people: map[int]bool{}}
		for _, p := range slices.Concat(result.Attended, result.Guests) {
			f.people[p.Key] = true
		}
		w.facts[read[k]] = f
	}
	slices.SortFunc(w.order, func(a, b int) int {
		x, y := held[a], held[b]
		switch {
		case x.Live() && !y.Live():
			return 1
		case y.Live() && !x.Live():
			return -1
		}
		return cmp.Or(x.Start.Compare(y.Start), x.End.Compare(y.End), strings.Compare(x.ID, y.ID))
	})
	return w
}

// brief reports whether a session that was read had at most one person or was short.
func (w *scales) brief(i int) bool {
	return len(w.facts[i].people) < 2 || w.facts[i].lived < short
}

// before are the sessions before one which, by their times, may have ended at
// most so long before it began; the nearest first.
func (w *scales) before(i int, window time.Duration) []int {
	var out []int
	begin := w.held[i].Start
	for _, k := range slices.Backward(w.order[:slices.Index(w.order, i)]) {
		h := w.held[k]
		if h.Live() || begin.IsZero() || h.Start.IsZero() || h.Start.After(begin) {
			continue
		}
		if h.End.IsZero() || begin.Sub(h.End) <= window {
			out = append(out, k)
		}
	}
	return out[:min(len(out), maxReads)]
}

// maybeLong reports whether a session was not short by its times alone.
func (w *scales) maybeLong(i int) bool {
	h := w.held[i]
	return h.End.IsZero() || h.Start.IsZero() || h.End.Sub(h.Start) >= short
}

// reopens finds the session that a brief one reopened, -1 if none: one that was
// longer, with more people. The nearest that is not brief itself comes first.
// If need, the session returned must be read before this can be told.
func (w *scales) reopens(i int) (session int, need bool) {
	near := w.before(i, reopenAfter)
	for _, briefToo := range []bool{false, true} {
		for _, k := range near {
			if !briefToo && !w.maybeLong(k) {
				continue
			}
			if !w.held[k].Read {
				return k, true
			}
			if (briefToo || !w.brief(k)) && w.outweighs(k, i) {
				return k, false
			}
		}
	}
	return -1, false
}

func (w *scales) outweighs(k, i int) bool {
	a, b := w.facts[k], w.facts[i]
	return a.lived > b.lived && len(a.people) > len(b.people) && w.held[i].Start.Sub(a.end) <= reopenAfter
}

// twin finds the session before one that is one meeting with it, -1 if none:
// neither brief, not far apart, and with the same people. If need, the session
// returned must be read before this can be told.
func (w *scales) twin(i int) (session int, need bool) {
	if w.held[i].Read && w.brief(i) {
		return -1, false
	}
	for _, k := range w.before(i, twinPause) {
		if !w.maybeLong(k) {
			continue
		}
		if !w.held[k].Read {
			return k, true
		}
		if w.brief(k) {
			continue
		}
		if w.held[i].Start.Sub(w.facts[k].end) <= twinPause && w.same(k, i) {
			return k, false
		}
		return -1, false
	}
	return -1, false
}

// same reports whether at least two people and half of the smaller session were in both.
func (w *scales) same(k, i int) bool {
	a, b := w.facts[k].people, w.facts[i].people
	both := 0
	for p := range a {
		if b[p] {
			both++
		}
	}
	return both >= 2 && 2*both >= min(len(a), len(b))
}
