package presence

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
)

// Status is what somebody was to a session.
type Status string

// The statuses. Only Absent is to have been invited and not to have come.
const (
	Attended  Status = "attended"
	Absent    Status = "absent"
	Guest     Status = "guest"     // came, and is not on the roster
	Came      Status = "came"      // came; the roster is not known
	Known     Status = "known"     // on a just-in-time roster, and did not come: nobody was expected
	Later     Status = "later"     // was added after the session
	Uncertain Status = "uncertain" // on the roster, but of those who joined some may be missing
)

// Followed is a person who fits.
type Followed struct {
	attendance.Person // with the visits of all Sittings, oldest first

	Sittings []Sitting // newest first
	fit      fit
}

// Sitting is what one session, or two taken together, were to a person.
type Sitting struct {
	Sessions   []client.Session // oldest first
	App        client.AppRef
	Status     Status
	Visit      *attendance.Visit // nil if they did not come
	Live       bool              // the session goes on, and somebody is in it
	JustInTime bool
	Preset     string
}

// Found is what was found.
type Found struct {
	People []Followed // who fit best: those in most sessions first
	Others []Followed // who fit less well, the same
	Close  []string   // the names closest to the text, if nobody fits

	Read     int      // sessions
	Unread   []Unread // newest first
	NoRoster []Unread // sessions of which it is not known who was invited
	Reopened int      // sessions that are not counted, for they only opened a meeting again
	LeftOut  int      // people left out by preset
	Notes    []string // sentences
}

// Found applies the rules to what was kept, over all sessions at once.
func (f *Follower) Found() Found {
	out := Found{Unread: slices.Clone(f.unread)}
	var columns []followedColumn
	for _, u := range f.units {
		out.Read += len(u.sessions) - len(u.doubts)
		if slices.ContainsFunc(u.sessions, func(s client.Session) bool { return f.rooms[s.ID] }) {
			continue // it counts as a part of the session whose room it is
		}
		out.Reopened += u.reopened
		out.Unread = append(out.Unread, u.doubts...)
		out.NoRoster = append(out.NoRoster, u.withoutRoster()...)
		for _, held := range u.columns {
			columns = append(columns, followedColumn{u, held})
		}
	}
	slices.SortStableFunc(columns, func(a, b followedColumn) int { return a.held[0].Start.Compare(b.held[0].Start) })
	out.fits(f, columns)
	if len(out.People) == 0 {
		out.Close = f.names.names()
	}
	for _, r := range f.readers {
		out.Notes = append(out.Notes, r.notes...)
	}
	slices.Sort(out.Notes)
	slices.SortStableFunc(out.Unread, func(a, b Unread) int { return b.StartedAt.Compare(a.StartedAt) })
	return out
}

// withoutRoster are the sessions of a unit whose roster is not known, or may not be
// complete.
func (u *unit) withoutRoster() (out []Unread) {
	why := u.roster.missing
	switch {
	case u.roster.known && why == "":
		return nil
	case u.roster.err != nil && !errors.Is(u.roster.err, errSpent):
		why = u.roster.err.Error()
	case u.roster.gone != nil:
		why = u.roster.gone.Error()
	}
	for _, s := range u.sessions {
		out = append(out, Unread{SessionIn: SessionIn{s, u.app}, Why: why})
	}
	return out
}

// followedColumn is a column with the unit that it is of.
type followedColumn struct {
	*unit
	held []attendance.Held
}

// fits divides people by how well they fit.
func (o *Found) fits(f *Follower, columns []followedColumn) {
	var roster []attendance.Invited
	for _, r := range f.rosters {
		for i, who := range r.who {
			if f.kin.has(who) {
				roster = append(roster, r.rows[i])
			}
		}
	}
	held := make([][]attendance.Held, len(columns))
	for i, c := range columns {
		held[i] = c.held
	}
	var rules attendance.Rules
	for _, r := range f.readers {
		rules = r.rules // the same in all
	}
	people := map[int]*Followed{}
	left := 0
	for i, r := range attendance.Series(held, roster, rules) {
		left = max(left, r.LeftOut)
		columns[i].add(people, r)
	}
	o.LeftOut = left
	best := fit(0)
	for _, p := range people {
		p.fit = f.kin.fitOf(p.Person)
		best = max(best, p.fit)
	}
	for _, p := range people {
		switch p.fit {
		case 0:
		case best:
			o.People = append(o.People, *p)
		default:
			o.Others = append(o.Others, *p)
		}
	}
	for _, list := range [][]Followed{o.People, o.Others} {
		slices.SortFunc(list, func(a, b Followed) int {
			return cmp.Or(len(b.Sittings)-len(a.Sittings), strings.Compare(a.Name, b.Name), a.Key-b.Key)
		})
	}
}

// add adds what a result says to the people in it.
func (c followedColumn) add(people map[int]*Followed, r attendance.Result) {
	for _, group := range []struct {
		people []attendance.Person
		status Status
	}{{r.Attended, Attended}, {r.Guests, Guest}, {r.Absent, Absent}, {r.Later, Later}} {
		for _, p := range group.people {
			s := Sitting{
				Sessions:   c.sessionsOf(),
				App:        c.app,
				Status:     c.status(group.status, r.JustInTime),
				Live:       r.Live && r.OverSince.IsZero(),
				JustInTime: r.JustInTime,
				Preset:     p.Preset,
			}
			known := people[p.Key]
			if known == nil {
				known = &Followed{Person: p}
				known.Visits = nil
				people[p.Key] = known
			}
			if len(p.Visits) > 0 {
				s.Visit = &p.Visits[0]
				known.Visits = append(known.Visits, p.Visits[0])
			}
			known.Rows = max(known.Rows, p.Rows)
			known.Sittings = slices.Insert(known.Sittings, 0, s)
		}
	}
}

// sessionsOf are those of the column.
func (c followedColumn) sessionsOf() (out []client.Session) {
	for _, s := range c.sessions {
		if slices.ContainsFunc(c.held, func(h attendance.Held) bool { return h.ID == s.ID }) {
			out = append(out, s)
		}
	}
	return out
}

// status is what is known of a status. Nobody is absent of whom it is not sure that
// they were invited, or that they did not come.
func (c followedColumn) status(s Status, justInTime bool) Status {
	complete := c.roster.known && c.roster.missing == ""
	partly := false
	for i, session := range c.sessions {
		of := slices.ContainsFunc(c.held, func(h attendance.Held) bool { return h.ID == session.ID })
		partly = partly || of && c.missing[i] != ""
	}
	switch {
	case s == Guest && !complete:
		return Came
	case s == Absent && partly:
		return Uncertain
	case s == Absent && justInTime:
		return Known
	}
	return s
}
