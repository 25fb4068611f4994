package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

type presence struct {
	Summary                           string
	Live                              bool
	Invited, Attended, Absent, Guests int
	HereNow                           int `json:"here_now"`
	Late                              int
	LeftEarly                         int       `json:"left_early"`
	Matching                          int       `json:"sessions_matching"`
	LeftOut                           int       `json:"left_out"`
	Later                             int       `json:"added_later"`
	AsOf                              time.Time `json:"as_of"`
	Fitting                           int       `json:"people_matching"`
	Sessions                          []struct {
		ID        string    `json:"session_id"`
		StartedAt time.Time `json:"started_at"`
	}
	People []struct {
		Name, Status string
		Minutes      float64 `json:"minutes_present"`
		Joins        int
		Sessions     int     `json:"sessions_attended"`
		HereNow      bool    `json:"here_now"`
		LateBy       float64 `json:"late_by_minutes"`
		Spans        []string
	}
}

func TestAttendance(t *testing.T) { bothShapes(t, testAttendance) }

func testAttendance(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	var a presence
	p.call("get_meeting_attendance", args{"query": "DESIGN review", "response_format": "detailed", "spans": true}).into(t, &a)
	if a.Summary != "7 of 9 invited attended the 42-minute session; 2 did not; 1 not on the roster (any more)." ||
		a.Late != 1 || a.LeftEarly != 1 || a.Live || a.HereNow != 0 {
		t.Errorf("%+v", a)
	}
	byName := map[string]int{}
	for i, person := range a.People {
		byName[person.Name] = i
	}
	if rejoined := a.People[byName["Sofia Rossi"]]; rejoined.Joins != 2 || len(rejoined.Spans) != 2 ||
		rejoined.Minutes > 39 {
		t.Errorf("dropped and rejoined: %+v", rejoined)
	}
	if devices := a.People[byName["محمد الفارسي"]]; devices.Joins != 2 || len(devices.Spans) != 1 ||
		devices.Minutes < 41 ||
		devices.Minutes > 42 {
		t.Errorf("two devices: %+v", devices)
	}
	if late := a.People[byName["Priya Raman"]]; late.LateBy < 16 || late.LateBy > 17 {
		t.Errorf("late: %+v", late)
	}
	if guest := a.People[byName["Dana Smith (Contoso)"]]; guest.Status != "guest" {
		t.Errorf("guest: %+v", guest)
	}

	a = presence{}
	p.call("get_meeting_attendance", args{"meeting_id": demoapi.LiveMeetingID}).into(t, &a)
	if !a.Live || a.HereNow != 5 || a.Attended != 5 || !a.People[0].HereNow {
		t.Errorf("live: %+v", a)
	}
	r := p.call("get_meeting_attendance", args{"query": "design review", "timezone": "Asia/Tokyo"})
	if !strings.Contains(r.text(), "23:00 JST") || !strings.Contains(r.text(), "| 23:00 |") {
		t.Errorf("time zone: %s", r.text())
	}
}

// TestWhichSessions takes the latest session, an earlier one, or all of a time.
func TestWhichSessions(t *testing.T) { bothShapes(t, testWhichSessions) }

func testWhichSessions(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	var absent presence
	r := p.call("get_meeting_attendance", args{"meeting_id": demoapi.StandupMeetingID, "show": "absent"})
	r.into(t, &absent)
	if absent.Absent != 2 || len(absent.People) != 2 || absent.People[0].Name != "Mateo García" || absent.LeftOut != 0 ||
		absent.Matching != 10 ||
		!strings.Contains(r.text(), "latest of 10 sessions") {
		t.Errorf("absent: %s", r.text())
	}
	var earlier, same, all presence
	latest := absent.Sessions[0].StartedAt
	p.call("get_meeting_attendance", args{
		"meeting_id":     demoapi.StandupMeetingID,
		"started_before": latest.Format(time.RFC3339),
		"sessions":       "latest",
	}).into(t, &earlier)
	if earlier.Matching != 9 || len(earlier.Sessions) != 1 || !earlier.Sessions[0].StartedAt.Before(latest) {
		t.Errorf("earlier: %+v", earlier)
	}
	p.call("get_meeting_attendance", args{"session_id": earlier.Sessions[0].ID}).into(t, &same)
	if same.Summary != earlier.Summary || same.Sessions[0].ID != earlier.Sessions[0].ID {
		t.Errorf("by session: %+v, by time %+v", same, earlier)
	}
	p.call("get_meeting_attendance", args{"query": "stand-up", "started_before": latest.Format(time.RFC3339)}).
		into(t, &all)
	if len(all.Sessions) != 9 || all.Matching != 9 || all.Sessions[8].ID != earlier.Sessions[0].ID ||
		all.People[0].Sessions < 5 {
		t.Errorf("a time range: %+v", all)
	}
	both := args{"meeting_id": demoapi.LiveMeetingID, "session_id": earlier.Sessions[0].ID}
	if r := p.call("get_meeting_attendance", both); !r.IsError || !strings.Contains(r.text(), "is not of") {
		t.Errorf("a session of another meeting: %s", r.text())
	}
}

// TestAttendanceRefused holds that each error leads to the next call.
func TestAttendanceRefused(t *testing.T) { bothShapes(t, testAttendanceRefused) }

func testAttendanceRefused(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	for _, tc := range []struct {
		a    args
		want []string
	}{
		{args{"late_after_minutes": "soon"}, []string{"late_after_minutes", "integer"}},
		{args{"query": "onboarding"}, []string{"6 meetings", "Onboarding: Contoso", "as meeting"}},
		{args{"query": "no such"}, []string{"find_meetings"}},
		{args{"meeting_id": demoapi.EmptyMeetingID}, []string{"no session", "list_meeting_participants"}},
		{args{"meeting_id": "00000000-0000-4000-8000-000000000000"}, []string{"Meeting not found"}},
		{args{"query": "design review", "timezone": "Mars/Olympus"}, []string{"timezone", "Europe/Berlin"}},
	} {
		r := p.call("get_meeting_attendance", tc.a)
		for _, want := range tc.want {
			if !r.IsError || !strings.Contains(r.text(), want) {
				t.Errorf("%v: %q is not in: %s", tc.a, want, r.text())
			}
		}
	}
}

// TestWebinarAttendance is 5,000 invited and 8,000 peers in one call.
func TestWebinarAttendance(t *testing.T) { eachShape(t, sample, testWebinarAttendance) }

func testWebinarAttendance(t *testing.T, sample sampler) {
	t.Helper()
	for _, noPaging := range []bool{false, true} {
		var twice atomic.Int32
		api := sample(t,
			demoapi.Options{Faults: demoapi.Faults{NoPaging: noPaging}, Observe: func(*http.Request) { twice.Add(1) }})
		p := start(t, environment(api))
		begin := time.Now()
		r := p.call("get_meeting_attendance", args{"app_id": demoapi.EventsAppID, "query": "webinar"})
		took := time.Since(begin)
		var a presence
		r.into(t, &a)
		if a.Invited != 5000 || a.Attended != 4000 || a.Absent != 1000 || a.Guests != 0 || a.Fitting != 5000 ||
			a.LeftOut+len(a.People) != 5000 || len(a.People) < 35 {
			t.Errorf("%+v", a)
		}
		if !raceEnabled && took > 1500*time.Millisecond {
			t.Errorf("took %s", took)
		}
		if len(r.text()) > 10_000 || len(r.Structured) > 10_000 {
			t.Errorf("%d characters of text, %d of structured content", len(r.text()), len(r.Structured))
		}
		// 50 pages of the roster, 40 of peers, the meeting, its session, that
		// session's breakout rooms, and one more of each list, for its last page was full.
		if want := int32(95); !noPaging && twice.Load() != want {
			t.Errorf("%d requests, want %d", twice.Load(), want)
		}
	}
}

func TestCompareAttendance(t *testing.T) { bothShapes(t, testCompareAttendance) }

func testCompareAttendance(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	api := sample(t, demoapi.Options{})
	p := start(t, environment(api))
	var c struct {
		Sessions []struct{ StartedAt time.Time }
		People   []struct {
			Name, Marks  string
			Came, Missed int
			Streak       int `json:"absence_streak"`
		}
	}
	r := p.call("compare_attendance", args{"meeting_id": demoapi.StandupMeetingID, "min_absence_streak": 3})
	r.into(t, &c)
	if len(c.Sessions) != 5 || len(c.People) != 1 || c.People[0].Name != "Mateo García" || c.People[0].Streak != 3 ||
		!strings.HasSuffix(c.People[0].Marks, "---") {
		t.Errorf("%s", r.text())
	}
	// The sessions, the roster, and of each session its details (for breakout
	// rooms) and a page of peers: no more.
	if got := api.API.Requests(); got != 12 {
		t.Errorf("%d requests, want 12", got)
	}
	p.call("compare_attendance", args{"query": "stand-up", "sessions": 10}).into(t, &c)
	if len(c.Sessions) != 10 || len(c.People) != 9 || c.People[0].Came+c.People[0].Missed != 10 {
		t.Errorf("%+v", c)
	}
	if r := p.call("compare_attendance", args{"meeting_id": demoapi.LiveMeetingID}); !r.IsError ||
		!strings.Contains(r.text(), "no ended session") {
		t.Errorf("only a live session: %s", r.text())
	}
}

func TestListSessions(t *testing.T) { bothShapes(t, testListSessions) }

func testListSessions(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	var s struct {
		Total, LeftOut int
		Sessions       []struct {
			ID        string    `json:"session_id"`
			StartedAt time.Time `json:"started_at"`
			Status    string
			HereNow   int     `json:"here_now"`
			Consumed  float64 `json:"minutes_consumed"`
		}
	}
	r := p.call("list_sessions", args{"meeting_id": demoapi.StandupMeetingID, "per_page": 3, "page_no": 2})
	r.into(t, &s)
	if s.Total != 10 || len(s.Sessions) != 3 || !s.Sessions[0].StartedAt.After(s.Sessions[1].StartedAt) ||
		!strings.Contains(r.text(), "4 more. Repeat the call with page_no=3.") {
		t.Errorf("%s", r.text())
	}
	var all struct {
		Sessions []struct {
			ID string `json:"session_id"`
		}
	}
	r = p.call("list_sessions", args{"limit": 500})
	r.into(t, &all)
	ids := map[string]bool{}
	for _, s := range all.Sessions {
		ids[s.ID] = true
	}
	if len(ids) != len(all.Sessions) || len(ids) < 60 || strings.Contains(r.text(), "more.") {
		t.Errorf("%d sessions, %d different: %s", len(all.Sessions), len(ids), r.text())
	}
	if r := p.call("list_sessions", args{"limit": 5}); !strings.Contains(r.text(), "Repeat the call with offset=5.") {
		t.Error(r.text())
	}
	p.call("list_sessions", args{"meeting_id": demoapi.StandupMeetingID, "sort_by": "minutesConsumed", "sort_order": "asc", "limit": 2}).
		into(t, &s)
	if s.Sessions[0].Consumed > s.Sessions[1].Consumed {
		t.Errorf("sorted by minutes: %+v", s)
	}
	p.call("list_sessions", args{"status": "live"}).into(t, &s)
	if s.Total != 1 || s.Sessions[0].Status != "LIVE" || s.Sessions[0].HereNow != 5 {
		t.Errorf("%+v", s)
	}
	p.call("list_sessions", args{"meeting_id": demoapi.StandupMeetingID, "sort_order": "asc"}).into(t, &s)
	if !s.Sessions[0].StartedAt.Before(s.Sessions[9].StartedAt) {
		t.Errorf("%+v", s)
	}
}

// TestBreakoutRooms finds people who spent the middle of a session in rooms of
// it, under another user id, present all the time.
func TestBreakoutRooms(t *testing.T) { bothShapes(t, testBreakoutRooms) }

func testBreakoutRooms(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	var a presence
	p.call("get_meeting_attendance", args{"meeting_id": demoapi.WorkshopMeetingID, "response_format": "detailed"}).
		into(t, &a)
	if a.Invited != 6 || a.Attended != 5 || a.Guests != 0 || a.LeftEarly != 0 {
		t.Fatalf("%+v", a)
	}
	for _, person := range a.People[:5] {
		if person.Joins != 3 || person.Minutes < 59 {
			t.Errorf("%+v", person)
		}
	}
}

// TestCharacters holds that an answer costs under a quarter of the API's JSON.
func TestCharacters(t *testing.T) {
	t.Parallel()
	for name, c := range characters(t) {
		t.Logf("%s: %d characters of text, %d of the API's JSON (%.2f)", name, c.text, c.raw,
			float64(c.text)/float64(c.raw))
		if c.text*4 > c.raw {
			t.Errorf("%s: %d characters, the API's JSON has %d", name, c.text, c.raw)
		}
	}
}

type cost struct{ text, raw int }

// characters asks for 100 participants, and adds up what the API answered.
func characters(t testing.TB) map[string]cost {
	t.Helper()
	costs := map[string]cost{}
	for name, call := range map[string]args{
		"get_meeting_attendance":    {"meeting_id": demoapi.LargeMeetingID, "limit": 100},
		"list_meeting_participants": {"meeting_id": demoapi.LargeMeetingID, "limit": 100},
	} {
		raw := &bodies{}
		api := httptest.NewServer(raw.count(demoapi.New(demoapi.Options{LargeRoster: 100})))
		p := start(t,
			with(environment(&demoapi.Server{URL: api.URL + "/client/v4"}), "CLOUDFLARE_BASE_URL", api.URL+"/client/v4"))
		r := p.call(name, call)
		if r.IsError {
			t.Fatal(r.text())
		}
		p.close(0)
		api.Close()
		costs[name] = cost{len([]rune(r.text())), int(raw.n.Load())}
	}
	return costs
}

// bodies counts the characters of response bodies.
type bodies struct{ n atomic.Int64 }

func (b *bodies) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		b.n.Add(int64(len([]rune(rec.Body.String()))))
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}
