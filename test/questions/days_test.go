package questions

import (
	"log/slog"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	rtk "github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

// TestQuestionsOnOtherDays asks the same on days on which words such as
// "yesterday" and "last week" mean something else, and around midnight. The
// program has no other clock than the machine's, so that the server is made here.
func TestQuestionsOnOtherDays(t *testing.T) {
	if testing.Short() {
		t.Skip("the same questions again")
	}
	for name, now := range map[string]time.Time{
		"Monday morning":     time.Date(2026, 11, 23, 8, 5, 0, 0, time.UTC),
		"Thursday, midnight": time.Date(2026, 11, 26, 0, 0, 30, 0, time.UTC),
		"Sunday night":       time.Date(2026, 11, 29, 23, 59, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			api, err := demoapi.Start(t.Context(), demoapi.Options{Now: now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(api.Close)
			askAll(t, newReference(t, api, now), serverAt(t, api, now))
		})
	}
}

func serverAt(t *testing.T, api *demoapi.Server, now time.Time) *server {
	t.Helper()
	noLimit := rtk.Limit{Requests: 100_000, Window: time.Minute}
	upstream, err := rtk.New(rtk.Options{
		Token: demoapi.Token, BaseURL: api.URL, Limit: noLimit,
		CacheEnded: 15 * time.Minute, // the program's default
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(upstream.Close)
	c, err := client.NewInProcessClient(tools.NewServer(&tools.Deps{
		API:       upstream,
		AccountID: demoapi.AccountID,
		AppID:     demoapi.AppID,
		Log:       slog.New(slog.DiscardHandler),
		Now:       func() time.Time { return now },
	}, "test"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Initialize(t.Context(), mcp.InitializeRequest{}); err != nil {
		t.Fatal(err)
	}
	return &server{c}
}
