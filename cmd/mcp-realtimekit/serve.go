package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/telemetry"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

const (
	workers = 100  // calls at one time; mcp-go's largest, its default is 5
	queue   = 1000 // calls waiting for a worker
	grace   = 2 * time.Second
)

type serveCommand struct{}

// Run serves until stdin ends or a signal comes; neither is a failure.
func (serveCommand) Run(ctx context.Context, c *config, s *streams) error {
	log := c.logger(s, slog.LevelInfo)
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
