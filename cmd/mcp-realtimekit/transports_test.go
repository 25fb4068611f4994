package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

// step is one message; what it is answered must not depend on the transport.
type step struct {
	method string
	params args
	code   int  // of the JSON-RPC error that is due; 0: a result
	fails  bool // the result is a tool's error
}

// conversation has every method but those of handshakes, every tool, and what can go
// wrong with each.
func conversation(every []toolCall, session string) (steps []step) {
	for _, c := range every {
		steps = append(steps, step{method: "tools/call", params: args{"name": c.tool, "arguments": c.args}})
	}
	return slices.Concat(steps, lists(), toolSteps(), promptSteps(), resourceSteps(session), otherSteps())
}

const missing = "5b2c7a10-8a1f-4c57-9d0e-3f1f8f6bffff" // a meeting

func lists() []step {
	return []step{
		{method: "tools/list"},
		{method: "prompts/list"},
		{method: "resources/list"},
		{method: "resources/templates/list"},
	}
}

func toolSteps() []step {
	call := func(tool string, a args) step {
		return step{method: "tools/call", params: args{"name": tool, "arguments": a}}
	}
	fails := func(tool string, a any) step {
		return step{method: "tools/call", params: args{"name": tool, "arguments": a}, fails: true}
	}
	return []step{
		call("find_meetings", args{"query": "stand-up"}),
		call("list_meeting_participants", args{"meeting_id": demoapi.StandupMeetingID, "response_format": "detailed"}),
		call("list_sessions", args{"meeting_id": demoapi.StandupMeetingID, "per_page": 3}),
		call("get_meeting_attendance", args{"query": "design review", "response_format": "detailed"}),
		call("compare_attendance", args{"query": "stand-up"}),
		call("get_session_recap", args{"query": "design review"}),
		fails("list_meeting_participants", args{"meeting_id": missing}),
		fails("get_meeting", args{"meeting_id": "../../accounts"}),
		fails("get_meeting", args{}),
		fails("find_meetings", args{"limit": "many"}),
		fails("find_meetings", args{"unknown": 1}),
		fails("list_apps", "text"),
		{method: "tools/call", params: args{"name": "no_such_tool", "arguments": args{}}, code: -32602},
	}
}

func promptSteps() []step {
	get := func(prompt string, a args, code int) step {
		return step{method: "prompts/get", params: args{"name": prompt, "arguments": a}, code: code}
	}
	complete := func(prompt, value string) step {
		return step{method: "completion/complete", params: args{
			"ref":      args{"type": "ref/prompt", "name": prompt},
			"argument": args{"name": "meeting", "value": value},
		}}
	}
	return []step{
		get("who_attended", args{"meeting": "design review"}, 0),
		get("attendance_trend", args{"meeting": "stand-up"}, 0),
		get("who_attended", args{}, -32603),
		get("no_such_prompt", args{}, -32602),
		complete("who_attended", "stand"),
		complete("no_such_prompt", ""),
	}
}

func resourceSteps(session string) []step {
	read := func(uri string, code int) step {
		return step{method: "resources/read", params: args{"uri": "realtimekit://" + uri}, code: code}
	}
	return []step{
		read("meetings/"+demoapi.StandupMeetingID+"/participants", 0),
		read("sessions/"+session+"/attendance?format=csv", 0),
		read("meetings/"+missing+"/participants", -32603),
	}
}

func otherSteps() []step {
	return []step{
		{method: "notifications/cancelled", params: args{"requestId": 4711, "reason": "nobody's"}},
		{method: "notifications/no_such_notification"},
		{method: "no/such_method", code: -32601},
		{method: "sampling/createMessage", code: -32601},
	}
}

// handshakes differ by revision.
var handshakes = map[string][]step{
	"2025-11-25": {
		{method: "initialize", params: mcptest.Hello("2025-11-25", nil)},
		{method: "notifications/initialized"},
		{method: "ping"},
		{method: "logging/setLevel", params: args{"level": "debug"}, code: -32601},
		{method: "resources/read", params: args{"uri": "file:///etc/passwd"}, code: -32002},
	},
	"2026-07-28": {
		{method: "server/discover"},
		{method: "initialize", params: mcptest.Hello("2025-11-25", nil), code: -32601},
		{method: "ping", code: -32601},
		{method: "resources/subscribe", params: args{"uri": "realtimekit://x"}, code: -32601},
		{method: "resources/read", params: args{"uri": "file:///etc/passwd"}, code: -32602},
	},
}

// TestTransportsAgree replays the same messages over stdio and over HTTP.
func TestTransportsAgree(t *testing.T) { bothShapes(t, testTransportsAgree) }

func testTransportsAgree(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	session := sampleSession(t, demoapi.StandupMeetingID)
	for revision, handshake := range handshakes {
		t.Run(revision, func(t *testing.T) {
			t.Parallel()
			api := sample(t, demoapi.Options{}) // one for both transports, so that its times are the same
			p, web := launch(t, environment(api)), serveHTTP(t, environment(api))
			every := start(t, environment(api)).everyTool(demoapi.StandupMeetingID, session)
			for i, s := range append(handshake, conversation(every, session)...) {
				s.replay(t, i, revision, p, web)
			}
			p.close(0)
			if unasked := p.noted(); len(unasked) > 0 { // such as an answer to a notification
				t.Errorf("unasked: %+v", unasked)
			}
		})
	}
}

// replay sends the message over both transports and compares the answers.
func (s step) replay(t *testing.T, i int, revision string, p *proc, web *web) {
	t.Helper()
	params := args{}
	maps.Copy(params, s.params)
	header := []string{"Mcp-Protocol-Version", revision}
	if revision == "2026-07-28" {
		params["_meta"] = modernMeta
		header = append(header, "Mcp-Method", s.method)
		for _, key := range []string{"name", "uri"} {
			if v, ok := params[key].(string); ok {
				header = append(header, "Mcp-Name", v)
			}
		}
	}
	message := args{"jsonrpc": "2.0", "method": s.method, "params": params}
	if strings.HasPrefix(s.method, "notifications/") {
		web.notify(t, p, message, header)
		return
	}
	overStdio := p.request(s.method, params)
	message["id"] = fmt.Sprint(i)
	raw, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	overHTTP := web.must(web.post(demoapi.Token, string(raw), header...))
	if s.method == "initialize" && s.code == 0 { // TestSubscribeOlder says why they differ
		const declared, undeclared = `"resources":{"subscribe":true}`, `"resources":{}`
		overStdio.Result = bytes.Replace(overStdio.Result, []byte(declared), []byte(undeclared), 1)
	}
	if a, b := overStdio.Error, overHTTP.Error; a != nil && b != nil {
		a.Message, b.Message = ray.ReplaceAllString(a.Message, "ray"), ray.ReplaceAllString(b.Message, "ray")
	}
	s.compare(t, fmt.Sprintf("%s %v", s.method, s.params), overStdio, overHTTP.Message)
}

func (s *web) notify(t *testing.T, p *proc, message args, header []string) {
	t.Helper()
	raw, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	p.send(string(raw))
	if r := s.must(s.post(demoapi.Token, string(raw), header...)); r.status != 202 || r.body != "" {
		t.Errorf("%s over HTTP: %d %s", message["method"], r.status, r.body)
	}
}

func (s step) compare(t *testing.T, what string, stdio, http mcptest.Message) {
	t.Helper()
	if !reflect.DeepEqual(stdio.Error, http.Error) {
		t.Errorf("%s: errors differ:\nstdio %+v\nHTTP  %+v", what, stdio.Error, http.Error)
	}
	if a, b := normal(t, stdio.Result), normal(t, http.Result); a != b {
		t.Errorf("%s: results differ:\nstdio %s\nHTTP  %s", what, a, b)
	}
	switch {
	case s.code != 0:
		if stdio.Error == nil || stdio.Error.Code != s.code {
			t.Errorf("%s: %+v %s, want error %d", what, stdio.Error, stdio.Result, s.code)
		}
	case stdio.Error != nil:
		t.Errorf("%s: %+v", what, stdio.Error)
	case s.method == "tools/call":
		if r, err := stdio.ToolResult(); err != nil || r.IsError != s.fails || r.Text() == "" {
			t.Errorf("%s: %v %s", what, err, stdio.Result)
		}
	}
}

// normal is JSON with its keys in order.
func normal(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	if len(raw) == 0 {
		return ""
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v %s", err, raw)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return asOf.ReplaceAllString(ray.ReplaceAllString(string(out), "ray"), "as_of")
}

// ray is the API's number of a request, asOf the second in which it was made,
// in a resource's text too, where the quotes are escaped.
var (
	ray  = regexp.MustCompile(`cf-ray [0-9a-f]+`)
	asOf = regexp.MustCompile(`as_of\\?": ?\\?"[0-9T:-]+Z`)
)
