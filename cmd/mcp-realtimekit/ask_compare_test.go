package main

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// compared is what tests look at of a comparison.
type comparedWith struct {
	Summary  string
	Notes    []string
	Invited  int
	Matching int `json:"sessions_matching"`
	Fitting  int `json:"people_matching"`
	LeftOut  int `json:"left_out"`
	CSV      string

	MeetingID string `json:"meeting_id"`
	Title     string
	Sessions  []struct {
		ID    string `json:"session_id"`
		Title string
		Rate  int `json:"rate_percent"`
	}
	Weeks []struct {
		Monday, Week      string
		Sessions, Invited int
		Attended, Guests  int
		Rate              int `json:"rate_percent"`
	}
	People []struct {
		Name, Marks, ID    string
		Came, Missed, Rate int
		Percent            int `json:"rate_percent"`
		Streak             int `json:"absence_streak"`
		Longest            int `json:"longest_absence_streak"`
	}
}

func (c comparedWith) row(name string) string {
	for _, p := range c.People {
		if p.Name == name {
			return fmt.Sprintf("%s %d-%d %d%%", p.Marks, p.Came, p.Missed, p.Percent)
		}
	}
	return ""
}

func compare(t testing.TB, p *proc, a args) (comparedWith, result) {
	t.Helper()
	var got comparedWith
	r := p.call("compare_attendance", a)
	r.into(t, &got)
	return got, r
}

// threeWeeks is a stand-up on some days of three weeks. 1 always came; 2 came once a
// week but for the last; 3 was added on the second Monday.
func threeWeeks() *scene {
	s := &scene{title: "Daily"}
	s.on(longAgo, 1, 2)
	s.on("2026-11-09T08:00:00Z", 3)
	for n, day := range []string{"2026-11-17", "2026-11-16", "2026-11-13", "2026-11-09", "2026-11-06", "2026-11-04"} {
		s.met(n, day+" 09:00", day+" 09:30")
		s.came(n, 1, day+" 09:00", day+" 09:30")
		if day == "2026-11-13" || day == "2026-11-04" {
			s.came(n, 2, day+" 09:00", day+" 09:30")
		}
		if day == "2026-11-16" {
			s.came(n, 3, day+" 09:00", day+" 09:30")
		}
	}
	return s
}

func TestAskCompare(t *testing.T) {
	t.Parallel()
	p := start(t, threeWeeks().script(t).Environment())
	got, r := compare(t, p, args{"meetings": "daily"})
	if len(got.Sessions) != 5 || got.Sessions[0].ID != sceneID(4) || got.Sessions[3].Rate != 67 || got.Sessions[4].Rate != 33 {
		t.Errorf("%+v", got)
	}
	if got.row("Person 1") != "xxxxx 5-0 100%" || got.row("Person 2") != "--x-- 1-4 20%" || got.row("Person 3") != ".--x- 1-3 25%" {
		t.Errorf("%s", r.text())
	}
	contains(t, r.text(), "| rate |", "| 20% |", "5 of 6 sessions")
	for _, tc := range []struct {
		a     args
		marks string // of the first person
		says  string
	}{
		{args{"sessions": 2}, "--", "2 of 6 sessions"},
		{args{"on": "2026-11-16", "person": "person 3"}, "x", "on 2026-11-16 (UTC)"},
		{args{"from": "2026-11-09", "to": "2026-11-13", "person": "c2"}, "-x", `1 of 3 people fits "c2".`},
		{args{"person": "nobody at all"}, "", `0 of 3 people fit "nobody at all".`},
		{args{"min_absence_streak": 2}, "--x--", "1 of 3 people missed the last 2 or more."},
		{args{"min_absence_streak": 2, "person": "c1"}, "", `0 of 3 people fit "c1" and missed the last 2 or more.`},
		{args{"min_absence_streak": 9, "sessions": 3}, "", "nobody can have missed 9 in a row"},
	} {
		tc.a["meetings"] = []string{"daily"}
		got, r := compare(t, p, tc.a)
		marks := ""
		if len(got.People) > 0 {
			marks = got.People[0].Marks
		}
		if marks != tc.marks || got.Fitting != len(got.People) || got.Invited == 0 {
			t.Errorf("%v: %q, want %q: %s", tc.a, marks, tc.marks, r.text())
		}
		contains(t, got.Summary+strings.Join(got.Notes, " "), tc.says)
		contains(t, r.text(), tc.says)
	}
	for _, a := range []args{{}, {"meetings": "daily", "on": "2026-11-16 09:10"}, {"meetings": "daily", "by": "month"}} {
		if r := p.call("compare_attendance", a); !r.IsError {
			t.Errorf("%v: %s", a, r.text())
		}
	}
	if r := p.call("compare_attendance", args{"meeting_id": sceneMeeting, "response_format": "detailed"}); r.IsError ||
		!strings.Contains(r.text(), "id "+personID(2)) {
		t.Errorf("%s", r.text())
	}
}

func TestAskCompareWeeks(t *testing.T) {
	t.Parallel()
	p := start(t, threeWeeks().script(t).Environment())
	got, r := compare(t, p, args{"meetings": "daily", "by": "week"})
	if fmt.Sprint(got.Weeks) != "[{2026-11-02 2026-W45 2 2 2 0 100} {2026-11-09 2026-W46 2 3 2 0 67} {2026-11-16 2026-W47 2 3 2 0 67}]" {
		t.Errorf("%v", got.Weeks)
	}
	if got.row("Person 1") != "xxx 3-0 100%" || got.row("Person 2") != "xx- 2-1 67%" || got.row("Person 3") != ".-x 1-1 50%" {
		t.Errorf("%s", r.text())
	}
	contains(t, r.text(), "| 2026-W46 | 2026-11-09 | 2 | 3 | 2 | 67% | 0 |", "each of the 3 weeks (6 sessions)")
	got, r = compare(t, p, args{"meetings": "daily", "by": "week", "min_absence_streak": 1})
	if len(got.People) != 1 || got.People[0].Name != "Person 2" {
		t.Errorf("%s", r.text())
	}
	contains(t, got.Summary, "1 of 3 people missed the last 1 weeks or more.")
	// Sunday in UTC is Monday in Tokyo.
	s := &scene{title: "Night"}
	s.on(longAgo, 1)
	s.met(1, "2026-11-15 16:00", "2026-11-15 17:00")
	s.came(1, 1, "2026-11-15 16:00", "2026-11-15 17:00")
	night := start(t, s.script(t).Environment())
	for zone, monday := range map[string]string{"UTC": "2026-11-09", "Asia/Tokyo": "2026-11-16"} {
		if got, _ := compare(t, night, args{"meetings": "night", "by": "week", "timezone": zone}); got.Weeks[0].Monday != monday {
			t.Errorf("%s: %+v", zone, got.Weeks)
		}
	}
	got, r = compare(t, p, args{"meetings": "daily", "by": "week", "sessions": 3})
	if len(got.Weeks) != 2 || !strings.Contains(r.text(), "the week of 2026-11-09 may not be whole") {
		t.Errorf("%s", r.text())
	}
}

func TestAskCompareCSV(t *testing.T) {
	t.Parallel()
	p := start(t, threeWeeks().script(t).Environment())
	got, r := compare(t, p, args{"meetings": "daily", "format": "csv", "by": "week"})
	lines, err := csv.NewReader(strings.NewReader(got.CSV)).ReadAll()
	if err != nil || len(lines) != 4 || len(got.People) != 0 || !strings.Contains(r.text(), got.CSV) {
		t.Fatalf("%v %s", err, r.text())
	}
	if got := strings.Join(lines[1], ","); got != "Person 2,c2,2,1,67,1,1,60,xx-," {
		t.Errorf("%s of %s", got, lines[0])
	}
}

// Several meetings are compared with the roster of each.
func TestAskCompareMeetings(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	got, r := compare(t, p, args{"meetings": []string{"design review", "roadmap workshop"}})
	if len(got.Sessions) != 2 || got.row("Chloé Dubois") != "xx 2-0 100%" || got.row("David Cohen") != ".- 0-1 0%" {
		t.Errorf("%s", r.text())
	}
	if r := p.call("compare_attendance", args{"meetings": []string{"design review", "onboarding"}}); !r.IsError ||
		!strings.Contains(r.text(), `"onboarding": `) || !strings.Contains(r.text(), "in meetings") {
		t.Errorf("%s", r.text())
	}
}
