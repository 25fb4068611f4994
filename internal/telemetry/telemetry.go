// Package telemetry tells operators what the server does: OpenTelemetry traces and
// metrics over OTLP if the standard OTEL_* variables ask for them, and metrics for
// Prometheus. Nothing in them names a person: they hold tools, methods, path
// templates, outcomes and durations, but no argument, title, id or token.
package telemetry

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
)

const scope = "github.com/mcp-realtimekit/mcp-realtimekit"

// FlushTimeout is how long Shutdown takes at most.
const FlushTimeout = 2 * time.Second

// Options are the settings that the environment does not have.
type Options struct {
	Version    string
	Transport  string // network.transport of the MCP session: "pipe" for stdio, "tcp" for HTTP
	Prometheus bool   // keep metrics for MetricsHandler, even if OTLP is off
	Log        *slog.Logger
}

// Telemetry reports what is switched on. The methods of a nil *Telemetry do nothing.
type Telemetry struct {
	tracer    trace.Tracer
	meters    instruments
	transport string
	registry  *prometheus.Registry // nil unless asked for
	senders   []*sender
	stop      []func(context.Context) error
}

// Start switches on what the options and the OTEL_* variables ask for. If that is
// nothing, it returns nil and starts nothing. If it cannot follow a setting, it logs
// that and leaves the signal off: a server without telemetry is better than none.
func Start(ctx context.Context, o Options) (*Telemetry, error) {
	traces, metrics := settingsOf(signalTraces, o.Log), settingsOf(signalMetrics, o.Log)
	if traces == nil && metrics == nil && !o.Prometheus {
		return nil, nil
	}
	// This is the SDK's only way to report. By default it writes to standard error,
	// past the log.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		if !errors.Is(err, context.Canceled) { // Shutdown ends a round that is under way
			o.Log.Warn("telemetry", "error", err)
		}
	}))
	t := &Telemetry{transport: o.Transport}
	res, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(
			semconv.ServiceName("mcp-realtimekit"),
			semconv.ServiceVersion(o.Version),
			semconv.ServiceInstanceID(rand.Text()),
		),
		resource.WithFromEnv(),
	)
	if err != nil {
		o.Log.Warn("telemetry: the resource is incomplete; check OTEL_RESOURCE_ATTRIBUTES", "error", err)
	}
	if err := t.startTraces(ctx, res, traces, o.Log); err != nil {
		return nil, errors.Join(err, t.Shutdown(ctx))
	}
	if err := t.startMetrics(res, metrics, o); err != nil {
		return nil, errors.Join(err, t.Shutdown(ctx))
	}
	return t, nil
}

func (t *Telemetry) startTraces(ctx context.Context, res *resource.Resource, s *settings, log *slog.Logger) error {
	if s == nil {
		t.tracer = tracenoop.NewTracerProvider().Tracer(scope)
		return nil
	}
	exporter, err := otlptrace.New(ctx, traceClient{t.sender(s, log)})
	if err != nil {
		return fmt.Errorf("telemetry: traces: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(res))
	t.tracer = provider.Tracer(scope, trace.WithSchemaURL(semconv.SchemaURL))
	t.stop = append(t.stop, provider.Shutdown)
	return nil
}

func (t *Telemetry) startMetrics(res *resource.Resource, s *settings, o Options) error {
	opts := []sdkmetric.Option{sdkmetric.WithResource(res)}
	if s != nil {
		opts = append(opts, sdkmetric.WithReader(sdkmetric.NewPeriodicReader(&metricExporter{t.sender(s, o.Log)})))
	}
	if o.Prometheus {
		t.registry = prometheus.NewRegistry()
		t.registry.MustRegister(collectors.NewGoCollector())
		reader, err := otelprometheus.New(otelprometheus.WithRegisterer(t.registry), otelprometheus.WithoutScopeInfo())
		if err != nil {
			return fmt.Errorf("telemetry: prometheus: %w", err)
		}
		opts = append(opts, sdkmetric.WithReader(reader))
	}
	provider := sdkmetric.NewMeterProvider(opts...)
	t.stop = append(t.stop, provider.Shutdown)
	var err error
	t.meters, err = newInstruments(provider.Meter(scope))
	return err
}

func (t *Telemetry) sender(s *settings, log *slog.Logger) *sender {
	n := newSender(s, log)
	t.senders = append(t.senders, n)
	return n
}

// MetricsHandler serves the metrics in Prometheus' format. Without
// Options.Prometheus it answers 404.
func (t *Telemetry) MetricsHandler() http.Handler {
	if t == nil || t.registry == nil {
		return http.NotFoundHandler()
	}
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{})
}

// Shutdown delivers what is pending within FlushTimeout, even if ctx is done. It
// makes no second attempt, and what it cannot deliver is lost.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), FlushTimeout)
	defer cancel()
	for _, s := range t.senders {
		s.lastTry()
	}
	var flushing sync.WaitGroup
	errs := make([]error, len(t.stop))
	for i, stop := range t.stop {
		flushing.Go(func() { errs[i] = stop(ctx) })
	}
	flushing.Wait()
	for _, s := range t.senders {
		s.close()
	}
	return errors.Join(errs...)
}
