package which

import (
	"cmp"
	"fmt"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Ambiguous is the error of a title that fits several meetings. A client that can
// put a question to its user is asked to; any other gets the list.
type Ambiguous struct{ Found []Series }

func (e *Ambiguous) Error() string {
	return fmt.Sprintf("%s have that in their title; pass more of the title, or the id of one, as meeting: %s", e.number(),
		Choices(e.Found, func(s Series) (string, string) { return s.Meetings[0].ID, cmp.Or(s.Title, Untitled) }))
}

// number counts the meetings that were read; there may be more than so many.
func (e *Ambiguous) number() string {
	n := 0
	for _, s := range e.Found {
		n += len(s.Meetings)
	}
	if n >= maxMatches {
		return fmt.Sprintf("at least %d meetings", n)
	}
	return fmt.Sprintf("%d meetings", len(e.Found))
}

// Question asks for the meeting that is meant: the argument that tells, its values
// to choose from, and how a user knows each.
func (e *Ambiguous) Question() (message, argument string, values, titles []string) {
	found := e.Found[:min(len(e.Found), MaxChoices)]
	message = fmt.Sprintf("%s fit. Which one do you mean?", e.number())
	if len(found) < len(e.Found) {
		message = fmt.Sprintf("%s fit, of which these are the first %d. Which one do you mean?", e.number(), len(found))
	}
	for _, s := range found {
		title := untrusted.Line(s.Title, 80) + ", created " + when.Clock(s.Meetings[0].CreatedAt)
		if s.App.AppID != e.Found[0].App.AppID {
			title += ", in app " + s.App.String()
		}
		values, titles = append(values, untrusted.Line(s.Meetings[0].ID, 64)), append(titles, title)
	}
	return message, "meeting", values, titles
}
