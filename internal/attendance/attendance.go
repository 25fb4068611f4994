// Package attendance holds the rules by which a roster and the peers of a
// session become an answer to "who was there?". It is pure: no clock, no I/O.
//
// Who is who. A peer belongs to the participant of the roster whose id is its
// user id; else to the one whose custom id it bears, where exactly one of the
// roster bears it; never by name, for anybody may take any name. All others are
// guests: one guest per user id, and without one each peer is somebody else.
//
// Who was invited. Everybody on the roster, but for those who were added after
// the session ended and did not come: they could not have.
//
// When. A peer is present from joining to leaving, both limited to the session,
// so that a clock which runs wrong cannot make anybody present longer than the
// session lasted. Without a joining time it is taken to join at the session's
// start. Without a leaving time it is here now in a live session, and stayed to
// the end of an ended one. One that left before it joined counts as joined, with
// no time present. Overlapping peers of one person (two devices, a reconnect
// before the old connection was noticed lost) count once: time present is the
// union of the intervals. Peers of a breakout room are given along with those
// of its session: being in the room is being in the session.
package attendance

import (
	"cmp"
	"slices"
	"time"
)

// Invited is somebody on the meeting's roster.
type Invited struct {
	ID, CustomID, Name, Preset string
	Added                      time.Time // zero is long ago
}

// Peer is one joining of the session. Zero times are unknown.
type Peer struct {
	ID, UserID, CustomID, Name, Preset string
	Joined, Left                       time.Time
}

// Session is the time span looked at. A live one has a zero End.
type Session struct{ Start, End time.Time }

// Interval is a time span within the session.
type Interval struct{ From, To time.Time }

// Visit is one person in one session.
type Visit struct {
	Session   Session // of a live one, the end is the time looked at
	Live      bool
	Peers     []string   // ids; at least one
	Intervals []Interval // apart from each other, in order; at least one
	Here      bool       // in a live session: has not left
}

// First is when they joined first.
func (v Visit) First() time.Time { return v.Intervals[0].From }

// Last is when they left last, or the time looked at while they are here.
func (v Visit) Last() time.Time { return v.Intervals[len(v.Intervals)-1].To }

// Late is how long after the session's start they joined first.
func (v Visit) Late() time.Duration { return v.First().Sub(v.Session.Start) }

// Early is how long before the end of an ended session they left last.
func (v Visit) Early() time.Duration {
	if v.Live {
		return 0
	}
	return v.Session.End.Sub(v.Last())
}

// Person is somebody who came.
type Person struct {
	ID       string // on the roster; a guest's user id, which may be empty
	CustomID string
	Name     string
	Preset   string
	Visits   []Visit // a session each, oldest first
}

// First is when they joined first.
func (p Person) First() time.Time { return p.Visits[0].First() }

// Last is when they left last, or the time looked at while they are here.
func (p Person) Last() time.Time { return p.Visits[len(p.Visits)-1].Last() }

// Here reports whether they are in a live session.
func (p Person) Here() bool {
	return slices.ContainsFunc(p.Visits, func(v Visit) bool { return v.Here })
}

// Joins is the number of their peers.
func (p Person) Joins() int {
	n := 0
	for _, v := range p.Visits {
		n += len(v.Peers)
	}
	return n
}

// Present is the time they were there.
func (p Person) Present() time.Duration {
	var d time.Duration
	for _, v := range p.Visits {
		for _, i := range v.Intervals {
			d += i.To.Sub(i.From)
		}
	}
	return d
}

// Result divides people in four.
type Result struct {
	Attended []Person  // invited and came, by the time they joined
	Absent   []Invited // invited and did not come, in the roster's order
	Guests   []Person  // came without being on the roster, by the time they joined
	Later    []Invited // on the roster, but added after the session's end
}

// Of applies the rules to one session. Now is the time looked at; it matters
// for a live session only.
func Of(s Session, roster []Invited, peers []Peer, now time.Time) Result {
	live := s.End.IsZero()
	if live {
		s.End = now
	}
	if s.End.Before(s.Start) {
		s.End = s.Start
	}
	find := finder(roster)
	byKey := map[string]*Person{}
	var order []*Person
	invited := map[*Person]int{} // index in the roster
	for _, peer := range peers {
		index, onRoster := find(peer)
		key := "guest\x00" + peer.UserID
		switch {
		case onRoster:
			key = "roster\x00" + roster[index].ID
		case peer.UserID == "":
			key = "peer\x00" + peer.ID
		}
		p, known := byKey[key]
		if !known {
			p = &Person{ID: peer.UserID, CustomID: peer.CustomID, Name: peer.Name, Preset: peer.Preset, Visits: []Visit{{Session: s, Live: live}}}
			if onRoster {
				r := roster[index]
				p.ID, p.CustomID, p.Name, p.Preset = r.ID, r.CustomID, cmp.Or(r.Name, peer.Name), r.Preset
				invited[p] = index
			}
			byKey[key] = p
			order = append(order, p)
		}
		v := &p.Visits[0]
		v.Peers = append(v.Peers, peer.ID)
		v.Intervals = append(v.Intervals, s.interval(peer))
		v.Here = v.Here || live && peer.Left.IsZero()
	}
	var out Result
	came := make([]bool, len(roster))
	for _, p := range order {
		p.Visits[0].Intervals = union(p.Visits[0].Intervals)
		if index, ok := invited[p]; ok {
			came[index] = true
			out.Attended = append(out.Attended, *p)
		} else {
			out.Guests = append(out.Guests, *p)
		}
	}
	for i, r := range roster {
		switch {
		case came[i]:
		case !live && r.Added.After(s.End):
			out.Later = append(out.Later, r)
		default:
			out.Absent = append(out.Absent, r)
		}
	}
	out.sort()
	return out
}

func (r *Result) sort() {
	byJoining := func(a, b Person) int { return a.First().Compare(b.First()) }
	slices.SortStableFunc(r.Attended, byJoining)
	slices.SortStableFunc(r.Guests, byJoining)
}

func finder(roster []Invited) func(Peer) (int, bool) {
	byID, byCustom := map[string]int{}, map[string]int{}
	for i, r := range roster {
		byID[r.ID] = i
		if _, twice := byCustom[r.CustomID]; twice {
			byCustom[r.CustomID] = -1
		} else {
			byCustom[r.CustomID] = i
		}
	}
	return func(p Peer) (int, bool) {
		if i, ok := byID[p.UserID]; ok && p.UserID != "" {
			return i, true
		}
		i, ok := byCustom[p.CustomID]
		return i, ok && i >= 0 && p.CustomID != ""
	}
}

func (s Session) interval(p Peer) Interval {
	from, to := p.Joined, p.Left
	if from.IsZero() {
		from = s.Start
	}
	if to.IsZero() {
		to = s.End
	}
	from = s.limit(from)
	to = s.limit(to)
	if to.Before(from) {
		to = from
	}
	return Interval{from, to}
}

func (s Session) limit(t time.Time) time.Time {
	if t.Before(s.Start) {
		return s.Start
	}
	if t.After(s.End) {
		return s.End
	}
	return t
}

// union merges intervals which overlap or touch.
func union(in []Interval) []Interval {
	slices.SortFunc(in, func(a, b Interval) int { return a.From.Compare(b.From) })
	out := in[:1]
	for _, i := range in[1:] {
		last := &out[len(out)-1]
		if i.From.After(last.To) {
			out = append(out, i)
			continue
		}
		if i.To.After(last.To) {
			last.To = i.To
		}
	}
	return out
}
