// Command mcp-realtimekit is an MCP server over stdio for Cloudflare RealtimeKit.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/lmittmann/tint"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

type config struct {
	Token     string        `name:"token" env:"CLOUDFLARE_API_TOKEN" hidden:""`
	TokenFile string        `env:"CLOUDFLARE_API_TOKEN_FILE" type:"existingfile" help:"File that holds the API token."`
	AccountID string        `env:"CLOUDFLARE_ACCOUNT_ID" help:"Cloudflare account id."`
	AppID     string        `env:"REALTIMEKIT_APP_ID" help:"RealtimeKit app id."`
	BaseURL   string        `env:"CLOUDFLARE_BASE_URL" default:"${base}" help:"API base URL: https, or http on loopback."`
	Timeout   time.Duration `default:"30s" help:"Limit of one API request with its retries."`
	LogLevel  slog.Level    `default:"info" help:"debug, info, warn or error."`
	LogFormat string        `enum:"text,json" default:"text" help:"text or json."`
}

// Validate refuses what would otherwise fail at the first call.
func (c *config) Validate() error {
	if c.AccountID != "" {
		if err := client.CheckAccountID(c.AccountID); err != nil {
			return err
		}
	}
	if c.AppID != "" {
		if err := client.CheckID("app_id", c.AppID); err != nil {
			return err
		}
	}
	if c.Timeout <= 0 {
		return fmt.Errorf("--timeout must be positive")
	}
	return client.ValidateBaseURL(c.BaseURL)
}

func main() {
	var c config
	parser := kong.Must(&c, kong.Name("mcp-realtimekit"), kong.Vars{"base": client.DefaultBaseURL},
		kong.Description("MCP server over stdio for Cloudflare RealtimeKit meetings. It only reads."))
	if _, err := parser.Parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mcp-realtimekit:", err)
		os.Exit(2)
	}
	if err := serve(c); err != nil {
		fmt.Fprintln(os.Stderr, "mcp-realtimekit:", err)
		os.Exit(1)
	}
}

func serve(c config) error {
	if c.Token == "" && c.TokenFile != "" {
		raw, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return fmt.Errorf("CLOUDFLARE_API_TOKEN_FILE: %w", err)
		}
		c.Token = strings.TrimSpace(string(raw))
	}
	api, err := client.New(client.Options{Token: c.Token, BaseURL: c.BaseURL, Timeout: c.Timeout})
	if err != nil {
		return err
	}
	defer api.Close()
	log := logger(c)
	s := server.NewMCPServer("mcp-realtimekit", version(), server.WithTitle("Cloudflare RealtimeKit"),
		server.WithInstructions(tools.Instructions(false)), server.WithToolCapabilities(false), server.WithRecovery())
	s.AddTools(tools.All(&tools.Deps{API: api, AccountID: c.AccountID, AppID: c.AppID, Log: log})...)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	stdio := server.NewStdioServer(s)
	server.WithErrorLogger(slog.NewLogLogger(log.Handler(), slog.LevelWarn))(stdio)
	server.WithWorkerPoolSize(100)(stdio)
	server.WithQueueSize(1000)(stdio)
	if err := stdio.Listen(ctx, os.Stdin, os.Stdout); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

func logger(c config) *slog.Logger {
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	}
	info, err := os.Stderr.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == ""
	return slog.New(tint.NewHandler(os.Stderr, &tint.Options{Level: c.LogLevel, NoColor: !terminal}))
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
