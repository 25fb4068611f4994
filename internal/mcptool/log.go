package mcptool

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
)

// logged writes a line for each call of a tool.
func logged(log *slog.Logger, name string, next server.ToolHandlerFunc) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (res *mcp.CallToolResult, err error) {
		err = Record(ctx, log, "tool", name, func(ctx context.Context) (string, error) {
			res, err = next(ctx, req)
			switch {
			case res != nil && res.IsError:
				return "error", err
			case res != nil && res.NeedsInput():
				return "input_required", err
			}
			return "", err
		})
		return res, err
	}
}

// Record runs one call and logs it in one line, with nothing of anybody's name,
// id or token in it.
func Record(ctx context.Context, log *slog.Logger, kind, name string,
	run func(context.Context) (outcome string, err error)) error {
	var requests atomic.Int64
	start := time.Now()
	outcome, err := run(client.CountRequests(ctx, func() { requests.Add(1) }))
	switch {
	case ctx.Err() != nil:
		outcome = "cancelled"
	case err != nil:
		outcome = "error"
	case outcome == "":
		outcome = "ok"
	}
	log.LogAttrs(ctx, slog.LevelInfo, "call", slog.String(kind, name), slog.Duration("duration", time.Since(start)),
		slog.Int64("upstream_requests", requests.Load()), slog.String("outcome", outcome))
	return err
}
