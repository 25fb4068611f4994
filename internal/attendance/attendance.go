// Package attendance holds the rules by which a roster and the joinings of a
// session become an answer to "who was there?". It is pure: no clock, no I/O.
// The rules are stated for users in docs/attendance.md.
package attendance

import (
	"slices"
	"time"
)

// Invited is a row of a meeting's roster.
type Invited struct {
	ID, CustomID, Name, Preset string
	Added                      time.Time // zero is long ago
	Meeting                    string    // whose roster; empty if it counts for all sessions
}

// countsIn reports whether a row counts for sessions of a meeting.
func (i Invited) countsIn(meeting string) bool { return i.Meeting == "" || i.Meeting == meeting }

// Event tells that the connection behind a joining came or went. A reconnect
// that keeps its peer id shows in nothing else.
type Event struct {
	At      time.Time
	Leaving bool // else joining
}

// Peer is one joining of a session. Zero times are unknown.
type Peer struct {
	ID, UserID, CustomID, Name, Preset string
	Joined, Left                       time.Time
	Events                             []Event // in any order; none if the API did not tell
	Room                               string  // id of the breakout room's session, empty in the session itself
}

// Session is a time span in a meeting. Both ends may be zero, which is unknown: of
// a session whose end is unknown, Ended tells that it is over, else it is live.
type Session struct {
	Start, End time.Time
	Ended      bool
	Meeting    string // rows of other meetings' rosters do not count for it; empty is unknown
}

// Live reports whether the session goes on.
func (s Session) Live() bool { return s.End.IsZero() && !s.Ended }

// Held is a session that was held, with the joinings of it and its rooms.
type Held struct {
	ID string
	Session
	Peers []Peer
	Read  bool   // Peers were read; only Choose and Columns ask
	Frame *Frame // what all its people tell of it, if Peers are only some; nil if they are all
}

// Rules are what a caller may set. The zero value judges ended sessions.
type Rules struct {
	Now                          time.Time // the time looked at; matters for live sessions
	ScheduledStart, ScheduledEnd time.Time // override the moments that late and early are counted from; zero is none
	LeaveOut                     []string  // presets whose people count nowhere; case is ignored
	Earlier                      []Session // earlier sessions that were read, to tell what the rosters are
}

// Interval is a time span within the session.
type Interval struct{ From, To time.Time }

// Kind is what a person did while they were not in the session itself.
type Kind byte

// The kinds of gap. A move between the session and a room that takes less than
// a minute is none.
const (
	Gone        Kind = iota + 1 // for a minute or longer, and came back
	Reconnected                 // for less than a minute, and came back
	InRoom                      // in a breakout room, which is time present
)

// Gap is a time span that a person was not in the session itself.
type Gap struct {
	Interval
	Kind Kind
}

// Stay is a time span in one breakout room.
type Stay struct {
	Interval
	Room string // id of its session
}

// Visit is one person in one session, or in two that are taken together.
type Visit struct {
	Session    Session       // as lived: see Result.Start and Result.End
	Lived      time.Duration // how long it lasted, without a pause between two; 0 is unknown
	Live       bool          // the session goes on, and somebody is in it
	LateFrom   time.Time
	EarlyFrom  time.Time  // zero: it is too early to tell
	Peers      []string   // ids; at least one
	Intervals  []Interval // present, rooms included; apart from each other, in order; at least one
	Away       []Gap      // in order
	Rooms      []Stay     // in order
	Devices    int        // most joinings at once for a minute or longer; at least 1
	Reconnects int        // breaks under a minute, and joinings that took over from one another
	Here       bool       // in a live session: has not left

	// No time was given, so that the session's begin or end stands in for it.
	FirstAssumed, LastAssumed bool
}

// First is when they joined first.
func (v Visit) First() time.Time { return v.Intervals[0].From }

// Last is when they left last, or the time looked at while they are here.
func (v Visit) Last() time.Time { return v.Intervals[len(v.Intervals)-1].To }

// Late is how long after LateFrom they joined first; never negative.
func (v Visit) Late() time.Duration { return max(0, v.First().Sub(v.LateFrom)) }

// Early is how long before EarlyFrom they left last; never negative, and 0 while
// it is too early to tell.
func (v Visit) Early() time.Duration {
	if v.EarlyFrom.IsZero() || v.Here {
		return 0
	}
	return max(0, v.EarlyFrom.Sub(v.Last()))
}

// LateMinutes is Late in minutes as clocks show them: see Minutes.
func (v Visit) LateMinutes() int { return max(0, Minutes(v.LateFrom, v.First())) }

// EarlyMinutes is Early in minutes as clocks show them: see Minutes.
func (v Visit) EarlyMinutes() int {
	if v.Early() == 0 {
		return 0
	}
	return max(0, Minutes(v.Last(), v.EarlyFrom))
}

// Minutes is the number of minutes between two moments as clocks show them, so
// that a table which shows 14:00 and 14:16 never says 17 minutes: seconds are
// cut off before the subtraction, as they are where a time is shown as 15:04.
// It is negative if the first is the later.
func Minutes(from, to time.Time) int {
	return int(to.Truncate(time.Minute).Sub(from.Truncate(time.Minute)) / time.Minute)
}

// Person is somebody who came or was invited. Who this is and what they are called
// is told by the rosters of all meetings; Rows, Added and Preset are by the rows
// that count for the sessions of the result.
type Person struct {
	Key            int      // the same for one person in all results of one call of Series
	ID             string   // the first of IDs, or empty
	IDs            []string // on the roster, then user ids that are not: all that this person goes by
	Rows           int      // rows of the roster that are this person; 0 is a guest
	CustomID       string
	Name           string
	Preset         string
	Added          time.Time // to the roster, first; zero is long ago
	DifferentNames bool      // somebody else bears the same custom id under a name that does not agree
	SharedID       bool      // three or more people bear this custom id, so that it tells nobody apart
	Visits         []Visit   // a session each, oldest first; none if they did not come

	rows    []int // that count, in the roster
	newcome bool  // added just before coming, or in an earlier session
}

// First is when they joined first.
func (p Person) First() time.Time { return p.Visits[0].First() }

// Last is when they left last, or the time looked at while they are here.
func (p Person) Last() time.Time { return p.Visits[len(p.Visits)-1].Last() }

// Here reports whether they are in a live session.
func (p Person) Here() bool {
	return slices.ContainsFunc(p.Visits, func(v Visit) bool { return v.Here })
}

// Stranger reports whether nothing tells this person from another in the next session.
func (p Person) Stranger() bool { return p.ID == "" && p.Rows == 0 && (p.CustomID == "" || p.SharedID) }

// Joins is the number of their joinings.
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
		d += v.Present()
	}
	return d
}

// Result divides people in four.
type Result struct {
	Attended []Person // on the roster and came, by the time they joined
	Absent   []Person // on the roster and did not come, in the roster's order
	Guests   []Person // came without being on the roster, by the time they joined
	Later    []Person // on the roster, but added after the session's end; did not come

	Start, End time.Time // as lived: the end is when the last person left, at most the session's; zero is unknown
	Parts      []Session // the same of each session, if two are taken together
	LateFrom   time.Time // when two people were there first, or the scheduled start
	EarlyFrom  time.Time // when two people were there last, or the scheduled end; zero: too early to tell
	Live       bool      // the session goes on, maybe with nobody in it
	OverSince  time.Time // of a live session that all have left: since when

	LeftOut    int      // people left out by preset
	JustInTime bool     // the roster holds who came, not who was expected
	SharedIDs  []string // custom ids that three or more people bear, in order

	left   []int         // keys of people left out
	length time.Duration // of the sessions, as far as it is known
	vague  bool          // the length of one is not known
}

// Lived is how long the session lasted, without the pause between two taken together.
func (r Result) Lived() time.Duration {
	var spans []Interval
	for _, p := range r.Parts {
		if !p.Start.IsZero() && p.End.After(p.Start) {
			spans = append(spans, Interval{p.Start, p.End})
		}
	}
	if len(spans) == 0 {
		return 0
	}
	var d time.Duration
	for _, i := range union(spans) {
		d += i.To.Sub(i.From)
	}
	return d
}
