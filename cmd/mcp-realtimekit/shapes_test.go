package main

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// readings are calls of every tool, for what has ended: time does not change the answers.
func readings(p *proc, session string) []toolCall {
	p.t.Helper()
	calls := p.everyTool(demoapi.ReviewMeetingID, session)
	for _, c := range calls {
		if c.tool == "search_recaps" { // whose last seven days begin at another minute each time
			c.args["from"] = "yesterday"
		}
	}
	return append(calls, []toolCall{
		{"find_meetings", args{"limit": 200}},
		{"list_meeting_participants", args{"meeting_id": demoapi.ReviewMeetingID, "response_format": "detailed"}},
		{"list_sessions", args{"meeting_id": demoapi.StandupMeetingID}},
		{"get_meeting_attendance", args{"meeting_id": demoapi.ReviewMeetingID, "response_format": "detailed"}},
		{"get_meeting_attendance", args{"meeting_id": demoapi.WorkshopMeetingID, "response_format": "detailed"}},
		{"get_meeting_attendance", args{"meeting_id": demoapi.WebinarMeetingID, "app_id": demoapi.EventsAppID}},
		{"compare_attendance", args{"meeting_id": demoapi.StandupMeetingID}},
		{"get_session_recap", args{"meeting_id": demoapi.HostileMeetingID}},
	}...)
}

// onOneDay is the account on a fixed day, so that two of them can be compared.
func onOneDay(change func(*demoapi.Options)) demoapi.Options {
	o := demoapi.Options{Now: time.Now().UTC().Truncate(24 * time.Hour).Add(12 * time.Hour)}
	change(&o)
	return o
}

// facts are the structured content without the time of the answer, and the form
// in which a text came.
func facts(t *testing.T, r result) map[string]any {
	t.Helper()
	var v map[string]any
	r.into(t, &v)
	delete(v, "as_of")
	parts, _ := v["parts"].([]any)
	for _, part := range parts {
		if part, ok := part.(map[string]any); ok {
			delete(part, "form")
		}
	}
	return v
}

// Neither the shape of an answer nor a field that nobody knows changes what a
// tool says.
func TestShapesAgree(t *testing.T) {
	t.Parallel()
	session := sampleSession(t, demoapi.ReviewMeetingID)
	var want []result
	p := start(t, environment(unpaced(t, onOneDay(func(*demoapi.Options) {}))), unlimited)
	for _, c := range readings(p, session) {
		want = append(want, p.call(c.tool, c.args))
	}
	for name, change := range map[string]func(*demoapi.Options){
		"older shapes":   func(o *demoapi.Options) { o.OlderShapes = true },
		"unknown fields": func(o *demoapi.Options) { o.UnknownFields = true },
	} {
		got := start(t, environment(unpaced(t, onOneDay(change))), unlimited)
		for i, c := range readings(p, session) {
			a, b := want[i], got.call(c.tool, c.args)
			if a.IsError || a.text() != b.text() || !reflect.DeepEqual(facts(t, a), facts(t, b)) {
				t.Errorf("%s: %s %v\n%s\n%s\ninstead of\n%s\n%s",
					name, c.tool, c.args, b.text(), b.Structured, a.text(), a.Structured)
			}
		}
	}
}

// A sparse answer costs what is not in it, and nothing else.
func TestSparseAnswers(t *testing.T) {
	t.Parallel()
	session := sampleSession(t, demoapi.ReviewMeetingID)
	p := start(t, environment(unpaced(t, onOneDay(func(o *demoapi.Options) { o.Sparse = true }))), unlimited)
	live := []toolCall{
		{"get_meeting", args{"meeting_id": demoapi.LiveMeetingID}},
		{"get_meeting_attendance", args{"meeting_id": demoapi.LiveMeetingID}},
	}
	for _, c := range append(readings(p, session), live...) {
		r := p.call(c.tool, c.args)
		both := r.text() + string(r.Structured)
		if r.IsError && c.tool != "get_person_attendance" { // nobody has a name to be found by
			t.Errorf("%s %v: %s", c.tool, c.args, both)
		}
		for _, wrong := range []string{"0001-01-01", "153,722,867", "153722867", "<nil>", "%!"} {
			if strings.Contains(both, wrong) {
				t.Errorf("%s %v: %q is in %s", c.tool, c.args, wrong, both)
			}
		}
	}
}
