package main

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// personRecord is what tests look at of get_person_attendance.
type personRecord struct {
	Summary   string
	Notes     []string
	Name      string
	CustomID  string `json:"custom_participant_id"`
	Range     string
	Timezone  string
	Read      int `json:"sessions_read"`
	Matching  int `json:"sessions_in_range"`
	Invited   int
	Attended  int
	Absent    int
	Guest     int
	Came      int
	Late      int
	LeftEarly int     `json:"left_early"`
	Minutes   float64 `json:"minutes_present"`
	Sessions  []sitting
	CSV       string
	LeftOut   int `json:"left_out"`
	Next      string
}

type sitting struct {
	ID       string `json:"session_id"`
	Together string `json:"together_with"`
	Title    string
	App      string
	Started  time.Time `json:"started_at"`
	Status   string
	Joined   time.Time
	Left     time.Time
	Minutes  float64 `json:"minutes_present"`
	Share    int     `json:"share_percent"`
	LateBy   float64 `json:"late_by_minutes"`
	EarlyBy  float64 `json:"left_early_by_minutes"`
	Here     bool    `json:"here_now"`
}

func (r personRecord) noted(text string) bool {
	return strings.Contains(strings.Join(r.Notes, "\n"), text)
}

func recordOf(t testing.TB, p *proc, a args) (personRecord, string) {
	t.Helper()
	var got personRecord
	r := p.call("get_person_attendance", a)
	r.into(t, &got)
	return got, r.text()
}

// TestPersonIsWhatSessionsTell compares somebody's record with what the attendance
// of every single session says of them.
func TestPersonIsWhatSessionsTell(t *testing.T) {
	t.Parallel()
	api := unpaced(t, demoapi.Options{})
	p := start(t, environment(api), unlimited)
	for _, app := range []string{demoapi.AppID, demoapi.EventsAppID} {
		told := toldBySessions(t, p, app)
		people := []string{"priya.raman@northwind.example", "usr_1c9756ce", "NW-1000", "dana.smith@contoso.example"}
		for _, id := range people {
			got, text := recordOf(t, p, args{"person": id, "app": app, "from": "2020-01-01", "limit": 500})
			if len(got.Sessions) != len(told[id]) || len(told[id]) < 2 {
				t.Errorf("%s: %d sessions, want %d\n%s", id, len(got.Sessions), len(told[id]), text)
			}
			for _, row := range got.Sessions {
				if want := told[id][row.ID]; !row.same(want) {
					t.Errorf("%s: %+v, want %+v", id, row, want)
				}
			}
		}
	}
}

func (s sitting) same(o sitting) bool {
	return s.Status == o.Status && s.Minutes == o.Minutes && s.LateBy == o.LateBy && s.EarlyBy == o.EarlyBy &&
		s.Joined.Equal(o.Joined) && s.Left.Equal(o.Left)
}

// toldBySessions is what the attendance of each of an app's sessions says of
// everybody, by custom id and session.
func toldBySessions(t testing.TB, p *proc, app string) map[string]map[string]sitting {
	t.Helper()
	var list struct {
		Sessions []struct {
			ID string `json:"session_id"`
		}
	}
	p.call("list_sessions", args{"app": app, "from": "2020-01-01", "limit": 500}).into(t, &list)
	told := map[string]map[string]sitting{}
	for _, s := range list.Sessions[:min(len(list.Sessions), 100)] {
		for id, row := range everybodyIn(t, p, app, s.ID) {
			if told[id] == nil {
				told[id] = map[string]sitting{}
			}
			told[id][s.ID] = row
		}
	}
	return told
}

// everybodyIn is who attended a session or was absent, by custom id.
func everybodyIn(t testing.TB, p *proc, app, session string) map[string]sitting {
	t.Helper()
	out := map[string]sitting{}
	for offset := 0; ; {
		var page struct {
			JustInTime bool `json:"just_in_time"`
			LeftOut    int  `json:"left_out"`
			People     []struct {
				CustomID string `json:"custom_participant_id"`
				Status   string
				Joined   time.Time `json:"joined"`
				Left     time.Time `json:"left"`
				Minutes  float64   `json:"minutes_present"`
				LateBy   float64   `json:"late_by_minutes"`
				EarlyBy  float64   `json:"left_early_by_minutes"`
			}
		}
		p.call("get_meeting_attendance", args{
			"session": session,
			"app":     app,
			"limit":   500,
			"offset":  offset,
		}).into(t, &page)
		for _, one := range page.People {
			if page.JustInTime && one.Status == "absent" {
				continue // nobody was expected
			}
			out[one.CustomID] = sitting{
				Status:  cmp.Or(one.Status, "attended"),
				Joined:  one.Joined,
				Left:    one.Left,
				Minutes: one.Minutes,
				LateBy:  one.LateBy,
				EarlyBy: one.EarlyBy,
			}
		}
		if page.LeftOut == 0 {
			return out
		}
		offset += len(page.People)
	}
}

// rooms scripts many meetings of one app, each with its own sessions and roster.
type rooms struct {
	api      *scripted.API
	sessions []any // newest first
	peers    map[string][]any
}

func someRooms(t testing.TB) *rooms {
	t.Helper()
	return &rooms{api: scripted.Start(t), peers: map[string][]any{}}
}

// roster scripts that of the nth meeting, of people such as "Ann Example/u-1".
func (r *rooms) roster(meeting int, people ...string) {
	var rows []any
	for _, who := range people {
		name, custom, _ := strings.Cut(who, "/")
		rows = append(rows, map[string]any{
			"id": userID(meeting, custom, name), "name": name, "custom_participant_id": custom,
			"preset_name": "group_call_participant", "created_at": longAgo, "updated_at": longAgo,
		})
	}
	r.api.List("/meetings/"+sceneID(meeting)+"/participants", "", rows)
}

// userID is the id that the app gives somebody in a meeting.
func userID(meeting int, custom, name string) string {
	return fmt.Sprintf("user-%d-%s%s", meeting, custom, strings.ReplaceAll(name, " ", ""))
}

// met adds an hour's session of the nth meeting, older than those before, with people.
func (r *rooms) met(n, meeting int, day string, people ...string) {
	id := fmt.Sprintf("session-%d", n)
	for i, who := range people {
		name, custom, _ := strings.Cut(who, "/")
		r.peers[id] = append(r.peers[id], map[string]any{
			"id": fmt.Sprintf("peer-%d-%d", n, i), "user_id": userID(meeting, custom, name), "display_name": name,
			"custom_participant_id": custom, "joined_at": at(day + " 10:00"), "left_at": at(day + " 11:00"),
		})
	}
	r.api.List("/sessions/"+id+"/participants", "participants", r.peers[id])
	session := map[string]any{
		"id": id, "associated_id": sceneID(meeting), "meeting_display_name": fmt.Sprintf("Meeting %d", meeting),
		"status": "ENDED", "type": "meeting", "max_concurrent_participants": len(people),
		"started_at": at(day + " 10:00"), "ended_at": at(day + " 11:00"),
	}
	r.api.JSON("/sessions/"+id, []byte(`{"success":true,"data":{"id":"`+id+`"}}`))
	r.sessions = append(r.sessions, session)
	r.api.List("/sessions", "sessions", r.sessions)
}

// ago is a date so many days before one in November.
func ago(days int) string {
	return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -days).Format(time.DateOnly)
}

func refuse(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"success":false,"error":{"code":%d,"message":"refused here"}}`, status)
	}
}

const everSince = "2026-01-01"

// TestPersonAcrossMeetings has somebody who attended, was absent, a guest and not
// concerned at all.
func TestPersonAcrossMeetings(t *testing.T) {
	t.Parallel()
	r := someRooms(t)
	r.roster(1, "Ann Example/u-1", "Bob/u-2")
	r.roster(2, "Ann Example/u-1", "Bob/u-2")
	r.roster(3, "Bob/u-2")
	r.roster(4, "Bob/u-2", "Cid/u-3")
	r.met(1, 1, ago(1), "Ann Example/u-1", "Bob/u-2")
	r.met(2, 2, ago(2), "Bob/u-2")
	r.met(3, 3, ago(3), "Bob/u-2", "Ann/u-1")
	r.met(4, 4, ago(4), "Bob/u-2")
	p := start(t, r.api.Environment())
	for _, person := range []string{"ann example", "U-1", "Example, Ann", userID(1, "u-1", "Ann Example")} {
		got, text := recordOf(t, p, args{"person": person, "from": everSince})
		if got.Invited != 2 || got.Attended != 1 || got.Absent != 1 || got.Guest != 1 || len(got.Sessions) != 3 ||
			got.Minutes != 120 || got.CustomID != "u-1" {
			t.Errorf("%s: %s", person, text)
		}
		const want = "Ann Example attended 1 of the 2 sessions they were invited to since 2026-01-01 (UTC): " +
			"120 minutes in all, late 0 times, left early 0 times, absent from 1; also a guest in 1."
		if got.Summary != want {
			t.Errorf("%s\nwant %s", got.Summary, want)
		}
	}
	for show, want := range map[string]int{"attended": 2, "absent": 1, "guests": 1, "late": 0, "left_early": 0} {
		if got, text := recordOf(t, p, args{"person": "u-1", "from": everSince, "show": show}); len(got.Sessions) != want ||
			got.Invited != 2 {
			t.Errorf("%s: %s", show, text)
		}
	}
	var shown []string
	for offset := range 3 {
		got, text := recordOf(t, p, args{"person": "u-1", "from": everSince, "limit": 1, "offset": offset})
		shown = append(shown, got.Sessions[0].ID)
		if got.LeftOut != 2-offset {
			t.Errorf("%d left out\n%s", got.LeftOut, text)
		}
	}
	if text := strings.Join(shown, " "); text != "session-1 session-2 session-3" {
		t.Error(text)
	}
	got, _ := recordOf(t, p, args{"person": "u-1", "from": everSince, "format": "csv"})
	if lines := strings.Split(got.CSV, "\r\n"); len(lines) != 5 || len(got.Sessions) != 0 {
		t.Error(got.CSV)
	}
}

// TestPersonOfTwo has two people of one name, whom nothing but their ids tells apart.
func TestPersonOfTwo(t *testing.T) {
	t.Parallel()
	r := someRooms(t)
	r.roster(1, "Ann Example/u-1", "Ann Example/u-2")
	r.met(1, 1, ago(1), "Ann Example/u-1", "Ann Example/u-2")
	r.met(2, 1, ago(2), "Ann Example/u-2")
	r.roster(2, "Ann Example/")
	r.met(3, 2, ago(3), "Ann Example/")
	p := start(t, r.api.Environment())
	res := p.call("get_person_attendance", args{"person": "Ann Example", "from": everSince})
	if !res.IsError {
		t.Fatal(res.text())
	}
	values := []string{"u-1", "u-2", userID(2, "", "Ann Example")}
	contains(t, res.text(), "3 different people fit", "in 2 sessions", "in 1 session")
	for i, value := range values {
		contains(t, res.text(), fmt.Sprintf("%q (Ann Example", value))
		got, text := recordOf(t, p, args{"person": value, "from": everSince})
		if want := []int{1, 2, 1}[i]; got.Attended != want || got.Absent != []int{1, 0, 0}[i] {
			t.Errorf("%s attended %d, want %d: %s", value, got.Attended, want, text)
		}
	}
}

// TestPersonKnownLater has a joining under another name and the custom id that only an
// older session tells to be the person's.
func TestPersonKnownLater(t *testing.T) {
	t.Parallel()
	r := someRooms(t)
	r.roster(1, "Bob/u-2")
	r.roster(2, "A. E./u-1")
	r.met(0, 2, ago(0), "AE/u-1", "Bob/u-2")
	for n := 1; n <= 20; n++ {
		r.met(n, 1, ago(n), "Bob/u-2")
	}
	r.met(21, 1, ago(21), "AE and Ann Example/u-1", "Bob/u-2")
	p := start(t, r.api.Environment())
	got, text := recordOf(t, p, args{"person": "Ann Example", "from": everSince})
	if got.Attended != 1 || got.Guest != 1 || got.Name != "A. E." {
		t.Errorf("%s", text)
	}
}

// TestPersonIsNotAbsentUnlessKnown holds that what cannot be read is said, and is no
// absence.
func TestPersonIsNotAbsentUnlessKnown(t *testing.T) {
	t.Parallel()
	r := someRooms(t)
	for n := 1; n <= 5; n++ {
		r.roster(n, "Ann Example/u-1", "Bob/u-2")
		if n == 4 {
			r.met(n, n, ago(n))
			r.sessions[3].(map[string]any)["max_concurrent_participants"] = 2 // but nobody is listed
			continue
		}
		r.met(n, n, ago(n), "Ann Example/u-1", "Bob/u-2")
	}
	r.api.Handle("/meetings/"+sceneID(2)+"/participants", refuse(http.StatusForbidden)) // came, perhaps invited
	r.api.Handle("/sessions/session-3/participants", refuse(http.StatusInternalServerError))
	p := start(t, r.api.Environment())
	got, text := recordOf(t, p, args{"person": "Ann Example", "from": everSince})
	if got.Attended != 2 || got.Absent != 0 || got.Came != 1 || got.Guest != 0 || got.Read != 3 || got.Matching != 5 {
		t.Errorf("%+v\n%s", got, text)
	}
	contains(t, text, "session-3", "session-4", "session-2", "is not known", "Only 3 of 5 sessions were read",
		"also in 1 whose roster is not known")
}

// TestPersonInManySessions reads the newest 100, and says how to go on.
func TestPersonInManySessions(t *testing.T) {
	t.Parallel()
	r := someRooms(t)
	r.roster(1, "Ann Example/u-1", "Bob/u-2")
	for n := 1; n <= 130; n++ {
		r.met(n, 1, ago(n), "Bob/u-2", "Ann Example/u-1")
	}
	p := start(t, r.api.Environment(), unlimited)
	got, text := recordOf(t, p, args{"person": "Ann Example", "from": everSince})
	if got.Attended != 100 || got.Read != 100 || got.Matching != 130 || len(got.Sessions) != 50 || got.LeftOut != 50 {
		t.Errorf("%+v", got.Summary)
	}
	contains(t, text, "Only the newest 100 of 130 sessions", "offset=50", "to="+ago(100)+"T10:00:01Z")
	got, text = recordOf(t, p, args{"person": "Ann Example", "from": everSince, "to": ago(100) + "T10:00:00Z"})
	if got.Attended != 30 || got.Sessions[0].ID != "session-101" {
		t.Errorf("%s", text)
	}
	if len(text) > 10_000 {
		t.Errorf("%d characters", len(text))
	}
}

// TestPersonRequests bounds the requests of a call, and loses no session.
func TestPersonRequests(t *testing.T) {
	t.Parallel()
	r := someRooms(t)
	for n := 1; n <= 100; n++ {
		r.roster(n, "Ann Example/u-1", "Bob/u-2")
		r.met(n, n, ago(n), "Bob/u-2", "Ann Example/u-1")
	}
	p := start(t, r.api.Environment(), unlimited, "--cache-ended=0s")
	got, text := recordOf(t, p, args{"person": "Ann Example", "from": everSince})
	if n := len(r.api.Requests()); n > 250 || n < 200 {
		t.Errorf("%d requests", n)
	}
	if got.Attended != got.Read || got.Read >= 100 || got.Read < 60 || got.Absent != 0 {
		t.Errorf("%s", text)
	}
	_, next, _ := strings.Cut(strings.Join(got.Notes, "\n"), "with from=")
	from, to, _ := strings.Cut(next, " and to=")
	to, _, _ = strings.Cut(to, ".")
	rest, text := recordOf(t, p, args{"person": "Ann Example", "from": from, "to": to})
	if got.Attended+rest.Attended != 100 {
		t.Errorf("%d and %d sessions\n%s", got.Attended, rest.Attended, text)
	}
}

// TestPersonNobody names the closest names, and the sessions that there are.
func TestPersonNobody(t *testing.T) {
	t.Parallel()
	r := someRooms(t)
	r.roster(1, "Ann Example/u-1", "Bob/u-2")
	r.met(1, 1, ago(1), "Bob/u-2")
	p := start(t, r.api.Environment())
	for _, tc := range []struct {
		a     args
		wants []string
	}{
		{args{"person": "Anne Exampel", "from": everSince}, []string{"nobody like", `"Ann Example"`, "1 session read"}},
		{args{"person": "Ann Example", "on": "2026-01-07"}, []string{"no session was found on 2026-01-07", "session-1"}},
		{args{"from": everSince}, []string{`"person" is required`}},
		{args{"person": "Ann", "email": "a@x.org"}, []string{"email"}},
	} {
		res := p.call("get_person_attendance", tc.a)
		if !res.IsError {
			t.Errorf("%v: %s", tc.a, res.text())
		}
		contains(t, res.text(), tc.wants...)
	}
}

// TestPersonReopened has no absence of a session that only opened the meeting again.
func TestPersonReopened(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2, 3)
	s.met(2, "2026-11-20 11:20", "2026-11-20 11:21")
	s.came(2, 2, "2026-11-20 11:20", "2026-11-20 11:21")
	s.met(1, "2026-11-20 10:00", "2026-11-20 11:00")
	for n := 1; n <= 3; n++ {
		s.came(1, n, "2026-11-20 10:00", "2026-11-20 11:00")
	}
	p := start(t, s.script(t).Environment())
	got, text := recordOf(t, p, args{"person": "Person 1", "from": everSince})
	if got.Attended != 1 || got.Absent != 0 || !got.noted("only opened the meeting again") {
		t.Errorf("%s", text)
	}
}

// TestPersonElsewhere looks in the other apps if the configured one has nobody like
// that.
func TestPersonElsewhere(t *testing.T) {
	t.Parallel()
	api := unpaced(t, demoapi.Options{})
	p := start(t, environment(api), unlimited)
	got, text := recordOf(t, p, args{"person": "attendee-01000"})
	if got.Absent != 1 || !got.noted("Nobody like that was in the configured app") || got.Sessions[0].App != "Events" {
		t.Errorf("%s", text)
	}
	if n := api.API.Requests(); n > 250 {
		t.Errorf("%d requests", n)
	}
	before := api.API.Requests()
	recordOf(t, p, args{"person": "attendee-01000"})
	if n := api.API.Requests() - before; n > 5 {
		t.Errorf("%d requests when asked again", n)
	}
}

// TestPersonOnJustInTimeRoster has no absence where nobody was expected.
func TestPersonOnJustInTimeRoster(t *testing.T) {
	t.Parallel()
	s := &scene{title: "Weekly sync"}
	s.on(at("2026-11-13 09:59"), 1, 2, 3)
	s.on(at("2026-11-20 09:59"), 4, 5)
	s.met(2, "2026-11-20 10:00", "2026-11-20 11:00")
	s.met(1, "2026-11-13 10:00", "2026-11-13 11:00")
	for n := 1; n <= 3; n++ {
		s.came(1, n, "2026-11-13 10:00", "2026-11-13 11:00")
		s.came(2, n+2, "2026-11-20 10:00", "2026-11-20 11:00")
	}
	p := start(t, s.script(t).Environment())
	got, text := recordOf(t, p, args{"person": "Person 1", "from": everSince})
	if got.Attended != 1 || got.Absent != 0 || !got.noted("1 session is not counted as an absence") {
		t.Errorf("%s", text)
	}
	lacks(t, text, "invited to")
}

// TestPersonInLiveSession is there now, or not so far.
func TestPersonInLiveSession(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--demo")
	got, text := recordOf(t, p, args{"person": "jonas", "on": "now", "timezone": "Europe/Berlin"})
	if len(got.Sessions) != 1 || !got.Sessions[0].Here || !got.Sessions[0].Left.IsZero() || got.Timezone != "Europe/Berlin" {
		t.Errorf("%s", text)
	}
	if _, offset := got.Sessions[0].Joined.Zone(); offset == 0 {
		t.Error("the time has another offset than the zone")
	}
	contains(t, text, "here now")
}
