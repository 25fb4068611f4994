package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/httpserve"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/setting"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/telemetry"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

// httpFlags are of use with --http only. The shared secret itself has no flag.
type httpFlags struct {
	HTTP           string
	TLSCert        string
	TLSKey         string
	BehindProxy    bool
	AllowedHosts   []string
	AllowedOrigins []string
	SecretFile     string
	OAuthResource  string
	OAuthServers   []string
	DrainDelay     time.Duration
	DrainGrace     time.Duration
}

func (f *httpFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.HTTP, "http", "", "serve Streamable HTTP at /mcp instead of stdio, on `HOST:PORT`, for example 127.0.0.1:8080")
	fs.StringVar(&f.TLSCert, "tls-cert", "", "`PATH` of the certificate chain (PEM); needed beyond loopback, unless --behind-proxy")
	fs.StringVar(&f.TLSKey, "tls-key", "", "`PATH` of its private key (PEM)")
	fs.BoolVar(&f.BehindProxy, "behind-proxy", false, "a proxy speaks TLS with the clients, and only it reaches this server")
	fs.StringSliceVar(&f.AllowedHosts, "allowed-host", nil, "`NAME` by which clients reach this server; may be repeated")
	fs.StringSliceVar(&f.AllowedOrigins, "allowed-origin", nil, "`ORIGIN` of web pages that may call; may be repeated; none may by default")
	fs.StringVar(&f.SecretFile, "shared-secret-file", "", "`PATH` of a file with a secret that callers send as bearer token; the server's own API token is used. Or set MCP_REALTIMEKIT_SHARED_SECRET. Without either, callers send their own API tokens")
	fs.StringVar(&f.OAuthResource, "oauth-resource", "", "serve OAuth protected-resource metadata (RFC 9728) for this `URL` of /mcp")
	fs.StringSliceVar(&f.OAuthServers, "oauth-authorization-server", nil, "issuer `URL` named in that metadata; may be repeated")
	fs.DurationVar(&f.DrainDelay, "drain-delay", time.Second, "after a signal, keep serving for this long while /readyz says no")
	fs.DurationVar(&f.DrainGrace, "drain-grace", 10*time.Second, "then wait this long for calls in flight")
	fallBackTo(fs, "shared-secret-file", "MCP_REALTIMEKIT_SHARED_SECRET_FILE")
}

func (f httpFlags) prepare(c *config, log *slog.Logger) (*httpserve.Plan, error) {
	for flag, path := range map[string]*string{"--tls-cert": &f.TLSCert, "--tls-key": &f.TLSKey, "--shared-secret-file": &f.SecretFile} {
		var err error
		if *path, err = setting.Path(*path); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", errUsage, flag, err)
		}
	}
	plan, err := httpserve.Prepare(httpserve.Config{
		Addr: f.HTTP, TLSCert: f.TLSCert, TLSKey: f.TLSKey, BehindProxy: f.BehindProxy,
		AllowedHosts: f.AllowedHosts, AllowedOrigins: f.AllowedOrigins,
		Secret: os.Getenv("MCP_REALTIMEKIT_SHARED_SECRET"), SecretFile: f.SecretFile,
		OAuthResource: f.OAuthResource, OAuthServers: f.OAuthServers, Demo: c.SampleData, Log: log,
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
	plan, err := f.prepare(c, log)
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
	defer func() { _ = watch.Shutdown(ctx) }() // what is not delivered by then was logged
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
