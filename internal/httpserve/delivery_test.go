package httpserve

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// TestLastNotification ends calls right after their notifications.
func TestLastNotification(t *testing.T) {
	s := server.NewMCPServer("fixture", "1")
	s.AddTool(mcp.NewTool("notify"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for range 3 {
			progress := map[string]any{"progressToken": 1, "progress": 1}
			if err := s.SendNotificationToClient(ctx, "notifications/progress", progress); err != nil {
				return nil, err
			}
		}
		return mcp.NewToolResultText("notified"), nil
	})
	web := httptest.NewServer(NewHandler(s, Options{}))
	t.Cleanup(web.Close)
	for range 100 {
		for _, revision := range []string{"2025-11-25", "2026-07-28"} {
			_, body := call(t, web, revision, "notify", nil)
			if n := strings.Count(body, "notifications/progress"); n != 3 {
				t.Fatalf("%s: %d of 3 notifications before the result: %s", revision, n, body)
			}
		}
	}
}

func TestAwaitEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := &delivery{end: ctx.Done(), more: make(chan struct{}, 1)}
	d.await() // nothing was sent
	d.sent.Add(1)
	cancel()
	begin := time.Now()
	d.await()
	if took := time.Since(begin); took > deliveryTime/2 {
		t.Errorf("it waited %s for a client that was gone", took)
	}
	d = &delivery{end: t.Context().Done(), more: make(chan struct{}, 1)}
	d.sent.Add(1) // and dropped
	d.await()
	if took := time.Since(begin); took < deliveryTime || took > 3*deliveryTime {
		t.Errorf("it waited %s for what never comes", took)
	}
}
