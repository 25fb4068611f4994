package attendance

import "slices"

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
	Person  // with no visit where they never came
	Invited bool
	Marks   []Mark // a session each, oldest first
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

// LongestStreak is the largest number of sessions they missed in a row.
func (r Record) LongestStreak() int {
	longest, n := 0, 0
	for _, mark := range r.Marks {
		n++
		if mark != Missed {
			n = 0
		}
		longest = max(longest, n)
	}
	return longest
}

// FirstTimer reports whether the latest of several sessions is the only one they came to.
func (r Record) FirstTimer() bool {
	return len(r.Marks) > 1 && r.Came() == 1 && r.Marks[len(r.Marks)-1] == Came
}

// Compare follows the people of the roster, in its order, then guests, over
// results given oldest first. Guests are the same where their user id is; those
// without one are strangers each time and are left out.
func Compare(roster []Invited, results []Result) []Record {
	records := make([]Record, 0, len(roster))
	index := map[string]int{}
	record := func(p Person, invited bool) *Record {
		at, known := index[p.ID]
		if !known {
			at = len(records)
			index[p.ID] = at
			records = append(records, Record{Person: p, Invited: invited, Marks: slices.Repeat([]Mark{NotInvited}, len(results))})
		}
		return &records[at]
	}
	for _, p := range roster {
		record(Person{ID: p.ID, CustomID: p.CustomID, Name: p.Name, Preset: p.Preset}, true)
	}
	for i, result := range results {
		for _, p := range result.Absent {
			record(Person{ID: p.ID}, true).Marks[i] = Missed
		}
		for _, p := range slices.Concat(result.Attended, result.Guests) {
			if p.ID == "" {
				continue
			}
			visits := p.Visits
			p.Visits = nil
			r := record(p, false)
			r.Marks[i] = Came
			r.Visits = append(r.Visits, visits...)
		}
	}
	return records
}
