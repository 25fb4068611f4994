package demoapi

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func (a *API) titled(title string) (found []*meeting) {
	for _, m := range a.meetings {
		if strings.EqualFold(strings.Join(strings.Fields(m.Title), " "), title) {
			found = append(found, m)
		}
	}
	return found
}

// Each call with a customer is a meeting of its own, with its own roster.
func TestCallsOfOneTitle(t *testing.T) {
	a := New(fixed)
	for title, want := range map[string]int{"Contoso sync": 6, "Fabrikam sync": 3} {
		rosters := map[string]bool{}
		calls := a.titled(title)
		for _, m := range calls {
			ids, domain := "", "@"+strings.ToLower(strings.Fields(title)[0])+".example"
			for i := range m.size {
				p := m.at(i)
				ids += p.CustomID + " "
				if p.CreatedAt.After(m.sessions[0].StartedAt) {
					t.Errorf("%s: %s was added too late", title, *p.Name)
				}
			}
			rosters[ids] = true
			if len(m.sessions) != 1 || strings.Count(ids, domain) < 2 {
				t.Errorf("%s: %d sessions, roster %s", title, len(m.sessions), ids)
			}
		}
		if len(calls) != want || len(rosters) != want {
			t.Errorf("%s: %d meetings with %d rosters, want %d", title, len(calls), len(rosters), want)
		}
	}
	latest := a.find(FabrikamMeetingID).sessions[0]
	if ago := fixed.Now.Sub(*latest.EndedAt); ago < 30*time.Minute || ago > 31*time.Minute {
		t.Errorf("Fabrikam's latest ended %s ago", ago)
	}
}

// More people register for each week's tour, and many of them stay away.
func TestTour(t *testing.T) {
	a := New(fixed)
	m := a.find(TourMeetingID)
	names := map[string]bool{}
	for i := range m.size {
		names[*m.at(i).Name] = true
	}
	if len(names) != m.size || m.size != tourAtFirst+tourWeeks*tourEachWeek || len(m.sessions) != tourWeeks {
		t.Errorf("%d names of %d people, %d sessions", len(names), m.size, len(m.sessions))
	}
	for week, s := range m.sessions {
		registered := 0
		for i := range m.size {
			if !m.at(i).CreatedAt.After(s.StartedAt) {
				registered++
			}
		}
		came := len(s.people())
		if registered != tourAtFirst+(week+1)*tourEachWeek || came < registered/2 || came > registered*3/4 {
			t.Errorf("week %d: %d of %d came", week, came, registered)
		}
	}
}

// Most people of an audience have names of their own, and colleagues are known
// by the same id everywhere.
func TestNamesOfCrowds(t *testing.T) {
	a := New(fixed)
	m := a.find(WebinarMeetingID)
	ids := map[string]string{}
	for who := range staff {
		ids[fullName(who)] = member(0, 0, 0, who, time.Time{}).CustomID
	}
	for i := range m.size {
		p := m.at(i)
		if p.Name != nil && ids[*p.Name] != "" && ids[*p.Name] != p.CustomID {
			t.Errorf("%s is %s, and elsewhere %s", *p.Name, p.CustomID, ids[*p.Name])
		}
	}
}

func TestUntitled(t *testing.T) {
	a := New(fixed)
	m := a.find(UntitledMeetingID)
	s := m.sessions[0]
	if m.Title != "" || s.MeetingTitle != "" || s.StartedAt.Format("2006-01-02T15:04") != "2026-03-15T11:40" {
		t.Errorf("%q, %q, %s", m.Title, s.MeetingTitle, s.StartedAt)
	}
}

// The account has recordings in every state that the docs tell of, and links of
// each shape.
func TestRecordingStates(t *testing.T) {
	a := New(fixed)
	seen := map[string]int{}
	for _, app := range []string{AppID, EventsAppID} {
		for _, row := range ask(t, a, app+"/recordings?per_page=100")["data"].([]any) {
			kind := fmt.Sprint(at(row, "status"))
			switch at(row, "download_url").(type) {
			case string:
				kind += " link"
			case []any:
				kind += " tracks"
			case map[string]any:
				kind += " empty"
			}
			if until, _ := at(row, "download_url_expiry").(string); until != "" && until < fixed.Now.Format(time.RFC3339) {
				kind += " expired"
			}
			seen[kind]++
		}
	}
	for _, kind := range []string{
		"RECORDING", "UPLOADING", "ERRORED", "UPLOADED link", "UPLOADED link expired", "UPLOADED tracks",
		"UPLOADED empty expired",
	} {
		if seen[kind] == 0 {
			t.Errorf("no recording is %q: %v", kind, seen)
		}
	}
	query := AppID + "/recordings?per_page=100&status=ERRORED"
	if rows := ask(t, a, query)["data"].([]any); len(rows) != 1 || at(rows[0], "meeting", "title") != "Contoso sync" {
		t.Errorf("%v", rows)
	}
	two := slices.DeleteFunc(ask(t, a, AppID+"/recordings?per_page=100")["data"].([]any), func(row any) bool {
		return at(row, "session_id") != a.titled("Contoso sync")[4].sessions[0].ID
	})
	if len(two) != 2 || at(two[0], "recording_duration") == at(two[1], "recording_duration") {
		t.Errorf("a session that was recorded twice: %v", two)
	}
}

// What was said with Contoso is kept for a week, and its chats for longer.
func TestTextsOfCalls(t *testing.T) {
	a := New(fixed)
	calls := a.titled("Contoso sync")
	for i, want := range map[int][2]int{3: {404, 200}, 4: {200, 200}, 5: {200, 200}} {
		s := calls[i].sessions[0]
		for k, part := range []string{"transcript", "chat"} {
			if w := get(a, kit+AppID+"/sessions/"+s.ID+"/"+part, Token); w.Code != want[k] {
				t.Errorf("call %d: %s %d, want %d", i, part, w.Code, want[k])
			}
		}
	}
	got := text(t, a, calls[5].sessions[0], "transcript?format=SRT", "transcript_download_url")
	if !strings.Contains(got, "Dana Smith: Legal asks for data residency in Frankfurt") {
		t.Errorf("%.400s", got)
	}
}
