package attendance

// Over joins the results of several sessions of one roster, given oldest first.
// Who came to at least one attended; who was invited to at least one and came
// to none is absent. Guests are the same where their user id is; those without
// one are somebody else each time.
func Over(roster []Invited, results []Result) Result {
	if len(results) == 1 {
		return results[0]
	}
	attended, guests, absent := newMerger(), newMerger(), map[string]bool{}
	for _, r := range results {
		attended.add(r.Attended)
		guests.add(r.Guests)
		for _, p := range r.Absent {
			absent[p.ID] = true
		}
	}
	out := Result{Attended: attended.people, Guests: guests.people}
	for _, p := range roster {
		_, came := attended.index[p.ID]
		switch {
		case came:
		case absent[p.ID]:
			out.Absent = append(out.Absent, p)
		default:
			out.Later = append(out.Later, p)
		}
	}
	out.sort()
	return out
}

// merger collects the visits of each person.
type merger struct {
	people []Person
	index  map[string]int
}

func newMerger() *merger { return &merger{index: map[string]int{}} }

func (m *merger) add(people []Person) {
	for _, p := range people {
		at, known := m.index[p.ID]
		if known && p.ID != "" {
			m.people[at].Visits = append(m.people[at].Visits, p.Visits...)
			continue
		}
		m.index[p.ID] = len(m.people)
		m.people = append(m.people, p)
	}
}
