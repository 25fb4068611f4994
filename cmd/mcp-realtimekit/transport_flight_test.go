package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// TestInFlight holds that a thousand calls wait for a slow API at the same time:
// it answers once all have asked.
func TestInFlight(t *testing.T) {
	t.Parallel()
	const calls = 1000
	var asked atomic.Int64
	all := make(chan struct{})
	api := scripted.Start(t)
	api.Handle(rosterPath, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == calls {
			close(all)
		}
		select {
		case <-all:
		case <-time.After(30 * time.Second):
		}
		body(`{"success":true,"data":[],"paging":{"total_count":0}}`)(w, nil)
	})
	r := startRaw(t, api.Environment(), "--log-level=error", "--timeout=50s", unlimited)
	r.initialize("2025-11-25")
	for i := range calls { // pages of their own, for identical requests are merged
		r.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"list_meeting_participants",`+
			`"arguments":{"meeting_id":%q,"page_no":%d}}}`, i, caseMeeting, i+1))
	}
	for range calls {
		var m struct {
			Result struct{ IsError bool }
		}
		if line := r.line(); json.Unmarshal([]byte(line), &m) != nil || m.Result.IsError {
			t.Fatalf("%.300s", line)
		}
	}
	select {
	case <-all:
	default:
		t.Errorf("%d requests at a time, want %d", asked.Load(), calls)
	}
	_ = r.in.Close()
	r.end(0, 10*time.Second)
}
