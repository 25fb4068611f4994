package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// TestInFlight holds that a thousand calls wait for a slow API at the same time.
func TestInFlight(t *testing.T) {
	const calls = 1000
	api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: 8 * time.Second}})
	r := startRaw(t, environment(api), "--log-level=error", "--timeout=50s", unlimited)
	r.initialize("2025-11-25")
	for i := range calls { // pages of their own, for identical requests are merged
		r.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"list_meeting_participants","arguments":{"meeting_id":%q,"page_no":%d}}}`,
			i, demoapi.StandupMeetingID, i+1))
	}
	for range calls {
		r.line()
	}
	if got := api.API.MaxInFlight(); got < calls {
		t.Errorf("%d requests at a time, want %d", got, calls)
	}
	_ = r.in.Close()
	r.end(0, 10*time.Second)
}
