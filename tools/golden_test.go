package tools

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
)

var update = flag.Bool("update", false, "write the golden files and the generated parts of the docs anew")

// sampleTools are the tools on the sample account as of a fixed time.
func sampleTools(t *testing.T) map[string]mcptool.Tool {
	t.Helper()
	now := time.Date(2026, 11, 24, 15, 4, 5, 0, time.UTC)
	s, err := demoapi.Start(t.Context(), demoapi.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	api, err := client.New(client.Options{
		Token:   demoapi.Token,
		BaseURL: s.URL,
		Limit:   client.Limit{Requests: 10_000, Window: time.Second}, // nothing here is about the rate
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { api.Close(); s.Close() })
	d := &Deps{
		API:       api,
		AccountID: demoapi.AccountID,
		AppID:     demoapi.AppID,
		Log:       slog.New(slog.DiscardHandler),
		Now:       func() time.Time { return now },
	}
	byName := map[string]mcptool.Tool{}
	for _, tool := range catalogue(d) {
		byName[tool.Tool.Name] = tool
	}
	return byName
}

// exampleCall is a call whose answer is kept.
type exampleCall struct {
	tool string
	args map[string]any
}

const reviewSessionID = "e04b3977-eb80-45f6-b20e-21d6840b46ba"

// moreExamples are kept beside the example of each tool.
var moreExamples = []exampleCall{
	{"get_meeting_attendance", map[string]any{
		"meeting_id": demoapi.StandupMeetingID,
		"show":       "absent",
		"timezone":   "Europe/Berlin",
	}},
	{"get_meeting_attendance", map[string]any{
		"meeting_id":      demoapi.StandupMeetingID,
		"started_before":  "2026-11-20",
		"sessions":        "latest",
		"response_format": "detailed",
		"limit":           3,
	}},
	{"get_meeting_attendance", map[string]any{"meeting_id": demoapi.HostileMeetingID}},
	{"get_meeting_attendance", map[string]any{
		"meeting_id":    demoapi.StandupMeetingID,
		"started_after": "2026-11-18",
		"limit":         4,
	}},
	{"get_meeting_attendance", map[string]any{
		"meeting_id":      demoapi.WorkshopMeetingID,
		"response_format": "detailed",
	}},
	{"get_meeting_attendance", map[string]any{"meeting": "design review", "format": "recipients"}},
	{"compare_attendance", map[string]any{"meeting_id": demoapi.HostileMeetingID}},
	{"get_session_recap", map[string]any{
		"query":  "design review",
		"part":   "transcript",
		"offset": 10,
		"limit":  2,
	}},
	{"get_session_recap", map[string]any{"meeting_id": demoapi.HostileMeetingID}},
	{"get_session_recap", map[string]any{"meeting": "design review", "search": "consent box"}},
	{"get_session_recap", map[string]any{"meeting": "design review", "speaker": "dana", "limit": 1}},
	{"get_session_recap", map[string]any{"meeting": "design review", "speaker": "ivan", "search": "bicycle"}},
	{"get_session_recap", map[string]any{"meeting_id": demoapi.LiveMeetingID}},
	{"search_recaps", map[string]any{"speaker": "zoe", "from": "2026-11-20", "limit": 1}},
	{"search_recaps", map[string]any{"search": "no such words", "meeting": "design review", "on": "yesterday"}},
	{"list_recordings", map[string]any{"meeting": "design review", "links": true}},
	{"list_session_participants", map[string]any{
		"session_id":      reviewSessionID,
		"view":            "consolidated",
		"sort_by":         "duration",
		"sort_order":      "DESC",
		"limit":           3,
		"response_format": "detailed",
	}},
	{"list_sessions", map[string]any{"status": "LIVE"}},
	{"list_sessions", map[string]any{"meeting_id": demoapi.EmptyMeetingID}},
	{"list_meeting_participants", map[string]any{
		"meeting_id":      demoapi.HostileMeetingID,
		"response_format": "detailed",
	}},
	{"list_meeting_participants", map[string]any{"meeting_id": demoapi.EmptyMeetingID}},
	{"list_meeting_participants", map[string]any{"meeting_id": demoapi.SingleMeetingID}},
	{"list_meeting_participants", map[string]any{
		"meeting_id": demoapi.WebinarMeetingID,
		"app_id":     demoapi.EventsAppID,
		"limit":      3,
	}},
	{"list_meeting_participants", map[string]any{"meeting_id": demoapi.StandupMeetingID, "query": "zoe"}},
	{"list_meeting_participants", map[string]any{
		"meeting_id": demoapi.StandupMeetingID,
		"page_no":    2,
		"per_page":   4,
	}},
	{"find_meetings", map[string]any{"query": "onboarding", "status": "ACTIVE", "limit": 2}},
	{"find_meetings", map[string]any{"query": "no such meeting"}},
	{"get_meeting", map[string]any{"meeting_id": demoapi.EmptyMeetingID}},
}

// exampleCalls are the examples in the tools' files.
func exampleCalls() (calls []exampleCall) {
	for _, tool := range catalogue(&Deps{}) {
		calls = append(calls, exampleCall{tool.Tool.Name, tool.Example})
	}
	return calls
}

func (e exampleCall) call(t *testing.T, tools map[string]mcptool.Tool) string {
	t.Helper()
	text, _ := mcp.AsTextContent(e.answer(t, tools).Content[0])
	return text.Text
}

func (e exampleCall) answer(t *testing.T, tools map[string]mcptool.Tool) *mcp.CallToolResult {
	t.Helper()
	raw, err := json.Marshal(e.args)
	if err != nil {
		t.Fatal(err)
	}
	var args map[string]any // with the types that JSON gives
	if err := json.Unmarshal(raw, &args); err != nil {
		t.Fatal(err)
	}
	res, err := tools[e.tool].Handler(
		t.Context(),
		mcp.CallToolRequest{Params: mcp.CallToolParams{Name: e.tool, Arguments: args}},
	)
	if err != nil {
		t.Fatal(err)
	}
	if res.IsError || len(res.Content) == 0 {
		t.Fatalf("%s %v: %+v", e.tool, e.args, res.Content)
	}
	return res
}

// TestGolden keeps what a model reads under review: schemas, descriptions, texts.
func TestGolden(t *testing.T) {
	tools := sampleTools(t)
	for name, tool := range tools {
		golden(t, "schema/"+name+".json", indented(t, tool.Tool))
	}
	numbers := map[string]int{}
	for _, e := range append(exampleCalls(), moreExamples...) {
		numbers[e.tool]++
		args, err := json.Marshal(e.args)
		if err != nil {
			t.Fatal(err)
		}
		golden(
			t,
			fmt.Sprintf("text/%s-%d.md", e.tool, numbers[e.tool]),
			fmt.Sprintf("> %s %s\n\n%s", e.tool, args, e.call(t, tools)),
		)
	}
	golden(t, "instructions.txt", Instructions(false))
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%s differs (go generate ./... writes it anew): %v\n got: %s\nwant: %s", file, err, got, want)
	}
}

func indented(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}
