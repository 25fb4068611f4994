package demoapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var fixed = Options{Now: time.Date(2026, 3, 18, 15, 4, 5, 0, time.UTC)}

func get(a *API, path, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, prefix+path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

const kit = "/accounts/" + AccountID + "/realtime/kit/"

func TestStatuses(t *testing.T) {
	a := New(fixed)
	for _, tc := range []struct {
		path, token string
		want        int
	}{
		{kit + "apps", Token, 200}, {kit + "apps", "wrong", 401}, {"/accounts", Token, 200},
		{"/user/tokens/verify", Token, 200},
		{"/user/tokens/verify", "wrong", 401},
		{"/accounts/" + AccountID + "/tokens/verify", Token, 401},
		{"/accounts/ffffffffffffffffffffffffffffffff/realtime/kit/apps", Token, 403},
		{kit + "nope/meetings", Token, 404}, {kit + AppID + "/meetings/nope", Token, 404},
		{kit + AppID + "/meetings/" + StandupMeetingID, Token, 200},
		{kit + StagingAppID + "/meetings/" + StandupMeetingID, Token, 404},
		{kit + AppID + "/meetings/" + LiveMeetingID + "/active-session", Token, 200},
		{kit + AppID + "/meetings/" + StandupMeetingID + "/active-session", Token, 404},
		{kit + AppID + "/meetings?per_page=-1", Token, 400}, {"/nope", Token, 404},
		{kit + AppID + "/sessions?page_no=9223372036854775807", Token, 200},
	} {
		w := get(a, tc.path, tc.token)
		var body struct{ Success bool }
		err := json.Unmarshal(w.Body.Bytes(), &body)
		if err != nil || w.Code != tc.want || body.Success != (tc.want == 200) || w.Header().Get("Cf-Ray") == "" {
			t.Errorf("%s: %d, want %d; %v %s", tc.path, w.Code, tc.want, err, w.Body)
		}
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodPost, prefix+kit+"apps", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestPaging(t *testing.T) {
	a := New(Options{Now: fixed.Now, LargeRoster: 230})
	for _, tc := range []struct {
		query                   string
		rows, total, start, end int
	}{
		{"", 25, 230, 1, 25}, {"?page_no=0&per_page=0", 25, 230, 1, 25}, {"?page_no=3&per_page=100", 30, 230, 201, 230},
		{"?per_page=1000", 100, 230, 1, 100}, {"?page_no=4&per_page=100", 0, 230, 0, 230},
	} {
		var body struct {
			Data   []participant
			Paging struct {
				Total int `json:"total_count"`
				Start int `json:"start_offset"`
				End   int `json:"end_offset"`
			}
		}
		w := get(a, kit+AppID+"/meetings/"+LargeMeetingID+"/participants"+tc.query, Token)
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if p := body.Paging; len(body.Data) != tc.rows || p.Total != tc.total || p.Start != tc.start || p.End != tc.end {
			t.Errorf("%q: %d rows, %+v", tc.query, len(body.Data), p)
		}
	}
}

// TestBelievable checks what makes the account worth showing, and that no peer
// contradicts its session.
func TestBelievable(t *testing.T) {
	a := New(fixed)
	ids := map[string]bool{}
	unique := func(id string) {
		t.Helper()
		if len(id) != 36 || ids[id] {
			t.Errorf("id %q is malformed or used twice", id)
		}
		ids[id] = true
	}
	sessions := 0
	for _, m := range a.meetings {
		unique(m.ID)
		for i := range m.size {
			unique(m.at(i).ID)
		}
		for _, s := range m.sessions {
			unique(s.ID)
			sessions++
			for _, q := range rows(0, s.size, s.at) {
				unique(q.ID)
				if !fits(q, s) {
					t.Errorf("%s: peer %+v in session %s to %v", m.Title, q, s.StartedAt, s.EndedAt)
				}
			}
		}
		if m.CreatedAt.After(a.opts.Now) || m.UpdatedAt.After(a.opts.Now) {
			t.Errorf("%s is from the future", m.Title)
		}
	}
	if len(a.apps) != 3 || len(a.meetings) < 30 || sessions < 50 {
		t.Errorf("%d apps, %d meetings, %d sessions", len(a.apps), len(a.meetings), sessions)
	}
}

// fits reports whether a peer joins and leaves within its session.
func fits(q peer, s *session) bool {
	if q.JoinedAt.Before(s.StartedAt) || q.LeftAt != nil && q.LeftAt.Before(q.JoinedAt) {
		return false
	}
	return s.EndedAt == nil || q.LeftAt != nil && !q.LeftAt.After(*s.EndedAt)
}

func TestConsolidated(t *testing.T) {
	a := New(fixed)
	var review *meeting
	for _, m := range a.meetings {
		if m.ID == ReviewMeetingID {
			review = m
		}
	}
	count := func(query string) int {
		var body struct {
			Data struct{ Participants []peer }
		}
		w := get(a, kit+AppID+"/sessions/"+review.sessions[0].ID+"/participants?per_page=100"+query, Token)
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		return len(body.Data.Participants)
	}
	if raw, people := count(""), count("&view=consolidated"); raw != 10 || people != 8 {
		t.Errorf("%d peers of %d people, want 10 of 8", raw, people)
	}
	if got := count("&search=dana"); got != 1 {
		t.Errorf("search: %d", got)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(fixed)
	}
}

func BenchmarkLargePage(b *testing.B) {
	a := New(Options{Now: fixed.Now, LargeRoster: 50_000})
	for b.Loop() {
		get(a, kit+AppID+"/meetings/"+LargeMeetingID+"/participants?per_page=100&page_no=7", Token)
	}
}
