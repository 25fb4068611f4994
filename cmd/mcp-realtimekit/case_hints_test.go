package main

import (
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// TestHints makes the slips that models make: each answer leads to the next call.
func TestHints(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	const title = "design review"
	for _, tc := range []struct {
		tool string
		a    args
		want string
	}{
		{"get_meeting_attendance", args{"title": title}, `did you mean "meeting"?`},
		{"get_meeting_attendance", args{"meting": title}, `did you mean "meeting"?`},
		{"get_meeting_attendance", args{"query": title, "date": "2026-11-23"}, `did you mean "on"?`},
		{"get_meeting_attendance", args{"query": title, "tz": "Europe/Berlin"}, `did you mean "timezone"?`},
		{"get_meeting_attendance", args{"query": title, "email": "a@b.example"}, "pass one as person"},
		{"get_meeting_attendance", args{"session_id": "e04b3977"}, "list_sessions lists all"},
		{"compare_attendance", args{"weekly": true, "meeting": title}, "this tool takes: meetings, on, from"},
		{"find_meetings", args{"until": "2026-11-23"}, `did you mean "to"?`},
		{"get_meeting", args{}, `"meeting" is required`},
		{"list_meeting_participants", args{"query": title}, `"meeting" (a title)`},
		{"list_sessions", args{"title": title}, `did you mean "meeting"?`},
		{"list_session_participants", args{"name": "Ann"}, `did you mean "person"?`},
	} {
		if r := p.call(tc.tool, tc.a); !r.IsError || !strings.Contains(r.text(), tc.want) {
			t.Errorf("%s %v: want %q in: %s", tc.tool, tc.a, tc.want, r.text())
		}
	}
}

// TestNothingFound expects answers that say what was not found, and claim nothing
// about who came.
func TestNothingFound(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	session := sampleSession(t, demoapi.ReviewMeetingID)
	for _, tc := range []struct {
		tool string
		a    args
		want string
	}{
		{"list_session_participants", args{"session_id": session, "search": "no such name"}, `The search for "no such name" found nobody`},
		{"list_session_participants", args{"session_id": session, "page_no": 50, "per_page": 5}, "This page has none of the 10 rows"},
		{"list_meeting_participants", args{"meeting_id": demoapi.ReviewMeetingID, "preset_name": "no such"},
			"8 group_call_participant, 1 group_call_host"},
		{"find_meetings", args{"query": "no such title"}, "without meeting all are listed"},
		{"list_sessions", args{"meeting_id": demoapi.EmptyMeetingID}, "No session was found."},
	} {
		r := p.call(tc.tool, tc.a)
		if r.IsError || !strings.Contains(r.text(), tc.want) {
			t.Errorf("%s %v: want %q in: %s", tc.tool, tc.a, tc.want, r.text())
		}
		if strings.Contains(r.text(), "0 people") || strings.Contains(r.text(), "newest first") {
			t.Errorf("%s %v: %s", tc.tool, tc.a, r.text())
		}
	}
}

// TestConsolidatedRows expects rows of people to be called so.
func TestConsolidatedRows(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	r := p.call("list_session_participants",
		args{"session_id": sampleSession(t, demoapi.ReviewMeetingID), "view": "consolidated"})
	if !strings.Contains(r.text(), "A row is one person") || strings.Contains(r.text(), "joining") {
		t.Error(r.text())
	}
}

// TestSparseRows expects what rows do not say to be named, and not shown as a
// blank, a zero or an empty quote.
func TestSparseRows(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{Sparse: true})))
	for _, tc := range []struct {
		tool      string
		a         args
		want, not string
	}{
		{
			"list_session_participants",
			args{"session_id": sampleSession(t, demoapi.ReviewMeetingID)},
			": 10 without a preset.",
			"0.0",
		},
		{"get_meeting", args{"meeting_id": demoapi.LiveMeetingID}, `Meeting "(untitled)"`, `""`},
		{"find_meetings", args{"limit": 2}, "| (untitled) |", "|  | 5b2c7a10"},
	} {
		if r := p.call(tc.tool, tc.a); !strings.Contains(r.text(), tc.want) || strings.Contains(r.text(), tc.not) {
			t.Errorf("%s: want %q and not %q in: %s", tc.tool, tc.want, tc.not, r.text())
		}
	}
}
