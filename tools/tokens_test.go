package tools

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/tiktoken-go/tokenizer"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// counter counts tokens as the models of OpenAI do (o200k).
func counter(t *testing.T) func(string) int {
	t.Helper()
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) int {
		t.Helper()
		n, err := codec.Count(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

// TestTokensOfTools bounds what every client pays on every turn, and what those pay
// that read the schemas of answers as well.
func TestTokensOfTools(t *testing.T) {
	const mostRead, mostOutput = 2700, 1700
	count := counter(t)
	read, output := count(instructions(false, All(&Deps{}))), 0
	t.Logf("instructions: %d", read)
	for _, tool := range catalogue(&Deps{}) {
		in, out := count(string(tool.Tool.RawInputSchema)), count(string(tool.Tool.RawOutputSchema))
		words := count(tool.Tool.Name) + count(tool.Tool.Description)
		t.Logf("%s: name and description %d, input %d, output %d", tool.Tool.Name, words, in, out)
		read += words + in
		output += out
	}
	t.Logf("all: %d and %d", read, output)
	if read > mostRead {
		t.Errorf("names, descriptions, input schemas and instructions are %d tokens, more than %d", read, mostRead)
	}
	if output > mostOutput {
		t.Errorf("output schemas are %d tokens, more than %d", output, mostOutput)
	}
}

// TestTokensOfLists bounds what the structured content of lists costs beside their text:
// Claude Code and Codex give a model nothing else.
func TestTokensOfLists(t *testing.T) {
	const shortest = 160 // tokens of an answer that says nothing was found
	count, tools := counter(t), sampleTools(t)
	for _, e := range append(exampleCalls(), append(moreExamples,
		exampleCall{"list_sessions", map[string]any{}},
		exampleCall{"list_sessions", map[string]any{"people": true}},
		exampleCall{"list_sessions", map[string]any{"timezone": "Europe/Berlin", "people": true}},
		exampleCall{"list_meeting_participants", map[string]any{"meeting": demoapi.StandupMeetingID}},
		exampleCall{"list_meeting_participants", map[string]any{"meeting": "all-hands", "app_id": "events"}},
		exampleCall{"list_session_participants", map[string]any{"meeting": "design review", "events": true}},
		exampleCall{"list_session_participants", map[string]any{"meeting": "design review", "timezone": "Asia/Kolkata"}},
		exampleCall{"find_meetings", map[string]any{}},
	)...) {
		if !strings.HasPrefix(e.tool, "list_") && e.tool != "find_meetings" && e.tool != "get_meeting" {
			continue
		}
		res := e.answer(t, tools)
		raw, err := json.Marshal(res.StructuredContent)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := mcp.AsTextContent(res.Content[0])
		if as, in := count(string(raw)), count(text.Text); as > max(2*in, shortest) {
			t.Errorf("%s %v: %d tokens of structured content, more than twice the %d of the text", e.tool, e.args, as, in)
		} else {
			t.Logf("%s %v: %d, text %d", e.tool, e.args, as, in)
		}
	}
}
