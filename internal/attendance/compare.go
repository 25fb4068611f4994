package attendance

import (
	"slices"
	"time"
)

// Mark is what one session was to one person.
type Mark byte

// The marks. Who was added to the roster after a session ended has not missed it.
const (
	Came       Mark = 'x'
	Missed     Mark = '-'
	NotInvited Mark = '.'
)

// Record is one person over several sessions.
type Record struct {
	Person
	Invited bool
	Marks   []Mark // a session each, oldest first
	Present time.Duration
}

// Came is how many sessions they came to.
func (r Record) Came() int { return r.count(Came) }

// Missed is how many they missed.
func (r Record) Missed() int { return r.count(Missed) }

func (r Record) count(m Mark) int {
	n := 0
	for _, mark := range r.Marks {
		if mark == m {
			n++
		}
	}
	return n
}

// Streak is how many of the latest sessions they missed in a row.
func (r Record) Streak() int {
	n := 0
	for _, mark := range slices.Backward(r.Marks) {
		if mark != Missed {
			break
		}
		n++
	}
	return n
}

// FirstTimer reports whether the latest of several sessions is the only one they came to.
func (r Record) FirstTimer() bool {
	return len(r.Marks) > 1 && r.Came() == 1 && r.Marks[len(r.Marks)-1] == Came
}

// Meeting is one session with its result.
type Meeting struct {
	Session Session
	Result  Result
}

// Compare follows the people of the roster, in its order, then guests, over
// sessions given oldest first. Guests are the same where their user id is;
// those without one are strangers each time and are left out.
func Compare(roster []Invited, sessions []Meeting) []Record {
	records := make([]Record, 0, len(roster))
	index := map[string]int{}
	for _, p := range roster {
		r := Record{Person: Person{ID: p.ID, CustomID: p.CustomID, Name: p.Name, Preset: p.Preset}, Invited: true}
		for _, s := range sessions {
			mark := Missed
			if !s.Session.End.IsZero() && p.Added.After(s.Session.End) {
				mark = NotInvited
			}
			r.Marks = append(r.Marks, mark)
		}
		index[p.ID] = len(records)
		records = append(records, r)
	}
	for i, s := range sessions {
		for _, p := range slices.Concat(s.Result.Attended, s.Result.Guests) {
			if p.ID == "" {
				continue
			}
			at, known := index[p.ID]
			if !known {
				at = len(records)
				index[p.ID] = at
				records = append(records, Record{Person: Person{ID: p.ID, CustomID: p.CustomID, Name: p.Name, Preset: p.Preset}, Marks: slices.Repeat([]Mark{NotInvited}, len(sessions))})
			}
			records[at].Marks[i] = Came
			records[at].Present += p.Present()
			records[at].Joins += p.Joins
		}
	}
	return records
}
