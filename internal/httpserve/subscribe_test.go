package httpserve

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/subscription"
)

// everChanging returns a hub whose resources differ at every reading, and the number
// of readings.
func everChanging(t *testing.T, interval time.Duration) (*subscription.Hub, *atomic.Int64) {
	t.Helper()
	var reads atomic.Int64
	h := subscription.New(t.Context(), subscription.Options{
		Read: func(context.Context, string) (subscription.Reading, error) {
			return subscription.Reading{Parts: []string{fmt.Sprint(reads.Add(1))}}, nil
		},
		Caller:   func(_, to context.Context) (string, context.Context) { return "", to },
		Interval: interval,
		Rate:     1e6,
		Log:      slog.New(slog.DiscardHandler),
	})
	t.Cleanup(h.Close)
	return h, &reads
}

// TestForward checks that one notification is under way at a time, so that changes
// meanwhile are one, and that a stream without news shows that it is alive.
func TestForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub, reads := everChanging(t, 10*time.Minute)
		l := &listening{Session: subscription.NewSession(t.Context(), hub.Open)}
		defer l.End()
		if err := l.SubscribeToResourceErr("a"); err != nil {
			t.Fatal(err)
		}
		recorder := httptest.NewRecorder()
		w := newWriter(recorder)
		track(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, Path, nil))
		channel := make(chan mcp.JSONRPCNotification, 100)
		l.notifications = channel
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); l.forward(ctx, w) }()
		time.Sleep(9 * time.Minute)
		synctest.Wait()
		w.mu.Lock()
		got := recorder.Body.String()
		w.mu.Unlock()
		if got != strings.Repeat(":\n\n", 21) || len(channel) != 0 {
			t.Errorf("%q in nine minutes, and %d notifications", got, len(channel))
		}
		time.Sleep(51 * time.Minute) // the client reads nothing
		synctest.Wait()
		if len(channel) != 1 || reads.Load() != 7 {
			t.Errorf("%d notifications after %d readings, want 1 after 7", len(channel), reads.Load())
		}
		n := <-channel
		if n.Method != "notifications/resources/updated" || n.Params.AdditionalFields["uri"] != "a" {
			t.Errorf("%+v", n)
		}
		w.Flush()
		synctest.Wait()
		if len(channel) != 1 {
			t.Errorf("%d notifications for the changes meanwhile, want 1", len(channel))
		}
		cancel()
		<-ended
	})
}

// TestListenersTakeNoPlace checks that calls are served beside more listeners than there
// are places for calls.
func TestListenersTakeNoPlace(t *testing.T) {
	s := server.NewMCPServer("fixture", "1")
	s.AddTool(mcp.NewTool("plain"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText("plain"), nil
	})
	hub, _ := everChanging(t, time.Hour)
	web := httptest.NewServer(NewHandler(s, Options{MaxConcurrent: 1, Subscriptions: hub}))
	t.Cleanup(web.Close)
	for range 3 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL+Path, strings.NewReader(
			`{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["a"]},`+
				`"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",`+
				`"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},`+
				`"io.modelcontextprotocol/clientCapabilities":{}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/json, text/event-stream")
		req.Header.Set("Mcp-Protocol-Version", "2026-07-28")
		req.Header.Set("Mcp-Method", "subscriptions/listen")
		res, err := web.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		if line, err := bufio.NewReader(res.Body).ReadString('\n'); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%d %s %v", res.StatusCode, line, err)
		}
		status, body := 0, ""
		for range 100 { // the stream gives its place back a moment after it has begun
			if status, body = call(t, web, "2026-07-28", "plain", nil); status == http.StatusOK {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if status != http.StatusOK {
			t.Fatalf("a call beside a listener: %d %s", status, body)
		}
	}
}
