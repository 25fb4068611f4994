package presence

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

var ten = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// meetingID is the id of a meeting of the tests.
func meetingID(n int) string { return fmt.Sprintf("5b2c7a10-8a1f-4c57-9d0e-0000000000%02d", n) }

// series is an API with meetings of one title. Session i is on day i, for an hour.
type series struct {
	api      *scripted.API
	sessions []client.Session
}

func startSeries(t testing.TB) *series {
	t.Helper()
	return &series{api: scripted.Start(t)}
}

// roster scripts that of a meeting, of people who are their custom ids.
func (s *series) roster(meeting string, people ...string) {
	var rows []any
	for _, who := range people {
		rows = append(rows, map[string]any{
			"id":                    meeting + "-" + who,
			"name":                  who,
			"custom_participant_id": who,
			"created_at":            ten.AddDate(0, -1, 0),
		})
	}
	s.api.List("/meetings/"+meeting+"/participants", "", rows)
}

// refuse has the API answer for a roster with an error.
func (s *series) refuse(meeting string, status int) {
	s.refuseAt("/meetings/"+meeting+"/participants", status)
}

// refusePeers has the API answer with an error for who joined a session.
func (s *series) refusePeers(session string, status int) {
	s.refuseAt("/sessions/"+session+"/participants", status)
}

func (s *series) refuseAt(path string, status int) {
	s.api.Handle(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"success":false,"error":{"code":%d,"message":"refused here"}}`, status)
	})
}

// held scripts a session in which people were from begin to end.
func (s *series) held(meeting string, people ...string) {
	start := ten.AddDate(0, 0, len(s.sessions))
	session := client.Session{
		ID:        fmt.Sprintf("session-%d", len(s.sessions)),
		MeetingID: meeting,
		Status:    "ENDED",
		StartedAt: start,
		EndedAt:   start.Add(time.Hour),
	}
	var peers []any
	for _, who := range people {
		peers = append(peers, map[string]any{
			"id":                    session.ID + who,
			"user_id":               meeting + "-" + who,
			"display_name":          who,
			"custom_participant_id": who,
			"joined_at":             start,
			"left_at":               session.EndedAt,
		})
	}
	s.api.List("/sessions/"+session.ID+"/participants", "participants", peers)
	s.sessions = append(s.sessions, session)
}

func (s *series) reader(t testing.TB, meetingID string) *Reader {
	t.Helper()
	c, err := client.New(client.Options{
		Token:   scripted.Token,
		BaseURL: s.api.URL,
		Limit:   client.Limit{Requests: 10_000, Window: time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader(Options{
		API:  c,
		App:  client.AppRef{AccountID: scripted.AccountID, AppID: scripted.AppID},
		Zone: time.UTC,
		Now:  ten.AddDate(0, 1, 0),
	})
	r.MeetingID = meetingID
	return r
}

// judge judges each session alone.
func (s *series) judge(t testing.TB, r *Reader) (Judged, error) {
	t.Helper()
	var columns [][]client.Session
	for _, one := range s.sessions {
		columns = append(columns, []client.Session{one})
	}
	return r.Results(t.Context(), columns, s.sessions)
}

// who lists who attended (+), was absent (-) or a guest (?) in each session.
func who(j Judged) string {
	var out []string
	for _, r := range j.Results {
		var people []string
		for sign, list := range map[string][]attendance.Person{"+": r.Attended, "-": r.Absent, "?": r.Guests} {
			for _, p := range list {
				people = append(people, p.Name+sign)
			}
		}
		slices.Sort(people)
		out = append(out, strings.Join(people, " "))
	}
	return strings.Join(out, "; ")
}

// asked counts the requests for rosters, and all.
func (s *series) asked() (rosters, all int) {
	for _, path := range s.api.Requests() {
		if strings.Contains(path, "/meetings/") {
			rosters++
		}
		all++
	}
	return rosters, all
}

func TestRosterOfEachMeeting(t *testing.T) {
	t.Parallel()
	s := startSeries(t)
	a, b := meetingID(1), meetingID(2)
	s.roster(a, "ann", "bob")
	s.roster(b, "ann", "cid")
	s.held(a, "ann")
	s.held(b, "ann", "bob")
	s.held(strings.ToUpper(a), "ann", "bob")
	r := s.reader(t, b)
	judged, err := s.judge(t, r)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := who(judged), "ann+ bob-; ann+ bob? cid-; ann+ bob+"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if rosters, all := s.asked(); rosters != 2 || all != 5 {
		t.Errorf("%d requests, %d of them for rosters: %q", all, rosters, s.api.Requests())
	}
	if r.NoRoster() || len(r.Notes()) > 0 {
		t.Errorf("no roster %v, notes %q", r.NoRoster(), r.Notes())
	}
	// What was read is not read again.
	if _, err := s.judge(t, r); err != nil {
		t.Fatal(err)
	}
	if _, all := s.asked(); all != 5 {
		t.Errorf("%d requests after the second judgement", all)
	}
}

func TestRosterOfOneMeeting(t *testing.T) {
	t.Parallel()
	s := startSeries(t)
	s.roster(meetingID(1), "ann", "bob")
	s.held(meetingID(1), "ann")
	s.held(meetingID(1), "ann", "cid")
	r := s.reader(t, meetingID(1))
	for _, one := range s.sessions { // one after another, as for a choice
		if err := r.Read(t.Context(), []client.Session{one}); err != nil {
			t.Fatal(err)
		}
	}
	judged, err := s.judge(t, r)
	if got, want := who(judged), "ann+ bob-; ann+ bob- cid?"; err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	if rosters, all := s.asked(); rosters != 1 || all != 3 {
		t.Errorf("%d requests, %d of them for rosters", all, rosters)
	}
}

// Sessions read only to choose among them say nothing of the answer's roster.
func TestRosterOfWhatIsJudged(t *testing.T) {
	t.Parallel()
	s := startSeries(t)
	s.roster(meetingID(1), "ann")
	s.held(meetingID(1), "ann")
	s.held("room-name", "ann")
	r := s.reader(t, "")
	if err := r.Read(t.Context(), s.sessions); err != nil || r.NoRoster() {
		t.Fatalf("no roster %v, %v", r.NoRoster(), err)
	}
	judged, err := r.Results(t.Context(), [][]client.Session{s.sessions[1:]}, s.sessions)
	if err != nil || who(judged) != "ann?" || !r.NoRoster() || len(r.Notes()) != 1 {
		t.Errorf("%s, no roster %v, %q, %v", who(judged), r.NoRoster(), r.Notes(), err)
	}
	judged, err = r.Results(t.Context(), [][]client.Session{s.sessions[:1]}, s.sessions)
	if err != nil || who(judged) != "ann+" || r.NoRoster() || len(r.Notes()) > 0 {
		t.Errorf("%s, no roster %v, %q, %v", who(judged), r.NoRoster(), r.Notes(), err)
	}
}

func TestRosterRefused(t *testing.T) {
	t.Parallel()
	const unnamed = "The API does not name this session's meeting by its id"
	a, b := meetingID(1), meetingID(2)
	for _, tc := range []struct {
		name     string
		meetings [2]string // of the sessions; of the first the roster is refused
		fallback string
		status   int
		want     string
		note     string // none if empty
		noRoster bool
		err      string
	}{
		{"404", [2]string{a, b}, a, 404,
			"ann? bob?; ann+ cid-", "The roster of session session-0 (2026-11-20 10:00Z) is not known", false, ""},
		{"422", [2]string{a, b}, b, 422,
			"ann? bob?; ann+ cid-", "The roster of session session-0 (2026-11-20 10:00Z) is not known", false, ""},
		{"404 of the only one", [2]string{a, a}, a, 404, "", "", false, "refused here"},
		{"403 of one", [2]string{a, b}, a, 403, "", "", false, "refused here"},
		{"the name of a room", [2]string{"room-name", b}, "", 404,
			"ann? bob?; ann+ cid-", "The roster of session session-0 (2026-11-20 10:00Z) is not known", false, ""},
		{"no id", [2]string{"", b}, "", 404,
			"ann? bob?; ann+ cid-", "The roster of session session-0 (2026-11-20 10:00Z) is not known", false, ""},
		{"the name of a room, whose meeting is known", [2]string{"room-name", b}, b, 404,
			"ann+ bob? cid-; ann+ cid-", "", false, ""},
		{"the name of the only room", [2]string{"room-name", "room-name"}, "room-name", 404,
			"ann? bob?; ann?", unnamed, true, ""},
		{"names of two rooms", [2]string{"room-name", "another"}, "room-name", 404, "ann? bob?; ann?", unnamed, true, ""},
		{"no id at all", [2]string{"", ""}, "", 404, "ann? bob?; ann?", unnamed, true, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := startSeries(t)
			s.roster(b, "ann", "cid")
			s.refuse(a, tc.status)
			s.held(tc.meetings[0], "ann", "bob")
			s.held(tc.meetings[1], "ann")
			r := s.reader(t, tc.fallback)
			judged, err := s.judge(t, r)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("%v, want %s", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			notes := strings.Join(r.Notes(), "\n")
			if who(judged) != tc.want || r.NoRoster() != tc.noRoster {
				t.Errorf("%s, no roster %v", who(judged), r.NoRoster())
			}
			if strings.Count(notes, "everybody") > 1 || (tc.note == "") != (notes == "") || !strings.Contains(notes, tc.note) {
				t.Errorf("notes %q", notes)
			}
		})
	}
}

// A roster that is refused once is not asked for again.
func TestRosterRefusedOnce(t *testing.T) {
	t.Parallel()
	s := startSeries(t)
	s.roster(meetingID(1), "ann")
	s.refuse(meetingID(2), 404)
	s.held(meetingID(1), "ann")
	s.held(meetingID(2), "ann")
	s.held(meetingID(2), "ann")
	r := s.reader(t, meetingID(1))
	for _, one := range s.sessions {
		if err := r.Read(t.Context(), []client.Session{one}); err != nil {
			t.Fatal(err)
		}
	}
	if rosters, _ := s.asked(); rosters != 2 || r.NoRoster() {
		t.Errorf("%d requests for rosters, no roster %v", rosters, r.NoRoster())
	}
	want := "sessions session-1 (2026-11-21 10:00Z) and session-2 (2026-11-22 10:00Z) is not known"
	if notes := r.Notes(); len(notes) != 1 || !strings.Contains(notes[0], want) {
		t.Errorf("notes %q", notes)
	}
}

func TestRostersFiveAtATime(t *testing.T) {
	t.Parallel()
	s := startSeries(t)
	var now, most atomic.Int32
	for i := range 12 {
		s.held(meetingID(i), "ann")
		s.api.Handle("/meetings/"+meetingID(i)+"/participants", func(w http.ResponseWriter, _ *http.Request) {
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(20 * time.Millisecond)
			now.Add(-1)
			_, _ = w.Write([]byte(`{"success":true,"data":[],"paging":{"total_count":0,"start_offset":0,"end_offset":0}}`))
		})
	}
	if err := s.reader(t, "").Read(t.Context(), s.sessions); err != nil {
		t.Fatal(err)
	}
	if rosters, all := s.asked(); most.Load() > 5 || most.Load() < 2 || rosters != 12 || all != 24 {
		t.Errorf("%d at a time; %d requests, %d of them for rosters", most.Load(), all, rosters)
	}
}

// Who was added to a meeting while another was held was invited to it.
func TestRosterMadeDuringAnotherMeeting(t *testing.T) {
	t.Parallel()
	s := startSeries(t)
	a, b := meetingID(1), meetingID(2)
	s.held(a, "ann")
	s.held(b, "ann")
	s.roster(a)
	row := map[string]any{"id": b + "-ann", "custom_participant_id": "ann", "created_at": ten.Add(30 * time.Minute)}
	s.api.List("/meetings/"+b+"/participants", "", []any{row})
	for _, first := range []string{a, b} {
		s.sessions[0].MeetingID = first
		judged, err := s.reader(t, b).Results(t.Context(), [][]client.Session{s.sessions[1:]}, s.sessions)
		if err != nil || judged.Results[0].JustInTime != (first == b) {
			t.Errorf("after a session of %s: just in time %v, %v", first, judged.Results[0].JustInTime, err)
		}
	}
}
