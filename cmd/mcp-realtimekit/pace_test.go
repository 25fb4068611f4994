package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

// enforcing is a sample account behind the documented rate limits, which fails
// every 50th request besides, so that there are retries.
type enforcing struct {
	api http.Handler

	mu      sync.Mutex
	seen    []time.Time
	refused int
}

func (e *enforcing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	now := time.Now()
	e.seen = append(e.seen, now)
	n := len(e.seen)
	over := n > 1200 && now.Sub(e.seen[n-1201]) < 5*time.Minute || n > 250 && now.Sub(e.seen[n-251]) < 10*time.Second
	if over {
		e.refused++
	}
	e.mu.Unlock()
	switch {
	case over:
		w.Header().Set("Retry-After", "10")
		http.Error(w, "error code: 1015", http.StatusTooManyRequests)
	case n%50 == 0:
		http.Error(w, "no healthy upstream", http.StatusServiceUnavailable)
	default:
		e.api.ServeHTTP(w, r)
	}
}

// RoundTrip answers without a network, on which a bubble's clock would not wait.
func (e *enforcing) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w.Result(), nil
}

// TestDefaultPace reads a roster of 500 pages, and makes other calls meanwhile
// and afterwards, with the limit that a user has who sets none.
func TestDefaultPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testDefaultPace)
}

func testDefaultPace(t *testing.T) {
	e := &enforcing{api: demoapi.New(demoapi.Options{LargeRoster: 50_000})}
	api, err := client.New(client.Options{
		Token:         demoapi.Token,
		BaseURL:       "http://127.0.0.1/client/v4",
		Timeout:       5 * time.Second,
		WrapTransport: func(http.RoundTripper) http.RoundTripper { return e },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer api.Close()
	s := tools.NewServer(&tools.Deps{
		API:       api,
		AccountID: demoapi.AccountID,
		AppID:     demoapi.AppID,
		Log:       slog.New(slog.DiscardHandler),
	}, "test")
	begin := time.Now()
	large := make(chan result, 1)
	go func() { large <- callDirectly(t, s, args{"meeting_id": demoapi.LargeMeetingID}) }()
	if n := storm(t, s, 40); n != 40 {
		t.Errorf("%d of 40 calls beside the large one were answered", n)
	}
	r := <-large
	took := time.Since(begin)
	if r.IsError || !strings.HasPrefix(r.text(), "50000 participants") || took > 30*time.Second {
		t.Errorf("after %s: %s", took, r.text())
	}
	answers := storm(t, s, 300)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refused != 0 || len(e.seen) < 600 {
		t.Errorf("%d of %d requests met a 429", e.refused, len(e.seen))
	}
	t.Logf("the large roster took %s; then %d of 300 calls were answered; at most %d requests in 10 s",
		took, answers, busiest(e.seen, 10*time.Second))
}

// storm makes so many calls at once, each for a page of its own, and returns how
// many were answered.
func storm(t *testing.T, s *server.MCPServer, n int) (answers int) {
	t.Helper()
	results := make(chan result, n)
	for i := range n {
		go func() {
			results <- callDirectly(t, s, args{"meeting_id": demoapi.StandupMeetingID, "page_no": i + 1})
		}()
	}
	var all []result
	for range n {
		all = append(all, <-results)
	}
	return answered(t, all)
}

// answered returns how many calls were answered. The others have to say that the
// limit is used up, and when to try again.
func answered(t *testing.T, all []result) (n int) {
	t.Helper()
	unclear := map[string]int{}
	for _, r := range all {
		switch text := r.text(); {
		case !r.IsError:
			n++
		case !strings.Contains(text, "rate limit for one API token is used up") || !strings.Contains(text, "Try again in "):
			unclear[text]++
		}
	}
	if len(unclear) > 0 {
		t.Errorf("not clear errors: %v", unclear)
	}
	return n
}

// callDirectly calls list_meeting_participants in this process.
func callDirectly(t *testing.T, s *server.MCPServer, a args) result {
	t.Helper()
	params, err := json.Marshal(args{"name": "list_meeting_participants", "arguments": a})
	if err != nil {
		t.Error(err)
	}
	answer, err := json.Marshal(
		s.HandleMessage(context.WithoutCancel(t.Context()), mcptest.Encode(1, "tools/call", params)))
	if err != nil {
		t.Error(err)
	}
	m, err := mcptest.Parse(answer)
	if err != nil {
		t.Error(err)
	}
	r, err := m.ToolResult()
	if err != nil {
		t.Error(err)
	}
	return result{r}
}

// TestDefaultLimit holds that the program keeps the documented limits if nobody
// sets one: of more calls than they let through, the others say when to try again.
func TestDefaultLimit(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	p := start(t, environment(api), "--timeout=1s")
	var calls []*mcptest.Call
	for i := range 250 {
		page := args{"meeting_id": demoapi.StandupMeetingID, "page_no": i + 1}
		calls = append(calls, p.begin("list_meeting_participants", page))
	}
	var all []result
	for _, call := range calls {
		all = append(all, p.finish(call))
	}
	answers := answered(t, all)
	// 125 at once, and 11 more a second.
	if most := 250 / 2 * 3 / 2; answers < 250/2 || answers > most && !raceEnabled {
		t.Errorf("%d calls were answered, want %d to %d", answers, 250/2, most)
	}
	if got := api.API.Requests(); got != answers {
		t.Errorf("%d requests for %d answers", got, answers)
	}
}
