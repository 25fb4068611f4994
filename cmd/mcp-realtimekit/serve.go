package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/mark3labs/mcp-go/server"
	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/telemetry"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

const (
	workers = 100  // calls at one time; mcp-go's largest, its default is 5
	queue   = 1000 // calls waiting for a worker
	grace   = 2 * time.Second
)

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
	stdio := server.NewStdioServer(tools.NewServer(d, version(), watch.ServerOptions()...))
	for _, option := range []server.StdioOption{
		server.WithErrorLogger(slog.NewLogLogger(log.Handler(), slog.LevelWarn)),
		server.WithWorkerPoolSize(workers), server.WithQueueSize(queue),
	} {
		option(stdio)
	}
	drain := newDrain(ctx, s.in, s.out, grace)
	if err := stdio.Listen(ctx, drain, drain); err != nil && ctx.Err() == nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
