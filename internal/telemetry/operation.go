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

// ServerOptions returns the options that make an MCP server report each request.
// Give them after the server's other options, because they add to its hooks.
func (t *Telemetry) ServerOptions() []server.ServerOption {
	if t == nil {
		return nil
	}
	return []server.ServerOption{
		server.WithTracer(tracer{t}),
		server.WithPropagator(propagator{}),
		server.WithMetaPropagator(propagator{}),
		addHooks,
	}
}

// addHooks adds hooks that learn what mcp-go does not tell its tracer.
func addHooks(s *server.MCPServer) {
	hooks := s.GetHooks()
	if hooks == nil {
		hooks = &server.Hooks{}
		server.WithHooks(hooks)(s)
	}
	hooks.AddOnError(func(ctx context.Context, _ any, _ mcp.MCPMethod, _ any, err error) {
		o, ok := tracing.SpanFromContext(ctx).(*operation)
		coded, has := err.(interface{ ToJSONRPCError() mcp.JSONRPCError })
		if ok && has {
			o.code = strconv.Itoa(coded.ToJSONRPCError().Error.Code)
		}
	})
	hooks.AddAfterGetPrompt(func(ctx context.Context, _ any, req *mcp.GetPromptRequest, _ *mcp.GetPromptResult) {
		if o, ok := tracing.SpanFromContext(ctx).(*operation); ok {
			o.target = semconv.GenAIPromptName(req.Params.Name) // the prompt exists, so its name is one of ours
		}
	})
}

// tracer turns mcp-go's spans into those of the semantic conventions for MCP.
//
// https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
type tracer struct{ t *Telemetry }

// Start begins the span of a request. The conventions have one span for a request,
// so mcp-go's inner span of a tool is left out.
func (tr tracer) Start(
	ctx context.Context, _ string, kind tracing.SpanKind, attrs ...tracing.Attribute,
) (context.Context, tracing.Span) {
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
	// The one session of stdio has a name from mcp-go that says nothing.
	if session != "" && tr.t.transport != "pipe" {
		o.span.SetAttributes(semconv.McpSessionID(session))
	}
	o.ctx = tracing.ContextWithSpan(ctx, o)
	tr.t.meters.active.Add(o.ctx, 1, o.common())
	return o.ctx, o
}

// methods are the methods of MCP. Any other name is text of the client's own, and is
// not reported.
var methods = map[mcp.MCPMethod]bool{
	mcp.MethodInitialize:             true,
	mcp.MethodPing:                   true,
	mcp.MethodServerDiscover:         true,
	mcp.MethodSubscriptionsListen:    true,
	mcp.MethodToolsList:              true,
	mcp.MethodToolsCall:              true,
	mcp.MethodPromptsList:            true,
	mcp.MethodPromptsGet:             true,
	mcp.MethodCompletionComplete:     true,
	mcp.MethodSetLogLevel:            true,
	mcp.MethodResourcesList:          true,
	mcp.MethodResourcesTemplatesList: true,
	mcp.MethodResourcesRead:          true,
	mcp.MethodResourcesSubscribe:     true,
	mcp.MethodResourcesUnsubscribe:   true,
	mcp.MethodTasksGet:               true,
	mcp.MethodTasksList:              true,
	mcp.MethodTasksResult:            true,
	mcp.MethodTasksCancel:            true,
}

// operation is one request, as a span and as a measurement.
type operation struct {
	t       *Telemetry
	ctx     context.Context // of the request
	span    trace.Span
	start   time.Time
	method  string
	target  attribute.KeyValue // the tool or prompt, if it exists
	code    string             // of a JSON-RPC error
	failure string             // error.type
}

func (o *operation) common() metric.MeasurementOption {
	return metric.WithAttributes(o.attributes()...)
}

func (o *operation) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{
		semconv.McpMethodNameKey.String(o.method),
		semconv.NetworkTransportKey.String(o.t.transport),
	}
}

// SetAttributes receives the tool's name, which mcp-go sends only if the tool exists.
func (o *operation) SetAttributes(attrs ...tracing.Attribute) {
	for _, a := range attrs {
		if a.Key == "mcp.tool.name" {
			o.target = semconv.GenAIToolName(a.Value)
		}
	}
}

// RecordError does nothing, because the error's text may quote arguments.
func (o *operation) RecordError(error) {}

// SetStatus keeps only the fact that the request failed, for the same reason.
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
	attrs := o.attributes()
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

// propagator reads the caller's trace context from _meta or, if that has none, from
// HTTP headers. It reads no baggage, which may name people.
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
