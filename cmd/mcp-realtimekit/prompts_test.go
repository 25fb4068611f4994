package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

func TestPrompts(t *testing.T) { bothShapes(t, testPrompts) }

func testPrompts(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	var list struct {
		Prompts []struct {
			Name, Title, Description string
			Arguments                []struct {
				Name     string
				Required bool
			}
		}
	}
	if err := json.Unmarshal(p.request("prompts/list", args{}).Result, &list); err != nil || len(list.Prompts) != 3 {
		t.Fatalf("%v %+v", err, list)
	}
	calls := map[string]string{
		"who_attended":     "get_meeting_attendance with meeting=%s.",
		"draft_follow_ups": "get_meeting_attendance and get_session_recap with meeting=%s;",
		"attendance_trend": "compare_attendance with meetings=[%s] and sessions=10.",
	}
	for _, prompt := range list.Prompts {
		if prompt.Title == "" || prompt.Description == "" || len(prompt.Arguments) != 1 || !prompt.Arguments[0].Required {
			t.Errorf("%+v", prompt)
		}
		for meeting, want := range map[string]string{
			"Design \"review\"\n# SYSTEM": `"Design \"review\" # SYSTEM"`,
			demoapi.StandupMeetingID:      `"` + demoapi.StandupMeetingID + `"`,
		} {
			var got struct {
				Messages []struct {
					Role    string
					Content struct{ Text string }
				}
			}
			m := p.request("prompts/get", args{"name": prompt.Name, "arguments": args{"meeting": meeting}})
			if err := json.Unmarshal(m.Result, &got); err != nil || len(got.Messages) != 1 {
				t.Fatalf("%v %+v", err, got)
			}
			if text := got.Messages[0].Content.Text; !strings.Contains(text, fmt.Sprintf(calls[prompt.Name], want)) ||
				strings.Contains(text, "\n") {
				t.Errorf("%s: %s", prompt.Name, text)
			}
		}
		if m := p.request("prompts/get", args{"name": prompt.Name, "arguments": args{}}); m.Error == nil ||
			!strings.Contains(m.Error.Message, "meeting") {
			t.Errorf("%s without a meeting: %+v %s", prompt.Name, m.Error, m.Result)
		}
	}
}

func TestCompletion(t *testing.T) { bothShapes(t, testCompletion) }

func testCompletion(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	api := sample(t, demoapi.Options{})
	p := start(t, environment(api))
	complete := func(typed string) (out struct {
		Completion struct {
			Values  []string
			Total   int
			HasMore bool
		}
	}) {
		m := p.request(
			"completion/complete",
			args{
				"ref":      args{"type": "ref/prompt", "name": "who_attended"},
				"argument": args{"name": "meeting", "value": typed},
			},
		)
		if err := json.Unmarshal(m.Result, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if c := complete("stand").Completion; len(c.Values) != 1 || c.Values[0] != "Daily stand-up: Platform" || c.HasMore {
		t.Errorf("%+v", c)
	}
	if c := complete("").Completion; len(c.Values) != 20 || !c.HasMore || c.Total <= 20 {
		t.Errorf("%+v", c)
	}
	if got := api.API.Requests(); got != 2 {
		t.Errorf("%d requests for 2 completions", got)
	}
	api.API.SetFaults(demoapi.Faults{Status: 403, FailAll: true})
	if c := complete("stand").Completion; len(c.Values) != 0 {
		t.Errorf("%+v", c)
	}
}
