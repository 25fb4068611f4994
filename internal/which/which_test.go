package which

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

const (
	otherApp = "2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c2"
	host     = "//client/v4/accounts/" + scripted.AccountID + "/realtime/kit/"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func id(n int) string { return fmt.Sprintf("5b2c7a10-8a1f-4c57-9d0e-%012d", n) }

// account is an API with two apps, whose lists the API's own search does not narrow
// unless a test says so.
type account struct {
	api    *scripted.API
	finder Finder
}

func startAccount(t *testing.T, configured bool) *account {
	t.Helper()
	api := scripted.Start(t)
	c, err := client.New(client.Options{Token: scripted.Token, BaseURL: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	api.List("//client/v4/accounts/"+scripted.AccountID+"/realtime/kit/apps", "", []any{
		map[string]any{"id": scripted.AppID, "name": "Production"},
		map[string]any{"id": otherApp, "name": "Customer calls"},
	})
	a := &account{api: api, finder: Finder{API: c, AccountID: scripted.AccountID, Zone: time.UTC, Now: now}}
	if configured {
		a.finder.AppID = scripted.AppID
	}
	return a
}

// meetings scripts the meetings of an app, oldest first, with the sessions of each.
func (a *account) meetings(app string, titles ...string) {
	var rows []any
	for i, title := range titles {
		rows = append(rows, map[string]any{
			"id": id(i), "title": title, "status": "ACTIVE", "created_at": now.AddDate(0, 0, i-len(titles)),
		})
	}
	a.api.List(host+app+"/meetings", "", rows)
}

// sessions scripts the sessions of an app, latest first. Session n is that of
// meeting n, and began so many hours before now.
func (a *account) sessions(app string, hours ...int) {
	var rows []any
	for i, h := range hours {
		start := now.Add(-time.Duration(h) * time.Hour)
		rows = append(rows, map[string]any{
			"id": fmt.Sprintf("session-%d", i), "associated_id": id(i), "meeting_display_name": "Call", "type": "meeting",
			"status": "ENDED", "started_at": start, "ended_at": start.Add(30 * time.Minute), "max_concurrent_participants": 3,
		})
	}
	a.api.List(host+app+"/sessions", "sessions", rows)
}

func (a *account) people(app App) *presence.Reader {
	return presence.NewReader(presence.Options{API: a.finder.API, App: app.AppRef, Zone: time.UTC, Now: now})
}

func TestSeries(t *testing.T) {
	a := startAccount(t, true)
	a.meetings(scripted.AppID, "Daily Stand-up", "Design review", "Design review: notes", "Contoso sync", "Contoso Sync",
		"the contoso-sync")
	a.meetings(otherApp, "Webinar", "Design review")
	for _, c := range []struct {
		text, app string
		want      string // title, app and number of meetings; or a part of the error
	}{
		{"standup", "", "Daily Stand-up, Production?, 1"},
		{"the stand up", "", "Daily Stand-up, Production?, 1"},
		{"review design", "", "2 meetings have that"},
		{"design review", "", "Design review, Production?, 1"}, // exactly
		{"notes", "", "Design review: notes, Production?, 1"},
		{"contoso", "", "the contoso-sync, Production?, 3"},
		{"webinar", "", "Webinar, Customer calls, 1"},
		{"design review", "customer", "Design review, Customer calls, 1"},
		{"design review", otherApp, "Design review, , 1"},
		{"standup", "customer", "no meeting has"},
		{"stnadup", "", `"Daily Stand-up"`},
		{"standup", "no such app", "there are"},
		{id(1), "", ", Production?, 1"},
		{"https://dash.example/meetings/" + strings.ToUpper(id(1)), "", ", Production?, 1"},
		{" ", "", `"meeting" is required`},
	} {
		s, err := a.finder.Series(t.Context(), Place{App: c.app}, c.text)
		got := fmt.Sprint(err)
		if err == nil {
			name := s.App.Name
			if s.App.AppID == scripted.AppID && name == "" {
				name = "Production?" // not asked for
			}
			got = fmt.Sprintf("%s, %s, %d", s.Title, name, len(s.Meetings))
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%q in %q: %s, want %s", c.text, c.app, got, c.want)
		}
	}
	var ambiguous *Ambiguous
	_, err := a.finder.Series(t.Context(), Place{}, "review design")
	if !errors.As(err, &ambiguous) || len(ambiguous.Found) != 2 {
		t.Errorf("%v", err)
	}
}

// TestSearchIsBounded has many apps with many meetings, none of which fits.
func TestSearchIsBounded(t *testing.T) {
	a := startAccount(t, false)
	var apps []any
	titles := make([]string, 1500)
	for i := range titles {
		titles[i] = fmt.Sprint("Meeting ", i)
	}
	for i := range 30 {
		app := fmt.Sprintf("2ae3ce9b-0fd6-4a5f-a1ee-%012d", i)
		apps = append(apps, map[string]any{"id": app, "name": fmt.Sprint("App ", i)})
		a.meetings(app, titles...)
	}
	a.api.List("//client/v4/accounts/"+scripted.AccountID+"/realtime/kit/apps", "", apps)
	_, err := a.finder.Series(t.Context(), Place{}, "quarterly planning")
	if err == nil || !strings.Contains(err.Error(), "not searched") || !strings.Contains(err.Error(), "looked at") {
		t.Errorf("%v", err)
	}
	const latest = 3 // of the closest titles
	if n := len(a.api.Requests()); n > maxRequests+latest {
		t.Errorf("%d requests", n)
	}
}

func TestPick(t *testing.T) {
	a := startAccount(t, true)
	a.meetings(scripted.AppID, "Call", "Call", "Call", "Call", "Call", "Call")
	a.sessions(scripted.AppID, 1, 25, 49, 73, 97, 121)
	for n := range 6 {
		a.api.JSON("/meetings/"+id(n), fmt.Appendf(nil, `{"success":true,"data":{"id":%q,"title":"Call"}}`, id(n)))
		a.api.List("/meetings/"+id(n)+"/participants", "", nil)
		a.api.List(fmt.Sprintf("/sessions/session-%d/participants", n), "participants", []any{
			map[string]any{"id": "a", "custom_participant_id": "ann", "joined_at": now.Add(-300 * time.Hour)},
			map[string]any{"id": "b", "custom_participant_id": "bob", "joined_at": now.Add(-300 * time.Hour)},
			map[string]any{"id": "c", "custom_participant_id": "cid", "joined_at": now.Add(-300 * time.Hour)},
		})
	}
	window := func(on, from, to string) when.Window {
		w, err := when.ReadWindow(on, from, to, now, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	for name, c := range map[string]struct {
		q    Query
		want string
	}{
		"latest":           {Query{Meeting: "call"}, "[session-0]"},
		"literally":        {Query{Meeting: "call", Literal: true}, "[session-0]"},
		"last three":       {Query{Meeting: "call", Last: 3}, "[session-2 session-1 session-0]"},
		"a day":            {Query{Meeting: "call", Window: window("yesterday", "", ""), All: true}, "[session-1]"},
		"a range":          {Query{Meeting: "call", Window: window("", "sunday", "yesterday"), All: true}, "[session-3 session-2 session-1]"},
		"a moment":         {Query{Meeting: "call", Window: window("2026-11-23T11:20", "", "")}, "[session-2]"},
		"a little early":   {Query{Meeting: "call", Window: window("2026-11-23T10:50", "", "")}, "[session-2]"},
		"too late":         {Query{Meeting: "call", Window: window("2026-11-23T11:40", "", "")}, "nearest sessions are session-2"},
		"another day":      {Query{Meeting: "call", Window: window("2026-10-01", "", ""), All: true}, "it is 2026-11-25 12:00Z now"},
		"no meeting":       {Query{}, "[session-0]"},
		"no meeting, then": {Query{Window: window("2026-11-22 11:10", "", "")}, "[session-3]"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := a.finder.Pick(t.Context(), c.q, a.people)
			got := fmt.Sprint(err)
			if err == nil {
				var ids []string
				for _, s := range p.Sessions() {
					ids = append(ids, s.ID)
				}
				got = fmt.Sprint(ids)
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// TestUntitled asks for what answers call "(untitled)", and for a title that says so.
func TestUntitled(t *testing.T) {
	a := startAccount(t, true)
	a.meetings(scripted.AppID, "", "Untitled draft", "Daily stand-up")
	s, err := a.finder.Series(t.Context(), Place{}, Untitled)
	if err != nil || s.Meetings[0].ID != id(0) {
		t.Errorf("%+v, %v", s, err)
	}
	_, err = a.finder.Series(t.Context(), Place{}, "untitled")
	if err == nil || !strings.Contains(err.Error(), id(0)) || !strings.Contains(err.Error(), "Untitled draft") {
		t.Errorf("%v", err)
	}
}

// TestSessionElsewhere has a session's id of another app than the configured one, and
// ids that are none of a session.
func TestSessionElsewhere(t *testing.T) {
	a := startAccount(t, true)
	a.api.JSON(host+otherApp+"/sessions/elsewhere", []byte(`{"success":true,"data":{"id":"elsewhere"}}`))
	a.api.JSON("/meetings/"+id(1), []byte(`{"success":true,"data":{"id":"`+id(1)+`"}}`))
	app, s, err := a.finder.Session(t.Context(), Place{}, "elsewhere")
	if err != nil || s.ID != "elsewhere" || app.AppID != otherApp {
		t.Errorf("%+v, %+v, %v", app, s, err)
	}
	for text, want := range map[string]string{
		id(1): "is a meeting's id", "design review": "pass a title as meeting", "none": "list_sessions lists",
	} {
		if _, _, err := a.finder.Session(t.Context(), Place{}, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, _, err := a.finder.Session(t.Context(), Place{App: scripted.AppID}, "elsewhere"); err == nil {
		t.Error("another app than the one named was searched")
	}
}
