package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// states seals what a client hands back, so that it cannot be made up.
type states struct{ key []byte }

func (st states) seal(state string) string {
	mac := hmac.New(sha256.New, st.key)
	_, _ = mac.Write([]byte(state))
	return state + "." + hex.EncodeToString(mac.Sum(nil))
}

func (st states) open(sealed string) (string, error) {
	state, _, _ := strings.Cut(sealed, ".")
	if !hmac.Equal([]byte(st.seal(state)), []byte(sealed)) {
		return "", errors.New("the request state is not one of this server's")
	}
	return state, nil
}

func form(message, field, kind string) mcp.ElicitationParams {
	return mcp.ElicitationParams{Message: message, RequestedSchema: map[string]any{
		"type": "object", "properties": map[string]any{field: map[string]any{"type": kind}}, "required": []string{field},
	}}
}

func sampling(text string) mcp.CreateMessageParams {
	return mcp.CreateMessageParams{
		MaxTokens: 100,
		Messages:  []mcp.SamplingMessage{{Role: mcp.RoleUser, Content: mcp.NewTextContent(text)}},
	}
}

// given returns a field of an accepted form.
func given(in mcp.InputResponses, id, field string) (any, bool) {
	answer := server.ElicitationResponse(in, id)
	if answer == nil || answer.Action != mcp.ElicitationResponseActionAccept {
		return nil, false
	}
	content, _ := answer.Content.(map[string]any)
	v, ok := content[field]
	return v, ok
}

func capabilities(req mcp.CallToolRequest) mcp.ClientCapabilities {
	if req.Params.Meta != nil {
		if c := req.Params.Meta.ClientCapabilities(); c != nil {
			return *c
		}
	}
	return mcp.ClientCapabilities{}
}

func told(v any) (*mcp.CallToolResult, error) {
	raw, err := json.Marshal(v)
	return mcp.NewToolResultText(string(raw)), err
}

func addAsking(s *server.MCPServer, st states) {
	addRounds(s, st)
	addForms(s)
	addAskingPrompt(s)
	ask := func(name string, run func(mcp.CallToolRequest) (*mcp.CallToolResult, error)) {
		s.AddTool(mcp.NewTool(name, described),
			func(_ context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) { return run(req) })
	}
	name := form("What is your name?", "name", "string")
	ask("test_input_required_result_elicitation", func(req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if v, ok := given(req.Params.InputResponses, "user_name", "name"); ok {
			return told(v)
		}
		return server.NewInputRequestBuilder("").Elicit("user_name", name).ToolResult(), nil
	})
	ask("test_streaming_elicitation", func(mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return server.NewInputRequestBuilder("").Elicit("user_name", name).ToolResult(), nil
	})
	ask("test_input_required_result_sampling", func(req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if v := server.SamplingResponse(req.Params.InputResponses, "capital_question"); v != nil {
			return told(v.Content)
		}
		question := sampling("What is the capital of France?")
		return server.NewInputRequestBuilder("").Sample("capital_question", question).ToolResult(), nil
	})
	ask("test_input_required_result_list_roots", func(req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if v := server.RootsResponse(req.Params.InputResponses, "client_roots"); v != nil {
			return told(v.Roots)
		}
		return server.NewInputRequestBuilder("").Roots("client_roots").ToolResult(), nil
	})
	ask("test_input_required_result_capabilities", func(req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		can, b := capabilities(req), server.NewInputRequestBuilder("")
		if can.Elicitation != nil {
			b.Elicit("user_name", name)
		}
		if can.Sampling != nil {
			b.Sample("greeting", sampling("Generate a greeting"))
		}
		return b.ToolResult(), nil
	})
	ask("test_missing_capability", func(req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if capabilities(req).Sampling == nil {
			return nil, mcp.MissingRequiredClientCapabilityError{Capability: "sampling"}
		}
		return mcp.NewToolResultText("ok"), nil
	})
}

// addAskingPrompt adds a prompt that asks for what it is about.
func addAskingPrompt(s *server.MCPServer) {
	subject := form("What context should the prompt use?", "context", "string")
	s.AddPrompt(mcp.NewPrompt("test_input_required_result_prompt", promptDescribed),
		func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			v, ok := given(req.Params.InputResponses, "user_context", "context")
			text, isText := v.(string)
			if !ok || !isText {
				return server.NewInputRequestBuilder("").Elicit("user_context", subject).PromptResult(), nil
			}
			return says(mcp.NewTextContent(text)), nil
		})
}

// addRounds adds tools that keep their place in a sealed state.
func addRounds(s *server.MCPServer, st states) {
	add := func(name string, run func(string, mcp.InputResponses) (*mcp.CallToolResult, error)) {
		s.AddTool(mcp.NewTool(name, described), st.rounds(run))
	}
	confirm := func(state string, in mcp.InputResponses) (*mcp.CallToolResult, error) {
		if v, ok := given(in, "confirm", "ok"); ok && v == true && state == "asked" {
			return mcp.NewToolResultText("state-ok"), nil
		}
		question := form("Please confirm", "ok", "boolean")
		return server.NewInputRequestBuilder(st.seal("asked")).Elicit("confirm", question).ToolResult(), nil
	}
	add("test_input_required_result_request_state", confirm)
	add("test_input_required_result_tampered_state", confirm)
	add("test_input_required_result_multiple_inputs", st.severalInputs)
	add("test_input_required_result_multi_round", st.severalRounds)
}

// rounds opens the state of a call.
func (st states) rounds(run func(string, mcp.InputResponses) (*mcp.CallToolResult, error)) server.ToolHandlerFunc {
	return func(_ context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		state, err := "", error(nil)
		if req.Params.RequestState != "" {
			if state, err = st.open(req.Params.RequestState); err != nil {
				return nil, err
			}
		}
		return run(state, req.Params.InputResponses)
	}
}

func (st states) severalInputs(state string, in mcp.InputResponses) (*mcp.CallToolResult, error) {
	name, ok := given(in, "user_name", "name")
	greeting, roots := server.SamplingResponse(in, "greeting"), server.RootsResponse(in, "client_roots")
	if ok && greeting != nil && roots != nil && state == "asked" {
		return told([]any{name, greeting.Content, roots.Roots})
	}
	b := server.NewInputRequestBuilder(st.seal("asked"))
	b.Elicit("user_name", form("What is your name?", "name", "string"))
	b.Sample("greeting", sampling("Generate a greeting"))
	b.Roots("client_roots")
	return b.ToolResult(), nil
}

func (st states) severalRounds(state string, in mcp.InputResponses) (*mcp.CallToolResult, error) {
	if color, ok := given(in, "step2", "color"); ok && state == "second" {
		return told(color)
	}
	if _, ok := given(in, "step1", "name"); ok && state == "first" {
		question := form("Step 2: What is your favorite color?", "color", "string")
		return server.NewInputRequestBuilder(st.seal("second")).Elicit("step2", question).ToolResult(), nil
	}
	question := form("Step 1: What is your name?", "name", "string")
	return server.NewInputRequestBuilder(st.seal("first")).Elicit("step1", question).ToolResult(), nil
}

// addForms adds tools which ask in the manner of the revisions before
// 2026-07-28: a stateless server refuses, and must do so at once.
func addForms(s *server.MCPServer) {
	elicit := func(name string, schema map[string]any) {
		s.AddTool(
			mcp.NewTool(name, described),
			func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				res, err := s.RequestElicitation(ctx,
					mcp.ElicitationRequest{Params: mcp.ElicitationParams{Message: "Please fill in", RequestedSchema: schema}})
				if err != nil {
					return mcp.NewToolResultError(err.Error()), nil
				}
				return told(res)
			},
		)
	}
	object := func(properties map[string]any) map[string]any {
		return map[string]any{"type": "object", "properties": properties}
	}
	elicit("test_elicitation",
		object(map[string]any{"username": map[string]any{"type": "string"}, "email": map[string]any{"type": "string"}}))
	elicit("test_elicitation_sep1034_defaults",
		object(map[string]any{"name": map[string]any{"type": "string", "default": "John Doe"}}))
	elicit("test_elicitation_sep1330_enums",
		object(map[string]any{"untitledSingle": map[string]any{"type": "string", "enum": []string{"option1", "option2"}}}))
	s.AddTool(
		mcp.NewTool("test_sampling", described, mcp.WithString("prompt", mcp.Required())),
		func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			res, err := s.RequestSampling(ctx, //nolint:staticcheck // older revisions have it
				mcp.CreateMessageRequest{CreateMessageParams: sampling(req.GetString("prompt", ""))})
			if err != nil {
				return mcp.NewToolResultError(err.Error()), nil
			}
			return told(res.Content)
		},
	)
}
