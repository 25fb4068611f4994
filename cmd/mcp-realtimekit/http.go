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
	Unrestricted   bool
	OAuthResource  string
	OAuthServers   []string
	DrainDelay     time.Duration
	DrainGrace     time.Duration
}

func (f *httpFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.HTTP, "http", "",
		"serve Streamable HTTP at /mcp on `HOST:PORT` instead of stdio, for example 127.0.0.1:8080")
	with := pflag.NewFlagSet("", pflag.ContinueOnError)
	with.SortFlags = false
	with.StringVar(&f.TLSCert, "tls-cert", "",
		"read the certificate chain from the PEM file at `PATH`; required unless HOST is loopback or with --behind-proxy")
	with.StringVar(&f.TLSKey, "tls-key", "", "read the certificate's private key from the PEM file at `PATH`")
	with.BoolVar(&f.BehindProxy, "behind-proxy", false,
		"clients reach the server only through a proxy, which terminates TLS")
	with.StringSliceVar(&f.AllowedHosts, "allowed-host", nil,
		"host `NAME` by which clients reach the server; required unless HOST is loopback; can be repeated")
	with.StringSliceVar(&f.AllowedOrigins, "allowed-origin", nil,
		"let web pages from `ORIGIN` call, for example https://app.example.com; can be repeated (default none)")
	with.StringVar(&f.SecretFile, "shared-secret-file", "",
		"read from the file at `PATH` a secret that callers must send as bearer token; the server then uses its own "+
			"API token. $MCP_REALTIMEKIT_SHARED_SECRET can hold the secret itself. Without either, each caller sends "+
			"an API token of its own")
	with.BoolVar(&f.Unrestricted, "shared-search-and-links", false,
		"let callers who share the secret use search_recaps, and with --recording-links see links; both are off for "+
			"them otherwise")
	with.StringVar(&f.OAuthResource, "oauth-resource", "",
		"publish OAuth protected-resource metadata (RFC 9728) for `URL`, the public address of /mcp")
	with.StringSliceVar(&f.OAuthServers, "oauth-authorization-server", nil,
		"name the authorization server with the issuer `URL` in that metadata; can be repeated")
	with.DurationVar(&f.DrainDelay, "drain-delay", time.Second,
		"on a signal to end, keep serving for `DURATION` while /readyz reports that the server is not ready")
	with.DurationVar(&f.DrainGrace, "drain-grace", 10*time.Second,
		"after that, wait up to `DURATION` for running calls to finish")
	fallBackTo(with, "shared-secret-file", "MCP_REALTIMEKIT_SHARED_SECRET_FILE")
	fallBackTo(with, "shared-search-and-links", "MCP_REALTIMEKIT_SHARED_SEARCH_AND_LINKS")
	putInto(with, httpSection)
	fs.AddFlagSet(with)
}

func (f httpFlags) prepare(c *config, log *slog.Logger) (*httpserve.Plan, error) {
	for _, file := range []struct {
		flag string
		path *string
	}{
		{"--tls-cert", &f.TLSCert},
		{"--tls-key", &f.TLSKey},
		{"--shared-secret-file", &f.SecretFile},
	} {
		var err error
		if *file.path, err = setting.Path(*file.path); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", errUsage, file.flag, err)
		}
	}
	plan, err := httpserve.Prepare(httpserve.Config{
		Addr:           f.HTTP,
		TLSCert:        f.TLSCert,
		TLSKey:         f.TLSKey,
		BehindProxy:    f.BehindProxy,
		AllowedHosts:   f.AllowedHosts,
		AllowedOrigins: f.AllowedOrigins,
		Secret:         os.Getenv(sharedSecretVariable),
		SecretFile:     f.SecretFile,
		OAuthResource:  f.OAuthResource,
		OAuthServers:   f.OAuthServers,
		Demo:           c.SampleData,
		Log:            log,
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
		c.token = "" // callers send their own, so this one must not be used even by mistake
		plan.Options.Auth = httpserve.OwnToken(client.WithToken)
	}
	c.restricted = plan.Identity == httpserve.Server && !f.Unrestricted
	service, err := c.newService(ctx, telemetry.Options{Transport: "tcp", Prometheus: true, Log: log})
	if err != nil {
		return err
	}
	defer service.done()
	plan.Options.Metrics = service.metrics
	plan.Options.Subscriptions = service.hub
	plan.Options.Log = log
	l, err := plan.Listen(ctx)
	if err != nil {
		return err
	}
	log.Info("listening", "url", plan.URL(l), "auth", string(plan.Identity))
	handler := httpserve.NewHandler(service.MCPServer, plan.Options)
	return httpserve.Serve(ctx, l, handler, plan.TLS, httpserve.Drain{Delay: f.DrainDelay, Grace: f.DrainGrace})
}

// check refuses flags that would do nothing without --http.
func (f httpFlags) check() error {
	if f.TLSCert != "" || f.TLSKey != "" || f.BehindProxy || len(f.AllowedHosts) > 0 || len(f.AllowedOrigins) > 0 ||
		f.OAuthResource != "" || len(f.OAuthServers) > 0 {
		return fmt.Errorf("%w: TLS, proxy, host, origin and OAuth flags need --http", errUsage)
	}
	return nil
}
