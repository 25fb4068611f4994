package attendance

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// justBefore is how long before coming somebody is added who was not expected.
const justBefore = 2 * time.Minute

// Series applies the rules to several sessions, of one meeting or of several, given
// oldest first, with a result each; a column of two sessions has one result for
// both. A person is the same in all results, under one Key; whom the roster of
// another meeting lists was not invited. With several results the schedule counts
// for those that began within 12 hours of it.
func Series(columns [][]Held, roster []Invited, r Rules) []Result {
	results, _ := series(columns, roster, r)
	return results
}

// series is Series with the sessions, in order.
func series(columns [][]Held, roster []Invited, r Rules) ([]Result, []*part) {
	parts, joinings := lay(columns)
	kept := newRegistry(roster, joinings)
	left := kept.leaveOut(r.LeaveOut)
	byPart := map[*part][]*joining{}
	for _, j := range kept.joinings() {
		byPart[j.part] = append(byPart[j.part], j)
	}
	for _, p := range parts {
		p.live(byPart[p], r.Now)
	}
	for _, j := range joinings {
		j.place()
	}
	people, out := kept.persons(len(columns)), left.persons(len(columns))
	meetings := meetingsOf(roster)
	results := make([]Result, len(columns))
	earlier := slices.Clone(r.Earlier)
	for i := range columns {
		own := slices.DeleteFunc(slices.Clone(parts), func(p *part) bool { return p.column != i })
		c := newColumn(own, r, len(columns) > 1)
		c.invite(roster, meetings)
		results[i] = c.judge(people, i, earlier)
		results[i].leaveOut(c, out, i)
		for _, p := range own {
			earlier = append(earlier, Session{Start: p.from, End: p.until, Meeting: p.session.Meeting})
		}
	}
	return results, parts
}

// meetingsOf are the different meetings of a roster's rows.
func meetingsOf(roster []Invited) []string {
	var out []string
	for i, row := range roster {
		if i > 0 && row.Meeting == roster[i-1].Meeting {
			continue
		}
		if !slices.Contains(out, row.Meeting) {
			out = append(out, row.Meeting)
		}
	}
	return out
}

// lay lists the sessions and the joinings.
func lay(columns [][]Held) (parts []*part, joinings []*joining) {
	for i, column := range columns {
		for _, h := range column {
			p := &part{column: i, session: h.Session, frame: h.Frame}
			parts = append(parts, p)
			for k := range h.Peers {
				joinings = append(joinings, newJoining(&h.Peers[k], p))
			}
		}
	}
	return parts, joinings
}

// somebody is a person with their joinings in each column.
type somebody struct {
	Person
	columns [][]*joining
	order   int // of the first row in the roster
}

// persons finds them, in an order that depends on neither that of the joinings
// nor that of the maps: those of the roster in its order, then guests by joining.
func (g *registry) persons(columns int) []*somebody {
	found := g.people()
	out := make([]*somebody, len(found))
	for i, w := range found {
		out[i] = g.somebody(w, columns)
	}
	slices.SortFunc(out, func(a, b *somebody) int {
		return cmp.Or(cmp.Compare(a.order, b.order), a.begin().Compare(b.begin()),
			strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID), strings.Compare(a.peer(), b.peer()))
	})
	for i, p := range out {
		p.Key = i
	}
	return out
}

// earliest is their first joining, nil if they have none.
func (p *somebody) earliest() *joining {
	for _, js := range p.columns {
		if len(js) > 0 {
			return js[0]
		}
	}
	return nil
}

func (p *somebody) begin() time.Time {
	if j := p.earliest(); j != nil {
		return j.from()
	}
	return time.Time{}
}

func (p *somebody) peer() string {
	if j := p.earliest(); j != nil {
		return j.ID
	}
	return ""
}

// guest is the order of who is not on the roster: after it.
const guest = int(^uint(0) >> 1)

func (g *registry) somebody(w *who, columns int) *somebody {
	p := &somebody{columns: make([][]*joining, columns)}
	p.DifferentNames, p.SharedID, p.order = w.differs, w.shared, guest
	var rows []int
	var joinings []*joining
	for _, n := range w.nodes {
		rows = append(rows, n.rows...)
		joinings = append(joinings, n.joinings...)
		if p.CustomID == "" || n.custom < p.CustomID {
			p.CustomID = n.custom
		}
	}
	slices.SortFunc(joinings, func(a, b *joining) int {
		return cmp.Or(a.from().Compare(b.from()), a.to().Compare(b.to()), strings.Compare(a.ID, b.ID))
	})
	for _, j := range joinings {
		p.columns[j.part.column] = append(p.columns[j.part.column], j)
	}
	p.Rows, p.rows = len(rows), rows
	for _, i := range rows {
		p.order = min(p.order, i)
	}
	slices.SortFunc(rows, func(a, b int) int {
		x, y := g.roster[a], g.roster[b]
		return cmp.Or(x.Added.Compare(y.Added), strings.Compare(x.ID, y.ID), strings.Compare(x.Name, y.Name))
	})
	p.describe(g.roster, rows, joinings)
	return p
}

// describe fills in what a person is called: by the roster where it tells, else
// by the joinings.
func (p *somebody) describe(roster []Invited, rows []int, joinings []*joining) {
	var names []string
	var ids idList
	for k, i := range rows {
		r := roster[i]
		if k == 0 {
			p.CustomID, p.Preset, p.Added = r.CustomID, r.Preset, r.Added
		}
		ids.add(r.ID)
		names = append(names, r.Name)
	}
	p.Name = fullest(names)
	names = names[:0]
	for _, j := range joinings {
		ids.add(j.UserID)
		names = append(names, j.Name)
		if len(rows) == 0 {
			p.Preset = cmp.Or(p.Preset, j.Preset)
		}
	}
	if p.Name == "" {
		p.Name = fullest(names)
	}
	if p.IDs = ids.list; len(p.IDs) > 0 {
		p.ID = p.IDs[0]
	}
}

// idList holds different ids in the order that they came.
type idList struct {
	list  []string
	known map[string]bool // of many
}

func (s *idList) add(id string) {
	switch {
	case id == "" || s.known[id]:
		return
	case s.known == nil && slices.Contains(s.list, id):
		return
	}
	s.list = append(s.list, id)
	if s.known == nil && len(s.list) > 8 {
		s.known = map[string]bool{}
		for _, id := range s.list {
			s.known[id] = true
		}
	}
	if s.known != nil {
		s.known[id] = true
	}
}

// fullest is the name with the most words, of several such the first.
func fullest(written []string) string {
	best, words := "", 0
	for i, w := range written {
		if w == "" || i > 0 && w == written[i-1] {
			continue
		}
		if n := len(strings.Fields(w)); n > words {
			best, words = w, n
		}
	}
	return best
}

// leaveOut counts those left out who were invited to a column or came to it.
func (r *Result) leaveOut(c *column, left []*somebody, index int) {
	for _, p := range left {
		if len(c.rows(p)) > 0 || len(p.columns[index]) > 0 {
			r.left = append(r.left, p.Key)
		}
	}
	r.LeftOut = len(r.left)
}
