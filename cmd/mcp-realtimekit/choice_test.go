package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

// question is what a client which can ask its user gets.
type question struct {
	Message         string
	RequestedSchema struct {
		Properties struct {
			Meeting struct {
				OneOf []struct{ Const, Title string }
				Enum  []string
			} `json:"meeting"`
		}
	} `json:"requestedSchema"`
}

// first is the first of six meetings to choose from, empty if there are not so many.
func (q question) first(titled bool) string {
	choice := q.RequestedSchema.Properties.Meeting
	if titled && len(choice.OneOf) == 6 && strings.HasPrefix(choice.OneOf[0].Title, "Onboarding: ") {
		return choice.OneOf[0].Const
	} else if !titled && len(choice.Enum) == 6 {
		return choice.Enum[0]
	}
	return ""
}

var onboarding = args{"name": "get_meeting_attendance", "arguments": args{"query": "onboarding"}}

// TestChoiceByRequest is how revisions before 2026-07-28 ask: by a request of the server's.
func TestChoiceByRequest(t *testing.T) { bothShapes(t, testChoiceByRequest) }

func testChoiceByRequest(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	for revision, titled := range map[string]bool{"2025-06-18": false, "2025-11-25": true} {
		p := launch(t, environment(sample(t, demoapi.Options{})))
		p.request("initialize", mcptest.Hello(revision, args{"elicitation": args{}}))
		p.send(mcptest.Initialized)
		questions := 0
		for _, answer := range []string{"accept", "decline", "cancel"} {
			call := p.ask("tools/call", onboarding)
			asked := p.question(questions)
			questions++
			var q question
			if err := json.Unmarshal(asked.Params, &q); err != nil || !strings.Contains(q.Message, "6 meetings fit") {
				t.Fatalf("%v %s", err, asked.Params)
			}
			id := q.first(titled)
			if id == "" {
				t.Fatalf("%s: %s", revision, asked.Params)
			}
			p.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":%q,"content":{"meeting":%q}}}`, asked.ID, answer, id))
			r := p.finish(call)
			if answer == "accept" && (r.IsError || !strings.Contains(r.text(), id)) ||
				answer != "accept" && (!r.IsError || !strings.Contains(r.text(), "chose no meeting")) {
				t.Errorf("%s, %s: %s", revision, answer, r.text())
			}
		}
	}
}

// question waits until the server has asked more than so many questions, and
// returns the next one.
func (p *proc) question(before int) (asked mcptest.Message) {
	p.t.Helper()
	waitFor(p.t, "the question", func() bool {
		n := 0
		for _, m := range p.noted() {
			if m.Method != "elicitation/create" {
				continue
			}
			if n++; n > before {
				asked = m
				return true
			}
		}
		return false
	})
	return asked
}

// onboardingAgain is the parameters of the call in 2026-07-28, by a client with these
// capabilities.
func onboardingAgain(capabilities, more args) args {
	params := stateless(capabilities)
	maps.Copy(params, onboarding)
	maps.Copy(params, more)
	return params
}

// chosen is the user's answer to the question.
func chosen(action string, id any) args {
	answer := args{"action": action, "content": args{"meeting": id}}
	return args{"inputResponses": args{"meeting": answer}}
}

// TestChoiceByAnswer is how 2026-07-28 asks: the answer asks for input, and the
// call is made again with it.
func TestChoiceByAnswer(t *testing.T) { bothShapes(t, testChoiceByAnswer) }

func testChoiceByAnswer(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	p := launch(t, environment(sample(t, demoapi.Options{})))
	can := args{"elicitation": args{"form": args{}}}
	var asked struct {
		ResultType    string `json:"resultType"`
		InputRequests map[string]struct {
			Method string
			Params question
		} `json:"inputRequests"`
	}
	m := p.request("tools/call", onboardingAgain(can, nil))
	if err := json.Unmarshal(m.Result, &asked); err != nil || asked.ResultType != "input_required" ||
		asked.InputRequests["meeting"].Method != "elicitation/create" {
		t.Fatalf("%v %s %+v", err, m.Result, m.Error)
	}
	id := asked.InputRequests["meeting"].Params.RequestedSchema.Properties.Meeting.OneOf[2].Const
	for action, want := range map[string]string{"accept": id, "decline": "chose no meeting", "cancel": "chose no meeting"} {
		r := p.result(p.request("tools/call", onboardingAgain(can, chosen(action, id))))
		if r.IsError != (action != "accept") || !strings.Contains(r.text(), want) {
			t.Errorf("%s: %s", action, r.text())
		}
	}
	for name, answer := range map[string]any{"an id which is none": "../x", "a number": 5, "nothing": nil} {
		r := p.result(p.request("tools/call", onboardingAgain(can, chosen("accept", answer))))
		if !r.IsError {
			t.Errorf("%s was taken: %s", name, r.text())
		}
	}
	// Who cannot ask gets the list.
	for _, capabilities := range []args{{}, {"elicitation": args{"url": args{}}}} {
		if r := p.result(p.request("tools/call", onboardingAgain(capabilities, nil))); !r.IsError ||
			!strings.Contains(r.text(), "6 meetings") ||
			!strings.Contains(r.text(), id) {
			t.Errorf("%v: %s", capabilities, r.text())
		}
	}
}
