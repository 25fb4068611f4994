package recap

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Person is somebody who was in the session.
type Person struct {
	IDs      []string // of the person and of each of their peers
	CustomID string
	Name     string
}

// Match says how the person behind a line was found.
type Match int

// The ways to find a person.
const (
	Unmatched Match = iota
	ByID
	ByName // in a caption; somebody else may have taken the name
)

// Index finds the person behind a line: by the id of the peer, by the id on the roster,
// or by a custom id that only one person has. Anybody can take any name, so names do not
// match, except in captions, which have nothing else. There a name matches if only one
// person has it.
type Index struct {
	people   []Person
	byID     map[string]int
	byCustom map[string]int
	byName   map[string]int
}

// NewIndex returns an index of people.
func NewIndex(people []Person) Index {
	x := Index{people: people, byID: map[string]int{}, byCustom: map[string]int{}, byName: map[string]int{}}
	for i, p := range people {
		for _, id := range p.IDs {
			x.byID[id] = i
		}
		alone(x.byCustom, p.CustomID, i)
		alone(x.byName, fold(p.Name), i)
	}
	delete(x.byID, "")
	delete(x.byCustom, "")
	delete(x.byName, "")
	return x
}

// alone adds a key for a person, or marks it with -1 if several have it.
func alone(index map[string]int, key string, i int) {
	if _, twice := index[key]; twice {
		i = -1
	}
	index[key] = i
}

// fold makes names equal that differ only in white space or case.
func fold(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// Attribute finds who said a line. If it is a caption, Attribute moves the name from the
// beginning of the text to Name: the name of somebody who was there, or else what comes
// before the first colon.
func (x Index) Attribute(l Line) (Line, *Person, Match) {
	if l.Caption && l.Name == "" {
		l.Name, l.Text = x.named(l.Text)
	}
	i, how := x.find(l)
	if how == Unmatched {
		return l, nil, how
	}
	return l, &x.people[i], how
}

func (x Index) find(l Line) (int, Match) {
	for _, id := range [...]string{l.Peer, l.User} {
		if id == "" {
			continue
		}
		if i, ok := x.byID[id]; ok {
			return i, ByID
		}
	}
	if l.CustomID != "" {
		if i, ok := x.byCustom[l.CustomID]; ok && i >= 0 {
			return i, ByID
		}
	}
	if l.Caption && l.Name != "" {
		if i, ok := x.byName[fold(l.Name)]; ok && i >= 0 {
			return i, ByName
		}
	}
	return 0, Unmatched
}

const maxNamed = 200 // bytes of a name at the beginning of a caption

// named splits "Name: text". A name may hold a colon itself.
func (x Index) named(s string) (name, text string) {
	head := s[:min(len(s), maxNamed)]
	if i := strings.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	first := -1
	for i := len(head) - 1; i >= 0; i-- {
		if head[i] != ':' || i+1 < len(s) && s[i+1] != ' ' && s[i+1] != '\n' {
			continue
		}
		if _, ok := x.byName[fold(head[:i])]; ok {
			first = i
			break
		}
		first = i
	}
	if first < 0 {
		return "", s
	}
	return strings.TrimSpace(head[:first]), strings.TrimSpace(s[first+1:])
}

// Speaker is somebody with what they said.
type Speaker struct {
	Name     string // of the person, or as the text gives it if nobody matches
	CustomID string
	Match    Match
	Lines    int
	Words    int
}

// maxSpeakers is how many speakers are counted separately.
const maxSpeakers = 2000

// Tally counts lines and words of speakers. Use NewTally to make one.
type Tally struct {
	index    map[speakerKey]int
	speakers []Speaker
	keys     []speakerKey // of speakers
	last     int          // the last speaker
	named    bool
	Others   Speaker // all speakers beyond the first maxSpeakers
}

type speakerKey struct {
	person       *Person
	name, custom string
}

// NewTally returns an empty tally.
func NewTally() *Tally { return &Tally{index: map[speakerKey]int{}} }

// Add counts a line, with what Index.Attribute returned.
func (t *Tally) Add(l Line, p *Person, how Match) {
	s := Speaker{Name: l.Name, CustomID: l.CustomID}
	key := speakerKey{name: l.Name, custom: l.CustomID}
	if how != Unmatched {
		s = Speaker{Name: cmp.Or(p.Name, l.Name), CustomID: p.CustomID, Match: how}
		key = speakerKey{person: p}
	}
	t.named = t.named || how != Unmatched || l.Name != "" || l.CustomID != "" || l.Peer != "" || l.User != ""
	s.Lines, s.Words = 1, words(l.Text)
	t.add(key, s)
}

func (t *Tally) add(key speakerKey, s Speaker) {
	to := &t.Others
	if n := t.last; n < len(t.keys) && t.keys[n] == key {
		to = &t.speakers[n] // the same speaker goes on
	} else if at, known := t.index[key]; known {
		t.last, to = at, &t.speakers[at]
	} else if len(t.speakers) < maxSpeakers {
		t.index[key] = len(t.speakers)
		t.speakers, t.keys = append(t.speakers, s), append(t.keys, key)
		return
	}
	to.Lines += s.Lines
	to.Words += s.Words
}

// Merge adds what another tally counted with the same index.
func (t *Tally) Merge(other *Tally) {
	for i, s := range other.speakers {
		t.add(other.keys[i], s)
	}
	t.named = t.named || other.named
	t.Others.Lines += other.Others.Lines
	t.Others.Words += other.Others.Words
}

// Speakers returns the speakers, most words first, or nil if the text names nobody.
func (t *Tally) Speakers() []Speaker {
	if !t.named {
		return nil
	}
	out := slices.Clone(t.speakers)
	slices.SortStableFunc(out, func(a, b Speaker) int { return b.Words - a.Words })
	return out
}

// words returns len(strings.Fields(s)) without the slice.
func words(s string) (n int) {
	within := false
	for _, c := range s {
		space := unicode.IsSpace(c)
		if within && space {
			within = false
		} else if !within && !space {
			within = true
			n++
		}
	}
	return n
}
