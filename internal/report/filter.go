package report

import (
	"fmt"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
)

// A Filter keeps some of the people of an answer, and says whom.
type Filter struct {
	Keep      func(attendance.Person) bool
	One, More string // what they did, of one and of several: "was in the session at 14:20"
}

// kept says how many of all are listed, and why. It is empty without a filter. A
// filter that nobody fits is said too.
func kept(fit, all int, filters []Filter) string {
	if len(filters) == 0 {
		return ""
	}
	var did []string
	for _, f := range filters {
		if fit == 1 {
			did = append(did, f.One)
		} else {
			did = append(did, f.More)
		}
	}
	return fmt.Sprintf(" %d of %s %s.", fit, prose.Count(all, "person", "people"), prose.Enumerate(did))
}
