package main

import (
	"bytes"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// collector keeps what is sent to it.
type collector struct {
	*httptest.Server
	mu      sync.Mutex
	raw     bytes.Buffer
	traces  tracepb.TracesData
	metrics metricspb.MetricsData
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var into proto.Message
		switch r.URL.Path {
		case "/v1/traces":
			into = &c.traces
		case "/v1/metrics":
			into = &c.metrics
		default:
			t.Errorf("request to %s", r.URL)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.raw.Write(body)
		if err := (proto.UnmarshalOptions{Merge: true}).Unmarshal(body, into); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) spans() []*tracepb.Span {
	var all []*tracepb.Span
	for _, r := range c.traces.ResourceSpans {
		for _, s := range r.ScopeSpans {
			all = append(all, s.Spans...)
		}
	}
	return all
}

func (c *collector) span(t *testing.T, name string) *tracepb.Span {
	t.Helper()
	var names []string
	for _, s := range c.spans() {
		if s.Name == name {
			return s
		}
		names = append(names, s.Name)
	}
	t.Fatalf("no span %q among %q", name, names)
	return nil
}

// metric returns the last state of a metric.
func (c *collector) metric(t *testing.T, name string) (found *metricspb.Metric) {
	t.Helper()
	for _, r := range c.metrics.ResourceMetrics {
		for _, s := range r.ScopeMetrics {
			for _, m := range s.Metrics {
				if m.Name == name {
					found = m
				}
			}
		}
	}
	if found == nil {
		t.Fatalf("no metric %s in %v", name, &c.metrics)
	}
	return found
}

func attributes(list []*commonpb.KeyValue) map[string]any {
	out := map[string]any{}
	for _, kv := range list {
		switch v := kv.Value.Value.(type) {
		case *commonpb.AnyValue_StringValue:
			out[kv.Key] = v.StringValue
		case *commonpb.AnyValue_IntValue:
			out[kv.Key] = v.IntValue
		}
	}
	return out
}

func expect(t *testing.T, what string, got, want map[string]any) {
	t.Helper()
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: %s is %v, want %v", what, k, got[k], v)
		}
	}
}

const (
	parentTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	parentSpan  = "00f067aa0ba902b7"
)

func TestTelemetry(t *testing.T) {
	t.Parallel()
	api, to := sample(t, demoapi.Options{}), newCollector(t)
	env := with(environment(api),
		"OTEL_EXPORTER_OTLP_ENDPOINT", to.URL,
		"OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
	p := start(t, env)
	sayPersonalThings(p)
	p.close(0)
	to.expectSpans(t)
	to.expectOutcomes(t)
	to.expectResource(t)
	to.expectMetrics(t)
	for _, personal := range []string{
		"atima",
		"northwind",
		"Ann",
		"IGNORE",
		demoapi.HostileMeetingID,
		demoapi.AccountID,
		demoapi.AppID,
		demoapi.Token,
		"00000000-0000",
		"meeting_id",
		"search=",
	} {
		if bytes.Contains(to.raw.Bytes(), []byte(personal)) {
			t.Errorf("%q was sent to the collector", personal)
		}
	}
}

// sayPersonalThings makes a request of each kind. Each says what must not leave.
func sayPersonalThings(p *proc) {
	p.t.Helper()
	p.result(p.request("tools/call", args{
		"name": "list_meeting_participants",
		"arguments": args{
			"meeting_id":      demoapi.HostileMeetingID,
			"query":           "fatima",
			"response_format": "detailed",
		},
		"_meta": args{
			"traceparent": "00-" + parentTrace + "-" + parentSpan + "-01",
			"tracestate":  "vendor=x",
			"baggage":     "user=fatima",
		},
	}))
	p.call("find_meetings", args{"query": "Fatima's meeting"})
	p.call("get_meeting", args{"meeting_id": "00000000-0000-4000-8000-000000000000"})
	p.request("prompts/get", args{"name": "who_attended", "arguments": args{"meeting": "Fatima's meeting"}})
	p.request("completion/complete", args{
		"ref":      args{"type": "ref/prompt", "name": "who_attended"},
		"argument": args{"name": "meeting", "value": "fatima"},
	})
	p.request("tools/call", args{"name": "fatimas_tool"})
	p.request("fatima/method", args{})
}

// upstreamSpan is the name of the request that a call of list_meeting_participants makes.
const upstreamSpan = "GET /client/v4/accounts/{id}/realtime/kit/{id}/meetings/{id}/participants"

// expectSpans expects the caller's trace to go on in the server, and upstream.
func (c *collector) expectSpans(t *testing.T) {
	t.Helper()
	call := c.span(t, "tools/call list_meeting_participants")
	if hex.EncodeToString(call.TraceId) != parentTrace || hex.EncodeToString(call.ParentSpanId) != parentSpan ||
		call.TraceState != "vendor=x" || call.Kind != tracepb.Span_SPAN_KIND_SERVER {
		t.Errorf("not a server span of the caller's: %v", call)
	}
	expect(t, call.Name, attributes(call.Attributes), map[string]any{
		"mcp.method.name":       "tools/call",
		"gen_ai.tool.name":      "list_meeting_participants",
		"gen_ai.operation.name": "execute_tool",
		"mcp.protocol.version":  "2025-11-25",
		"network.transport":     "pipe",
		"error.type":            nil,
		"mcp.session.id":        nil,
	})
	upstream := c.span(t, upstreamSpan)
	if !bytes.Equal(upstream.TraceId, call.TraceId) || !bytes.Equal(upstream.ParentSpanId, call.SpanId) ||
		upstream.Kind != tracepb.Span_SPAN_KIND_CLIENT {
		t.Errorf("not a client span within the call: %v", upstream)
	}
	expect(t, upstream.Name, attributes(upstream.Attributes), map[string]any{
		"http.request.method":       "GET",
		"http.response.status_code": int64(200),
		"server.address":            "127.0.0.1",
		"error.type":                nil,
		"url.full":                  nil,
	})
	if s := c.span(t, "initialize"); len(s.ParentSpanId) != 0 {
		t.Errorf("without a caller's context a span has no parent: %v", s)
	}
}

// expectOutcomes expects spans to say what failed, and no more of it.
func (c *collector) expectOutcomes(t *testing.T) {
	t.Helper()
	for name, failure := range map[string]any{
		"tools/call find_meetings": nil,
		"tools/call get_meeting":   "tool_error",
		"prompts/get who_attended": nil,
		"completion/complete":      nil,
		"tools/call":               "-32602",
		"_OTHER":                   "_OTHER",
	} {
		s := c.span(t, name)
		expect(t, name, attributes(s.Attributes), map[string]any{"error.type": failure})
		failed := s.Status.GetCode() == tracepb.Status_STATUS_CODE_ERROR
		if failed != (failure != nil) || s.Status.GetMessage() != "" || len(s.Events) > 0 {
			t.Errorf("%s: status %v, events %v", name, s.Status, s.Events)
		}
	}
}

func (c *collector) expectResource(t *testing.T) {
	t.Helper()
	resource := attributes(c.traces.ResourceSpans[0].Resource.Attributes)
	expect(t, "resource", resource, map[string]any{
		"service.name":                "mcp-realtimekit",
		"deployment.environment.name": "test",
	})
	if resource["service.instance.id"] == nil || resource["service.version"] == nil {
		t.Errorf("resource %v", resource)
	}
}

// expectMetrics expects each call and request to be counted once.
func (c *collector) expectMetrics(t *testing.T) {
	t.Helper()
	counts := map[any]uint64{}
	for _, d := range c.metric(t, "mcp.server.operation.duration").GetHistogram().DataPoints {
		a := attributes(d.Attributes)
		if a["mcp.method.name"] == "tools/call" {
			counts[a["gen_ai.tool.name"]] += d.Count
		}
		if a["gen_ai.tool.name"] == "get_meeting" && a["error.type"] != "tool_error" {
			t.Errorf("a failed call is measured as %v", a)
		}
	}
	if counts["list_meeting_participants"] != 1 || counts["find_meetings"] != 1 || counts["get_meeting"] != 1 ||
		counts[nil] != 1 {
		t.Errorf("calls by tool: %v", counts)
	}
	requests := uint64(0)
	for _, d := range c.metric(t, "http.client.request.duration").GetHistogram().DataPoints {
		a := attributes(d.Attributes)
		if "GET "+a["url.template"].(string) == upstreamSpan && a["http.response.status_code"] == int64(200) {
			requests += d.Count
		}
	}
	if requests != 1 {
		t.Errorf("%d requests for participants measured, want 1", requests)
	}
	for _, name := range []string{"http.client.active_requests", "mcp.server.active_operations"} {
		for _, d := range c.metric(t, name).GetSum().DataPoints {
			if d.GetAsInt() != 0 {
				t.Errorf("%s is %d at rest", name, d.GetAsInt())
			}
		}
	}
}

func TestTelemetryIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		env             []string
		traces, metrics bool
		logged          string
	}{
		"nothing set": {},
		"disabled":    {env: []string{"OTEL_SDK_DISABLED", "true", "OTEL_EXPORTER_OTLP_ENDPOINT", "URL"}},
		"no traces":   {env: []string{"OTEL_TRACES_EXPORTER", "none", "OTEL_EXPORTER_OTLP_ENDPOINT", "URL"}, metrics: true},
		"one signal":  {env: []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "URL/v1/traces"}, traces: true},
		"gRPC": {
			env:    []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT", "URL"},
			logged: "http/protobuf",
		},
		"not a URL": {
			env:    []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"},
			logged: "OTEL_EXPORTER_OTLP_ENDPOINT",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := newCollector(t)
			env := map[string]string{}
			for i := 0; i < len(tc.env); i += 2 {
				env[tc.env[i]] = strings.Replace(tc.env[i+1], "URL", to.URL, 1)
			}
			p := start(t, env, "--demo", "--log-level=warn")
			if r := p.call("list_apps", args{}); r.IsError {
				t.Error(r.text())
			}
			p.close(0)
			if traces, metrics := len(to.traces.ResourceSpans) > 0, len(to.metrics.ResourceMetrics) > 0; traces != tc.traces ||
				metrics != tc.metrics {
				t.Errorf("traces %t, metrics %t", traces, metrics)
			}
			if logs := p.logs.String(); !strings.Contains(logs, tc.logged) || tc.logged == "" && logs != "" {
				t.Errorf("logs %q", logs)
			}
		})
	}
}

func TestCollectorDown(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	for name, tc := range map[string]struct {
		endpoint, timeout string
		logged            bool
		within            time.Duration
	}{
		"refused":                   {"http://127.0.0.1:1", "100", true, time.Second},
		"refused, between attempts": {"http://127.0.0.1:1", "60000", false, 250 * time.Millisecond},
		"silent":                    {"http://" + silent.Addr().String(), "60000", false, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": tc.endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT": tc.timeout,
				"OTEL_BSP_SCHEDULE_DELAY": "50", "OTEL_METRIC_EXPORT_INTERVAL": "50",
			}, "--demo", "--log-level=warn")
			if r := p.call("list_apps", args{}); r.IsError {
				t.Error(r.text())
			}
			if tc.logged {
				waitFor(t, "the failure to be logged",
					func() bool { return strings.Contains(p.logs.String(), "not delivered") })
			} else {
				time.Sleep(1200 * time.Millisecond) // so that a batch is on its way, in the second wait, which lasts until 1.5 s at least
			}
			begin := time.Now()
			p.close(0)
			if took := time.Since(begin); took > tc.within && !raceEnabled {
				t.Errorf("exit took %s", took)
			}
			if n := strings.Count(p.logs.String(), "\n"); n > 2 {
				t.Errorf("%d lines for two signals: %s", n, p.logs)
			}
		})
	}
}
