package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

func TestCaseDetails(t *testing.T) {
	c, api, app := openScripted(t)
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	want := Session{
		ID:              walked,
		MeetingID:       "497f6eca-6276-4993-bfeb-53cbbbba6f08",
		Title:           "Weekly sync",
		Status:          "ENDED",
		Type:            "meeting",
		StartedAt:       at,
		EndedAt:         at.Add(30 * time.Minute),
		MaxConcurrent:   3,
		MinutesConsumed: 90,
		Rooms:           []string{},
		RoomMeetings:    []string{},
	}
	for _, name := range []string{"session-details-current.json", "session-details-older.json"} {
		api.JSON("/sessions/"+walked, scripted.Case(t, name))
		if got, err := c.Session(t.Context(), app, walked); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, want)
		}
	}
	for body, ok := range map[string]bool{
		`{"data":{"id":"a","breakout_rooms":[{"id":"r-1","associated_id":"m-1"},{"id":"r-2"}]}}`:         true,
		`{"data":{"session":{"id":"a"},"breakout_rooms":[{"id":"r-1","associated_id":"m-1"},"r-2"]}}`:    true,
		`{"data":{"session":{"id":"a","breakout_rooms":["r-1",{"id":"r-2","associated_id":"m-1"}]}}}`:    true,
		`{"data":{"session":null,"id":"a","breakout_rooms":["r-1",{"id":"r-2","associated_id":"m-1"}]}}`: true,
		`{"data":{"id":"another"}}`:           false,
		`{"data":{"status":"ENDED"}}`:         false,
		`{"data":{"session":{}}}`:             false,
		`{"data":[{"id":"a"}]}`:               false,
		`{"id":"a"}`:                          false,
		`{"data":"a"}`:                        false,
		`{"success":false,"data":{"id":"a"}}`: false, `{"data":null,"paging":{"total_count":0}}`: false,
	} {
		api.JSON("/sessions/a", []byte(body))
		s, err := c.Session(t.Context(), app, "a")
		if (err == nil) != ok || ok && fmt.Sprint(s.ID, " ", s.Rooms, s.RoomMeetings) != "a [r-1 r-2] [m-1]" {
			t.Errorf("%s: %+v, %v", body, s, err)
		}
	}
}

func TestCaseSessionTypes(t *testing.T) {
	c, api, app := openScripted(t)
	api.JSON("/sessions", scripted.Case(t, "sessions-with-livestream.json"))
	got := ""
	for page, err := range c.Sessions(t.Context(), app, SessionFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.Items {
			got += s.Type + " " + s.StartedAt.Format("15:04") + " "
		}
	}
	if want := "livestream 11:00 meeting 10:00 "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// sessionRows are 250 sessions, one a day before the last: three of one meeting,
// and all but two of the rest of another.
func sessionRows(last time.Time, mine, other string) (rows []any) {
	for i := range 250 {
		row := map[string]any{
			"id":            fmt.Sprint("s-", i),
			"associated_id": other,
			"status":        "ENDED",
			"started_at":    last.AddDate(0, 0, -i),
			"ended_at":      last.AddDate(0, 0, -i).Add(time.Hour),
		}
		switch i {
		case 3, 120, 240:
			row["associated_id"] = strings.ToUpper(mine)
		case 4:
			row["associated_id"] = "abcdef-ghijkl" // an old meeting's room name says nothing about its id
		case 5:
			delete(row, "associated_id")
		}
		rows = append(rows, row)
	}
	return rows
}

// TestUnfilteredSessions asks an API that makes nothing of filters.
func TestUnfilteredSessions(t *testing.T) {
	const mine, other = "497f6eca-6276-4993-bfeb-53cbbbba6f08", "597f6eca-6276-4993-bfeb-53cbbbba6f08"
	c, api, app := openScripted(t)
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	api.List("/sessions", "sessions", sessionRows(at, mine, other))
	all := func(f SessionFilter) (ids []string, last Coverage) {
		for page, err := range c.Sessions(t.Context(), app, f) {
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range page.Items {
				ids = append(ids, s.ID)
			}
			last = page.Coverage
		}
		return ids, last
	}
	for _, tc := range []struct {
		f    SessionFilter
		want string
		n    int
	}{
		{SessionFilter{MeetingID: mine}, "[s-3 s-4 s-5 s-120 s-240]", 5},
		{SessionFilter{MeetingID: mine, Status: "LIVE"}, "[]", 0},
		{SessionFilter{MeetingID: mine, After: at.AddDate(0, 0, -120)}, "[s-3 s-4 s-5 s-120]", 4},
		{SessionFilter{MeetingID: mine, Before: at.AddDate(0, 0, -120)}, "[s-240]", 1},
		{SessionFilter{MeetingID: "abcdef-ghijkl"}, "", 0},
	} {
		ids, last := all(tc.f)
		if tc.want != "" && (fmt.Sprint(ids) != tc.want || last.Read != tc.n || last.Total != tc.n || !last.Complete()) {
			t.Errorf("%+v: %v, %+v", tc.f, ids, last)
		}
		if tc.want == "" && slices.Contains(ids, "s-4") == false {
			t.Errorf("%+v: %v", tc.f, ids)
		}
	}
	page, err := c.SessionsPage(t.Context(), app, SessionFilter{MeetingID: mine}, PageRequest{})
	if err != nil || len(page.Items) != 3 || page.Total != 0 {
		t.Errorf("%+v, %v", page, err)
	}
}

// TestAppsOverPages reads more apps and accounts than a page holds.
func TestAppsOverPages(t *testing.T) {
	c, api, _ := openScripted(t)
	for _, clamp := range []int{10, 50, 1000} {
		for _, total := range []any{nil, 120} {
			list := func(top, page string) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					no, _ := strconv.Atoi(r.URL.Query().Get(page))
					per, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
					s := served{rows: slice(people(1, 120), no, min(per, clamp)), total: total}
					s.writeAs(w, top)
				}
			}
			api.Handle("//client/v4/accounts/"+scripted.AccountID+"/realtime/kit/apps", list("data", "page_no"))
			api.Handle("//client/v4/accounts", list("result", "page"))
			apps, c1, err1 := c.Apps(t.Context(), scripted.AccountID)
			accounts, c2, err2 := c.Accounts(t.Context())
			if len(apps) != 120 || len(accounts) != 120 || err1 != nil || err2 != nil ||
				!c1.Complete() || !c2.Complete() || accounts[119].Name != "Person 120" {
				t.Errorf("%d a page, total %v: %d apps (%v), %d accounts (%v)", clamp, total, len(apps), err1, len(accounts), err2)
			}
		}
	}
}

func TestNoLiveSession(t *testing.T) {
	c, api, app := openScripted(t)
	path := "/meetings/" + walked + "/active-session"
	if live, err := c.LiveSession(t.Context(), app, walked); live != nil || err != nil {
		t.Errorf("404: %+v, %v", live, err)
	}
	for body, want := range map[string]string{
		`{"success":true,"data":{"id":"a","live_participants":2}}`:             "a 2",
		`{"success":true,"data":{"session":{"id":"a","live_participants":2}}}`: "a 2",
		`{"success":true,"data":null}`:                                         "none",
		`{"success":true,"data":{}}`:                                           "none",
		`{"success":true,"data":{"session":null}}`:                             "none",
		`{}`:                            "error",
		`null`:                          "error",
		`{"success":true}`:              "error",
		`{"data":[]}`:                   "error",
		`{"data":{"status":"LIVE"}}`:    "error",
		`{"success":false,"data":null}`: "error",
	} {
		api.JSON(path, []byte(body))
		live, err := c.LiveSession(t.Context(), app, walked)
		got := "none"
		if live != nil {
			got = fmt.Sprint(live.ID, " ", live.LiveParticipants)
		}
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %s, %v, want %s", body, got, err, want)
		}
	}
}

func TestOddMeetings(t *testing.T) {
	c, api, app := openScripted(t)
	api.JSON("/meetings", []byte(`{"success":true,"data":[
		{"id":"a","title":null,"status":"active","created_at":5,"record_on_start":"yes",
			"transcribe_on_end":true,"persist_chat":null,"session_keep_alive_time_in_secs":600},
		{"id":12,"title":{"en":"x"},"created_at":"2026-03-02 09:00:00Z","session_keep_alive_time_in_secs":-1}],
			"paging":{"total_count":2}}`))
	page, err := c.MeetingsPage(t.Context(), app, MeetingFilter{}, PageRequest{})
	want := []Meeting{
		{ID: "a", Status: "ACTIVE", TranscribeOnEnd: true, KeepAlive: 10 * time.Minute},
		{ID: "12", CreatedAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)},
	}
	if err != nil || !reflect.DeepEqual(page.Items, want) {
		t.Errorf("%+v, %v", page.Items, err)
	}
}

// TestResetConnections is TCP resets before and within an answer.
func TestResetConnections(t *testing.T) {
	good := string(scripted.Case(t, "session-details-current.json"))
	begun := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		len(good), good[:100])
	for _, sent := range []string{"", begun} {
		for _, forever := range []bool{false, true} {
			var n atomic.Int32
			api := scripted.Start(t)
			api.Handle("/sessions/"+walked, func(w http.ResponseWriter, _ *http.Request) {
				if n.Add(1) > 1 && !forever {
					_, _ = w.Write([]byte(good))
					return
				}
				reset(t, w, sent)
			})
			var err error
			hurried(t, api, func(t *testing.T, c *Client, app AppRef) {
				t.Helper()
				_, err = c.Session(t.Context(), app, walked)
			})
			if (err != nil) != forever || n.Load() > 3 || sent != "" && n.Load() != 2 {
				t.Errorf("%.20q, for ever %v: %d requests, %v", sent, forever, n.Load(), err)
			}
			if forever && !saysReset(err) {
				t.Errorf("%.20q: %v", sent, err)
			}
		}
	}
}

func saysReset(err error) bool {
	cause := errors.Is(err, ErrReset) || errors.Is(err, ErrCutOff)
	return cause && strings.Contains(err.Error(), "reset")
}

// reset sends some of an answer, then resets the connection.
func reset(t *testing.T, w http.ResponseWriter, sent string) {
	t.Helper()
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = conn.Write([]byte(sent))
	time.Sleep(20 * time.Millisecond) // for the head to be read
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

// TestBigBodies reads more of them at a time than there is room for.
func TestBigBodies(t *testing.T) {
	c, api, app := openScripted(t)
	big := strings.Repeat("x", 2*traffic.LargeBody)
	api.Handle("/meetings/"+walked+"/participants", func(w http.ResponseWriter, r *http.Request) {
		no, _ := strconv.Atoi(r.URL.Query().Get("page_no"))
		served{rows: []any{map[string]any{"id": fmt.Sprint("p-", no), "picture": big}}, total: 12}.write(w)
	})
	n := 0
	for page, err := range c.Participants(t.Context(), app, walked) {
		if err != nil {
			t.Fatal(err)
		}
		n += len(page.Items)
	}
	if n != 12 {
		t.Errorf("%d rows", n)
	}
	// A caller who gives up holds nobody back.
	api.Handle("/meetings", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"data":["` + big))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	for range 2 {
		short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if _, err := c.MeetingsPage(short, app, MeetingFilter{}, PageRequest{}); err == nil {
			t.Error("no error")
		}
		cancel()
		if _, err := c.ParticipantsPage(t.Context(), app, walked, PageRequest{}); err != nil {
			t.Error(err)
		}
	}
}
