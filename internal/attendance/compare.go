package attendance

import "slices"

// Mark is what one session was to one person.
type Mark byte

// The marks. Who was added to the roster after a session ended has not missed it,
// nor has who is on the roster of another meeting alone.
const (
	Came       Mark = 'x'
	Missed     Mark = '-'
	NotInvited Mark = '.'
)

// Record is one person over several sessions.
type Record struct {
	Person         // with no visit where they never came
	Invited bool   // to at least one of the sessions
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

// Compare follows the people of the roster, in its order, then guests, over the
// results of one call of Series, oldest first. Strangers are left out, for they
// are somebody else each time.
func Compare(results []Result) []Record {
	index := map[int]*Record{}
	var keys []int
	for i := range results {
		for _, p := range results[i].everybody() {
			if p.Stranger() {
				continue
			}
			r := index[p.Key]
			if r == nil {
				keys = append(keys, p.Key)
				r = &Record{Person: p, Marks: slices.Repeat([]Mark{NotInvited}, len(results))}
				r.Visits = slices.Clip(p.Visits)
				index[p.Key] = r
			} else {
				r.join(p)
			}
			r.Invited = r.Rows > 0
			if len(p.Visits) > 0 {
				r.Marks[i] = Came
			}
		}
		for _, p := range results[i].Absent {
			index[p.Key].Marks[i] = Missed
		}
	}
	slices.Sort(keys) // the roster's people come first: see persons
	records := make([]Record, len(keys))
	for i, k := range keys {
		records[i] = *index[k]
	}
	return records
}
