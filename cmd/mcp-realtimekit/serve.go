package main

import (
	"context"
	"fmt"
	"log/slog"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/admission"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/stderr"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/stdio"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/telemetry"
)

// grace is how long calls in flight may take once stdin has ended.
const grace = 2 * time.Second

func serveCommand(c *config, s *streams) *cobra.Command {
	var h httpFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve MCP over stdio, or over HTTP with --http (the default command)",
		Long: `Serve MCP over stdio until stdin ends, or over HTTP until a signal comes. This is
what the program does if no command is given.`,
		Example: `  mcp-realtimekit serve
  mcp-realtimekit serve --http 127.0.0.1:8080
  mcp-realtimekit serve --http :8443 --allowed-host mcp.example.com --tls-cert c.pem --tls-key k.pem`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), h, c, s) },
	}
	cmd.Flags().DurationVar(&c.Interval, "subscription-interval", time.Minute,
		"look every `DURATION` whether an attendance that a client subscribed to has changed; less often if there are many")
	h.register(cmd.Flags())
	return cmd
}

// serve runs until stdin ends or a signal comes; neither is a failure.
func serve(ctx context.Context, h httpFlags, c *config, s *streams) error {
	if c.Interval <= 0 {
		return fmt.Errorf("%w: --subscription-interval must be positive, for example 30s", errUsage)
	}
	admission.LimitMemory()
	// Losing stderr must not stop the server, and losing stdout is an error to
	// whoever writes to it; Go would end the program for either.
	signal.Ignore(syscall.SIGPIPE)
	logs, flush := stderr.Lenient(s.logs)
	defer flush()
	log := c.logger(logs, slog.LevelInfo)
	if h.HTTP != "" {
		return h.serve(ctx, c, log)
	}
	if err := h.check(); err != nil {
		return err
	}
	service, err := c.newService(ctx, telemetry.Options{Transport: "pipe", Log: log})
	if err != nil {
		return err
	}
	defer service.done()
	return stdio.Serve(ctx, service.MCPServer, s.in, s.out, stdio.Options{
		Grace:         grace,
		Subscriptions: service.hub,
		Log:           log,
	})
}
