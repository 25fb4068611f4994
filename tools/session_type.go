package tools

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// attended reports whether a session is one that people attend: livestreams and
// the like are sessions too.
func attended(s client.Session) bool { return s.Type == "" || s.Type == "meeting" }

// otherSessions counts sessions of other types, which no answer is about.
type otherSessions map[string]int

func (o *otherSessions) add(s client.Session) {
	if *o == nil {
		*o = otherSessions{}
	}
	kind := untrusted.Line(s.Type, 20)
	if _, is := (*o)[kind]; !is && len(*o) >= maxKinds {
		kind = "other"
	}
	(*o)[kind]++
}

const maxKinds = 5 // named in a note

func (o otherSessions) sum() int {
	n := 0
	for _, count := range o {
		n += count
	}
	return n
}

// note is empty if there were none.
func (o otherSessions) note() string {
	if len(o) == 0 {
		return ""
	}
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(o)) {
		kinds = append(kinds, fmt.Sprintf("%d of type %s", o[kind], kind))
	}
	return fmt.Sprintf("%s left out, for only those of type meeting are attended: %s.",
		people(o.sum(), "session was", "sessions were"), strings.Join(kinds, ", "))
}
