package attendance

import (
	"cmp"
	"slices"
	"time"
)

// invite finds out whether every row of the roster counts for the column, as it
// does if all are of one meeting.
func (c *column) invite(roster []Invited, meetings []string) {
	c.roster = roster
	c.everyRow = !slices.ContainsFunc(meetings, func(m string) bool { return !c.counts(Invited{Meeting: m}) })
}

// counts reports whether a row is on the roster of one of the column's sessions.
func (c *column) counts(row Invited) bool {
	return slices.ContainsFunc(c.parts, func(p *part) bool { return row.countsIn(p.session.Meeting) })
}

// rows are those of somebody that count for the column.
func (c *column) rows(p *somebody) []int {
	if c.everyRow {
		return p.rows
	}
	others := func(i int) bool { return !c.counts(c.roster[i]) }
	if !slices.ContainsFunc(p.rows, others) {
		return p.rows
	}
	return slices.DeleteFunc(slices.Clone(p.rows), others)
}

// describe has a person as the rows tell that count for the column. Without any
// they are a guest, with the preset that they joined with.
func (c *column) describe(p *Person, rows []int, joinings []*joining) {
	p.rows, p.Rows = rows, len(rows)
	if len(rows) > 0 {
		first := c.roster[rows[0]]
		p.Added, p.Preset = first.Added, first.Preset
		return
	}
	p.Added, p.Preset = time.Time{}, ""
	for _, j := range joinings {
		p.Preset = cmp.Or(p.Preset, j.Preset)
	}
}

// firstAddedTo reports whether the meeting's roster has a row by which they were
// added first.
func (p *Person) firstAddedTo(meeting string, roster []Invited) bool {
	return slices.ContainsFunc(p.rows, func(i int) bool {
		return roster[i].Added.Equal(p.Added) && roster[i].countsIn(meeting)
	})
}

// join adds what a later result of one call of Series tells of the same person. The
// visits so far must have no room for more, or be nobody else's.
func (p *Person) join(later Person) {
	p.Visits = append(p.Visits, later.Visits...)
	p.newcome = p.newcome || later.newcome
	if later.Rows == 0 || slices.Equal(p.rows, later.rows) {
		return
	}
	if p.Rows == 0 || later.Added.Before(p.Added) {
		p.Added, p.Preset = later.Added, later.Preset
	}
	rows := slices.Concat(p.rows, later.rows)
	slices.Sort(rows)
	p.rows = slices.Compact(rows)
	p.Rows = len(p.rows)
}
