package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/admission"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/stderr"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/stdio"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/telemetry"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

const (
	grace     = 2 * time.Second        // for calls in flight, once stdin has ended
	flushTime = 200 * time.Millisecond // for logs to be read, once all else has ended
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
	admission.LimitMemory()
	s, flush := s.lenient()
	defer flush()
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
	return stdio.Serve(ctx, tools.NewServer(d, version(), watch.ServerOptions()...), s.in, s.out, stdio.Options{Grace: grace, Log: log})
}

// lenient returns streams with which the loss of standard error does not hold a
// server up, and that of standard output is an error to whom it concerns; Go ends
// a program for either. flush writes what was logged.
func (s *streams) lenient() (lenient *streams, flush func()) {
	signal.Ignore(syscall.SIGPIPE)
	if isTerminal(s.logs) { // which takes what it is given, and may show colours
		return s, func() {}
	}
	logs := stderr.New(s.logs)
	return &streams{s.in, s.out, logs}, func() { logs.Close(flushTime) }
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
