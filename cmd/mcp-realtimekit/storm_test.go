package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

// clearly returns how many calls were answered. The errors of the others have to say
// when to try again.
func clearly(t *testing.T, p *proc, calls []*mcptest.Call) (answers int) {
	t.Helper()
	unclear := map[string]int{}
	for _, call := range calls {
		r := p.finish(call)
		text := strings.ToLower(r.text())
		switch {
		case !r.IsError:
			answers++
		case raceEnabled && strings.Contains(text, "no answer within"):
			// With the race detector, the last try may be on its way when the time is up.
		case !strings.Contains(text, "try again in ") && !strings.Contains(text, "wait some minutes"):
			unclear[text]++
		}
	}
	if len(unclear) > 0 {
		t.Errorf("not clear errors: %v", unclear)
	}
	return answers
}

// TestStorm makes 500 calls at once, with and without an API that refuses. Each
// gets an answer or a clear error in time, and the API never sees more than the limit.
func TestStorm(t *testing.T) {
	t.Parallel()
	const limit, window, timeout = 100, 4 * time.Second, 3 * time.Second
	for _, tc := range []struct {
		name    string
		faults  demoapi.Faults
		answers bool // some calls succeed
	}{
		{"no fault", demoapi.Faults{}, true},
		{"429 with Retry-After", demoapi.Faults{Status: 429, FailFirst: 3, RetryAfter: "1"}, true},
		{"429 without", demoapi.Faults{Status: 429, FailFirst: 3}, true},
		{"429 that cannot be waited for", demoapi.Faults{Status: 429, FailFirst: 1, RetryAfter: "60"}, true},
		{"429 for ever", demoapi.Faults{Status: 429, FailAll: true, RetryAfter: "1", Cloudflare: true}, false},
		{"429 for ever without", demoapi.Faults{Status: 429, FailAll: true}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var seen []time.Time
			tc.faults.Latency = 20 * time.Millisecond
			api := sample(t, demoapi.Options{Faults: tc.faults, Observe: func(*http.Request) {
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, time.Now())
			}})
			p := start(t, environment(api), "--rate-limit=100/4s", "--timeout=3s", "--log-format=json")
			begin := time.Now()
			var calls []*mcptest.Call
			for i := range 500 {
				call := p.begin("list_meeting_participants", args{"meeting_id": demoapi.StandupMeetingID, "page_no": i + 1})
				calls = append(calls, call)
			}
			answers := clearly(t, p, calls)
			took := time.Since(begin)
			p.close(0)
			requests := loggedRequests(t, p, timeout)
			if requests < len(seen) || requests > len(seen) && !raceEnabled { // some may never have come
				t.Errorf("%d requests are logged, %d came", requests, len(seen))
			}
			if got := busiest(seen, window); got > limit {
				t.Errorf("%d requests in some %s, want at most %d", got, window, limit)
			}
			if tc.answers != (answers > 0) {
				t.Errorf("%d calls were answered", answers)
			}
			t.Logf("%s: %d answers, %d clear errors, %d requests, at most %d in %s", took.Round(time.Millisecond), answers,
				len(calls)-answers, len(seen), busiest(seen, window), window)
		})
	}
}

// loggedRequests counts the requests in the log, whose calls took no longer than the timeout.
func loggedRequests(t *testing.T, p *proc, timeout time.Duration) (requests int) {
	t.Helper()
	for _, line := range logLines(t, p) {
		requests += line.Requests
		if line.Duration > timeout+500*time.Millisecond && !raceEnabled {
			t.Errorf("a call took %s", line.Duration)
		}
	}
	return requests
}

// TestMergedCalls makes the same call 100 times at once.
func TestMergedCalls(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: time.Second}})
	p := start(t, environment(api), "--log-format=json")
	first := p.begin("list_meeting_participants", args{"meeting_id": demoapi.StandupMeetingID, "page_no": 1})
	waitFor(t, "the request to arrive", func() bool { return api.API.Requests() == 1 })
	var calls []*mcptest.Call
	for range 99 {
		call := p.begin("list_meeting_participants", args{"meeting_id": demoapi.StandupMeetingID, "page_no": 1})
		calls = append(calls, call)
	}
	time.Sleep(200 * time.Millisecond) // time in which they join
	p.cancel(first)                    // which began the request
	for _, call := range calls {
		if r := p.finish(call); r.IsError || !strings.Contains(r.text(), "9 participants were added") {
			t.Fatal(r.text())
		}
	}
	p.close(0)
	if api.API.Requests() != 1 || api.API.Cancelled() != 0 {
		t.Errorf("%d requests, %d cancelled, want a single one", api.API.Requests(), api.API.Cancelled())
	}
	for _, line := range logLines(t, p) {
		if want := map[bool]int{true: 1}[line.Outcome == "cancelled"]; line.Requests != want {
			t.Errorf("%+v: want %d requests", line, want)
		}
	}
}

// TestCacheEnded asks twice about an ended session and about a live one.
func TestCacheEnded(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, query string
		env         []string
		again       int // requests of the second call
	}{
		{"off", "design review", []string{"REALTIMEKIT_CACHE_ENDED", "0s"}, 5},
		{"ended", "design review", nil, 1}, // the list, which shows new sessions
		{"live", "war room", nil, 3},       // and who is in the session
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			api := sample(t, demoapi.Options{})
			p := start(t, with(environment(api), tc.env...))
			var texts [2]string
			var requests [2]int
			for i := range texts {
				before := api.API.Requests()
				r := p.call("get_meeting_attendance", args{"query": tc.query})
				if r.IsError {
					t.Fatal(r.text())
				}
				texts[i], requests[i] = r.text(), api.API.Requests()-before
			}
			if requests != [2]int{5, tc.again} {
				t.Errorf("%v requests", requests)
			}
			if tc.name != "live" && texts[0] != texts[1] {
				t.Errorf("%s, then %s", texts[0], texts[1])
			}
		})
	}
}

type logLine struct {
	Duration time.Duration
	Requests int `json:"upstream_requests"`
	Outcome  string
}

func logLines(t *testing.T, p *proc) (lines []logLine) {
	t.Helper()
	for raw := range strings.Lines(p.logs.String()) {
		var line logLine
		if err := json.Unmarshal([]byte(raw), &line); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		lines = append(lines, line)
	}
	return lines
}

// busiest is the largest number of requests in any window.
func busiest(seen []time.Time, window time.Duration) int {
	most, first := 0, 0
	for i, at := range seen {
		for at.Sub(seen[first]) >= window {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
