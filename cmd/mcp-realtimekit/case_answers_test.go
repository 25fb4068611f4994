package main

import (
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

// scene is a meeting with sessions, latest first, as a test tells it.
type scene struct {
	title    string
	roster   []any
	sessions []map[string]any
	peers    map[string][]any
}

const (
	sceneMeeting = "497f6eca-6276-4993-bfeb-53cbbbba6f08"
	longAgo      = "2026-01-05T08:00:00Z"
)

// sceneID is the id of a session or another meeting.
func sceneID(n int) string { return fmt.Sprintf("0f0a4a52-5b8c-4c7e-9d4b-%012d", n) }

// personID is the id of somebody on the roster.
func personID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", 2000+n) }

// on adds people to the roster.
func (s *scene) on(added string, numbers ...int) {
	for _, n := range numbers {
		s.row(n, fmt.Sprintf("Person %d", n), fmt.Sprintf("c%d", n), "group_call_participant", added)
	}
}

func (s *scene) row(n int, name, custom, preset, added string) {
	s.roster = append(s.roster, map[string]any{"id": personID(n), "name": name, "custom_participant_id": custom,
		"preset_name": preset, "created_at": added, "updated_at": added})
}

// met adds an earlier session than those before, with times such as "2026-11-20 10:00".
func (s *scene) met(n int, from, to string) map[string]any {
	session := map[string]any{"id": sceneID(n), "associated_id": sceneMeeting, "meeting_display_name": s.title,
		"status": "ENDED", "type": "meeting",
		"live_participants": 0, "max_concurrent_participants": 1, "minutes_consumed": 10, "started_at": at(from),
		"ended_at": at(to), "created_at": at(from), "updated_at": at(to)}
	s.sessions = append(s.sessions, session)
	return session
}

// came adds a joining of the nth person.
func (s *scene) came(session, n int, from, to string) map[string]any {
	return s.joined(session, personID(n), fmt.Sprintf("Person %d", n), fmt.Sprintf("c%d", n), from, to)
}

func (s *scene) joined(session int, user, name, custom, from, to string) map[string]any {
	if s.peers == nil {
		s.peers = map[string][]any{}
	}
	id := sceneID(session)
	peer := map[string]any{"id": fmt.Sprintf("peer-%d-%d", session, len(s.peers[id])), "user_id": user,
		"display_name": name, "custom_participant_id": custom,
		"preset_name": "group_call_participant", "joined_at": at(from), "created_at": at(from)}
	if to != "" {
		peer["left_at"] = at(to)
	}
	s.peers[id] = append(s.peers[id], peer)
	return peer
}

// at is RFC 3339 of "2026-11-20 10:00" or "2026-11-20 10:00:30".
func at(s string) string {
	if s == "" {
		return ""
	}
	if len(s) == len("2026-11-20 10:00") {
		s += ":00"
	}
	return strings.Replace(s, " ", "T", 1) + "Z"
}

func (s *scene) script(t testing.TB) *scripted.API {
	t.Helper()
	api := scripted.Start(t)
	api.Meeting(map[string]any{"id": sceneMeeting, "title": s.title, "status": "ACTIVE", "created_at": longAgo,
		"updated_at": longAgo}, s.roster, s.sessions, s.peers)
	return api
}

// attendees is what tests look at of an answer.
type attendees struct {
	Summary    string
	Notes      []string
	Live       bool
	OverSince  string `json:"over_since"`
	Invited    int
	Attended   int
	Absent     int
	Guests     int
	Late       int
	LeftEarly  int  `json:"left_early"`
	JustInTime bool `json:"just_in_time"`
	LeftAside  int  `json:"left_out_by_preset"`
	Timezone   string
	Sessions   []struct {
		ID       string  `json:"session_id"`
		Together string  `json:"together_with"`
		Minutes  float64 `json:"session_minutes"`
	}
	People []struct {
		Name, Status string
		Minutes      float64 `json:"minutes_present"`
		LateBy       float64 `json:"late_by_minutes"`
		Away, Rooms  []string
		Devices      int
		Reconnects   int
		Flags        []string
	}
}

func (a attendees) noted(text string) bool {
	return slices.ContainsFunc(a.Notes, func(n string) bool { return strings.Contains(n, text) })
}

func attend(t testing.TB, p *proc, a args) (attendees, string) {
	t.Helper()
	var got attendees
	r := p.call("get_meeting_attendance", a)
	r.into(t, &got)
	return got, r.text()
}

func contains(t testing.TB, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in: %s", want, text)
		}
	}
}

func lacks(t testing.TB, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if strings.Contains(text, want) {
			t.Errorf("%q is in: %s", want, text)
		}
	}
}

// reopened is a weekly that somebody opened again for a minute.
func reopened() *scene {
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2, 3, 4)
	s.met(2, "2026-11-20 10:45", "2026-11-20 10:46")
	s.came(2, 1, "2026-11-20 10:45", "2026-11-20 10:46")
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.met(0, "2026-11-13 10:00", "2026-11-13 10:30")
	for n := 1; n <= 3; n++ {
		s.came(1, n, "2026-11-20 10:00", "2026-11-20 10:30")
		s.came(0, n, "2026-11-13 10:00", "2026-11-13 10:30")
	}
	return s
}

// A link clicked again afterwards turns nobody into a no-show, in no answer.
func TestAnswerReopenedLink(t *testing.T) {
	t.Parallel()
	api := reopened().script(t)
	p := start(t, api.Environment())
	got, text := attend(t, p, args{"query": "weekly"})
	first, _, _ := strings.Cut(text, ". ")
	contains(t, first, sceneID(1), sceneID(2), "15 minutes")
	if got.Attended != 3 || got.Absent != 1 || !strings.HasPrefix(got.Summary, first) {
		t.Errorf("%+v", got)
	}
	if got, _ := attend(t, p, args{"query": "weekly", "sessions": "latest"}); got.Attended != 1 ||
		got.Sessions[0].ID != sceneID(2) {
		t.Errorf("sessions=latest: %+v", got)
	}
	got, text = attend(t, p, args{"query": "weekly", "started_after": "2026-11-20", "started_before": "2026-11-20"})
	if got.Attended != 3 || len(got.Sessions) != 1 {
		t.Errorf("the day: %+v", got)
	}
	contains(t, text, sceneID(1), sceneID(2))
	var compared struct {
		Sessions []struct {
			ID string `json:"session_id"`
		}
		Notes  []string
		People []struct {
			Name   string
			Marks  string
			Streak int `json:"absence_streak"`
		}
	}
	p.call("compare_attendance", args{"query": "weekly"}).into(t, &compared)
	if len(compared.Sessions) != 2 || compared.People[0].Streak != 2 || compared.People[0].Name != "Person 4" ||
		!strings.Contains(strings.Join(compared.Notes, " "), sceneID(2)) {
		t.Errorf("%+v", compared)
	}
	lacks(t, p.call("compare_attendance", args{"query": "weekly"}).text(), "of 3 sessions")
	recap := p.call("get_session_recap", args{"query": "weekly"})
	var r struct {
		SessionID string `json:"session_id"`
		Summary   string
	}
	recap.into(t, &r)
	if r.SessionID != sceneID(1) || !strings.Contains(r.Summary, sceneID(2)) {
		t.Errorf("%s", recap.text())
	}
	out, logs, code := once(t, api.Environment(), "attendance", "weekly", "--format=csv")
	if code != 0 || strings.Count(out, "attended") < 3 {
		t.Errorf("%s %s", out, logs)
	}
	contains(t, logs, sceneID(1), sceneID(2)) // a CSV file has no place for it
}

// A weekly to which one person came for two minutes was a bad weekly.
func TestAnswerBadWeekly(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2, 3)
	s.met(2, "2026-11-20 10:00", "2026-11-20 10:02")
	s.came(2, 1, "2026-11-20 10:00", "2026-11-20 10:02")
	s.met(1, "2026-11-13 10:00", "2026-11-13 10:30")
	s.came(1, 1, "2026-11-13 10:00", "2026-11-13 10:30")
	s.came(1, 2, "2026-11-13 10:00", "2026-11-13 10:30")
	api := s.script(t)
	got, _ := attend(t, start(t, api.Environment()), args{"query": "weekly"})
	if got.Attended != 1 || got.Absent != 2 || got.Sessions[0].ID != sceneID(2) {
		t.Errorf("%+v", got)
	}
	// The meeting, its sessions, the roster, the people and the details: no more.
	if got := api.Requests(); len(got) != 5 {
		t.Errorf("requests: %q", got)
	}
}

// Two sessions with a short break between are one meeting to its people.
func TestAnswerTwinSessions(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2, 3)
	s.met(2, "2026-11-20 10:40", "2026-11-20 11:00")
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	for n := 1; n <= 3; n++ {
		s.came(1, n, "2026-11-20 10:00", "2026-11-20 10:30")
	}
	s.came(2, 1, "2026-11-20 10:40", "2026-11-20 11:00")
	s.came(2, 2, "2026-11-20 10:40", "2026-11-20 11:00")
	p := start(t, s.script(t).Environment())
	got, text := attend(t, p, args{"query": "weekly"})
	first, _, _ := strings.Cut(text, "\n")
	contains(t, first, sceneID(1), sceneID(2), "together")
	if got.Attended != 3 || got.Sessions[0].Minutes != 50 || got.Sessions[0].Together != sceneID(2) {
		t.Errorf("%+v", got)
	}
	recap := p.call("get_session_recap", args{"query": "weekly"}).text()
	contains(t, recap, sceneID(1), sceneID(2))
}

// Neither a host alone early nor a forgotten tab makes everybody late or early,
// unless a schedule says so.
func TestAnswerHostAloneAndForgottenTab(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2, 3)
	s.met(1, "2026-11-20 09:40", "2026-11-20 12:00")
	s.came(1, 1, "2026-11-20 09:40", "2026-11-20 12:00")
	s.came(1, 2, "2026-11-20 10:00", "2026-11-20 10:30")
	s.came(1, 3, "2026-11-20 10:16:40", "2026-11-20 10:30")
	p := start(t, s.script(t).Environment())
	got, text := attend(t, p, args{"query": "weekly"})
	if got.Late != 1 || got.LeftEarly != 0 {
		t.Errorf("%s", text)
	}
	contains(t, text, "10:16 | 10:30 | 14 | 16 min late")
	for _, start := range []string{"09:45", "9:45", "2026-11-20T09:45", "2026-11-20 10:45+01:00", "10:45"} {
		zone := "UTC"
		if start == "10:45" {
			zone = "Europe/Berlin"
		}
		got, text := attend(t, p, args{"query": "weekly", "scheduled_start": start, "scheduled_end": "12:00Z"[:5],
			"timezone": zone})
		if got.Late != 2 {
			t.Errorf("%s: %s", start, text)
		}
	}
	if got, text := attend(t, p, args{"query": "weekly", "scheduled_end": "11:00"}); got.LeftEarly != 2 {
		t.Errorf("scheduled end: %s", text)
	}
	if r := p.call("get_meeting_attendance", args{"query": "weekly", "scheduled_end": "noon"}); !r.IsError ||
		!strings.Contains(r.text(), "14:00") {
		t.Errorf("%s", r.text())
	}
}

// A roster that apps fill when people join does not tell who was expected.
func TestAnswerJustInTimeRoster(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(at("2026-11-20 09:59"), 1, 2, 3, 4)
	s.on(longAgo, 5)
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	for n := 1; n <= 4; n++ {
		s.came(1, n, "2026-11-20 10:00", "2026-11-20 10:30")
	}
	got, text := attend(t, start(t, s.script(t).Environment()), args{"query": "weekly"})
	if !got.JustInTime || got.Absent != 1 {
		t.Errorf("%+v", got)
	}
	contains(t, got.Summary, "4 of 5 known to this meeting")
	lacks(t, text, "invited", "guest")
}

// Ids that tell nobody apart are flagged, and people stay apart.
func TestAnswerSharedIDs(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1)
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	for n, name := range []string{"Ann", "Bob", "Chloé"} {
		s.joined(1, personID(50+n), name, "guest", "2026-11-20 10:00", "2026-11-20 10:30")
	}
	for n, name := range []string{"ハナ", "バナ"} {
		s.joined(1, personID(60+n), name, "two", "2026-11-20 10:00", "2026-11-20 10:30")
	}
	s.joined(1, personID(70), "Zoë", "one", "2026-11-20 10:00", "2026-11-20 10:10")
	s.joined(1, personID(71), "zoe example", "one", "2026-11-20 10:12", "2026-11-20 10:30")
	got, text := attend(t, start(t, s.script(t).Environment()), args{"query": "weekly"})
	if got.Guests != 6 || !got.noted(`"guest"`) {
		t.Errorf("%s", text)
	}
	contains(t, text, "same id, different names", "shared id", "not on the roster (any more)", "away 10:10 to 10:12")
	lacks(t, text, "| guest | guest |")
}

// What cannot be learnt of breakout rooms costs the rooms, not the answer.
func TestAnswerRoomsFail(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2)
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.came(1, 1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.came(1, 2, "2026-11-20 10:00", "2026-11-20 10:30")
	api := s.script(t)
	api.Handle("/sessions/"+sceneID(1), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Should-Retry", "false") // or the SDK waits for some seconds first
		w.WriteHeader(http.StatusInternalServerError)
	})
	p := start(t, api.Environment(), "--timeout=3s")
	for _, a := range []args{{"query": "weekly"}, {"session_id": sceneID(1)}} {
		got, text := attend(t, p, a)
		if got.Attended != 2 || !got.noted("breakout rooms") {
			t.Errorf("%v: %s", a, text)
		}
	}
	r := p.call("compare_attendance", args{"query": "weekly"})
	contains(t, r.text(), "breakout rooms", "Of 2 invited")
}

// Breakout rooms are meetings of their own, which a title may fit too.
func TestAnswerRoomsAmongMeetings(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1)
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")["breakout_rooms"] = []any{map[string]any{"id": sceneID(8),
		"associated_id": sceneID(9), "type": "meeting"}}
	s.came(1, 1, "2026-11-20 10:00", "2026-11-20 10:10")
	s.peers[sceneID(8)] = nil
	s.joined(8, personID(80), "Person 1", "c1", "2026-11-20 10:10:20", "2026-11-20 10:25")
	s.came(1, 1, "2026-11-20 10:25:20", "2026-11-20 10:30")
	api := s.script(t)
	api.List("/sessions/"+sceneID(8)+"/participants", "participants", s.peers[sceneID(8)])
	row := func(id, title string) any {
		return map[string]any{"id": id, "title": title, "status": "ACTIVE", "created_at": longAgo}
	}
	api.List("/meetings", "", []any{row(sceneID(9), "Weekly sync, room 1"), row(sceneMeeting, "Weekly sync in full")})
	p := start(t, api.Environment())
	got, text := attend(t, p, args{"query": "weekly"})
	if got.Attended != 1 || got.Guests != 0 || got.People[0].Minutes < 29 || !got.noted("breakout room") {
		t.Errorf("%s", text)
	}
	contains(t, text, "in a breakout room 10:10 to 10:25")
	lacks(t, text, "away")
	// Two that are no rooms of each other are asked about.
	api.List("/meetings", "", []any{row(sceneID(7), "Weekly sync B"), row(sceneMeeting, "Weekly sync A")})
	p = start(t, api.Environment()) // which remembers no titles
	if r := p.call("get_meeting_attendance", args{"query": "weekly"}); !r.IsError || !strings.Contains(r.text(),
		sceneID(7)) || !strings.Contains(r.text(), sceneMeeting) {
		t.Errorf("%s", r.text())
	}
}

// Recorders and bots are left out by preset: an argument, or a configured default.
func TestAnswerLeaveOutPresets(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2)
	s.row(3, "Recorder", "rec", "Recorder", longAgo)
	s.met(1, "2026-11-20 09:00", "2026-11-20 12:00")
	s.came(1, 1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.came(1, 2, "2026-11-20 10:00", "2026-11-20 10:30")
	s.joined(1, personID(3), "Recorder", "rec", "2026-11-20 09:00", "2026-11-20 12:00")["preset_name"] = "Recorder"
	env := s.script(t).Environment()
	p := start(t, env)
	configured := start(t, with(env, "REALTIMEKIT_LEAVE_OUT_PRESETS", "bot,recorder"))
	for name, c := range map[string]struct {
		p *proc
		a args
	}{
		"list": {p, args{"query": "weekly", "leave_out_presets": []string{"recorder"}}}, "text": {p, args{"query": "weekly",
			"leave_out_presets": "bot, recorder"}},
		"configured": {configured, args{"query": "weekly"}}, "empty": {configured, args{"query": "weekly",
			"leave_out_presets": ""}},
	} {
		got, text := attend(t, c.p, c.a)
		if got.Attended != 2 || got.Invited != 2 || got.LeftAside != 1 || !got.noted("left out by preset") ||
			got.Sessions[0].Minutes > 90 {
			t.Errorf("%s: %s", name, text)
		}
	}
	if got, text := attend(t, configured, args{"query": "weekly",
		"leave_out_presets": []string{"none"}}); got.Attended != 3 {
		t.Errorf("none: %s", text)
	}
}

// Times are read in a zone, and shown so that each is one moment.
func TestAnswerTimesInZones(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Night shift"}
	s.on(longAgo, 1, 2)
	s.met(2, "2026-11-23 22:30", "2026-11-23 23:30") // the 23rd and the 24th in Berlin
	s.came(2, 1, "2026-11-23 22:30", "2026-11-23 23:30")
	s.came(2, 2, "2026-11-23 22:30", "2026-11-23 23:10")
	s.met(1, "2026-10-25 00:10", "2026-10-25 01:40") // 02:10 CEST to 02:40 CET
	s.came(1, 1, "2026-10-25 00:10", "2026-10-25 01:40")
	s.came(1, 2, "2026-10-25 00:20", "2026-10-25 01:20")
	env := s.script(t).Environment()
	p := start(t, env)
	berlin := start(t, with(env, "REALTIMEKIT_TIMEZONE", "Europe/Berlin"))
	in := func(p *proc, more args) (attendees, string) {
		a := args{"query": "night"}
		maps.Copy(a, more)
		return attend(t, p, a)
	}
	day := args{"started_after": "2026-11-23", "started_before": "2026-11-23"}
	for name, p := range map[string]*proc{"UTC": p, "Berlin": berlin} {
		if got, text := in(p, day); len(got.Sessions) != 1 || got.Sessions[0].ID != sceneID(2) {
			t.Errorf("the 23rd in %s: %s", name, text)
		}
	}
	got, text := in(berlin, day)
	if got.Timezone != "Europe/Berlin" {
		t.Errorf("zone %q", got.Timezone)
	}
	contains(t, text, "2026-11-23 23:30 CET", "| 23:30 | 2026-11-24 00:30 CET |")
	for _, local := range []string{"2026-11-23T23:00", "2026-11-23 23:00", "2026-11-23T23:00:00", "2026-11-23T22:00:00Z"} {
		if got, text := in(p, args{"started_after": local, "timezone": "Europe/Berlin"}); len(got.Sessions) != 1 {
			t.Errorf("%s: %s", local, text)
		}
	}
	_, text = in(p, args{"started_before": "2026-10-25", "sessions": "latest", "timezone": "Europe/Berlin"})
	contains(t, text, "02:10 CEST", "02:40 CET", "02:20 CEST", "02:20 CET")
	if r := p.call("get_meeting_attendance", args{"query": "night", "started_before": "2026-11-01T02:00",
		"timezone": "Mars/Base"}); !r.IsError || !strings.Contains(r.text(), "Europe/Berlin") {
		t.Errorf("%s", r.text())
	}
	list := berlin.call("list_sessions", args{"started_before": "2026-11-23", "started_after": "2026-11-23"}).text()
	contains(t, list, "1 session", "2026-11-23 23:30 CET")
	if _, logs, code := once(t, with(env, "REALTIMEKIT_TIMEZONE", "Nowhere"), "attendance", "night"); code == 0 ||
		!strings.Contains(logs, "REALTIMEKIT_TIMEZONE") {
		t.Errorf("%d %s", code, logs)
	}
}

// An API that loses people in paging is not believed in silence, by any tool.
func TestAnswerMissingRows(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2)
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.came(1, 1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.came(1, 2, "2026-11-20 10:00", "2026-11-20 10:30")
	api := s.script(t)
	lossy := func(key string, rows []any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			some := rows
			if no := r.URL.Query().Get("page_no"); no != "" && no != "1" {
				some = []any{}
			}
			var data any = some
			if key != "" {
				data = map[string]any{key: some}
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "data": data,
				"paging": map[string]int{"total_count": 12}})
		}
	}
	api.Handle("/sessions/"+sceneID(1)+"/participants", lossy("participants", s.peers[sceneID(1)]))
	api.Handle("/meetings/"+sceneMeeting+"/participants", lossy("", s.roster))
	p := start(t, api.Environment())
	for tool, a := range map[string]args{
		"get_meeting_attendance": {"query": "weekly"}, "compare_attendance": {"query": "weekly"},
		"list_session_participants": {"session_id": sceneID(1)}, "list_meeting_participants": {"meeting_id": sceneMeeting},
	} {
		var got struct{ Notes []string }
		r := p.call(tool, a)
		r.into(t, &got)
		if !strings.Contains(strings.Join(got.Notes, " "), "2 of 12") || !strings.Contains(r.text(), "2 of 12") {
			t.Errorf("%s: %s", tool, r.text())
		}
	}
	for _, format := range []string{"table", "csv", "json", "markdown"} {
		out, logs, _ := once(t, api.Environment(), "attendance", "weekly", "--format="+format)
		if !strings.Contains(out+logs, "2 of 12") {
			t.Errorf("%s: %s%s", format, out, logs)
		}
	}
	m := p.request("resources/read", args{"uri": "realtimekit://sessions/" + sceneID(1) + "/attendance?format=csv"})
	contains(t, string(m.Result), "2 of 12")
}

// Only sessions of type meeting are attended.
func TestAnswerLivestream(t *testing.T) {
	t.Parallel()
	api := scripted.Start(t)
	api.JSON("/sessions", scripted.Case(t, "sessions-with-livestream.json"))
	api.JSON("/sessions/"+caseSession+"/participants", scripted.Case(t, "session-participants-peer-events.json"))
	api.List("/meetings/"+caseMeeting+"/participants", "", nil)
	p := start(t, api.Environment())
	got, text := attend(t, p, args{"meeting_id": caseMeeting})
	if got.Sessions[0].ID != caseSession || got.Guests != 3 || !got.noted("livestream") {
		t.Errorf("%s", text)
	}
	if person := got.People[0]; len(person.Away) != 1 || person.Away[0] != "10:10 to 10:13" || person.Minutes != 27 {
		t.Errorf("%+v", person)
	}
	contains(t, text, "away 10:10 to 10:13", "livestream")
	list := p.call("list_sessions", args{"meeting_id": caseMeeting}).text()
	contains(t, list, "1 session", "livestream")
	lacks(t, list, "11:00")
	contains(t, p.call("compare_attendance", args{"meeting_id": caseMeeting}).text(), "livestream")
}

// The API may not know the parameter that asks for events.
func TestAnswerWithoutEvents(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1)
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.came(1, 1, "2026-11-20 10:00", "2026-11-20 10:30")
	api := s.script(t)
	rows := s.peers[sceneID(1)]
	api.Handle("/sessions/"+sceneID(1)+"/participants", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("include_peer_events") {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"success":false,"error":{"code":422,"message":"\"include_peer_events\" is not allowed"}}`))
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "data": map[string]any{"participants": rows}})
	})
	if got, text := attend(t, start(t, api.Environment()), args{"query": "weekly"}); got.Attended != 1 {
		t.Errorf("%s", text)
	}
}

// A session outlives its last person by the keep-alive time.
func TestAnswerKeepAlive(t *testing.T) {
	t.Parallel()
	c := unmarshal[struct {
		Meeting, Session map[string]any
		Participants     []any
	}](t, scripted.Case(t, "keep-alive.json"))
	var roster []any
	for i := range 3 {
		roster = append(roster, map[string]any{"id": personID(i + 1), "name": fmt.Sprintf("Person %d", i+1),
			"custom_participant_id": fmt.Sprintf("c%d", i+1), "created_at": longAgo})
	}
	api := scripted.Start(t)
	api.Meeting(c.Meeting, roster, []map[string]any{c.Session}, map[string][]any{caseSession: c.Participants})
	p := start(t, api.Environment())
	got, text := attend(t, p, args{"query": "weekly"})
	if got.Attended != 3 || got.LeftEarly != 0 || got.Sessions[0].Minutes != 30 {
		t.Errorf("%s", text)
	}
	contains(t, text, "30-minute session")
	// Still open: over since the last one left.
	delete(c.Session, "ended_at")
	c.Session["status"] = "LIVE"
	api.Meeting(c.Meeting, roster, []map[string]any{c.Session}, map[string][]any{caseSession: c.Participants})
	got, text = attend(t, p, args{"query": "weekly"})
	if got.Live || got.OverSince != "2026-11-20T10:30:00Z" || got.LeftEarly != 0 {
		t.Errorf("%+v", got)
	}
	contains(t, text, "over since 2026-11-20 10:30Z", "kept open")
}

// One person with two rows of the roster came once.
func TestAnswerOnePersonTwoRows(t *testing.T) {
	t.Parallel()
	c := unmarshal[struct {
		Session              map[string]any
		Roster, Participants []any
	}](t, scripted.Case(t, "one-person-two-rows.json"))
	api := scripted.Start(t)
	api.Meeting(map[string]any{"id": caseMeeting, "title": "Weekly sync"}, c.Roster, []map[string]any{c.Session},
		map[string][]any{caseSession: c.Participants})
	got, text := attend(t, start(t, api.Environment()), args{"query": "weekly"})
	if got.Invited != 2 || got.Attended != 2 || got.Late != 0 || got.LeftEarly != 0 || got.People[0].Minutes != 28 {
		t.Errorf("%s", text)
	}
	contains(t, text, "away 10:12 to 10:14")
}

// Unknown times stay unknown, and no number is absurd.
func TestAnswerUnknownTimes(t *testing.T) {
	t.Parallel()
	for _, bad := range []any{nil, "", "null", "0001-01-01T00:00:00Z", "soon", 12, map[string]any{}} {
		s := &scene{title: "Weekly sync"}
		s.on(longAgo, 1, 2)
		session := s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
		session["started_at"], session["created_at"], session["status"] = bad, bad, "LIVE"
		session["max_concurrent_participants"], session["minutes_consumed"] = 1e300, -5
		delete(session, "ended_at")
		s.came(1, 1, "2026-11-20 10:00", "")["joined_at"] = bad
		s.roster[0].(map[string]any)["created_at"] = bad
		api := s.script(t)
		meeting := map[string]any{"id": sceneMeeting, "title": "Weekly sync", "status": "ACTIVE", "created_at": bad,
			"updated_at": bad}
		api.List("/meetings", "", []any{meeting})
		raw, _ := json.Marshal(map[string]any{"success": true, "data": meeting})
		api.JSON("/meetings/"+sceneMeeting, raw)
		p := start(t, api.Environment())
		wrong := []string{"0001-01-01", "153,722,867", "153722867", "e+", "000000000000000"}
		for _, c := range p.everyTool(sceneMeeting, sceneID(1)) { // some have nothing to answer
			r := p.call(c.tool, c.args)
			lacks(t, r.text()+string(r.Structured), wrong...)
		}
		for _, c := range []toolCall{
			{"get_meeting_attendance", args{"query": "weekly"}},
			{"list_sessions", args{}},
			{"list_session_participants", args{"session_id": sceneID(1)}},
			{"find_meetings", args{"query": "weekly"}},
			{"get_meeting", args{"meeting_id": sceneMeeting}},
			{"list_meeting_participants", args{"meeting_id": sceneMeeting}},
			{"get_session_recap", args{"query": "weekly"}},
		} {
			r := p.call(c.tool, c.args)
			lacks(t, r.text()+string(r.Structured), wrong...)
			if r.IsError {
				t.Errorf("%v, %s: %s", bad, c.tool, r.text())
			}
		}
	}
}

// That nothing was found says nothing about anybody.
func TestAnswerNothingFound(t *testing.T) {
	t.Parallel()
	s := reopened()
	api := s.script(t)
	p := start(t, api.Environment())
	r := p.call("get_meeting_attendance", args{"query": "weekly", "started_after": "2026-12-01"})
	if !r.IsError {
		t.Fatal(r.text())
	}
	contains(t, r.text(), sceneID(1), "2026-11-20 10:00Z", "pass one as session")
	lacks(t, r.text(), "nobody")
	if r := p.call("get_meeting_attendance", args{"session_id": sceneID(77)}); !r.IsError || !strings.Contains(r.text(),
		sceneID(2)) {
		t.Errorf("%s", r.text())
	}
	if r := p.call("get_meeting_attendance", args{"query": "weekly", "started_after": "2026-11-20",
		"started_before": "2026-11-19"}); !r.IsError || !strings.Contains(r.text(), "earlier") {
		t.Errorf("%s", r.text())
	}
	// A session of which the API counts people and lists none.
	empty := &scene{title: "Weekly sync"}
	empty.on(longAgo, 1, 2)
	empty.met(1, "2026-11-20 10:00", "2026-11-20 10:30")["max_concurrent_participants"] = 12
	r = start(t, empty.script(t).Environment()).call("get_meeting_attendance", args{"query": "weekly"})
	if !r.IsError || !strings.Contains(r.text(), "12") || strings.Contains(r.text(), "0 of 2") {
		t.Errorf("%s", r.text())
	}
}

// An empty argument is as good as none.
func TestAnswerEmptyArguments(t *testing.T) {
	t.Parallel()
	p := start(t, reopened().script(t).Environment())
	empty := args{"meeting_id": "", "session_id": "", "query": "weekly", "sessions": "", "started_after": "",
		"started_before": " ", "show": "", "late_after_minutes": "",
		"left_early_minutes": nil, "scheduled_start": "", "timezone": "", "response_format": "", "limit": "", "app_id": "",
		"account_id": "", "leave_out_presets": []any{}}
	if got, text := attend(t, p, empty); got.Attended != 3 {
		t.Errorf("%s", text)
	}
	for _, arguments := range []any{nil, []any{}} {
		r := p.result(p.request("tools/call", args{"name": "list_sessions", "arguments": arguments}))
		if r.IsError || !strings.Contains(r.text(), "3 sessions") {
			t.Errorf("%v: %s", arguments, r.text())
		}
	}
	if r := p.call("list_session_participants", args{"session_id": ""}); r.IsError || !strings.Contains(r.text(),
		"No meeting was named: this is the latest session") {
		t.Errorf("%s", r.text())
	}
}

// Every tool says in its structured content what it says of itself.
func TestAnswerSummaryAndNotes(t *testing.T) {
	t.Parallel()
	session := sampleSession(t, demoapi.ReviewMeetingID)
	for _, demo := range []bool{true, false} {
		env := environment(sample(t, demoapi.Options{}))
		flags := []string{}
		if demo {
			env, flags = nil, []string{"--demo"}
		}
		p := start(t, env, flags...)
		for tool, a := range map[string]args{
			"get_meeting_attendance": {"query": "design review"}, "compare_attendance": {"query": "stand-up"},
			"get_session_recap": {"query": "design review"}, "list_sessions": {},
			"list_session_participants": {"session_id": session},
			"list_meeting_participants": {"meeting_id": demoapi.ReviewMeetingID}, "find_meetings": {"query": "review"},
			"get_meeting": {"meeting_id": demoapi.ReviewMeetingID}, "list_apps": {},
		} {
			var got struct {
				Summary string
				Notes   *[]string
			}
			r := p.call(tool, a)
			r.into(t, &got)
			if got.Summary == "" || got.Notes == nil || !strings.HasPrefix(r.text(), got.Summary) {
				t.Errorf("%s: %+v %.200s", tool, got, r.text())
			}
			said := strings.Contains(strings.ToLower(string(r.Structured)), "sample data")
			if said != demo {
				t.Errorf("%s, demo %v: %.300s", tool, demo, r.Structured)
			}
		}
	}
}

// A comparison reads what the streak needs and says what it did not read.
func TestAnswerCompareMany(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Daily"}
	s.on(longAgo, 1, 2)
	day := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for n := range 40 {
		from := day.AddDate(0, 0, -n)
		s.met(n, from.Format("2006-01-02 15:04"), from.Add(time.Hour).Format("2006-01-02 15:04"))
		s.came(n, 1, from.Format("2006-01-02 15:04"), from.Add(time.Hour).Format("2006-01-02 15:04"))
	}
	p := start(t, s.script(t).Environment())
	var got struct {
		Sessions []struct{}
		Matching int `json:"sessions_matching"`
		People   []struct{ Name string }
	}
	r := p.call("compare_attendance", args{"query": "daily", "min_absence_streak": 12})
	r.into(t, &got)
	if len(got.Sessions) != 12 || got.Matching != 40 || len(got.People) != 1 || got.People[0].Name != "Person 2" {
		t.Errorf("%s", r.text())
	}
	contains(t, r.text(), "12 of 40")
	contains(t, p.call("compare_attendance", args{"query": "daily", "sessions": 25}).text(), "25 of 40")
	if all, text := attend(t, p, args{"query": "daily", "sessions": "all"}); len(all.Sessions) != 25 ||
		!strings.Contains(text, "40 sessions") {
		t.Errorf("%s", text)
	}
}
