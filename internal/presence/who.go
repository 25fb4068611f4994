package presence

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
)

// fit is how well somebody fits what a caller says of a person.
type fit byte

const (
	holds fit = iota + 1 // the name holds the words
	named                // the name is the text
	known                // an id or the custom id is the text
)

// fitOf is 0 if nothing fits.
func fitOf(text, name, custom string, ids ...string) fit {
	if strings.EqualFold(strings.TrimSpace(custom), text) ||
		slices.ContainsFunc(ids, func(id string) bool { return strings.EqualFold(id, text) }) {
		return known
	}
	switch {
	case name == "" || !match.Holds(name, text):
		return 0
	case match.Same(name, text):
		return named
	}
	return holds
}

// row is what a roster's row or a joining tells of who somebody is.
type row struct {
	id, custom string // user id, and custom id as attendance.CustomKey has it
	peer       string // of a joining without a user id
	fit        fit
}

func rowOf(text string, p attendance.Peer) row {
	r := row{id: p.UserID, custom: attendance.CustomKey(p.CustomID), fit: fitOf(text, p.Name, p.CustomID, p.UserID, p.ID)}
	if r.id == "" {
		r.peer = p.ID
	}
	return r
}

func rowOfInvited(text string, i attendance.Invited) row {
	return row{id: i.ID, custom: attendance.CustomKey(i.CustomID), fit: fitOf(text, i.Name, i.CustomID, i.ID)}
}

// kin are the ids of those who fit, and of all who may be one person with one of
// them: who has the same user id or custom id.
type kin struct {
	fits   map[string]fit // by key
	keys   map[string]bool
	learnt []uint64       // hashes of keys, in the order in which they were learnt
	under  map[string]int // how many a custom id has brought that do not fit themselves
}

// maxKin bounds those whom one custom id brings. An id of so many is shared, or they
// are one person many times over.
const maxKin = 500

func newKin() kin {
	return kin{fits: map[string]fit{}, keys: map[string]bool{}, under: map[string]int{}}
}

func idKey(id string) string         { return "i" + id }
func customKey(custom string) string { return "c" + custom }
func peerKey(peer string) string     { return "p" + peer }

// take reports whether a row is of somebody who fits, or of their kin, and learns
// its ids.
func (k *kin) take(r row) bool {
	byID := r.id != "" && k.keys[idKey(r.id)]
	if r.fit == 0 && !byID {
		if r.custom == "" || !k.keys[customKey(r.custom)] || k.under[r.custom] >= maxKin {
			return false
		}
		k.under[r.custom]++
	}
	if r.id != "" {
		k.learn(idKey(r.id))
	}
	if r.custom != "" {
		k.learn(customKey(r.custom))
	}
	if r.fit > 0 {
		key := idKey(r.id)
		if r.id == "" {
			key = peerKey(r.peer)
		}
		k.fits[key] = max(k.fits[key], r.fit)
	}
	return true
}

func (k *kin) learn(key string) {
	if !k.keys[key] {
		k.keys[key] = true
		k.learnt = append(k.learnt, hash(key))
	}
}

// has reports whether take has taken a row in, or one like it.
func (k *kin) has(r row) bool {
	return r.fit > 0 || r.id != "" && k.keys[idKey(r.id)] ||
		r.id == "" && r.custom != "" && k.keys[customKey(r.custom)]
}

// fitOf is how well a person fits, by any of their rows and joinings.
func (k *kin) fitOf(p attendance.Person) fit {
	best := fit(0)
	for _, id := range p.IDs {
		best = max(best, k.fits[idKey(id)])
	}
	for _, v := range p.Visits {
		for _, peer := range v.Peers {
			best = max(best, k.fits[peerKey(peer)])
		}
	}
	return best
}

// hash is FNV-1a.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// closest are the names that differ least from a text.
type closest struct {
	text string // as match.Key has it
	list []near
	seen map[uint64]bool // names of the list, and others
}

type near struct {
	name string
	far  int
}

const maxClosest = 5

func newClosest(text string) closest {
	return closest{text: clip(match.Key(text)), seen: map[uint64]bool{}}
}

// clip bounds what is compared letter by letter.
func clip(s string) string { return s[:min(len(s), 60)] }

func (c *closest) add(name string) {
	key := match.Key(name)
	h := hash(key)
	if key == "" || c.seen[h] || len(c.seen) > 1<<16 {
		return
	}
	c.seen[h] = true
	far := match.Distance(clip(key), c.text)
	for word := range strings.FieldsSeq(name) {
		if word = clip(match.Key(word)); word != "" {
			far = min(far, match.Distance(word, c.text))
		}
	}
	n := near{name, far}
	at, _ := slices.BinarySearchFunc(c.list, n, func(a, b near) int {
		return cmp.Or(a.far-b.far, strings.Compare(a.name, b.name))
	})
	c.list = slices.Insert(c.list, at, n)
	c.list = c.list[:min(len(c.list), maxClosest)]
}

// names are those that a slip of the pen may have meant.
func (c *closest) names() (out []string) {
	for _, n := range c.list {
		if n.far <= max(2, len([]rune(c.text))/2) {
			out = append(out, n.name)
		}
	}
	return out
}
