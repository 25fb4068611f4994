package main

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/stdio"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/telemetry"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

const grace = 2 * time.Second // for calls in flight, once stdin has ended

func serveCommand(c *config, s *streams) *cobra.Command {
	var h httpFlags
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve MCP over stdio, or HTTP with --http (what happens without a command)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), h, c, s) },
	}
	h.register(cmd.Flags())
	return cmd
}

// serve runs until stdin ends or a signal comes; neither is a failure.
func serve(ctx context.Context, h httpFlags, c *config, s *streams) error {
	log := c.logger(s, slog.LevelInfo)
	if h.HTTP != "" {
		return h.serve(ctx, c, log)
	}
	if err := h.check(); err != nil {
		return err
	}
	collectLater()
	watch, err := telemetry.Start(ctx, telemetry.Options{Version: version(), Transport: "pipe", Log: log})
	if err != nil {
		return err
	}
	defer func() { _ = watch.Shutdown(ctx) }() // what is not delivered by then was logged
	c.wrapTransport = watch.Transport
	d, done, err := c.deps(ctx, log)
	if err != nil {
		return err
	}
	defer done()
	return stdio.Serve(ctx, tools.NewServer(d, version(), watch.ServerOptions()...), s.in, s.out, stdio.Options{Grace: grace, Log: log})
}

// collectLater puts off the first garbage collection, which would come while a
// client that has just started us waits for the tools, and take an eighth of that time.
func collectLater() {
	const percent = 150 // the default is 100
	was := debug.SetGCPercent(percent)
	if was < 0 || was > percent { // GOGC is set
		debug.SetGCPercent(was)
		return
	}
	time.AfterFunc(50*time.Millisecond, func() { debug.SetGCPercent(was) })
}
