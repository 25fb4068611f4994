package telemetry

import (
	"errors"

	"go.opentelemetry.io/otel/metric"
)

// instruments are everything that is measured.
type instruments struct {
	operations     metric.Float64Histogram
	active         metric.Int64UpDownCounter
	upstream       metric.Float64Histogram
	upstreamActive metric.Int64UpDownCounter
}

func newInstruments(m metric.Meter) (i instruments, err error) {
	var errs [4]error
	// The buckets are those of the semantic conventions.
	i.operations, errs[0] = m.Float64Histogram("mcp.server.operation.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of MCP requests as the server sees them."),
		metric.WithExplicitBucketBoundaries(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300))
	i.active, errs[1] = m.Int64UpDownCounter("mcp.server.active_operations", metric.WithUnit("{operation}"),
		metric.WithDescription("MCP requests being handled."))
	i.upstream, errs[2] = m.Float64Histogram("http.client.request.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of requests to Cloudflare's API, each retry by itself."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10))
	i.upstreamActive, errs[3] = m.Int64UpDownCounter("http.client.active_requests", metric.WithUnit("{request}"),
		metric.WithDescription("Requests to Cloudflare's API in flight."))
	return i, errors.Join(errs[:]...)
}
