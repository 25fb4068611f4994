package mcptool

import (
	"context"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Call is one call of a tool, which a caller may want to follow. The zero value
// is a call that nobody follows.
type Call struct {
	req mcp.CallToolRequest

	mu          sync.Mutex
	done, total int
}

// Page adds to the progress of several lists that are read at the same time: the
// rows of a page, whether it is the first of its list, and how long that is.
func (c *Call) Page(ctx context.Context, rows int, first bool, total int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done += rows
	if first {
		c.total += total
	}
	if rows > 0 {
		c.Progress(ctx, c.done, max(c.done, c.total))
	}
}

// Progress tells a caller who asked for it. That a caller is gone is no error here.
func (c *Call) Progress(ctx context.Context, done, total int) {
	if c.req.Params.Meta == nil || c.req.Params.Meta.ProgressToken == nil {
		return
	}
	if s := server.ServerFromContext(ctx); s != nil {
		_ = s.SendNotificationToClient(ctx, "notifications/progress", map[string]any{
			"progressToken": c.req.Params.Meta.ProgressToken,
			"progress":      done,
			"total":         total,
		})
	}
}

// Given reports whether the caller gave an argument, so that a default can be told
// from the same value.
func (c *Call) Given(argument string) bool { return !empty(c.req.GetArguments()[argument]) }
