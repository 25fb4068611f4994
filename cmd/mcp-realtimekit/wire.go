package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/subscription"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/telemetry"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

// wrapper returns a transport around another one.
type wrapper func(http.RoundTripper) http.RoundTripper

// connect opens the API, or the sample account, for the tools. Requests to it pass
// through the transport that wrap returns, unless wrap is nil. The caller has to
// call done.
func (c *config) connect(ctx context.Context, log *slog.Logger, wrap wrapper) (d *tools.Deps, done func(), err error) {
	o := client.Options{
		Token:         c.token,
		BaseURL:       c.BaseURL,
		Timeout:       c.Timeout,
		Limit:         c.RateLimit,
		CacheEnded:    c.CacheEnded,
		WrapTransport: wrap,
	}
	d = &tools.Deps{
		AccountID: c.AccountID,
		AppID:     c.AppID,
		Demo:      c.SampleData,
		Zone:      c.Zone,
		LeaveOut:  c.LeaveOut,
		Log:       log,

		RecordingLinks: c.Links,
		NoViews:        c.NoViews,
		Restricted:     c.restricted,
	}
	d.Tools, d.WithoutTools = c.chosen().Tools, c.chosen().WithoutTools
	closeSample := func() {}
	if c.SampleData {
		account := demoapi.Options{EnforceRate: c.clock == nil, Clock: c.clock}
		if c.clock != nil {
			account.Now = c.clock()
		}
		sample, err := demoapi.Start(ctx, account)
		if err != nil {
			return nil, nil, err
		}
		closeSample = sample.Close
		o.Token, o.BaseURL = demoapi.Token, sample.URL
		d.AccountID, d.AppID = demoapi.AccountID, demoapi.AppID
	}
	if d.API, err = client.New(o); err != nil {
		closeSample()
		return nil, nil, err
	}
	return d, func() { d.API.Close(); closeSample() }, nil
}

// service is an MCP server that is ready to be served.
type service struct {
	*server.MCPServer
	hub     *subscription.Hub // for what clients subscribe to
	metrics http.Handler      // for Prometheus, if the telemetry's options ask for it
	done    func()            // has to be called
}

// newService makes the server, which is the same for every transport.
func (c *config) newService(ctx context.Context, o telemetry.Options) (*service, error) {
	o.Version = version()
	watch, err := telemetry.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	stop := func() { _ = watch.Shutdown(ctx) } // what could not be delivered by then was logged
	d, done, err := c.connect(ctx, o.Log, watch.Transport)
	if err != nil {
		stop()
		return nil, err
	}
	hub := subscription.New(ctx, subscription.Options{
		Read:     d.ReadSubscribed,
		Caller:   client.Caller,
		Interval: c.Interval,
		Rate:     c.RateLimit.PerSecond() / 2, // the other half is for calls
		Log:      o.Log,
	})
	return &service{
		MCPServer: tools.NewServer(d, version(), watch.ServerOptions()...),
		hub:       hub,
		metrics:   watch.MetricsHandler(),
		done:      func() { hub.Close(); done(); stop() },
	}, nil
}
