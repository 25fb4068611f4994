package recap

import (
	"cmp"
	"slices"
	"strings"
)

// Person is somebody who was in the session.
type Person struct {
	IDs      []string // of the person and of each of their peers
	CustomID string
	Name     string
}

// Index finds the person behind a line: by id, else by a custom id that one
// person alone bears. Anybody may take any name, so names match nobody.
type Index struct {
	people   []Person
	byID     map[string]int
	byCustom map[string]int
}

// NewIndex returns an index of people.
func NewIndex(people []Person) Index {
	x := Index{people: people, byID: map[string]int{}, byCustom: map[string]int{}}
	for i, p := range people {
		for _, id := range p.IDs {
			x.byID[id] = i
		}
		if _, twice := x.byCustom[p.CustomID]; twice {
			x.byCustom[p.CustomID] = -1
		} else {
			x.byCustom[p.CustomID] = i
		}
	}
	delete(x.byID, "")
	delete(x.byCustom, "")
	return x
}

// Find returns who said a line.
func (x Index) Find(l Line) (Person, bool) {
	for _, id := range l.IDs {
		if i, ok := x.byID[id]; ok {
			return x.people[i], true
		}
	}
	if i, ok := x.byCustom[l.CustomID]; ok && i >= 0 {
		return x.people[i], true
	}
	return Person{}, false
}

// Speaker is somebody with what they said.
type Speaker struct {
	Name     string // of the person where known, else as the text gives it
	CustomID string
	Attended bool // found among the session's people
	Lines    int
	Words    int
}

// Speakers counts lines and words, most words first.
func (x Index) Speakers(lines []Line) []Speaker {
	var out []Speaker
	index := map[string]int{}
	for _, l := range lines {
		s := Speaker{Name: l.Name, CustomID: l.CustomID}
		key := "name\x00" + l.Name + "\x00" + l.CustomID
		if p, ok := x.Find(l); ok {
			s = Speaker{Name: cmp.Or(p.Name, l.Name), CustomID: p.CustomID, Attended: true}
			key = "person\x00" + p.IDs[0]
		}
		at, known := index[key]
		if !known {
			at = len(out)
			index[key] = at
			out = append(out, s)
		}
		out[at].Lines++
		out[at].Words += len(strings.Fields(l.Text))
	}
	slices.SortStableFunc(out, func(a, b Speaker) int { return b.Words - a.Words })
	return out
}
