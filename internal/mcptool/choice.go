package mcptool

import (
	"context"
	"errors"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// asking is an error that a client's user can resolve, by choosing the value of
// an argument. Its text serves clients that cannot ask.
type asking interface {
	error
	Question() (message, argument string, values, titles []string)
}

// choiceID names the question within a call; its answer arrives under the same name.
const choiceID = "meeting"

// question asks which value is meant. mcp-go carries it in the way of the client's
// revision: an answer that asks for input since 2026-07-28, a request of the
// server's own before.
func question(ctx context.Context, e asking) *mcp.CallToolResult {
	message, argument, values, titles := e.Question()
	titled := make([]map[string]string, len(values))
	for i := range values {
		titled[i] = map[string]string{"const": values[i], "title": titles[i]}
	}
	choice := map[string]any{"type": "string", "title": "Meeting", "oneOf": titled}
	if server.RequestProtocolVersion(ctx) < "2025-11-25" {
		choice = map[string]any{"type": "string", "title": "Meeting", "enum": values, "enumNames": titles}
	}
	return server.NewInputRequestBuilder("").Elicit(choiceID, mcp.ElicitationParams{
		Message: message,
		RequestedSchema: map[string]any{
			"type":       "object",
			"properties": map[string]any{argument: choice},
			"required":   []string{argument},
		},
	}).ToolResult()
}

var errNoChoice = errors.New(
	"the user chose no meeting; ask which one is meant, and pass its id, or more of its title, " +
		"as meeting",
)

// chosen returns the argument that the user chose; nil if nobody was asked.
func chosen(req mcp.CallToolRequest) (map[string]string, error) {
	answer := server.ElicitationResponse(req.Params.InputResponses, choiceID)
	if answer == nil {
		return nil, nil
	}
	content, _ := answer.Content.(map[string]any)
	out := map[string]string{}
	for argument, value := range content {
		if id, ok := value.(string); ok && id != "" {
			out[argument] = id
		}
	}
	if answer.Action != mcp.ElicitationResponseActionAccept || len(out) == 0 {
		return nil, errNoChoice
	}
	return out, nil
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
