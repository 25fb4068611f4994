package which

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Attended reports whether a session is one that people attend: livestreams and
// the like are sessions too.
func Attended(s client.Session) bool { return s.Type == "" || s.Type == "meeting" }

// OtherSessions counts sessions of other types, which no answer is about.
type OtherSessions map[string]int

// Add counts a session.
func (o *OtherSessions) Add(s client.Session) {
	if *o == nil {
		*o = OtherSessions{}
	}
	kind := untrusted.Line(s.Type, 20)
	if _, is := (*o)[kind]; !is && len(*o) >= maxKinds {
		kind = "other"
	}
	(*o)[kind]++
}

const maxKinds = 5 // named in a note

// Sum is how many there are of all types.
func (o OtherSessions) Sum() int {
	n := 0
	for _, count := range o {
		n += count
	}
	return n
}

// Note is empty if there were none.
func (o OtherSessions) Note() string {
	if len(o) == 0 {
		return ""
	}
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(o)) {
		kinds = append(kinds, fmt.Sprintf("%d of type %s", o[kind], kind))
	}
	return fmt.Sprintf("%s left out, for only those of type meeting are attended: %s.",
		prose.Count(o.Sum(), "session was", "sessions were"), strings.Join(kinds, ", "))
}

func (o *OtherSessions) merge(more OtherSessions) {
	for kind, n := range more {
		if *o == nil {
			*o = OtherSessions{}
		}
		(*o)[kind] += n
	}
}
