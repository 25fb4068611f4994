package main

import (
	"strings"
	"testing"
	"time"
)

// A scheduled time of day is one of the day when people met, though somebody
// opened the room the evening before or left a tab open overnight.
func TestRuleScheduleOfTheRightDay(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2, 3)
	s.met(1, "2026-11-19 18:00", "2026-11-21 08:00")
	s.came(1, 1, "2026-11-19 18:00", "2026-11-21 08:00")
	s.came(1, 2, "2026-11-20 09:00", "2026-11-20 10:00")
	s.came(1, 3, "2026-11-20 09:10", "2026-11-20 09:45")
	p := start(t, s.script(t).Environment())
	got, text := attend(t, p, args{"query": "weekly", "scheduled_start": "09:00", "scheduled_end": "10:00"})
	if got.Late != 1 || got.LeftEarly != 1 {
		t.Errorf("%s", text)
	}
	contains(t, text, "10 min late", "left 15 min early")
	got, text = attend(t, p, args{"query": "weekly", "scheduled_end": "10:00"})
	if got.LeftEarly != 1 {
		t.Errorf("the end alone: %s", text)
	}
}

// Who was added only after the session, as its roster was made anew, was not
// added just in time.
func TestRuleRosterMadeAnew(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on("2026-11-22T08:00:00Z", 1, 2, 3)
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	for n := 1; n <= 3; n++ {
		id := "c" + string(rune('0'+n))
		s.joined(1, personID(50+n), "Somebody", id, "2026-11-20 10:00", "2026-11-20 10:30")
	}
	got, text := attend(t, start(t, s.script(t).Environment()), args{"query": "weekly"})
	if got.JustInTime || got.Attended != 3 {
		t.Errorf("%s", text)
	}
	lacks(t, text, "added only when they joined")
}

// A time that the session's begin or end stands in for is said to be unknown.
func TestRuleAssumedTimesAreSaid(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2, 3)
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:40")
	s.came(1, 1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.came(1, 2, "2026-11-20 10:00", "2026-11-20 10:30")["joined_at"] = nil
	s.came(1, 3, "2026-11-20 10:05", "")
	api := s.script(t)
	var got struct {
		People []struct {
			Name       string
			First      string `json:"joined"`
			Last       string `json:"left"`
			FirstIsNot bool   `json:"joined_unknown"`
			LastIsNot  bool   `json:"left_unknown"`
		}
	}
	r := start(t, api.Environment()).call("get_meeting_attendance", args{"query": "weekly"})
	r.into(t, &got)
	for _, p := range got.People {
		if p.FirstIsNot != (p.Name == "Person 2") || p.LastIsNot != (p.Name == "Person 3") ||
			p.Last != "2026-11-20T10:30:00Z" {
			t.Errorf("%+v", p)
		}
	}
	contains(t, r.text(), "joining time unknown", "leaving time unknown")
	out, _, _ := once(t, api.Environment(), "attendance", "weekly", "--format=csv")
	contains(t, out, "joining time unknown", "leaving time unknown")
}

// A CSV file tells of gaps and of doubts about who somebody is.
func TestRuleCSVNotes(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.row(1, "Ann Example", "x", "group_call_participant", longAgo)
	s.row(2, "Bob Example", "x", "group_call_participant", longAgo)
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.came(1, 1, "2026-11-20 10:00", "2026-11-20 10:10")
	s.came(1, 1, "2026-11-20 10:13", "2026-11-20 10:30")
	s.came(1, 2, "2026-11-20 10:00", "2026-11-20 10:30")
	s.peers[sceneID(1)][0].(map[string]any)["display_name"] = "Ann Example"
	for i, name := range []string{"Ann Example", "Ann Example", "Bob Example"} {
		peer := s.peers[sceneID(1)][i].(map[string]any)
		peer["display_name"], peer["custom_participant_id"] = name, "x"
	}
	env := s.script(t).Environment()
	out, _, code := once(t, env, "attendance", "weekly", "--format=csv")
	if code != 0 {
		t.Fatal(out)
	}
	contains(t, out, "here_now,notes\r\n", "away 10:10 to 10:13", "same id, different names")
}

// One custom id, one name: one person, though another name fits two.
func TestRuleEqualNamesAreOne(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.joined(1, personID(1), "Ann Example", "x", "2026-11-20 10:00", "2026-11-20 10:10")
	s.joined(1, personID(2), "Ann Example", "x", "2026-11-20 10:12", "2026-11-20 10:30")
	s.joined(1, personID(3), "Ann Other", "x", "2026-11-20 10:00", "2026-11-20 10:30")
	s.joined(1, personID(4), "Ann", "x", "2026-11-20 10:00", "2026-11-20 10:30")
	got, text := attend(t, start(t, s.script(t).Environment()), args{"query": "weekly"})
	if got.Guests != 3 || got.Late != 0 || got.LeftEarly != 0 {
		t.Errorf("%s", text)
	}
	contains(t, text, "away 10:10 to 10:12")
	// Nobody was invited, yet people came.
	const want = "3 people joined the 30-minute session, all of them not on the roster (any more)."
	if !strings.HasPrefix(got.Summary, want) {
		t.Errorf("%s", got.Summary)
	}
}

// A comparison over a just-in-time roster speaks of no invitation.
func TestRuleJustInTimeComparison(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on("2026-11-13T09:59:30Z", 1, 2)
	s.on("2026-11-20T09:59:30Z", 3)
	s.met(2, "2026-11-20 10:00", "2026-11-20 10:30")
	s.met(1, "2026-11-13 10:00", "2026-11-13 10:30")
	for n := 1; n <= 3; n++ {
		s.came(2, n, "2026-11-20 10:00", "2026-11-20 10:30")
	}
	s.came(1, 1, "2026-11-13 10:00", "2026-11-13 10:30")
	s.came(1, 2, "2026-11-13 10:00", "2026-11-13 10:30")
	r := start(t, s.script(t).Environment()).call("compare_attendance", args{"query": "weekly"})
	contains(t, r.text(), "known to this meeting", ".x")
	lacks(t, r.text(), "invited")
}

// The recap is of the sessions that the attendance is of, though all left the
// latest for breakout rooms.
func TestRuleRecapKnowsRooms(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2, 3)
	latest := s.met(2, "2026-11-20 10:40", "2026-11-20 11:20")
	latest["breakout_rooms"] = []any{map[string]any{"id": sceneID(7), "associated_id": sceneID(70)}}
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.peers = map[string][]any{}
	for n := 1; n <= 3; n++ {
		s.came(1, n, "2026-11-20 10:00", "2026-11-20 10:30")
		if n < 3 {
			s.came(2, n, "2026-11-20 10:40", "2026-11-20 10:43")
			s.came(7, n, "2026-11-20 10:43", "2026-11-20 11:20")
		}
	}
	api := s.script(t)
	api.List("/sessions/"+sceneID(7)+"/participants", "participants", s.peers[sceneID(7)])
	p := start(t, api.Environment())
	got, text := attend(t, p, args{"query": "weekly"})
	if got.Sessions[0].Together != sceneID(2) {
		t.Fatal(text)
	}
	var recap struct {
		SessionID string `json:"session_id"`
	}
	r := p.call("get_session_recap", args{"query": "weekly"})
	if r.into(t, &recap); recap.SessionID != sceneID(2) {
		t.Errorf("%s", r.text())
	}
}

// In a title as in a name, ハナ is not バナ.
func TestRuleTitlesInKana(t *testing.T) {
	t.Parallel()
	s := reopened()
	s.title = "バナ"
	p := start(t, s.script(t).Environment())
	if r := p.call("get_meeting_attendance", args{"query": "ハナ"}); !r.IsError {
		t.Errorf("%s", r.text())
	}
	if r := p.call("get_meeting_attendance", args{"query": "バナ"}); r.IsError {
		t.Errorf("%s", r.text())
	}
}

// A session in which time was spent, and of which the API lists nobody, tells
// nothing about who came; one without any count says so.
func TestRuleNobodyListed(t *testing.T) {
	t.Parallel()
	for minutes, refused := range map[int]bool{90: true, 0: false} {
		s := &scene{title: "Weekly sync"}
		s.on(longAgo, 1, 2)
		session := s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
		session["max_concurrent_participants"], session["minutes_consumed"] = 0, minutes
		r := start(t, s.script(t).Environment()).call("get_meeting_attendance", args{"query": "weekly"})
		if r.IsError != refused {
			t.Errorf("%s", r.text())
		}
		contains(t, r.text(), "API lists nobody")
	}
}

// A link clicked again after each session takes no session from a comparison,
// nor is the reopening of one that was not read a session.
func TestRuleReopeningsEverywhere(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Daily"}
	s.on(longAgo, 1, 2, 3)
	day := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	const layout = "2006-01-02 15:04"
	for n := range 40 {
		from := day.AddDate(0, 0, -n)
		again := from.Add(40 * time.Minute)
		s.met(2*n+1, again.Format(layout), again.Add(time.Minute).Format(layout))
		s.came(2*n+1, 1, again.Format(layout), again.Add(time.Minute).Format(layout))
		s.met(2*n, from.Format(layout), from.Add(30*time.Minute).Format(layout))
		for _, person := range []int{1, 3} {
			s.came(2*n, person, from.Format(layout), from.Add(30*time.Minute).Format(layout))
		}
	}
	p := start(t, s.script(t).Environment(), unlimited)
	var got struct {
		Summary  string
		Sessions []struct{}
		People   []struct {
			Name         string
			Came, Missed int
			Streak       int `json:"absence_streak"`
		}
	}
	r := p.call("compare_attendance", args{"query": "daily", "min_absence_streak": 20})
	r.into(t, &got)
	if len(got.Sessions) != 20 || len(got.People) != 1 || got.People[0].Name != "Person 2" || got.People[0].Streak != 20 {
		t.Errorf("%s", r.text())
	}
	r = p.call("compare_attendance", args{"query": "daily", "sessions": 25})
	r.into(t, &got)
	if len(got.Sessions) != 25 || got.People[2].Name != "Person 3" || got.People[2].Missed != 0 {
		t.Errorf("%s", r.text())
	}
	contains(t, r.text(), "20 earlier ones")
	all, text := attend(t, p, args{"query": "daily", "sessions": "all"})
	if len(all.Sessions) != 12 || !strings.Contains(all.Summary, "2 of them to every one") {
		t.Errorf("%s", text)
	}
}

// A title fits a meeting and its rooms, though the latest session, a reopening,
// has none, and each of those before had its own.
func TestRuleRoomsOfEarlierSessions(t *testing.T) {
	t.Parallel()
	s := reopened()
	s.sessions[1]["breakout_rooms"] = []any{map[string]any{"id": sceneID(7), "associated_id": sceneID(70)}}
	s.sessions[2]["breakout_rooms"] = []any{map[string]any{"id": sceneID(8), "associated_id": sceneID(80)}}
	api := s.script(t)
	meeting := func(id, title, created string) any {
		return map[string]any{"id": id, "title": title, "status": "ACTIVE", "created_at": created}
	}
	meetings := []any{meeting(sceneMeeting, "Weekly sync planning", longAgo)}
	for _, n := range []int{70, 80} {
		meetings = append(meetings, meeting(sceneID(n), "Weekly sync room", at("2026-11-13 10:00")))
	}
	api.List("/meetings", "", meetings)
	for _, n := range []int{7, 8} {
		api.List("/sessions/"+sceneID(n)+"/participants", "participants", []any{})
	}
	got, text := attend(t, start(t, api.Environment()), args{"query": "weekly"})
	if got.Attended != 3 || !got.noted("breakout rooms of this one") {
		t.Errorf("%s", text)
	}
}

// A comparison counts those invited to its sessions, as an answer over them does.
func TestRuleInvitedInTime(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2)
	s.on("2026-11-21T08:00:00Z", 3)
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	s.came(1, 1, "2026-11-20 10:00", "2026-11-20 10:30")
	p := start(t, s.script(t).Environment())
	var compared struct {
		Summary string
		Invited int
		People  []struct{}
	}
	r := p.call("compare_attendance", args{"query": "weekly"})
	r.into(t, &compared)
	got, _ := attend(t, p, args{"query": "weekly", "sessions": "all"})
	if got.Invited != 2 || compared.Invited != 2 || len(compared.People) != 3 ||
		!strings.HasPrefix(compared.Summary, "Of 2 invited, ") {
		t.Errorf("%+v %s", got, r.text())
	}
}

// A live session is always the latest; if somebody may only have opened the
// meeting again, the answer names the session before.
func TestRuleLiveReopening(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2, 3)
	session := s.met(2, "2026-11-20 10:50", "")
	session["status"] = "LIVE"
	delete(session, "ended_at")
	s.came(2, 1, "2026-11-20 10:50", "")
	s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	for n := 1; n <= 3; n++ {
		s.came(1, n, "2026-11-20 10:00", "2026-11-20 10:30")
	}
	got, text := attend(t, start(t, s.script(t).Environment()), args{"query": "weekly"})
	if got.Attended != 1 || !got.noted(sceneID(1)+" (2026-11-20 10:00Z) ended 20 minutes before") {
		t.Errorf("%s", text)
	}
}

// A session that ended at an unknown time, which nobody is known to have left,
// is of unknown length.
func TestRuleUnknownEnd(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2)
	session := s.met(1, "2026-11-20 10:00", "2026-11-20 10:30")
	session["ended_at"], session["updated_at"] = nil, nil
	s.came(1, 1, "2026-11-20 10:00", "")
	s.came(1, 2, "2026-11-20 10:05", "")
	got, text := attend(t, start(t, s.script(t).Environment()), args{"query": "weekly"})
	if got.Attended != 2 || got.Live || got.Sessions[0].Minutes != 0 {
		t.Errorf("%s", text)
	}
	contains(t, text, "ended at an unknown time")
	lacks(t, text, "over since", "5-minute")
}
