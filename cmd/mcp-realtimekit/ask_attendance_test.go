package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

// listed is what tests of arguments look at: whom an answer lists, beside counts that
// no argument changes.
type listed struct {
	Summary  string
	Notes    []string
	Invited  int
	Attended int
	Absent   int
	Guests   int
	Fitting  int `json:"people_matching"`
	LeftOut  int `json:"left_out"`
	Next     string
	CSV      string
	Sessions []struct {
		ID string `json:"session_id"`
	}
	People []struct {
		Name, Status string
		First        string `json:"joined"`
		Last         string `json:"left"`
		Share        int    `json:"share_percent"`
		Preset       string `json:"preset_name"`
		ID           string
		Spans        []string
	}
}

func (l listed) names() string {
	var names []string
	for _, p := range l.People {
		names = append(names, strings.TrimPrefix(p.Name, "Person "))
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}

func ask(t testing.TB, p *proc, a args) (listed, result) {
	t.Helper()
	var got listed
	r := p.call("get_meeting_attendance", a)
	r.into(t, &got)
	return got, r
}

// townHall is a scene of an hour: 1 host for all of it; 2 left at 10:20 and came back
// at 10:40; 3 came at 10:30; 4 left at 10:30; 5 was absent; a guest was there for ten
// minutes.
func townHall() *scene {
	s := &scene{title: "Town hall"}
	s.row(1, "Person 1", "c1", "group_call_host", longAgo)
	s.on(longAgo, 2, 3, 4, 5)
	s.met(1, "2026-11-20 10:00", "2026-11-20 11:00")
	s.came(1, 1, "2026-11-20 10:00", "2026-11-20 11:00")
	s.came(1, 2, "2026-11-20 10:00", "2026-11-20 10:20")
	s.came(1, 2, "2026-11-20 10:40", "2026-11-20 11:00")
	s.came(1, 3, "2026-11-20 10:30", "2026-11-20 11:00")
	s.came(1, 4, "2026-11-20 10:00", "2026-11-20 10:30")
	s.joined(1, personID(60), "Person G", "g@example.com", "2026-11-20 10:25", "2026-11-20 10:35")
	return s
}

func TestAskWhom(t *testing.T) {
	t.Parallel()
	p := start(t, townHall().script(t).Environment())
	for _, tc := range []struct {
		a     args
		names string
		says  string
	}{
		{args{}, "1,2,3,4,5,G", "4 of 5 invited attended the 60-minute session; 1 did not; 1 not on the roster (any more)."},
		{args{"at": "10:10"}, "1,2,4", "3 of 6 people were in the session at 10:10Z."},
		{args{"at": "10:30"}, "1,3,G", "3 of 6 people were in the session at 10:30Z."}, // who left then was not there
		{args{"at": "2026-11-20T10:39"}, "1,3", "2 of 6"},
		{args{"at": "11:25", "timezone": "Europe/Berlin"}, "1,4,G", "at 11:25 CET"},
		{args{"at": "10.10"}, "", ""},
		{args{"at": "10:50 am", "show": "late"}, "3", "1 of 6 people was late and was in the session at 10:50Z."},
		{args{"person": "person 2"}, "2", `1 of 6 people fits "person 2".`},
		{args{"person": "G@EXAMPLE.COM"}, "G", "1 of 6"},
		{args{"person": "c3"}, "3", "1 of 6"},
		{args{"person": personID(4)}, "4", "1 of 6"},
		{args{"person": "Person"}, "1,2,3,4,5,G", "6 of 6 people fit"},
		{args{"preset": "host"}, "1", "1 of 6 people has the preset group_call_host."},
		{args{"preset": "call participant"}, "2,3,4,5,G", "5 of 6 people have the preset group_call_participant."},
		{args{"min_minutes": 40}, "1,2", "2 of 6 people were there for at least 40 minutes."},
		{args{"minMinutes": "61"}, "", "0 of 6 people were there for at least 61 minutes."},
		{args{"min_share": 50}, "1,2,3,4", "4 of 6 people were there for at least 50% of the session."},
		{args{"min_share": 67, "preset": "participant"}, "2", "1 of 6 people has the preset group_call_participant and was"},
		{args{"show": "absent"}, "5", "1 of 6 people was absent."},
		{args{"show": "guests"}, "G", "1 of 6 people came without being on the roster."},
		{args{"show": "left_early"}, "4,G", "2 of 6 people left early."},
		{args{"show": "here_now"}, "", "0 of 6 people are there now."},
	} {
		tc.a["meeting"] = "town hall"
		if tc.says == "" {
			if r := p.call("get_meeting_attendance", tc.a); !r.IsError || !strings.Contains(r.text(), `"14:20"`) {
				t.Errorf("%v: %s", tc.a, r.text())
			}
			continue
		}
		got, r := ask(t, p, tc.a)
		if got.names() != tc.names || !strings.Contains(got.Summary, tc.says) || got.Fitting != len(got.People) {
			t.Errorf("%v: %s, want %s and %q: %s", tc.a, got.names(), tc.names, tc.says, r.text())
		}
		if got.Invited != 5 || got.Attended != 4 || got.Absent != 1 || got.Guests != 1 || !strings.HasPrefix(r.text(), got.Summary) {
			t.Errorf("%v changes the headline: %s", tc.a, r.text())
		}
	}
	got, r := ask(t, p, args{"meeting": "town hall", "min_share": 60})
	if len(got.People) != 2 || got.People[1].Share != 67 {
		t.Errorf("%+v", got)
	}
	contains(t, r.text(), "| share |", "| 67% |")
	got, _ = ask(t, p, args{"meeting": "town hall", "person": "Persson"})
	if got.Fitting != 0 || !strings.Contains(strings.Join(got.Notes, " "), `the closest are "Person`) {
		t.Errorf("%+v", got)
	}
}

// What cannot be answered is an error from which the next call follows.
func TestAskWhomErrors(t *testing.T) {
	t.Parallel()
	s := townHall()
	s.met(0, "2026-11-13 10:00", "2026-11-13 10:30")
	s.came(0, 1, "2026-11-13 10:00", "2026-11-13 10:30")
	s.came(0, 2, "2026-11-13 10:00", "2026-11-13 10:30")
	p := start(t, s.script(t).Environment())
	for _, tc := range []struct {
		a    args
		want []string
	}{
		{args{"at": "11:20"}, []string{"lasted from 2026-11-20 10:00Z to 2026-11-20 11:00Z"}},
		{args{"at": "10:59", "timezone": "Europe/Berlin"}, []string{"2026-11-20 11:00 CET to 2026-11-20 12:00 CET"}},
		{args{"at": "10:10", "sessions": "all"}, []string{"within one session", sceneID(0), sceneID(1), `"session"`}},
		{args{"preset": "webinar"}, []string{"group_call_host and group_call_participant"}},
		{args{"min_share": 101}, []string{"min_share", "from 1 to 100"}},
		{args{"also_in": "no such"}, []string{"also_in: "}},
		{args{"also_in": "town hall"}, []string{"compare_attendance"}},
		{args{"session": sceneID(1), "sessions": 2}, []string{`"sessions"`, "not both"}},
		{args{"email": "x@example.com"}, []string{"person"}},
	} {
		tc.a["meeting"] = "town hall"
		r := p.call("get_meeting_attendance", tc.a)
		if !r.IsError {
			t.Errorf("%v: %s", tc.a, r.text())
		}
		contains(t, r.text(), tc.want...)
	}
}

// A live session goes on: at is until now.
func TestAskAtLive(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	got, r := ask(t, p, args{"meeting": demoapi.LiveMeetingID, "at": "now"})
	if got.Fitting != 5 {
		t.Errorf("%s", r.text())
	}
	later := time.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04")
	if r := p.call("get_meeting_attendance", args{"meeting": demoapi.LiveMeetingID, "at": later}); !r.IsError ||
		!strings.Contains(r.text(), "is live; it is") {
		t.Errorf("%s", r.text())
	}
}

// Another meeting of the same account, whose people are the same by their custom ids.
func TestAskElsewhere(t *testing.T) {
	t.Parallel()
	s := townHall()
	s.joined(1, "", "Nobody knows", "", "2026-11-20 10:00", "2026-11-20 11:00")
	api := s.script(t)
	const otherMeeting = "497f6eca-6276-4993-bfeb-53cbbbba6f09"
	session := func(n int, from, to string) map[string]any {
		return map[string]any{"id": sceneID(n), "associated_id": otherMeeting, "meeting_display_name": "Design review",
			"status": "ENDED", "type": "meeting", "started_at": at(from), "ended_at": at(to)}
	}
	there := &scene{}
	peer := there.joined
	sessions := []map[string]any{
		session(22, "2026-11-23 10:00", "2026-11-23 10:30"), session(21, "2026-11-20 14:00", "2026-11-20 14:30"),
	}
	people := map[string][]any{
		sceneID(22): {peer(22, personID(83), "Somebody", "c3", "2026-11-23 10:00", "2026-11-23 10:30")},
		sceneID(21): {
			peer(21, personID(81), "Person 1", "c1", "2026-11-20 14:00", "2026-11-20 14:30"),
			peer(21, personID(82), "Person 2", "other", "2026-11-20 14:00", "2026-11-20 14:30"), // a name tells nobody
			peer(21, personID(85), "Person 5", "c5", "2026-11-20 14:00", "2026-11-20 14:30"),
			peer(21, personID(60), "Person G", "g@example.com", "2026-11-20 14:00", "2026-11-20 14:30"),
		},
	}
	both := []any{}
	for _, one := range append(slices.Clone(s.sessions), sessions...) {
		both = append(both, one)
	}
	meetings := []any{map[string]any{"id": sceneMeeting, "title": "Town hall", "status": "ACTIVE", "created_at": longAgo},
		map[string]any{"id": otherMeeting, "title": "Design review", "status": "ACTIVE", "created_at": longAgo}}
	other := map[string]any{"id": otherMeeting, "title": "Design review", "status": "ACTIVE", "created_at": longAgo}
	api.Meeting(other, []any{}, sessions, people)
	api.List("/meetings", "", meetings)
	api.Handle("/sessions", sessionsOf(both))
	p := start(t, api.Environment())
	for _, tc := range []struct {
		a     args
		names string
		says  string
	}{
		{args{"also_in": "design review"}, "1,G", `2 of 7 people came, and came to "Design review" (session ` + sceneID(21) +
			" of 2026-11-20 14:00Z) too."},
		{args{"not_in": otherMeeting}, "2,3,4", `3 of 7 people came, and did not come to "Design review" (session ` + sceneID(21)},
		{args{"not_in": "review", "preset": "host"}, "", "0 of 7"},
		{args{"also_in": "review", "show": "absent"}, "5", "1 of 7 people was absent and came to"},
		{args{"not_in": "review", "show": "absent"}, "", "0 of 7"},
	} {
		tc.a["meeting"] = "town hall"
		got, r := ask(t, p, tc.a)
		if got.names() != tc.names || !strings.Contains(got.Summary, tc.says) || got.Attended != 4 || len(got.Sessions) != 1 {
			t.Errorf("%v: %s, want %s and %q: %s", tc.a, got.names(), tc.names, tc.says, r.text())
		}
		// Who has no id cannot be known elsewhere, and is not said to be missing there.
		contains(t, r.text(), "1 person was here without an id of their own")
	}
	// Without one on the same day it is the latest.
	got, r := ask(t, p, args{"meeting": "review", "on": "2026-11-23", "also_in": "town hall"})
	if got.names() != "3" || !strings.Contains(got.Summary, sceneID(1)) {
		t.Errorf("%s", r.text())
	}
}

// Spans are given in full; ids and presets with format=detailed.
func TestAskSpans(t *testing.T) {
	t.Parallel()
	p := start(t, townHall().script(t).Environment())
	got, r := ask(t, p, args{"meeting": "town hall", "person": "c2", "spans": "true", "timezone": "Europe/Berlin"})
	want := "[2026-11-20T11:00:00+01:00/2026-11-20T11:20:00+01:00 2026-11-20T11:40:00+01:00/2026-11-20T12:00:00+01:00]"
	if fmt.Sprint(got.People[0].Spans) != want || got.People[0].ID != "" {
		t.Errorf("%+v", got.People)
	}
	contains(t, r.text(), "11:00 to 11:20; 11:40 to 12:00")
	got, r = ask(t, p, args{"meeting": "town hall", "person": "c2", "format": "detailed", "timezone": "Europe/Berlin"})
	if p := got.People[0]; len(p.Spans) != 0 || p.ID != personID(2) || p.Preset != "group_call_participant" ||
		p.First != "2026-11-20T11:00:00+01:00" || p.Last != "2026-11-20T12:00:00+01:00" {
		t.Errorf("%+v", got.People)
	}
	contains(t, r.text(), "id "+personID(2), "away 11:20 to 11:40")
	lacks(t, r.text(), "11:00 to 11:20;")
}

// A range is said with its zone, and adds up its sessions.
func TestAskRange(t *testing.T) {
	t.Parallel()
	s := townHall()
	s.met(0, "2026-11-13 23:30", "2026-11-14 00:30")
	s.came(0, 1, "2026-11-13 23:30", "2026-11-14 00:30")
	s.came(0, 2, "2026-11-13 23:30", "2026-11-14 00:30")
	p := start(t, s.script(t).Environment())
	for _, tc := range []struct {
		a        args
		sessions int
		says     string
	}{
		{args{"on": "2026-11-13"}, 1, "Looked at sessions on 2026-11-13 (UTC)."},
		{args{"on": "2026-11-14", "timezone": "Europe/Berlin"}, 1, "on 2026-11-14 (Europe/Berlin)"},
		{args{"from": "2026-11-13", "to": "2026-11-20"}, 2, "from 2026-11-13 to 2026-11-20 (UTC)"},
		{args{"on": "2026-11-20 10:15"}, 1, "at 2026-11-20 10:15Z"},
		{args{"started_after": "2026-11-01", "sessions": "1"}, 1, "since 2026-11-01"},
		{args{"sessions": 2}, 2, ""},
	} {
		tc.a["meeting"] = "town hall"
		got, r := ask(t, p, tc.a)
		if len(got.Sessions) != tc.sessions || !strings.Contains(strings.Join(got.Notes, " "), tc.says) ||
			!strings.Contains(r.text(), tc.says) {
			t.Errorf("%v: %d sessions, want %d and %q: %s", tc.a, len(got.Sessions), tc.sessions, tc.says, r.text())
		}
	}
	if r := p.call("get_meeting_attendance", args{"meeting": "town hall", "on": "2026-11-15"}); !r.IsError {
		t.Errorf("%s", r.text())
	} else {
		contains(t, r.text(), "on 2026-11-15 (UTC)", " now;", sceneID(0), sceneID(1))
	}
}

// CSV holds everybody up to a size, and says how to get the rest.
func TestAskCSV(t *testing.T) {
	t.Parallel()
	api := unpaced(t, demoapi.Options{LargeRoster: 1200})
	p := start(t, environment(api))
	rows := 0
	for offset := 0; ; {
		got, r := ask(t, p, args{"meeting": demoapi.LargeMeetingID, "format": "csv", "offset": offset})
		lines, err := csv.NewReader(strings.NewReader(got.CSV)).ReadAll()
		if err != nil || lines[0][0] != "name" || len(got.CSV) > 60_000 || len(got.People) != 0 {
			t.Fatalf("%v %d characters, %d people", err, len(got.CSV), len(got.People))
		}
		if !strings.Contains(r.text(), got.CSV) || len(r.text()) > 100_000 || len(r.Structured) > 100_000 {
			t.Errorf("%d characters of text, %d of structured content", len(r.text()), len(r.Structured))
		}
		rows += len(lines) - 1
		if rows+got.LeftOut != 1200 {
			t.Fatalf("%d rows and %d left out", rows, got.LeftOut)
		}
		if got.LeftOut == 0 {
			break
		}
		offset = rows
		if got.Next != fmt.Sprintf("Repeat the call with offset=%d.", offset) || !strings.Contains(r.text(), got.Next) {
			t.Fatalf("%q", got.Next)
		}
	}
	got, _ := ask(t, p, args{"meeting": demoapi.LargeMeetingID, "format": "csv", "limit": 2, "show": "absent"})
	if strings.Count(got.CSV, "\r\n") != 3 || got.LeftOut != got.Absent-2 {
		t.Errorf("%+v", got)
	}
}

// The link leads to all of the session, whatever app its meeting is in. Clients that
// do not know such content get none.
func TestAskLink(t *testing.T) {
	t.Parallel()
	api := unpaced(t, demoapi.Options{})
	for revision, want := range map[string]bool{"2024-11-05": false, "2025-03-26": false, "2025-06-18": true, "2025-11-25": true} {
		p := launch(t, environment(api))
		p.request("initialize", args{"protocolVersion": revision, "capabilities": args{},
			"clientInfo": args{"name": "test", "version": "1"}})
		p.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
		link := linkOf(t, p.request("tools/call", args{"name": "get_meeting_attendance",
			"arguments": args{"meeting": demoapi.WebinarMeetingID, "show": "absent"}}))
		if want != (link != "") {
			t.Errorf("%s: %q", revision, link)
		}
		if !want {
			continue
		}
		contains(t, link, "realtimekit://apps/"+demoapi.EventsAppID+"/sessions/")
		var read struct {
			Contents []struct{ MimeType, Text string }
		}
		m := p.request("resources/read", args{"uri": link})
		if err := json.Unmarshal(m.Result, &read); err != nil || len(read.Contents) != 1 ||
			read.Contents[0].MimeType != "text/csv" || strings.Count(read.Contents[0].Text, "\r\n") < 5000 {
			t.Errorf("%s: %v %.300s", link, err, m.Result)
		}
	}
	p := launch(t, environment(api))
	link := linkOf(t, p.request("tools/call", args{"name": "get_meeting_attendance",
		"arguments": args{"meeting": "design review"}, "_meta": stateless(args{})["_meta"]}))
	contains(t, link, "/attendance?format=csv")
}

func linkOf(t testing.TB, m mcptest.Message) string {
	t.Helper()
	var r struct {
		IsError bool
		Content []struct{ Type, URI, Name, MimeType string }
	}
	if err := json.Unmarshal(m.Result, &r); err != nil || r.IsError {
		t.Fatalf("%v %s", err, m.Result)
	}
	link := ""
	for _, c := range r.Content {
		if c.Type == "resource_link" {
			link = c.URI
			if c.Name == "" || c.MimeType != "text/csv" {
				t.Errorf("%+v", c)
			}
		}
	}
	return link
}

// Two sessions that are one meeting are one resource.
func TestAskLinkOfTwo(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2, 3)
	s.met(2, "2026-11-20 10:40", "2026-11-20 11:00")
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	for n := 1; n <= 2; n++ {
		s.came(1, n, "2026-11-20 10:00", "2026-11-20 10:30")
		s.came(2, n, "2026-11-20 10:40", "2026-11-20 11:00")
	}
	p := start(t, s.script(t).Environment())
	link := linkOf(t, p.request("tools/call", args{"name": "get_meeting_attendance", "arguments": args{"meeting": "weekly"}}))
	contains(t, link, sceneID(1)+","+sceneID(2))
	m := p.request("resources/read", args{"uri": link})
	contains(t, string(m.Result), "Person 1,c1,attended,1,2026-11-20T10:00:00Z,2026-11-20T11:00:00Z,50,2")
}

// sessionsOf answers with the sessions of the meeting that is asked for.
func sessionsOf(all []any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		rows := []any{}
		for _, s := range all {
			if of := r.URL.Query().Get("associated_id"); of == "" || s.(map[string]any)["associated_id"] == of {
				rows = append(rows, s)
			}
		}
		slices.SortFunc(rows, func(a, b any) int {
			began := func(s any) string { return s.(map[string]any)["started_at"].(string) }
			return strings.Compare(began(b), began(a))
		})
		if r.URL.Query().Get("page_no") > "1" {
			rows = []any{}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "data": map[string]any{"sessions": rows},
			"paging": map[string]int{"total_count": len(rows), "start_offset": 1, "end_offset": len(rows)}})
	}
}
