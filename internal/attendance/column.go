package attendance

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// column is what a result is made for: a session, or two taken together.
type column struct {
	parts        []*part
	rules        Rules
	result       Result
	session      Session // as lived
	live         bool    // and somebody is in it
	pauses       []Interval
	start, until time.Time // scheduled
	roster       []Invited
	everyRow     bool // counts
}

// sameDay is how far from a session's begin a schedule may be, among several sessions.
const sameDay = 12 * time.Hour

func newColumn(parts []*part, r Rules, several bool) *column {
	c := &column{parts: parts, rules: r, start: r.ScheduledStart, until: r.ScheduledEnd}
	first, last := parts[0], parts[len(parts)-1]
	if several && first.from.Sub(c.start).Abs() > sameDay {
		c.start = time.Time{}
	}
	if several && last.from.Sub(c.until).Abs() > sameDay {
		c.until = time.Time{}
	}
	for i, p := range parts {
		c.result.Parts = append(c.result.Parts, p.lived())
		c.result.vague = c.result.vague || !p.known || p.endless
		if i > 0 && p.from.After(parts[i-1].end) {
			c.pauses = append(c.pauses, Interval{parts[i-1].end, p.from})
		}
	}
	c.session = Session{Start: first.from, End: later(first.end, last.end), Ended: true}
	c.result.Start, c.result.End = c.result.Parts[0].Start, c.session.End
	c.result.length = c.result.Lived()
	c.result.Live, c.result.OverSince = last.session.Live(), last.over
	c.live = c.result.Live && last.over.IsZero()
	return c
}

// lived is the session as lived; an unknown begin is zero.
func (p *part) lived() Session {
	s := Session{Start: p.from, End: p.end, Ended: true, Meeting: p.session.Meeting}
	if !p.known {
		s.Start = time.Time{}
	}
	return s
}

// judge makes the result.
func (c *column) judge(people []*somebody, index int, earlier []Session) Result {
	came, missed := c.visits(people, index)
	var present []Interval
	for _, p := range came {
		present = append(present, p.visit.Intervals...)
	}
	c.moments(present)
	r := &c.result
	shared := map[string]string{}
	onRoster := 0
	for _, p := range came {
		if len(c.rows(p.somebody)) > 0 {
			onRoster++
		}
	}
	r.Attended, r.Guests = slices.Grow(r.Attended, onRoster), slices.Grow(r.Guests, len(came)-onRoster)
	r.Absent = slices.Grow(r.Absent, len(missed))
	for _, p := range slices.Concat(came, missed) {
		person := p.Person
		if rows := c.rows(p.somebody); len(rows) != person.Rows {
			c.describe(&person, rows, p.columns[index])
		}
		if v := p.visit; v != nil {
			v.LateFrom, v.EarlyFrom = r.LateFrom, r.EarlyFrom
			person.Visits = []Visit{*v}
			person.newcome = person.isNewcome(c.roster, earlier)
		}
		if person.SharedID {
			key := idKey(person.CustomID)
			if written, known := shared[key]; !known || person.CustomID < written {
				shared[key] = person.CustomID
			}
		}
		r.add(person, !c.live)
	}
	r.SharedIDs = slices.Sorted(maps.Values(shared))
	r.JustInTime = justInTime(r.Attended)
	if f := c.parts[0].frame; f != nil {
		r.JustInTime = f.justInTime
	}
	return *r
}

// visitor is somebody with their visit, if they came.
type visitor struct {
	*somebody
	visit *Visit
}

// visits are those who came, by joining, and who is on the roster and did not,
// in its order.
func (c *column) visits(people []*somebody, index int) (came, missed []visitor) {
	for _, p := range people {
		if js := p.columns[index]; len(js) > 0 {
			came = append(came, visitor{p, c.visit(js)})
		} else if len(c.rows(p)) > 0 {
			missed = append(missed, visitor{p, nil})
		}
	}
	slices.SortFunc(came, func(a, b visitor) int {
		return cmp.Or(a.visit.First().Compare(b.visit.First()), strings.Compare(a.Name, b.Name), a.Key-b.Key)
	})
	return came, missed
}

func (r *Result) add(p Person, over bool) {
	switch {
	case len(p.Visits) > 0 && p.Rows > 0:
		r.Attended = append(r.Attended, p)
	case len(p.Visits) > 0:
		r.Guests = append(r.Guests, p)
	case over && p.Added.After(r.End):
		r.Later = append(r.Later, p)
	default:
		r.Absent = append(r.Absent, p)
	}
}

// moments finds what late and early are counted from.
func (c *column) moments(present []Interval) {
	r := &c.result
	r.LateFrom, r.EarlyFrom = c.session.Start, c.session.End
	two, before := false, 0
	crowd(present, func(at time.Time, there int) {
		if there == 2 && before == 1 && !two {
			two, r.LateFrom = true, at
		}
		if there == 1 && before == 2 {
			r.EarlyFrom = at
		}
		before = there
	})
	if f := c.parts[0].frame; f != nil {
		r.LateFrom, r.EarlyFrom = f.late, f.early
	}
	if c.live {
		r.EarlyFrom = time.Time{}
	}
	if !c.start.IsZero() {
		r.LateFrom = c.start
	}
	if !c.until.IsZero() && (!c.live || !c.until.After(c.rules.Now)) {
		r.EarlyFrom = c.until
	}
}

// isNewcome reports whether somebody was added less than two minutes before
// coming, or at an earlier session of the same meeting. A row of after the session
// is that of a roster made anew, and tells nothing.
func (p *Person) isNewcome(roster []Invited, earlier []Session) bool {
	if p.Rows == 0 || p.Added.IsZero() || p.Added.After(p.Visits[0].Session.End) {
		return false
	}
	if p.First().Sub(p.Added) < justBefore {
		return true
	}
	return slices.ContainsFunc(earlier, func(s Session) bool {
		return !s.Start.IsZero() && s.Start.Sub(p.Added) < justBefore && !p.Added.After(s.End) &&
			p.firstAddedTo(s.Meeting, roster)
	})
}

// justInTime reports whether at least 4 in 5 of those who came were added when they came.
func justInTime(came []Person) bool {
	n := 0
	for _, p := range came {
		if p.newcome {
			n++
		}
	}
	return n > 0 && 5*n >= 4*len(came)
}
