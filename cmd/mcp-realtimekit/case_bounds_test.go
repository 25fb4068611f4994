package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// TestSlowEndlessPages reads a list without an end from an API that takes its
// time: no page is late, yet the call has to end, and says what it read.
func TestSlowEndlessPages(t *testing.T) {
	t.Parallel()
	slow := func(head, tail string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(200 * time.Millisecond)
			no, _ := strconv.Atoi(r.URL.Query().Get("page_no"))
			raw, _ := json.Marshal(joined(no*100, no*100+99, true))
			body(head+string(raw)+tail)(w, r)
		}
	}
	for tool, a := range map[string]args{
		"get_meeting_attendance":    {"session_id": caseSession},
		"list_session_participants": {"session_id": caseSession},
		"list_meeting_participants": {"meeting_id": caseMeeting},
	} {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			api := caseAPI(t, slow(`{"success":true,"data":{"participants":`, `}}`))
			api.Handle(rosterPath, slow(`{"success":true,"data":`, `}`))
			p := start(t, api.Environment(), unlimited, "--timeout=600ms")
			begin := time.Now()
			r := p.call(tool, a)
			if took := time.Since(begin); took > 10*time.Second || took < time.Second {
				t.Errorf("took %s", took)
			}
			if r.IsError || !strings.Contains(r.text(), "longer than one call may") ||
				!strings.Contains(r.text(), "--timeout") || !strings.Contains(string(r.Structured), "longer than one call may") {
				t.Errorf("%.1000s", r.text())
			}
		})
	}
}

// TestSlowRooms has breakout rooms which never answer: they cost no more than the
// rooms, and not the time of all of them.
func TestSlowRooms(t *testing.T) {
	t.Parallel()
	api := caseAPI(t, pagesOf("participants", 200, joined(1, 3, true)))
	roomed(t, api, 45, func(int) http.HandlerFunc {
		return func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	})
	p := start(t, api.Environment(), "--timeout=300ms")
	begin := time.Now()
	r := p.call("get_meeting_attendance", args{"session_id": caseSession})
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	if r.IsError || !strings.Contains(r.text(), "within 300ms") || !strings.Contains(r.text(), "longer than 2.1s") {
		t.Errorf("%.1000s", r.text())
	}
}

// roomed gives the case's session so many breakout rooms.
func roomed(t *testing.T, api *scripted.API, n int, peers func(i int) http.HandlerFunc) {
	t.Helper()
	var rooms []any
	for i := range n {
		id := "00000000-0000-4000-8000-" + strconv.Itoa(100_000_000_000+i)
		rooms = append(rooms, map[string]any{"id": id})
		api.Handle("/sessions/"+id+"/participants", peers(i))
	}
	raw, err := json.Marshal(map[string]any{"success": true, "data": map[string]any{"id": caseSession,
		"associated_id": caseMeeting, "status": "ENDED", "type": "meeting", "started_at": "2026-11-20T10:00:00Z",
		"ended_at": "2026-11-20T10:30:00Z", "breakout_rooms": rooms}})
	if err != nil {
		t.Fatal(err)
	}
	api.JSON("/sessions/"+caseSession, raw)
}

// TestLargeTogether has many calls about large sessions at the same time, each of
// which is fine alone.
func TestLargeTogether(t *testing.T) {
	const calls, people = 40, 10_000
	api := caseAPI(t, pagesOf("participants", 200, joined(1, people, true)))
	p := start(t, api.Environment(), unlimited, "--timeout=60s")
	begin := time.Now()
	var waiting []*mcptest.Call
	for range calls {
		call := p.begin("get_meeting_attendance", args{"session_id": caseSession})
		waiting = append(waiting, call)
	}
	for _, call := range waiting {
		var got attended
		if p.finish(call).into(t, &got); got.Guests != people {
			t.Errorf("%d people", got.Guests)
		}
	}
	t.Logf("%d calls in %s", calls, time.Since(begin))
	checkPeak(t, p.cmd.Process, maxPeak)
}
