package presence

import (
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
)

// unit is a session, or several of one meeting near each other, which can be judged
// only together: one may be a reopening of another, or its end after a break. It has
// at most as many as are held at a time.
type unit struct {
	app      client.AppRef
	meeting  string
	sessions []client.Session // oldest first
	roster   *followedRoster

	// While it is being read.
	peers [][]attendance.Peer // of each session
	who   [][]row             // of each of them
	errs  []error             // of each session
	err   error               // why it cannot be read
	big   bool                // it has so many people that it should be asked for alone

	// What is kept.
	missing  []string            // of each session: why joinings may be missing
	columns  [][]attendance.Held // with the joinings that may be the person's
	doubts   []Unread            // sessions that tell nothing
	reopened int                 // sessions that only opened the meeting again
	marks    []uint64            // hashes of the ids of everybody, in order
	learnt   int                 // ids that were known when the joinings were chosen
	concerns bool                // somebody who may be the person was there or is on the roster
}

// reopenWithin is how near sessions are that are judged together.
const reopenWithin = time.Hour

// unitsOf puts sessions together, given newest first. Units are as new as their
// newest session.
func unitsOf(sessions []SessionIn, reader func(client.AppRef) *Reader) []*unit {
	type key struct {
		app     client.AppRef
		meeting string
	}
	var out []*unit
	open := map[key]*unit{}
	for _, s := range sessions {
		meeting := reader(s.App).meetingOf(s.Session)
		k := key{s.App, keyOf(meeting)}
		u := open[k]
		if u != nil && meeting != "" && len(u.sessions) < followAtOnce && nearby(s.Session, u.sessions[0]) {
			u.sessions = slices.Insert(u.sessions, 0, s.Session)
			continue
		}
		u = &unit{app: s.App, meeting: meeting, sessions: []client.Session{s.Session}}
		open[k] = u
		out = append(out, u)
	}
	return out
}

// nearby reports whether a session may have ended at most an hour before another began.
func nearby(earlier, later client.Session) bool {
	return earlier.EndedAt.IsZero() || later.StartedAt.Sub(earlier.EndedAt) <= reopenWithin
}

// look prepares the joinings that were read, rooms included.
func (u *unit) look(f *Follower) {
	if u.err != nil {
		return
	}
	if u.who == nil {
		u.who = make([][]row, len(u.sessions))
	}
	for i, peers := range u.peers {
		for _, p := range peers[len(u.who[i]):] {
			r := rowOf(f.text, p)
			f.meet(r, p.Name)
			u.who[i] = append(u.who[i], r)
		}
	}
}

// rows is how many were read, of joinings and of the roster.
func (u *unit) rows() int {
	n := len(u.roster.rows)
	for _, peers := range u.peers {
		n += len(peers)
	}
	return n
}

// forget lets go of all that was read.
func (u *unit) forget() { u.peers, u.who, u.errs = nil, nil, nil }

// reduce judges a unit with all its people, and keeps those who may be the person.
func (f *Follower) reduce(u *unit) {
	r := f.of(u.app)
	u.learnt = len(f.kin.learnt)
	u.mark()
	u.concerns = slices.ContainsFunc(u.roster.who, f.kin.has)
	for _, who := range u.who {
		u.concerns = u.concerns || slices.ContainsFunc(who, f.kin.has)
	}
	if u.concerns {
		u.judge(f, r)
	}
	u.forget()
}

// mark remembers whose joinings were read, in eight bytes each.
func (u *unit) mark() {
	u.marks = u.marks[:0]
	for _, who := range u.who {
		for _, r := range who {
			if r.id != "" {
				u.marks = append(u.marks, hash(idKey(r.id)))
			}
			if r.custom != "" {
				u.marks = append(u.marks, hash(customKey(r.custom)))
			}
		}
	}
	slices.Sort(u.marks)
	u.marks = slices.Clip(slices.Compact(u.marks))
}

// lacks reports whether somebody turned out to be of interest only after the unit's
// joinings were chosen.
func (u *unit) lacks(k *kin) bool {
	if !u.concerns && slices.ContainsFunc(u.roster.who, k.has) {
		return true
	}
	return slices.ContainsFunc(k.learnt[u.learnt:], func(h uint64) bool {
		_, there := slices.BinarySearch(u.marks, h)
		return there
	})
}

func (u *unit) judge(f *Follower, r *Reader) {
	rules := r.rules
	for _, s := range f.listed {
		ofMeeting := s.App == u.app && keyOf(r.meetingOf(s.Session)) == u.roster.meeting
		if ofMeeting && s.StartedAt.Before(u.sessions[0].StartedAt) {
			rules.Earlier = append(rules.Earlier, r.spanOf(s.Session))
		}
	}
	u.doubts, u.columns = nil, nil
	var held []attendance.Held
	mine := map[string][]attendance.Peer{}
	for i, s := range u.sessions {
		r.peers[s.ID] = u.peers[i]
		err := r.doubt(s)
		delete(r.peers, s.ID)
		if err != nil {
			u.doubts = append(u.doubts, Unread{SessionIn: SessionIn{s, u.app}, Why: err.Error()})
			continue
		}
		held = append(held, attendance.Held{ID: s.ID, Session: r.spanOf(s), Peers: u.peers[i], Read: true})
		for k, who := range u.who[i] {
			if f.kin.has(who) {
				mine[s.ID] = append(mine[s.ID], u.peers[i][k])
			}
		}
		f.kept += len(mine[s.ID])
	}
	columns, reopenings := attendance.Columns(held, u.roster.rows, rules)
	u.reopened = len(reopenings)
	for _, column := range columns {
		frames := attendance.Frames(column, u.roster.rows, rules)
		for i := range column {
			column[i].Peers, column[i].Frame = mine[column[i].ID], &frames[i]
		}
		u.columns = append(u.columns, column)
	}
}
