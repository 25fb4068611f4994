package which

import (
	"fmt"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Ambiguous is the error of a title that fits several meetings. A client that can
// put a question to its user is asked to; any other gets the list.
type Ambiguous struct{ Meetings []client.Meeting }

func (e *Ambiguous) Error() string {
	return fmt.Sprintf(
		"%s have that in their title; pass the meeting_id of one: %s",
		e.number(),
		Choices(e.Meetings, func(m client.Meeting) (string, string) { return m.ID, m.Title }),
	)
}

// number counts the meetings that were read; there may be more than so many.
func (e *Ambiguous) number() string {
	if len(e.Meetings) >= maxMatches {
		return fmt.Sprintf("at least %d meetings", len(e.Meetings))
	}
	return fmt.Sprintf("%d meetings", len(e.Meetings))
}

// Question asks for the meeting that is meant: the argument that tells, its values
// to choose from, and how a user knows each.
func (e *Ambiguous) Question() (message, argument string, values, titles []string) {
	meetings := e.Meetings[:min(len(e.Meetings), MaxChoices)]
	message = fmt.Sprintf("%s fit. Which one do you mean?", e.number())
	if len(meetings) < len(e.Meetings) {
		message = fmt.Sprintf("%s fit, of which these are the first %d. Which one do you mean?",
			e.number(), len(meetings))
	}
	for _, m := range meetings {
		values = append(values, untrusted.Line(m.ID, 64))
		titles = append(titles, untrusted.Line(m.Title, 80)+", created "+when.Clock(m.CreatedAt))
	}
	return message, "meeting_id", values, titles
}
