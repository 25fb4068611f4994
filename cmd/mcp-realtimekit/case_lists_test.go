package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// listAnswer is what tests look at of the answers of lists.
type listAnswer struct {
	Summary  string
	Notes    []string
	Total    int
	AtLeast  bool `json:"at_least"`
	Matching int
	LeftOut  int `json:"left_out"`
	Next     string
	CSV      string
	Resource string
	Timezone string
	Sessions []struct {
		ID        string    `json:"session_id"`
		MeetingID string    `json:"meeting_id"`
		StartedAt time.Time `json:"started_at"`
		Title     string
		App       string
		Came      int
		Invited   int
		Attended  int `json:"invited_who_came"`
		Share     int `json:"percent_of_invited"`
		Who       []string
	}
	Participants []struct {
		Name, ID, Picture string
		JoinedAt          string `json:"joined_at"`
		SessionID         string `json:"session_id"`
		Events            []struct{ Event, At string }
	}
	Meetings []struct{ ID, Title, App, Status string }
	Closest  []struct {
		ID, Title, App string
		LastMet        *time.Time `json:"last_met"`
	}
	Apps []struct{ ID, Name string }
}

func list(t testing.TB, p *proc, tool string, a args) (listAnswer, string) {
	t.Helper()
	r := p.call(tool, a)
	var out listAnswer
	r.into(t, &out)
	return out, r.text()
}

// ids are those of an answer's rows, in order.
func (l listAnswer) ids() (ids []string) {
	for _, s := range l.Sessions {
		ids = append(ids, s.ID)
	}
	for _, p := range l.Participants {
		ids = append(ids, p.ID)
	}
	for _, m := range l.Meetings {
		ids = append(ids, m.ID)
	}
	for _, a := range l.Apps {
		ids = append(ids, a.ID)
	}
	return ids
}

// TestListPaging goes through lists by the calls that answers name, and finds every
// row once, in the order of the whole list.
func TestListPaging(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{Apps: 7})))
	for tool, a := range map[string]args{
		"list_sessions":             {"meeting": "stand-up"},
		"list_meeting_participants": {"meeting": "stand-up", "details": true},
		"list_session_participants": {"meeting": "design review", "format": "detailed"},
		"find_meetings":             {"status": "ACTIVE"},
		"list_apps":                 {},
	} {
		a["limit"] = 500
		whole, text := list(t, p, tool, a)
		if len(whole.ids()) < 7 || whole.Next != "" || whole.LeftOut != 0 {
			t.Fatalf("%s: %s", tool, text)
		}
		var got []string
		for offset, calls := 0, 0; ; calls++ {
			a["limit"], a["offset"] = 3, offset
			part, text := list(t, p, tool, a)
			got = append(got, part.ids()...)
			if part.LeftOut != len(whole.ids())-len(got) || calls > 40 {
				t.Fatalf("%s from %d: %d left out: %s", tool, offset, part.LeftOut, text)
			}
			if part.Next == "" {
				break
			}
			if _, err := fmt.Sscanf(part.Next, "Repeat the call with offset=%d.", &offset); err != nil {
				t.Fatalf("%s: next is %q", tool, part.Next)
			}
		}
		if !slices.Equal(got, whole.ids()) {
			t.Errorf("%s: by pages %q, at once %q", tool, got, whole.ids())
		}
	}
}

// TestListSizes holds answers below 10,000 characters if no number of rows was asked
// for, and below 100,000 whatever was asked for.
func TestListSizes(t *testing.T) {
	t.Parallel()
	p := start(t, environment(unpaced(t, demoapi.Options{LargeRoster: 3000})))
	large := args{"meeting_id": demoapi.LargeMeetingID}
	for _, tc := range []struct {
		tool string
		a    args
		most int
	}{
		{"list_sessions", args{}, 10_000},
		{"list_sessions", args{"people": true}, 10_000},
		{"list_meeting_participants", large, 10_000},
		{"find_meetings", args{}, 10_000},
		{"list_sessions", args{"limit": 500, "people": true}, 100_000},
		{"list_sessions", args{"format": "csv"}, 100_000},
		{"list_meeting_participants", plus(large, "limit", 500, "details", true), 100_000},
		{"list_meeting_participants", plus(large, "format", "csv", "details", true), 100_000},
	} {
		r := p.call(tc.tool, tc.a)
		if r.IsError || len(r.Structured) > tc.most || len(r.text()) > tc.most {
			t.Errorf("%s %v: %d characters of structured content, %d of text, want at most %d: %.300s",
				tc.tool, tc.a, len(r.Structured), len(r.text()), tc.most, r.text())
		}
		var out listAnswer
		r.into(t, &out)
		if out.LeftOut > 0 && !strings.Contains(out.Next, "offset=") {
			t.Errorf("%s %v: %d left out, next is %q", tc.tool, tc.a, out.LeftOut, out.Next)
		}
	}
}

// plus is a copy of arguments with more.
func plus(a args, namesAndValues ...any) args {
	out := args{}
	maps.Copy(out, a)
	for pair := range slices.Chunk(namesAndValues, 2) {
		out[pair[0].(string)] = pair[1]
	}
	return out
}

// TestListStatedPage shows all of the page that was asked for.
func TestListStatedPage(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{LargeRoster: 333})))
	got, text := list(t, p, "list_meeting_participants",
		args{"meeting_id": demoapi.LargeMeetingID, "page_no": 2, "per_page": 100})
	if len(got.Participants) != 100 || got.Next != "The next page is page_no=3." {
		t.Errorf("%d rows, next %q: %.300s", len(got.Participants), got.Next, text)
	}
}

// TestListSessionsPeople agrees with get_meeting_attendance about each session.
func TestListSessionsPeople(t *testing.T) { bothShapes(t, testListSessionsPeople) }

func testListSessionsPeople(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	got, text := list(t, p, "list_sessions", args{"meeting": "stand-up", "people": true})
	if len(got.Sessions) != 10 || !strings.Contains(text, "came to the 10 sessions looked into") {
		t.Fatal(text)
	}
	for _, s := range got.Sessions {
		want, _ := attend(t, p, args{"session": s.ID})
		if s.Came != want.Attended+want.Guests || s.Invited != want.Invited || s.Attended != want.Attended ||
			len(s.Who) != s.Came || s.Share < 100*want.Attended/want.Invited {
			t.Errorf("%+v, but get_meeting_attendance says %+v", s, want)
		}
	}
	got, text = list(t, p, "list_sessions", args{"people": true, "limit": 40})
	if len(got.Sessions) != 40 || !strings.Contains(text, "Who came was read for the first 25") ||
		got.Sessions[24].Came == 0 || got.Sessions[25].Came != 0 {
		t.Error(text)
	}
}

// TestListSessionsTimes reads on, from and to, and says which range was used.
func TestListSessionsTimes(t *testing.T) {
	t.Parallel()
	s := reopened()
	p := start(t, s.script(t).Environment())
	for _, tc := range []struct {
		a    args
		want []string // sessions
		said string
	}{
		{args{"on": "2026-11-20"}, []string{sceneID(2), sceneID(1)}, "on 2026-11-20 (UTC)"},
		{args{"on": "2026-11-20T10:20"}, []string{sceneID(1)}, "at 2026-11-20 10:20Z"},
		{args{"on": "2026-11-20 11:20", "timezone": "Europe/Berlin"}, []string{sceneID(1)}, "2026-11-20 11:20 CET"},
		{args{"from": "2026-11-13", "to": "2026-11-19"}, []string{sceneID(0)}, "from 2026-11-13 to 2026-11-19 (UTC)"},
		{args{"on": "2026-10-01"}, nil, "No session was found on 2026-10-01 (UTC)."},
	} {
		got, text := list(t, p, "list_sessions", tc.a)
		if !slices.Equal(got.ids(), tc.want) || !strings.Contains(text, tc.said) || !strings.Contains(got.Summary, tc.said) {
			t.Errorf("%v: want %q and %q in: %s", tc.a, tc.want, tc.said, text)
		}
	}
	got, _ := list(t, p, "list_sessions", args{"on": "2026-11-20", "timezone": "Asia/Kolkata"})
	if _, offset := got.Sessions[0].StartedAt.Zone(); offset != 19800 || got.Timezone != "Asia/Kolkata" {
		t.Errorf("times are not in the zone: %+v", got.Sessions[0])
	}
	if r := p.call("list_sessions", args{"on": "2026-11-20", "from": "2026-11-20"}); !r.IsError {
		t.Errorf("contradicting times were accepted: %s", r.text())
	}
}

// oneOffs scripts an app that makes a meeting for each call, under one title.
func oneOffs(t *testing.T, n int) *scripted.API {
	t.Helper()
	api := scripted.Start(t)
	var meetings, sessions []any
	for i := range n {
		id := fmt.Sprintf("497f6eca-6276-4993-bfeb-%012d", i)
		began := time.Date(2026, 11, 1+i, 10, 0, 0, 0, time.UTC)
		meeting := map[string]any{"id": id, "title": "Customer call", "status": "ACTIVE", "created_at": began}
		meetings = append(meetings, meeting)
		sessions = append([]any{map[string]any{
			"id": sceneID(i), "associated_id": id, "meeting_display_name": "Customer call", "status": "ENDED", "type": "meeting",
			"started_at": began, "ended_at": began.Add(time.Hour), "minutes_consumed": 10 * i,
		}}, sessions...)
		raw, err := json.Marshal(map[string]any{"success": true, "data": meeting})
		if err != nil {
			t.Fatal(err)
		}
		api.JSON("/meetings/"+id, raw)
		api.List("/meetings/"+id+"/participants", "", []any{map[string]any{"id": personID(i), "name": "Ann"}})
	}
	other := map[string]any{
		"id": sceneID(99), "associated_id": sceneMeeting, "meeting_display_name": "Other", "status": "ENDED", "type": "meeting",
		"started_at": "2026-11-30T10:00:00Z", "ended_at": "2026-11-30T11:00:00Z",
	}
	api.List("/meetings", "", meetings)
	api.List("/sessions", "sessions", append([]any{other}, sessions...))
	return api
}

// TestListSeries counts several meetings of one title as one.
func TestListSeries(t *testing.T) {
	t.Parallel()
	for _, n := range []int{3, 9} { // asked one by one, and picked from all
		p := start(t, oneOffs(t, n).Environment())
		got, text := list(t, p, "list_sessions", args{"meeting": "the customer-call", "limit": 2})
		if got.Total != n || got.LeftOut != n-2 || got.Sessions[0].ID != sceneID(n-1) || got.Sessions[1].ID != sceneID(n-2) ||
			!strings.Contains(text, fmt.Sprintf(`%d meetings have the title "Customer call"`, n)) {
			t.Errorf("%d: %s", n, text)
		}
		r := p.call("get_meeting", args{"meeting": "customer call"})
		if !strings.Contains(r.text(), fmt.Sprintf(`%d meetings have the title "Customer call"`, n)) ||
			!strings.Contains(string(r.Structured), fmt.Sprintf(`"meetings_of_this_title":%d`, n)) {
			t.Errorf("%d: %s", n, r.text())
		}
		if _, text := list(t, p, "list_meeting_participants", args{"meeting": "customer call"}); !strings.Contains(text,
			fmt.Sprintf("roster of the newest of the %d meetings", n)) {
			t.Errorf("%d: %s", n, text)
		}
	}
}

// TestListSessionsWithoutTotal never takes what was read for all there are.
func TestListSessionsWithoutTotal(t *testing.T) {
	t.Parallel()
	api := scripted.Start(t)
	api.Handle("/sessions", func(w http.ResponseWriter, r *http.Request) {
		var no, per int
		_, _ = fmt.Sscan(r.URL.Query().Get("page_no"), &no)
		_, _ = fmt.Sscan(r.URL.Query().Get("per_page"), &per)
		rows := []any{}
		for i := (no - 1) * per; i < min(no*per, 40); i++ {
			rows = append(rows, map[string]any{"id": sceneID(i), "associated_id": sceneMeeting, "status": "ENDED",
				"type": "meeting", "started_at": time.Date(2026, 11, 1, 0, -i, 0, 0, time.UTC)})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "data": map[string]any{"sessions": rows}})
	})
	p := start(t, api.Environment())
	got, text := list(t, p, "list_sessions", args{"limit": 25})
	if !got.AtLeast || !strings.HasPrefix(text, "At least 25 sessions") || got.Next != "Repeat the call with offset=25." {
		t.Error(text)
	}
	got, text = list(t, p, "list_sessions", args{"limit": 25, "offset": 25})
	if got.AtLeast || got.Total != 40 || len(got.Sessions) != 15 || got.Next != "" {
		t.Error(text)
	}
}

// TestListSessionsOfAllApps reads every app if none is configured.
func TestListSessionsOfAllApps(t *testing.T) {
	t.Parallel()
	env := environment(sample(t, demoapi.Options{}))
	p := start(t, with(env, "REALTIMEKIT_APP_ID", ""))
	got, text := list(t, p, "list_sessions", args{"limit": 100})
	apps := map[string]int{}
	for i, s := range got.Sessions {
		apps[s.App]++
		if i > 0 && s.StartedAt.After(got.Sessions[i-1].StartedAt) {
			t.Errorf("not newest first at row %d", i)
		}
	}
	if apps["Production"] == 0 || apps["Staging"] == 0 || !strings.Contains(text, "These are the sessions of") {
		t.Errorf("%v %s", apps, text)
	}
	one, text := list(t, p, "list_sessions", args{"app": "staging", "limit": 100})
	if one.Total != apps["Staging"] {
		t.Error(text)
	}
	if one, text = list(t, start(t, env), "list_sessions", args{"limit": 100}); one.Total != apps["Production"] {
		t.Error(text)
	}
}

// TestFindMeetingsElsewhere finds titles by words in any order and in every app, and
// names the closest if none fits.
func TestFindMeetingsElsewhere(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	got, text := list(t, p, "find_meetings", args{"meeting": "platform standup"})
	if got.Matching != 1 || got.Meetings[0].ID != demoapi.StandupMeetingID || got.Meetings[0].App != "" {
		t.Error(text)
	}
	got, text = list(t, p, "find_meetings", args{"meeting": "load test"})
	if got.Matching != 1 || got.Meetings[0].App != "Staging" || !strings.Contains(text, "Searched apps: ") {
		t.Error(text)
	}
	if got, text = list(t, p, "find_meetings", args{"meeting": "load test", "app": demoapi.AppID}); got.Matching != 0 {
		t.Error(text)
	}
	got, text = list(t, p, "find_meetings", args{"meeting": "desing review"})
	if got.Matching != 0 || len(got.Closest) != 3 || !strings.Contains(text, demoapi.ReviewMeetingID) ||
		got.Closest[0].LastMet == nil || !strings.Contains(text, "last met") {
		t.Error(text)
	}
	got, text = list(t, p, "find_meetings", args{"meeting": demoapi.WebinarMeetingID})
	if got.Matching != 1 || got.Meetings[0].App != "Events" {
		t.Error(text)
	}
}

// TestGetMeetingSettings tells the settings, and finds a meeting of another app.
func TestGetMeetingSettings(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	r := p.call("get_meeting", args{"meeting": "war room"})
	contains(t, r.text(), "On: record_on_start, persist_chat. Off: live_stream_on_start", "stays open for 60 s")
	contains(t, string(r.Structured), `"record_on_start":true`, `"transcribe_on_end":false`, `"live":true`)
	r = p.call("get_meeting", args{"meeting": demoapi.WebinarMeetingID})
	contains(t, r.text(), "App: Events.")
	session := sampleSession(t, demoapi.ReviewMeetingID)
	if r = p.call("get_meeting", args{"meeting": session}); !r.IsError {
		t.Error(r.text())
	}
	contains(t, r.text(), "is a session's id", demoapi.ReviewMeetingID)
}

// TestGetMeetingWithoutTotal does not take a page for the roster.
func TestGetMeetingWithoutTotal(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{Faults: demoapi.Faults{NoPaging: true}})))
	contains(t, p.call("get_meeting", args{"meeting": demoapi.StandupMeetingID}).text(),
		"at least 9 participants were added", "does not say how long the roster is")
}

// TestListAppsCounted tells apps that were not given from none, and finds by name.
func TestListAppsCounted(t *testing.T) {
	t.Parallel()
	api := scripted.Start(t)
	api.JSON("//client/v4/accounts/"+scripted.AccountID+"/realtime/kit/apps",
		[]byte(`{"success":true,"data":[],"paging":{"total_count":14,"start_offset":0,"end_offset":0}}`))
	got, text := list(t, start(t, api.Environment()), "list_apps", args{})
	if got.Total != 14 || !strings.Contains(text, "The API counts 14 apps, but gave none of them.") {
		t.Error(text)
	}
	got, text = list(t, start(t, nil, "--demo"), "list_apps", args{"search": "stag"})
	if len(got.Apps) != 1 || got.Apps[0].Name != "Staging" || got.Total != 3 {
		t.Error(text)
	}
}

// TestJoinings takes a session by its meeting and time, and shows events and presets.
func TestJoinings(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	session := sampleSession(t, demoapi.ReviewMeetingID)
	want, _ := list(t, p, "list_session_participants", args{"session": session, "format": "detailed"})
	got, text := list(t, p, "list_session_participants", args{"meeting": "design review", "format": "detailed"})
	if len(got.Participants) != 10 || !slices.Equal(got.ids(), want.ids()) || !strings.Contains(text, session) {
		t.Error(text)
	}
	got, text = list(t, p, "list_session_participants", args{"meeting": "stand-up", "from": "2020-01-01"})
	sessions := map[string]bool{}
	for _, row := range got.Participants {
		sessions[row.SessionID] = true
	}
	if len(sessions) < 2 || !strings.Contains(text, "joined 10 sessions") {
		t.Error(text)
	}
	got, text = list(t, p, "list_session_participants", args{"session": session, "events": true, "person": "sofia rossi"})
	events := 0
	for _, row := range got.Participants {
		events += len(row.Events)
	}
	if events < 2 || got.Participants[0].Events[0].Event != "joined" || !strings.Contains(text, "joined 14:00:") {
		t.Errorf("%d events: %s", events, text)
	}
	r := p.call("list_session_participants", args{"session": demoapi.ReviewMeetingID})
	if !r.IsError || !strings.Contains(r.text(), "is a meeting's id, not a session's") {
		t.Error(r.text())
	}
}

// TestRosterArguments finds presets without their exact names and people by ids, and
// refuses what contradicts itself.
func TestRosterArguments(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	id := demoapi.StandupMeetingID
	for _, tc := range []struct {
		a    args
		want int
	}{
		{args{"meeting": "stand-up", "preset": "host"}, 1},
		{args{"meeting": id, "preset": "Participant"}, 8},
		{args{"meeting_id": id, "person": "NW-1148"}, 1},
		{args{"meeting_id": id, "person": "lindqvist zoe"}, 1},
		{args{"meeting_id": id, "person": "jonas.weber@northwind.example"}, 1},
		{args{"meeting_id": demoapi.WebinarMeetingID, "app_id": "events", "limit": 1}, 5000},
	} {
		if got, text := list(t, p, "list_meeting_participants", tc.a); got.Matching != tc.want {
			t.Errorf("%v: want %d in: %.300s", tc.a, tc.want, text)
		}
	}
	for _, a := range []args{
		{"meeting_id": id, "meeting": "design review"}, {"meeting_id": demoapi.WebinarMeetingID}, {},
	} {
		if r := p.call("list_meeting_participants", a); !r.IsError {
			t.Errorf("%v: %s", a, r.text())
		}
	}
}

// TestListCSV gives lists as CSV, as far as they fit, and a resource that holds a
// whole roster, of an app which is not configured, too.
func TestListCSV(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	for _, tc := range []struct {
		tool string
		a    args
		want int
	}{
		{"list_sessions", args{"meeting": "stand-up", "format": "csv", "people": true}, 10},
		{"list_session_participants", args{"meeting": "design review", "format": "csv"}, 10},
		{"list_meeting_participants", args{"meeting": demoapi.WebinarMeetingID, "format": "csv"}, 5000},
	} {
		got, text := list(t, p, tc.tool, tc.a)
		rows, err := csv.NewReader(strings.NewReader(got.CSV)).ReadAll()
		if err != nil || len(rows)-1+got.LeftOut != tc.want || len(rows) < 11 || len(got.ids()) != 0 || !strings.Contains(text, got.CSV) {
			t.Errorf("%s %v: %d rows, %v: %.300s", tc.tool, tc.a, len(rows), err, text)
		}
		if tc.tool != "list_meeting_participants" {
			continue
		}
		var read struct {
			Contents []struct{ Text, MIMEType string }
		}
		m := p.request("resources/read", args{"uri": got.Resource})
		if m.Error != nil || json.Unmarshal(m.Result, &read) != nil || read.Contents[0].MIMEType != "text/csv" ||
			strings.Count(read.Contents[0].Text, "\r\n") != 5001 {
			t.Errorf("%s: %+v %.300s", got.Resource, m.Error, m.Result)
		}
	}
}

// TestChosenTools offers the tools that were chosen, and refuses names of none.
func TestChosenTools(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		env  map[string]string
		args []string
		want string
	}{
		{nil, []string{"--tools=list_apps, find_meetings"}, "find_meetings list_apps"},
		{nil, []string{"--tools", "list_apps,find_meetings", "--exclude-tools", "list_apps"}, "find_meetings"},
		{map[string]string{"REALTIMEKIT_TOOLS": "get_meeting"}, nil, "get_meeting"},
		{map[string]string{"REALTIMEKIT_TOOLS": "get_meeting"}, []string{"--tools=list_apps"}, "list_apps"},
	} {
		out, logs, code := once(t, tc.env, append(tc.args, "--demo", "tools")...)
		var all []struct{ Name string }
		if err := json.Unmarshal([]byte(out), &all); err != nil || code != 0 {
			t.Fatalf("%v: %v %s", tc, err, logs)
		}
		var names []string
		for _, tool := range all {
			names = append(names, tool.Name)
		}
		if got := strings.Join(names, " "); got != tc.want {
			t.Errorf("%v: %s", tc, got)
		}
	}
	out, _, _ := once(t, map[string]string{"REALTIMEKIT_EXCLUDE_TOOLS": "list_apps"}, "--demo", "tools")
	if strings.Contains(out, `"list_apps"`) || !strings.Contains(out, `"find_meetings"`) {
		t.Error(out)
	}
	for _, bad := range []string{"--tools=list_appz", "--exclude-tools=list_apps,x"} {
		_, logs, code := once(t, nil, "--demo", bad)
		if code != 2 || !strings.Contains(logs, "there is no tool") || !strings.Contains(logs, "get_meeting_attendance") {
			t.Errorf("%s: exit code %d, %s", bad, code, logs)
		}
	}
	p := start(t, nil, "--demo", "--tools=list_apps")
	hello := p.request("initialize", args{"protocolVersion": "2025-11-25", "capabilities": args{},
		"clientInfo": args{"name": "test", "version": "1"}})
	if !strings.Contains(string(hello.Result), "list_apps") || strings.Contains(string(hello.Result), "find_meetings") {
		t.Errorf("instructions name tools that are not offered: %s", hello.Result)
	}
}
