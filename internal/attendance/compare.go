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
	Marks   []Mark // a session or group each, oldest first

	Invitations int // sessions or groups that they were invited to
	Kept        int // those of them that they came to
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

// Streak is how many of the latest sessions they missed in a row. Those that they
// were not invited to neither count nor break it.
func (r Record) Streak() int {
	n := 0
	for _, mark := range slices.Backward(r.Marks) {
		switch mark {
		case Missed:
			n++
		case Came:
			return n
		}
	}
	return n
}

// LongestStreak is the largest number of sessions they missed in a row: see
// Record.Streak.
func (r Record) LongestStreak() int {
	longest, n := 0, 0
	for _, mark := range r.Marks {
		switch mark {
		case Missed:
			n++
		case Came:
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

// A Group is one session of a comparison, or several that count as one.
type Group struct {
	Results  int // that are in it
	Invited  int // people invited to at least one of them
	Attended int // those who came to at least one that they were invited to
	Guests   int // people who came, and were invited to none
}

// Rate is how many of the invited came, in percent from 0 to 100, rounded half up.
// It is not known if nobody was invited.
func (g Group) Rate() (percent int, known bool) { return rate(g.Attended, g.Invited) }

// Rate is to how many of the sessions that they were invited to somebody came: see
// Group.Rate.
func (r Record) Rate() (percent int, known bool) { return rate(r.Kept, r.Invitations) }

// Compare follows the people of the roster, in its order, then guests, over the
// results of one call of Series, oldest first. Strangers are left out, for they
// are somebody else each time.
func Compare(results []Result) []Record {
	of := make([]int, len(results))
	for i := range of {
		of[i] = i
	}
	records, _ := CompareGroups(results, of)
	return records
}

// CompareGroups is Compare with a mark for each group of results, such as those of
// a week. The group of a result is a number that starts at 0 and never falls; none
// is without a result. Somebody came to a group if they came to one of the sessions that
// they were invited to, and missed it if they came to none of these. Whoever was
// invited to none came to it if they came at all.
func CompareGroups(results []Result, group []int) ([]Record, []Group) {
	if len(results) == 0 {
		return nil, nil
	}
	c := comparison{groups: make([]Group, group[len(group)-1]+1), people: map[int]*compared{}}
	for i := range results {
		c.groups[group[i]].Results++
		for _, p := range results[i].Attended {
			c.see(p, group[i], kept|invited)
		}
		for _, p := range results[i].Absent {
			c.see(p, group[i], invited)
		}
		for _, p := range results[i].Guests {
			c.see(p, group[i], came)
		}
		for _, p := range results[i].Later {
			c.see(p, group[i], 0)
		}
	}
	slices.Sort(c.keys) // the roster's people come first: see persons
	records := make([]Record, len(c.keys))
	for i, k := range c.keys {
		records[i] = c.people[k].record(c.groups)
	}
	return records, c.groups
}

// standing is what one group was to somebody.
type standing byte

const (
	invited standing = 1 << iota
	kept             // an invitation
	came             // without one
)

type compared struct {
	Person
	groups []standing
}

type comparison struct {
	groups []Group
	people map[int]*compared
	keys   []int
}

func (c *comparison) see(p Person, group int, what standing) {
	if p.Stranger() {
		if what == came {
			c.groups[group].Guests++
		}
		return
	}
	known := c.people[p.Key]
	if known == nil {
		c.keys = append(c.keys, p.Key)
		p.Visits = slices.Clip(p.Visits)
		known = &compared{p, make([]standing, len(c.groups))}
		c.people[p.Key] = known
	} else {
		known.join(p)
	}
	known.groups[group] |= what
}

// record makes the marks, and counts somebody in each group.
func (c *compared) record(groups []Group) Record {
	r := Record{Person: c.Person, Invited: c.Rows > 0, Marks: make([]Mark, len(groups))}
	for i, saw := range c.groups {
		r.Marks[i] = NotInvited
		switch {
		case saw&kept != 0:
			r.Marks[i] = Came
			r.Kept++
			r.Invitations++
			groups[i].Attended++
			groups[i].Invited++
		case saw&invited != 0:
			r.Marks[i] = Missed
			r.Invitations++
			groups[i].Invited++
		case saw&came != 0:
			r.Marks[i] = Came
			groups[i].Guests++
		}
	}
	return r
}
