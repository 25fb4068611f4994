// Command conformance serves what the official conformance suite asks for by
// name, next to the product's own tools, through the product's own constructor,
// transport and middleware. It is built by tests only and never shipped.
package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/httpserve"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if err := serve(ctx, log); err != nil {
		log.Error("ended", "error", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

// serve does what mcp-realtimekit --demo --http 127.0.0.1:0 does, with fixtures.
func serve(ctx context.Context, log *slog.Logger) error {
	sample, err := demoapi.Start(ctx, demoapi.Options{})
	if err != nil {
		return err
	}
	defer sample.Close()
	api, err := client.New(client.Options{Token: demoapi.Token, BaseURL: sample.URL, Timeout: 10 * time.Second})
	if err != nil {
		return err
	}
	defer api.Close()
	s := tools.NewServer(&tools.Deps{API: api, AccountID: demoapi.AccountID, AppID: demoapi.AppID, Demo: true, Log: log},
		"(conformance)")
	addFixtures(s)

	plan, err := httpserve.Prepare(httpserve.Config{Addr: "127.0.0.1:0", Demo: true})
	if err != nil {
		return err
	}
	plan.Options.Log = log
	l, err := plan.Listen(ctx)
	if err != nil {
		return err
	}
	log.Info("listening", "url", plan.URL(l))
	return httpserve.Serve(ctx, l, httpserve.NewHandler(s, plan.Options), plan.TLS, httpserve.Drain{Grace: time.Second})
}

// addFixtures adds the suite's fixtures, and the capabilities which the product
// does not have but the suite exercises through its transport.
func addFixtures(s *server.MCPServer) {
	for _, option := range []server.ServerOption{
		server.WithLogging(),
		server.WithToolCapabilities(true),
		server.WithPromptCapabilities(true),
		server.WithResourceCapabilities(true, false),
	} {
		option(s)
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	addContent(s)
	addNotifying(s)
	addAsking(s, states{key})
	addSchemas(s)
	addResources(s)
	addPrompts(s)
}
