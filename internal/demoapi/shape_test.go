package demoapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// ask returns the body of an answer that must be a success.
func ask(t *testing.T, a *API, path string) map[string]any {
	t.Helper()
	w := get(a, kit+path, Token)
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s: %d %v %s", path, w.Code, err, w.Body)
	}
	return body
}

// at descends into objects.
func at(v any, names ...string) any {
	for _, name := range names {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func (a *API) find(meetingID string) *meeting {
	for _, m := range a.meetings {
		if m.ID == meetingID {
			return m
		}
	}
	return nil
}

func latest(a *API, meetingID string) *session {
	m := a.find(meetingID)
	return m.sessions[len(m.sessions)-1]
}

// with returns the options of the fixed day with a change.
func with(change func(*Options)) Options {
	o := fixed
	change(&o)
	return o
}

func TestShapes(t *testing.T) {
	current, older := New(fixed), New(with(func(o *Options) { o.OlderShapes = true }))
	s := latest(current, ReviewMeetingID)
	details, peers := AppID+"/sessions/"+s.ID, AppID+"/sessions/"+s.ID+"/participants"
	if got := ask(t, current, details); at(got, "data", "id") != s.ID || at(got, "data", "session") != nil {
		t.Errorf("current details: %v", got)
	}
	if got := ask(t, older, details); at(got, "data", "session", "id") != s.ID || at(got, "data", "id") != nil {
		t.Errorf("older details: %v", got)
	}
	if got := ask(t, current, peers); at(got, "data", "paging", "total_count") != 10.0 || at(got, "paging") != nil {
		t.Errorf("current paging: %v", got)
	}
	if got := ask(t, older, peers); at(got, "paging", "total_count") != 10.0 || at(got, "data", "paging") != nil {
		t.Errorf("older paging: %v", got)
	}
	if got := ask(t, current, "apps?per_page=2&page_no=2&sort_order=DESC"); at(got, "paging", "total_count") != 3.0 ||
		at(got["data"].([]any)[0], "name") != "Production" {
		t.Errorf("current apps: %v", got)
	}
	if got := ask(t, current, "apps?search=STAG"); at(got, "paging", "total_count") != 1.0 {
		t.Errorf("search of apps: %v", got)
	}
	if got := ask(t, older, "apps?per_page=2"); at(got, "paging") != nil || len(got["data"].([]any)) != 3 {
		t.Errorf("older apps: %v", got)
	}
}

func TestPageSizes(t *testing.T) {
	a := New(with(func(o *Options) { o.LargeRoster = 1000; o.Apps = 130 }))
	for path, want := range map[string]int{
		AppID + "/meetings/" + LargeMeetingID + "/participants?per_page=500": 100,
		"apps?per_page=500": 100,
	} {
		if got := ask(t, a, path)["data"].([]any); len(got) != want {
			t.Errorf("%s: %d rows, want %d", path, len(got), want)
		}
	}
	path := AppID + "/sessions/" + latest(a, LargeMeetingID).ID + "/participants?per_page=500"
	if got := at(ask(t, a, path), "data", "participants").([]any); len(got) != maxPeers {
		t.Errorf("%d participants on a page, want %d", len(got), maxPeers)
	}
}

// A reconnect is one row; only the events tell of it.
func TestPeerEvents(t *testing.T) {
	a := New(fixed)
	s := latest(a, ReviewMeetingID)
	path := AppID + "/sessions/" + s.ID + "/participants"
	if raw := get(a, kit+path, Token).Body.String(); strings.Contains(raw, "peer_events") {
		t.Error("events come without being asked for")
	}
	var body struct {
		Data struct {
			Participants []struct {
				peer
				Events []peerEvent `json:"peer_events"`
			}
		}
	}
	if err := json.Unmarshal(get(a, kit+path+"?include_peer_events=true", Token).Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	gaps := 0
	for _, q := range body.Data.Participants {
		e := q.Events
		if len(e) < 3 || e[0].Name != peerCreated || e[1].Name != peerJoining || e[len(e)-1].Name != peerLeaving ||
			!e[0].CreatedAt.Equal(q.JoinedAt) || !e[len(e)-1].CreatedAt.Equal(*q.LeftAt) {
			t.Errorf("%s: %+v", q.name(), e)
		}
		for i := 2; i < len(e)-1; i += 2 {
			gaps++
			away := e[i+1].CreatedAt.Sub(e[i].CreatedAt)
			if e[i].Name != peerLeaving || e[i+1].Name != peerJoining || away != 3*time.Minute {
				t.Errorf("%s: %+v", q.name(), e)
			}
		}
	}
	if gaps != 1 {
		t.Errorf("%d gaps, want 1", gaps)
	}
}

func TestTranscriptFormats(t *testing.T) {
	a := New(fixed)
	s := latest(a, ReviewMeetingID)
	first := s.people()[0]
	for _, tc := range []struct{ format, want string }{
		{"CSV", `"168000","` + first.ID + `","` + first.UserID + `","` + first.CustomID + `","` +
			first.name() + `","Morning everyone.`},
		{"", `"168000","`},
		{"JSON", `[{"endTime":173260,"peerData":{"cpi":"` + first.CustomID + `","displayName":"` +
			first.name() + `","id":"` + first.ID + `"`},
		{"SRT", "1\n00:02:48,000 --> 00:02:53,260\n" + first.name() + ": Morning everyone."},
		{"VTT", "WEBVTT\n\n00:02:48.000 --> 00:02:53.260\n" + first.name() + ": Morning everyone."},
	} {
		if got := text(t, a, s, "transcript?format="+tc.format, "transcript_download_url"); !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s: %.300s", tc.format, got)
		}
	}
	older := New(with(func(o *Options) { o.OlderShapes = true }))
	want := "Timestamp, Participant ID, User ID, Custom Participant ID, Participant Name, Transcript\n" +
		"2026-03-17T14:02:48.000Z, " + first.ID + ", "
	if got := text(t, older, s, "transcript?format=JSON", "transcript_download_url"); !strings.HasPrefix(got, want) {
		t.Errorf("older: %.300s", got)
	}
	if w := get(a, kit+AppID+"/sessions/"+s.ID+"/transcript?format=DOC", Token); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an unknown format: %d", w.Code)
	}
}

func text(t *testing.T, a *API, s *session, path, field string) string {
	t.Helper()
	link, _ := at(ask(t, a, AppID+"/sessions/"+s.ID+"/"+path), "data", field).(string)
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodGet, link, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", link, w.Code, w.Body)
	}
	return w.Body.String()
}

// Texts are kept for a week, a persisted chat for longer.
func TestRetention(t *testing.T) {
	a := New(fixed)
	m := a.find(HostileMeetingID)
	old, recent := m.sessions[0], m.sessions[len(m.sessions)-1]
	for path, want := range map[string]int{
		old.ID + "/transcript": 404, old.ID + "/summary": 404, old.ID + "/chat": 200,
		recent.ID + "/transcript": 200, recent.ID + "/summary": 200,
	} {
		if w := get(a, kit+AppID+"/sessions/"+path, Token); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

func TestSparse(t *testing.T) {
	a := New(with(func(o *Options) { o.Sparse = true }))
	s := latest(a, ReviewMeetingID)
	for path, want := range map[string]int{ // fields of the first row
		AppID + "/sessions/" + s.ID + "/participants":            3, // id, user_id, joined_at
		AppID + "/meetings/" + ReviewMeetingID + "/participants": 5,
		AppID + "/sessions?associated_id=" + ReviewMeetingID:     12,
		AppID + "/meetings?search=" + ReviewMeetingID:            3,
		AppID + "/recordings?meeting_id=" + ReviewMeetingID:      11,
	} {
		body := ask(t, a, path)
		list, ok := body["data"].([]any)
		for _, name := range []string{"participants", "sessions"} {
			if inner, is := at(body["data"], name).([]any); is {
				list, ok = inner, true
			}
		}
		if !ok || len(list) == 0 || body["success"] != true {
			t.Fatalf("%s: the envelope or the list is gone: %v", path, body)
		}
		if row := list[0].(map[string]any); len(row) != want || row["id"] == nil {
			t.Errorf("%s: %v", path, row)
		}
	}
}

func TestUnknownFields(t *testing.T) {
	a := New(with(func(o *Options) { o.UnknownFields = true }))
	body := ask(t, a, AppID+"/meetings")
	for _, v := range []any{body, body["paging"], body["data"].([]any)[0]} {
		if at(v, "x_added_later", "nested", "object") == nil {
			t.Errorf("nothing was added to %v", v)
		}
	}
}

func TestEnforcedRates(t *testing.T) {
	path := kit + AppID + "/meetings?per_page=1"
	burst := func(a *API, path string, n int) (refused int, after string) {
		for range n {
			if w := get(a, path, Token); w.Code == http.StatusTooManyRequests {
				refused, after = refused+1, w.Header().Get("Retry-After")
			}
		}
		return refused, after
	}
	synctest.Test(t, func(t *testing.T) {
		a := New(Options{EnforceRate: true})
		time.Sleep(500 * time.Millisecond)
		if n, after := burst(a, path, 251); n != 1 || after != "10" {
			t.Errorf("%d of 251 at once refused, Retry-After %q", n, after)
		}
		for _, size := range []int{250, 250, 250, 200} { // 1,200 in all
			time.Sleep(10 * time.Second)
			if n, _ := burst(a, path, size); n != 0 {
				t.Errorf("%d of %d refused within the limits", n, size)
			}
		}
		if n, after := burst(a, "/accounts", 1); n != 1 || after != "260" {
			t.Errorf("the 1,201st in 5 minutes: %d refused, Retry-After %q", n, after)
		}
		time.Sleep(260 * time.Second)
		if n, _ := burst(a, path, 250); n != 0 {
			t.Errorf("%d refused after the window", n)
		}
	})
	free := New(fixed)
	if n, _ := burst(free, path, 1300); n != 0 {
		t.Errorf("%d refused though nothing is enforced", n)
	}
}

// Nobody counts twice, and nobody who was not there.
func TestConcurrent(t *testing.T) {
	a := New(fixed)
	for _, m := range a.meetings {
		for _, s := range m.sessions {
			if s.Type != "meeting" {
				continue
			}
			people := map[string]bool{}
			for i := range s.size {
				people[s.at(i).UserID] = true
			}
			if s.MaxConcurrent > len(people) || s.MaxConcurrent == 0 {
				t.Errorf("%s: %d at once of %d people", m.Title, s.MaxConcurrent, len(people))
			}
		}
	}
	if s := latest(a, ReviewMeetingID); s.MaxConcurrent != 8 && s.MaxConcurrent != 7 {
		t.Errorf("the review: %d", s.MaxConcurrent)
	}
	noon := time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC)
	row := func(user string, from, to int) peer {
		left := noon.Add(time.Duration(to) * time.Minute)
		return peer{UserID: user, JoinedAt: noon.Add(time.Duration(from) * time.Minute), LeftAt: &left}
	}
	peers := []peer{row("a", 0, 30), row("a", 5, 10), row("b", 10, 20), row("c", 20, 30), row("b", 25, 30)}
	if got := concurrent(peers); got != 3 {
		t.Errorf("%d at once, want 3", got)
	}
}

// The docs advise against addresses as custom ids; the account has both.
func TestCustomIDs(t *testing.T) {
	addresses, others := 0, 0
	for i := range staff {
		if strings.Contains(member(0, 0, 0, i, time.Time{}).CustomID, "@") {
			addresses++
		} else {
			others++
		}
	}
	if addresses == 0 || others == 0 {
		t.Errorf("%d addresses, %d others", addresses, others)
	}
}
