package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/mark3labs/mcp-go/tracing"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"
)

// ServerOptions watch each request that an MCP server handles. They come after
// the server's other options, since they add to its hooks.
func (t *Telemetry) ServerOptions() []server.ServerOption {
	if t == nil {
		return nil
	}
	return []server.ServerOption{
		server.WithTracer(tracer{t}), server.WithPropagator(propagator{}), server.WithMetaPropagator(propagator{}), addHooks,
	}
}

// addHooks learns what mcp-go does not tell its tracer.
func addHooks(s *server.MCPServer) {
	hooks := s.GetHooks()
	if hooks == nil {
		hooks = &server.Hooks{}
		server.WithHooks(hooks)(s)
	}
	hooks.AddOnError(func(ctx context.Context, _ any, _ mcp.MCPMethod, _ any, err error) {
		o, ok := tracing.SpanFromContext(ctx).(*operation)
		if e, coded := err.(interface{ ToJSONRPCError() mcp.JSONRPCError }); ok && coded { //nolint:errorlint // what mcp-go hands over, not what it wraps
			o.code = strconv.Itoa(e.ToJSONRPCError().Error.Code)
		}
	})
	hooks.AddAfterGetPrompt(func(ctx context.Context, _ any, req *mcp.GetPromptRequest, _ *mcp.GetPromptResult) {
		if o, ok := tracing.SpanFromContext(ctx).(*operation); ok {
			o.target = semconv.GenAIPromptName(req.Params.Name) // it was found, so the name is ours
		}
	})
}

// tracer turns mcp-go's spans into those of the semantic conventions for MCP.
// https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
type tracer struct{ t *Telemetry }

// The conventions put all into one span, so mcp-go's inner one of the tool is left out.
func (tr tracer) Start(ctx context.Context, _ string, kind tracing.SpanKind, attrs ...tracing.Attribute) (context.Context, tracing.Span) {
	if kind != tracing.SpanKindServer {
		return tracing.NoopTracer().Start(ctx, "", kind)
	}
	o := &operation{t: tr.t, start: time.Now(), method: "_OTHER"}
	session := ""
	for _, a := range attrs {
		switch a.Key {
		case "mcp.method":
			if methods[mcp.MCPMethod(a.Value)] {
				o.method = a.Value
			}
		case "mcp.session.id":
			session = a.Value
		}
	}
	ctx, o.span = tr.t.tracer.Start(ctx, o.method, trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(o.start))
	if session != "" && tr.t.transport != "pipe" { // stdio has one session, and mcp-go's name for it says nothing
		o.span.SetAttributes(semconv.McpSessionID(session))
	}
	o.ctx = tracing.ContextWithSpan(ctx, o)
	tr.t.meters.active.Add(o.ctx, 1, o.common())
	return o.ctx, o
}

// methods are those which a client may name; any other is its own text.
var methods = map[mcp.MCPMethod]bool{
	mcp.MethodInitialize: true, mcp.MethodPing: true, mcp.MethodServerDiscover: true, mcp.MethodSubscriptionsListen: true,
	mcp.MethodToolsList: true, mcp.MethodToolsCall: true, mcp.MethodPromptsList: true, mcp.MethodPromptsGet: true,
	mcp.MethodCompletionComplete: true, mcp.MethodSetLogLevel: true, mcp.MethodResourcesList: true,
	mcp.MethodResourcesTemplatesList: true, mcp.MethodResourcesRead: true, mcp.MethodResourcesSubscribe: true,
	mcp.MethodResourcesUnsubscribe: true, mcp.MethodTasksGet: true, mcp.MethodTasksList: true,
	mcp.MethodTasksResult: true, mcp.MethodTasksCancel: true,
}

// operation is one request, as a span and as a measurement.
type operation struct {
	t       *Telemetry
	ctx     context.Context // of the request
	span    trace.Span
	start   time.Time
	method  string
	target  attribute.KeyValue // tool or prompt, once known to exist
	code    string             // of a JSON-RPC error
	failure string             // error.type
}

func (o *operation) common() metric.MeasurementOption {
	return metric.WithAttributes(semconv.McpMethodNameKey.String(o.method), semconv.NetworkTransportKey.String(o.t.transport))
}

// SetAttributes brings the tool's name, only where the tool exists.
func (o *operation) SetAttributes(attrs ...tracing.Attribute) {
	for _, a := range attrs {
		if a.Key == "mcp.tool.name" {
			o.target = semconv.GenAIToolName(a.Value)
		}
	}
}

// RecordError is ignored: the text may quote arguments.
func (o *operation) RecordError(error) {}

// SetStatus takes the fact alone, for the same reason.
func (o *operation) SetStatus(code tracing.StatusCode, _ string) {
	switch {
	case code != tracing.StatusError:
	case o.code != "":
		o.failure = o.code
	case o.target.Valid():
		o.failure = "tool_error"
	default:
		o.failure = "_OTHER"
	}
}

// End reports the span and the duration.
func (o *operation) End() {
	if o.ctx.Err() != nil {
		o.failure = "cancelled"
	}
	name := o.method
	attrs := []attribute.KeyValue{semconv.McpMethodNameKey.String(o.method), semconv.NetworkTransportKey.String(o.t.transport)}
	if o.target.Valid() {
		name += " " + o.target.Value.AsString()
		attrs = append(attrs, o.target)
		if o.target.Key == semconv.GenAIToolNameKey {
			attrs = append(attrs, semconv.GenAIOperationNameExecuteTool)
		}
	}
	if v := server.RequestProtocolVersion(o.ctx); mcp.IsValidProtocolVersion(v) {
		attrs = append(attrs, semconv.McpProtocolVersion(v))
	}
	if o.failure != "" {
		attrs = append(attrs, semconv.ErrorTypeKey.String(o.failure))
		o.span.SetStatus(codes.Error, "")
	}
	if o.code != "" {
		attrs = append(attrs, semconv.RPCResponseStatusCode(o.code))
	}
	o.span.SetName(name)
	o.span.SetAttributes(attrs...)
	o.span.End()
	o.t.meters.active.Add(o.ctx, -1, o.common())
	o.t.meters.operations.Record(o.ctx, time.Since(o.start).Seconds(), metric.WithAttributes(attrs...))
}

// propagator reads the caller's trace context from _meta or, where that has
// none, from HTTP headers. It reads no baggage, which may name people.
type propagator struct{}

func (propagator) Inject(context.Context, http.Header)                    {}
func (propagator) InjectMeta(_ context.Context, meta *mcp.Meta) *mcp.Meta { return meta }

func (propagator) Extract(ctx context.Context, h http.Header) context.Context {
	if trace.SpanContextFromContext(ctx).IsValid() {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(h))
}

func (propagator) ExtractMeta(ctx context.Context, meta *mcp.Meta) context.Context {
	if meta == nil {
		return ctx
	}
	carrier := propagation.MapCarrier{}
	for _, key := range []string{"traceparent", "tracestate"} {
		if v, ok := meta.AdditionalFields[key].(string); ok {
			carrier[key] = v
		}
	}
	return propagation.TraceContext{}.Extract(ctx, carrier)
}
