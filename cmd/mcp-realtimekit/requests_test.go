package main

import (
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// TestRequestsOfCalls holds how many requests the usual calls make, which the
// API limits, and how many follow one another, which users wait for.
func TestRequestsOfCalls(t *testing.T) {
	t.Parallel()
	const latency = 300 * time.Millisecond
	for name, tc := range map[string]struct {
		tool     string
		args     args
		requests int
		rounds   int // that follow one another
	}{
		"attendance by title": {"get_meeting_attendance", args{"query": "design review"}, 5, 3},
		"attendance by id":    {"get_meeting_attendance", args{"meeting_id": demoapi.ReviewMeetingID}, 4, 2},
		"comparison of 5":     {"compare_attendance", args{"meeting_id": demoapi.StandupMeetingID}, 12, 2},
		// People are asked for only once there is a text.
		"recap":    {"get_session_recap", args{"meeting_id": demoapi.ReviewMeetingID}, 8, 4},
		"sessions": {"list_sessions", args{"meeting_id": demoapi.StandupMeetingID}, 1, 1},
		"roster":   {"list_meeting_participants", args{"meeting_id": demoapi.StandupMeetingID}, 1, 1},
		"meeting":  {"get_meeting", args{"meeting_id": demoapi.ReviewMeetingID}, 3, 1},
		"find":     {"find_meetings", args{"query": "stand-up"}, 1, 1},
		"apps":     {"list_apps", args{}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked arrivals
			api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: latency}, Observe: asked.observe})
			p := start(t, environment(api))
			r := p.call(tc.tool, tc.args)
			if n := api.API.Requests(); r.IsError || n != tc.requests {
				t.Errorf("%d requests, want %d: %.300s", n, tc.requests, r.text())
			}
			if rounds := asked.rounds(latency); rounds != tc.rounds {
				t.Errorf("%d requests one after the other, want %d", rounds, tc.rounds)
			}
		})
	}
}

// arrivals are the times at which requests came.
type arrivals struct {
	mu sync.Mutex
	at []time.Time
}

func (a *arrivals) observe(*http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = append(a.at, time.Now())
}

// rounds is how many requests followed one another: each came after the answer to
// the one before, which took this long.
func (a *arrivals) rounds(latency time.Duration) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var answered time.Time
	for _, at := range a.at { // in the order of their arrival
		if n == 0 || !at.Before(answered) {
			n++
			answered = at.Add(latency)
		}
	}
	return n
}

// TestPagesOfPeers asks for as many people of a session as the API gives in a
// page, and reads on where it gives fewer.
func TestPagesOfPeers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		granted, people int
		total           string
		requests        int64
	}{
		"as documented":         {200, 450, `{"total_count":450}`, 3},
		"100":                   {100, 450, `{"total_count":450}`, 5},
		"100, its own as total": {100, 450, `{"total_count":100}`, 6},
		"100, no total":         {100, 450, `{}`, 6},
	} {
		var asked atomic.Int64
		api := caseAPI(t, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			peers := pagesOf("participants", tc.granted, joined(1, tc.people, true))
			answer := &recorded{header: http.Header{}}
			peers(answer, r)
			var a struct{ Data map[string]any }
			_ = json.Unmarshal(answer.body, &a)
			a.Data["paging"] = json.RawMessage(tc.total)
			raw, _ := json.Marshal(map[string]any{"success": true, "data": a.Data})
			body(string(raw))(w, r)
		})
		var list struct{ Read int }
		start(t, api.Environment()).call("list_session_participants", args{"session_id": caseSession}).into(t, &list)
		if n := asked.Load(); list.Read != tc.people || n != tc.requests {
			t.Errorf("%s: %d people in %d requests, want %d in %d", name, list.Read, n, tc.people, tc.requests)
		}
	}
}

// recorded is an answer that a test changes before it is sent.
type recorded struct {
	header http.Header
	body   []byte
}

func (r *recorded) Header() http.Header         { return r.header }
func (r *recorded) WriteHeader(int)             {}
func (r *recorded) Write(p []byte) (int, error) { r.body = append(r.body, p...); return len(p), nil }

// TestRoomsTogether has twelve breakout rooms of an API that takes its time: they
// are asked for together.
func TestRoomsTogether(t *testing.T) {
	t.Parallel()
	const latency = 200 * time.Millisecond
	api := scripted.Start(t)
	var asked arrivals
	slow := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			asked.observe(r)
			time.Sleep(latency)
			next(w, r)
		}
	}
	api.List(rosterPath, "", nil)
	api.Handle(peersPath, slow(pagesOf("participants", 200, joined(1, 3, true))))
	roomed(t, api, 12, func(int) http.HandlerFunc { return slow(pagesOf("participants", 200, joined(4, 5, true))) })
	var got attended
	start(t, api.Environment()).call("get_meeting_attendance", args{"session_id": caseSession}).into(t, &got)
	if n := asked.rounds(latency); n > 7 {
		t.Errorf("%d requests one after the other", n)
	}
	if got.Guests != 5 {
		t.Errorf("%d people", got.Guests)
	}
}
