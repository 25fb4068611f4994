package recap

import (
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
)

// Voice tells the lines of one speaker from all others. The zero value is that of
// nobody.
type Voice struct {
	text    string
	exactly bool // somebody has just that name or id, so that no longer name fits
}

// Voice is the speaker whom a text means: by name, by custom id, or by the id of
// the peer or on the roster.
func (x Index) Voice(text string) Voice {
	v := Voice{text: strings.TrimSpace(text)}
	v.exactly = slices.ContainsFunc(x.people, func(p Person) bool {
		return v.isID(p.CustomID) || v.same(p.Name) || slices.ContainsFunc(p.IDs, v.isID)
	})
	return v
}

// Means lists the people whom the voice may be.
func (x Index) Means(v Voice) []Person {
	return slices.DeleteFunc(slices.Clone(x.people), func(p Person) bool { return !v.Said(Line{}, &p) })
}

// Said reports whether a line is the speaker's. P is who said it as
// Index.Attribute found, or nil.
func (v Voice) Said(l Line, p *Person) bool {
	if v.text == "" {
		return false
	}
	name := l.Name
	if p != nil {
		if v.isID(p.CustomID) || slices.ContainsFunc(p.IDs, v.isID) || v.Called(p.Name) {
			return true
		}
		if p.Name != "" {
			name = "" // whoever joined may have taken any
		}
	}
	return v.isID(l.CustomID) || v.isID(l.User) || v.isID(l.Peer) || v.Called(name)
}

// Called reports whether the speaker may have a name.
func (v Voice) Called(name string) bool {
	return name != "" && (v.same(name) || !v.exactly && match.Key(v.text) != "" && match.Holds(name, v.text))
}

func (v Voice) same(name string) bool { return match.Key(v.text) != "" && match.Same(name, v.text) }

func (v Voice) isID(id string) bool { return id != "" && strings.EqualFold(id, v.text) }
