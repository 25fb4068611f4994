package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/httpserve"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/telemetry"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

// httpFlags are of use with --http only. The shared secret itself has no flag.
type httpFlags struct {
	HTTP           string        `name:"http" placeholder:"HOST:PORT" help:"Serve Streamable HTTP at /mcp instead of stdio, for example on 127.0.0.1:8080."`
	TLSCert        string        `name:"tls-cert" placeholder:"PATH" help:"Certificate chain (PEM); needed beyond loopback, unless --behind-proxy."`
	TLSKey         string        `name:"tls-key" placeholder:"PATH" help:"Its private key (PEM)."`
	BehindProxy    bool          `help:"A proxy speaks TLS with the clients, and only it reaches this server."`
	AllowedHosts   []string      `name:"allowed-host" placeholder:"NAME" help:"Name by which clients reach this server; may be repeated."`
	AllowedOrigins []string      `name:"allowed-origin" placeholder:"ORIGIN" help:"Origin of web pages that may call; may be repeated. None may by default."`
	SecretFile     string        `name:"shared-secret-file" env:"MCP_REALTIMEKIT_SHARED_SECRET_FILE" placeholder:"PATH" help:"File with a secret that callers send as bearer token; the server's own API token is used. Or set MCP_REALTIMEKIT_SHARED_SECRET. Without either, callers send their own API tokens."`
	OAuthResource  string        `name:"oauth-resource" placeholder:"URL" help:"Serve OAuth protected-resource metadata (RFC 9728) for this URL of /mcp."`
	OAuthServers   []string      `name:"oauth-authorization-server" placeholder:"URL" help:"Issuer named in that metadata; may be repeated."`
	DrainDelay     time.Duration `default:"1s" help:"After a signal, serve on for so long with /readyz saying no."`
	DrainGrace     time.Duration `default:"10s" help:"Then wait so long for calls in flight."`
}

func (f httpFlags) prepare(c *config) (*httpserve.Plan, error) {
	plan, err := httpserve.Prepare(httpserve.Config{
		Addr: f.HTTP, TLSCert: f.TLSCert, TLSKey: f.TLSKey, BehindProxy: f.BehindProxy,
		AllowedHosts: f.AllowedHosts, AllowedOrigins: f.AllowedOrigins,
		Secret: os.Getenv("MCP_REALTIMEKIT_SHARED_SECRET"), SecretFile: f.SecretFile,
		OAuthResource: f.OAuthResource, OAuthServers: f.OAuthServers, Demo: c.SampleData,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	if plan.Identity == httpserve.Server && c.token == "" && !c.SampleData {
		return nil, fmt.Errorf("%w: a shared secret needs an API token to use: set CLOUDFLARE_API_TOKEN", errUsage)
	}
	return plan, nil
}

// serve runs until a signal comes; that is no failure.
func (f httpFlags) serve(ctx context.Context, c *config, log *slog.Logger) error {
	plan, err := f.prepare(c)
	if err != nil {
		return err
	}
	if plan.Identity == httpserve.Caller {
		c.token = "" // never used, not even by a mistake
		plan.Options.Auth = httpserve.OwnToken(client.WithToken)
	}
	watch, err := telemetry.Start(ctx, telemetry.Options{Version: version(), Transport: "tcp", Prometheus: true, Log: log})
	if err != nil {
		return err
	}
	defer func() { _ = watch.Shutdown() }() // what is not delivered by then was logged
	c.wrapTransport = watch.Transport
	plan.Options.Metrics = watch.MetricsHandler()
	d, done, err := c.deps(context.WithoutCancel(ctx), log) // calls outlive the signal
	if err != nil {
		return err
	}
	defer done()
	plan.Options.Log = log
	l, err := plan.Listen(ctx)
	if err != nil {
		return err
	}
	log.Info("listening", "url", plan.URL(l), "auth", string(plan.Identity))
	return httpserve.Serve(ctx, l, httpserve.NewHandler(tools.NewServer(d, version(), watch.ServerOptions()...), plan.Options), plan.TLS,
		httpserve.Drain{Delay: f.DrainDelay, Grace: f.DrainGrace})
}

// check refuses flags that would do nothing.
func (f httpFlags) check() error {
	if f.TLSCert != "" || f.TLSKey != "" || f.BehindProxy || len(f.AllowedHosts) > 0 || len(f.AllowedOrigins) > 0 || f.OAuthResource != "" || len(f.OAuthServers) > 0 {
		return fmt.Errorf("%w: TLS, proxy, host, origin and OAuth flags need --http", errUsage)
	}
	return nil
}
