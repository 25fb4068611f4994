package tools

import (
	"context"
	"errors"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// ambiguous is the error of a title that fits several meetings. A client that
// can ask its user is made to; any other gets the list.
type ambiguous struct{ meetings []client.Meeting }

func (e *ambiguous) Error() string {
	return fmt.Sprintf("%s have that in their title; pass the meeting_id of one: %s", e.number(), choices(e.meetings, func(m client.Meeting) (string, string) { return m.ID, m.Title }))
}

// number counts the meetings that were read; there may be more than so many.
func (e *ambiguous) number() string {
	if len(e.meetings) >= maxMatches {
		return fmt.Sprintf("at least %d meetings", len(e.meetings))
	}
	return fmt.Sprintf("%d meetings", len(e.meetings))
}

// choiceID names the question within a call; its answer arrives under the same name.
const choiceID = "meeting"

// question asks which meeting is meant. mcp-go carries it in the way of the
// client's revision: an answer which asks for input since 2026-07-28, a request
// of the server's own before.
func (e *ambiguous) question(ctx context.Context) *mcp.CallToolResult {
	meetings := e.meetings[:min(len(e.meetings), maxChoices)]
	message := fmt.Sprintf("%s fit. Which one do you mean?", e.number())
	if len(meetings) < len(e.meetings) {
		message = fmt.Sprintf("%s fit, of which these are the first %d. Which one do you mean?", e.number(), len(meetings))
	}
	ids, titles, titled := make([]string, len(meetings)), make([]string, len(meetings)), make([]map[string]string, len(meetings))
	for i, m := range meetings {
		ids[i], titles[i] = untrusted.Line(m.ID, 64), untrusted.Line(m.Title, 80)+", created "+clock(m.CreatedAt)
		titled[i] = map[string]string{"const": ids[i], "title": titles[i]}
	}
	choice := map[string]any{"type": "string", "title": "Meeting", "oneOf": titled}
	if server.RequestProtocolVersion(ctx) < "2025-11-25" {
		choice = map[string]any{"type": "string", "title": "Meeting", "enum": ids, "enumNames": titles}
	}
	return server.NewInputRequestBuilder("").Elicit(choiceID, mcp.ElicitationParams{
		Message: message,
		RequestedSchema: map[string]any{
			"type": "object", "properties": map[string]any{"meeting_id": choice}, "required": []string{"meeting_id"},
		},
	}).ToolResult()
}

var errNoChoice = errors.New("the user chose no meeting; ask which one is meant, and pass its meeting_id or a query that fits it alone")

// chosen returns the meeting_id that the user chose, empty where nobody was asked.
func chosen(req mcp.CallToolRequest) (string, error) {
	answer := server.ElicitationResponse(req.Params.InputResponses, choiceID)
	if answer == nil {
		return "", nil
	}
	content, _ := answer.Content.(map[string]any)
	id, _ := content["meeting_id"].(string)
	if answer.Action != mcp.ElicitationResponseActionAccept || id == "" {
		return "", errNoChoice
	}
	return id, nil
}

// canAsk reports whether the client can put a form before its user: by what it
// says in the request, or in older revisions said when it connected.
func canAsk(ctx context.Context, req mcp.CallToolRequest) bool {
	var can *mcp.ElicitationCapability
	if mcp.IsModernProtocol(server.RequestProtocolVersion(ctx)) {
		if req.Params.Meta == nil {
			return false
		}
		if c := req.Params.Meta.ClientCapabilities(); c != nil {
			can = c.Elicitation
		}
	} else if s, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo); ok {
		can = s.GetClientCapabilities().Elicitation
	}
	return can != nil && (can.Form != nil || can.URL == nil)
}
