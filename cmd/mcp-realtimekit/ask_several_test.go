package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// callMeeting is the id of one of the meetings of calls.
func callMeeting(n int) string { return fmt.Sprintf("497f6eca-6276-4993-bfeb-%012d", 100+n) }

// calls is an app with a meeting for each title, oldest first, which met once on a day
// of its own. 1 was invited to each and came; 2 was invited to each but the second and
// the last, and came to none.
func calls(t testing.TB, titles ...string) *scripted.API {
	t.Helper()
	api := scripted.Start(t)
	var meetings, sessions []any
	for i, title := range titles {
		day := fmt.Sprintf("2026-11-%02d ", 10+i)
		s := &scene{title: title}
		s.on(longAgo, 1)
		if i != 1 && i != len(titles)-1 {
			s.on(longAgo, 2)
		}
		s.met(i, day+"10:00", day+"11:00")["associated_id"] = callMeeting(i)
		s.came(i, 1, day+"10:00", day+"11:00")
		meeting := map[string]any{
			"id": callMeeting(i), "title": title, "status": "ACTIVE", "created_at": at(day + "09:00"),
		}
		api.Meeting(meeting, s.roster, s.sessions, s.peers)
		meetings, sessions = append([]any{meeting}, meetings...), append([]any{s.sessions[0]}, sessions...)
	}
	api.List("/meetings", "", meetings)
	api.Handle("/sessions", sessionsOf(sessions))
	return api
}

// A session to which somebody was not invited does not break their streak.
func TestAskSeveralStreak(t *testing.T) {
	t.Parallel()
	for _, titles := range [][]string{
		{"Call", "Call", "Call", "Call", "Call"}, {"Call", "Other", "Call", "Call", "Other"},
	} {
		p := start(t, calls(t, titles...).Environment())
		got, r := compare(t, p, args{"meetings": []string{"call", titles[1]}, "min_absence_streak": 3})
		if got.row("Person 2") != "-.--. 0-3 0%" || got.Fitting != 1 || got.People[0].Streak != 3 || got.People[0].Longest != 3 {
			t.Errorf("%s", r.text())
		}
		contains(t, r.text(), "1 of 2 people missed the last 3 or more.", ". not invited.")
		lacks(t, r.text(), "by then")
	}
}

// Whoever is shown as there from 14:00 was in at 14:00.
func TestAskAtMinute(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Review"}
	s.on(longAgo, 1, 2, 3)
	s.met(1, "2026-11-20 14:00:02", "2026-11-20 15:00:10")
	s.came(1, 1, "2026-11-20 14:00:02", "2026-11-20 15:00:10")
	s.came(1, 2, "2026-11-20 14:00:41", "2026-11-20 14:30:20")
	s.came(1, 3, "2026-11-20 14:30:40", "2026-11-20 15:00:05")
	p := start(t, s.script(t).Environment())
	for _, tc := range []struct{ at, names, says string }{
		{"14:00", "1,2", "2 of 3 people were in the session at 14:00Z."},
		{"2026-11-20T14:00", "1,2", "at 14:00Z."},
		{"14:00:30", "1", "1 of 3 people was in the session at 14:00:30Z."},
		{"2026-11-20T14:30:30Z", "1", "at 14:30:30Z."},
		{"14:29", "1,2", "at 14:29Z."},
		{"14:30", "1,2,3", "at 14:30Z."},
		{"14:31", "1,3", "at 14:31Z."},
		{"15:00", "1,3", "at 15:00Z."},
	} {
		got, r := ask(t, p, args{"meeting": "review", "at": tc.at})
		if got.names() != tc.names {
			t.Errorf("%s: %s, want %s", tc.at, got.names(), tc.names)
		}
		contains(t, r.text(), tc.says)
	}
}

// An answer about several meetings names each of them.
func TestAskSeveralTitles(t *testing.T) {
	t.Parallel()
	p := start(t, calls(t, "Call", "Other", "Call", "Call", "Other").Environment())
	got, r := compare(t, p, args{"meetings": []string{"call", "other"}})
	if got.Title != "Call; Other" || got.MeetingID != "" ||
		got.Sessions[0].Title != "Call" || got.Sessions[4].Title != "Other" {
		t.Errorf("%+v", got)
	}
	contains(t, r.text(), `"Call" and "Other", sessions from 2026-11-10`, "| meeting |", "| 100% | Other |",
		`3 meetings have the title "Call" and count as one series.`, `2 meetings have the title "Other" and count`)
	// A title of which there is no session among those compared is not passed over.
	got, r = compare(t, p, args{"meetings": []string{"call", "other"}, "on": "2026-11-12"})
	if got.Title != "Call" || got.MeetingID != callMeeting(2) {
		t.Errorf("%+v", got)
	}
	contains(t, r.text(), `No session of "Other" is among these.`)
	lacks(t, r.text(), "| meeting |", `No session of "Call"`)
	got, r = compare(t, p, args{"meetings": "call"})
	if got.Title != "Call" || got.MeetingID != "" || got.Sessions[0].Title != "" {
		t.Errorf("%+v", got)
	}
	lacks(t, r.text(), "| meeting |", "No session of")
}

// Who is absent from several sessions came to none of them.
func TestAskAbsentFromAll(t *testing.T) {
	t.Parallel()
	p := start(t, threeWeeks().script(t).Environment())
	for _, tc := range []struct {
		a    args
		says string
	}{
		{args{"show": "absent", "sessions": 2},
			"1 of 3 people was absent from all 2 sessions. compare_attendance tells who missed some."},
		{args{"show": "absent", "sessions": "all"},
			"0 of 3 people were absent from all 6 sessions. compare_attendance tells who missed some."},
	} {
		tc.a["meeting"] = "daily"
		got, r := ask(t, p, tc.a)
		contains(t, got.Summary, tc.says)
		contains(t, r.text(), tc.says)
	}
	got, _ := ask(t, p, args{"meeting": "daily", "show": "absent"})
	contains(t, got.Summary, "2 of 3 people were absent.")
	lacks(t, got.Summary, "compare_attendance", "from all")
}

// A session's id among the meetings is told from a meeting's, and not passed over.
func TestAskCompareWrongID(t *testing.T) {
	t.Parallel()
	p := start(t, calls(t, "Call", "Other", "Call").Environment())
	for _, tc := range []struct {
		a    args
		want string
	}{
		{args{"meetings": sceneID(1)}, sceneID(1) + " is a session's id, not a meeting's; its meeting is " + callMeeting(1)},
		{args{"meetings": []string{"call", sceneID(1)}}, "is a session's id, not a meeting's"},
		{args{"meetings": []string{callMeeting(0), sceneID(77)}}, "could not get meeting " + sceneID(77)},
		{args{"meetings": "call", "sessions": "all"}, `an integer from 1 to 25, for example "5"; for more give "from"`},
		{args{"meetings": "call", "sessions": 26}, `give "from"`},
	} {
		if r := p.call("compare_attendance", tc.a); !r.IsError || !strings.Contains(r.text(), tc.want) {
			t.Errorf("%v: %s", tc.a, r.text())
		}
	}
	if got, r := compare(t, p, args{"meetings": []string{callMeeting(0), callMeeting(1)}}); len(got.Sessions) != 2 {
		t.Errorf("%s", r.text())
	}
}

// Nobody came is a zero, not a field that is missing; a rate of nobody is.
func TestAskCompareZeros(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Daily"}
	s.on(longAgo, 1)
	s.met(1, "2026-11-17 09:00", "2026-11-17 09:30")
	s.came(1, 2, "2026-11-17 09:00", "2026-11-17 09:30")
	s.came(1, 3, "2026-11-17 09:00", "2026-11-17 09:30")
	p := start(t, s.script(t).Environment())
	for by, zero := range map[string]string{"session": `"absent":1,"guests":2,"rate_percent":0`,
		"week": `"guests":2,"rate_percent":0`} {
		_, r := compare(t, p, args{"meetings": "daily", "by": by})
		contains(t, string(r.Structured), `"came":0,"missed":1,"rate_percent":0`, zero,
			`"not_on_roster":true,"came":1,"minutes_present":30`)
	}
}
