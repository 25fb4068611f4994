package telemetry

import (
	"compress/gzip"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// served returns an MCP server with one tool that calls upstream.
func served(t *Telemetry, upstream string) *server.MCPServer {
	s := server.NewMCPServer("test", "1", append([]server.ServerOption{server.WithRecovery()}, t.ServerOptions()...)...)
	httpClient := &http.Client{Transport: t.Transport(http.DefaultTransport)}
	s.AddTool(mcp.NewTool("ask"), func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		switch req.GetString("how", "") {
		case "badly":
			return mcp.NewToolResultError("Fatima is unknown"), nil
		case "fatally":
			panic("Fatima")
		}
		address := upstream + "/client/v4/accounts/0d3a5e7f/realtime/kit/apps?search=Fatima"
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, err
		}
		res, err := httpClient.Do(r)
		if err != nil {
			return nil, err
		}
		_, err = io.Copy(io.Discard, res.Body)
		return mcp.NewToolResultText("ok"), errors.Join(err, res.Body.Close())
	})
	return s
}

func call(ctx context.Context, s *server.MCPServer, how string) {
	s.HandleMessage(ctx, []byte(
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask","arguments":{"how":"`+how+`"}}}`))
}

func TestMetricsHandler(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true") // switches off OTLP only
	var status atomic.Int64
	status.Store(http.StatusOK)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(status.Load()))
	}))
	defer api.Close()
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	watch, err := Start(t.Context(), Options{Version: "1", Transport: "tcp", Prometheus: true, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	s := served(watch, api.URL)
	call(t.Context(), s, "well")
	call(t.Context(), s, "well")
	call(t.Context(), s, "badly")
	call(t.Context(), s, "fatally")
	status.Store(http.StatusTooManyRequests)
	call(t.Context(), s, "well")
	s.HandleMessage(t.Context(), []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"Fatima"}}`))
	for _, method := range []string{"fatima/1", "fatima/2"} {
		s.HandleMessage(t.Context(), []byte(`{"jsonrpc":"2.0","id":1,"method":"`+method+`"}`))
	}
	rec := httptest.NewRecorder()
	watch.MetricsHandler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := rec.Body.String()
	const (
		operations = `mcp_server_operation_duration_seconds_count`
		ask        = `gen_ai_operation_name="execute_tool",gen_ai_tool_name="ask",` +
			`mcp_method_name="tools/call",network_transport="tcp"`
	)
	for _, want := range []string{
		operations + `{` + ask + `} 3`,
		operations + `{error_type="tool_error",` + ask + `} 1`,
		`error_type="-32603",gen_ai_operation_name="execute_tool",gen_ai_tool_name="ask"`,
		operations + `{error_type="_OTHER",mcp_method_name="_OTHER",network_transport="tcp"} 2`,
		`mcp_server_active_operations{mcp_method_name="tools/call",network_transport="tcp"} 0`,
		`http_response_status_code="200",server_address="127.0.0.1"`,
		`error_type="429",http_request_method="GET",http_response_status_code="429"`,
		`http_client_active_requests{`,
		`url_template="/client/v4/accounts/{id}/realtime/kit/apps"`,
		`go_goroutines `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if t.Failed() {
		t.Log(regexp.MustCompile(`(?m)^(go_|process_|#|.*_bucket).*\n`).ReplaceAllString(text, ""))
	}
	if strings.Contains(text, "atima") || strings.Contains(text, "0d3a5e7f") {
		t.Error("personal data in the metrics")
	}
	if err := watch.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestInFlight reads the metrics while a call waits for the API.
func TestInFlight(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(arrived); <-release }))
	defer api.Close()
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	watch, err := Start(t.Context(), Options{Transport: "pipe", Prometheus: true, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = watch.Shutdown(t.Context()) }()
	done := make(chan struct{})
	go func() { defer close(done); call(t.Context(), served(watch, api.URL), "well") }()
	<-arrived
	rec := httptest.NewRecorder()
	watch.MetricsHandler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{`mcp_server_active_operations{.*} 1\n`, `http_client_active_requests{.*} 1\n`} {
		if !regexp.MustCompile(want).MatchString(rec.Body.String()) {
			t.Errorf("no %s in %s", want, rec.Body)
		}
	}
	close(release)
	<-done
}

func TestOff(t *testing.T) {
	watch, err := Start(t.Context(), Options{Log: quiet})
	if watch != nil || err != nil {
		t.Fatalf("%v, %v", watch, err)
	}
	if err := goleak.Find(); err != nil {
		t.Error(err)
	}
	if watch.ServerOptions() != nil || watch.Transport(http.DefaultTransport) != http.DefaultTransport {
		t.Error("not a no-op")
	}
	if err := watch.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	rec := httptest.NewRecorder()
	watch.MetricsHandler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if rec.Code != http.StatusNotFound {
		t.Errorf("HTTP %d", rec.Code)
	}
}

// TestHTTPSession sends the caller's trace context in headers, in _meta or in both.
func TestHTTPSession(t *testing.T) {
	got := make(chan *tracepb.TracesData, 10)
	to := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got <- received(t, r)
	}))
	defer to.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", to.URL)
	watch, err := Start(t.Context(), Options{Transport: "tcp", Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(server.NewStreamableHTTPServer(served(watch, "http://127.0.0.1:1"), server.WithStateful(true)))
	defer s.Close()
	post := func(session, traceparent, body string) string {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/json, text/event-stream")
		if session != "" {
			req.Header.Set("Mcp-Session-Id", session)
		}
		if traceparent != "" {
			req.Header.Set("Traceparent", traceparent)
		}
		res, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		_, _ = io.Copy(io.Discard, res.Body)
		return res.Header.Get("Mcp-Session-Id")
	}
	session := post("", "", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{
		"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
	const header, meta = "4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"
	post(session, "00-"+header+"-00f067aa0ba902b7-01", `{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	post(session, "00-"+header+"-00f067aa0ba902b7-01", `{"jsonrpc":"2.0","id":3,"method":"tools/list",
		"params":{"_meta":{"traceparent":"00-`+meta+`-b7ad6b7169203331-01"}}}`)
	if err := watch.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	traces := map[string]string{}
	for _, span := range (<-got).ResourceSpans[0].ScopeSpans[0].Spans {
		traces[span.Name] = hex.EncodeToString(span.TraceId)
		attrs := map[string]string{}
		for _, a := range span.Attributes {
			attrs[a.Key] = a.Value.GetStringValue()
		}
		inSession := span.Name == "initialize" || attrs["mcp.session.id"] == session
		if !inSession || attrs["network.transport"] != "tcp" || attrs["mcp.protocol.version"] != "2025-11-25" {
			t.Errorf("%s: %v", span.Name, attrs)
		}
	}
	if session == "" || traces["ping"] != header || traces["tools/list"] != meta {
		t.Errorf("session %q, traces %v", session, traces)
	}
}

func received(t *testing.T, r *http.Request) *tracepb.TracesData {
	t.Helper()
	var from io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(from)
		if err != nil {
			t.Error(err)
			return nil
		}
		from = z
	}
	body, err := io.ReadAll(from)
	if err != nil {
		t.Error(err)
	}
	var m tracepb.TracesData
	if err := proto.Unmarshal(body, &m); err != nil {
		t.Error(err)
	}
	return &m
}

// senderCase is a collector and what a sender does with it.
type senderCase struct {
	answers  []int // status of each attempt, the last one repeated
	requests int
	wait     time.Duration
}

func TestSender(t *testing.T) {
	for name, tc := range map[string]senderCase{
		"delivered":       {[]int{200}, 1, 0},
		"retried":         {[]int{503, 200}, 2, 500 * time.Millisecond},
		"as asked":        {[]int{429, 200}, 2, time.Second}, // answer sets Retry-After
		"refused":         {[]int{400}, 1, 0},
		"moved":           {[]int{307}, 1, 0},
		"until its limit": {[]int{504}, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.check(t)
		})
	}
}

func (tc senderCase) check(t *testing.T) {
	t.Helper()
	var n atomic.Int64
	to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := received(t, r)
		if len(got.GetResourceSpans()) != 1 {
			t.Errorf("received %v", got)
		}
		if r.Header.Get("Api-Key") != "s e" || r.Header.Get("Content-Type") != "application/x-protobuf" {
			t.Errorf("header %v", r.Header)
		}
		answer(w, tc.answers[min(int(n.Add(1)), len(tc.answers))-1])
	}))
	defer to.Close()
	header, err := parseHeaders(" api-key = s%20e ,")
	if err != nil {
		t.Fatal(err)
	}
	s := newSender(&settings{endpoint: to.URL, headers: header, gzip: true, timeout: 1400 * time.Millisecond}, quiet)
	defer s.close()
	begin := time.Now()
	s.send(t.Context(), &tracepb.TracesData{ResourceSpans: []*tracepb.ResourceSpans{{SchemaUrl: "x"}}})
	if took := time.Since(begin); int(n.Load()) != tc.requests || took < tc.wait || took > 2*time.Second {
		t.Errorf("%d requests in %s", n.Load(), took)
	}
	if failed := tc.answers[len(tc.answers)-1] != 200; failed != s.failing.Load() {
		t.Errorf("failing: %t", s.failing.Load())
	}
}

func answer(w http.ResponseWriter, status int) {
	switch status {
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "1")
	case http.StatusTemporaryRedirect:
		w.Header().Set("Location", "/")
	}
	w.WriteHeader(status)
}

func TestSettings(t *testing.T) {
	for name, tc := range map[string]struct {
		env  []string
		want string // endpoint, or part of the error
	}{
		"path appended": {
			[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://c.example/otlp/"},
			"https://c.example/otlp/v1/traces",
		},
		"own wins": {
			[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:1", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b:2/x"},
			"http://b:2/x",
		},
		"own without a path": {[]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b:2"}, "http://b:2/"},
		"default":            {[]string{"OTEL_TRACES_EXPORTER", "otlp"}, "http://localhost:4318/v1/traces"},
		"timeout":            {[]string{"OTEL_EXPORTER_OTLP_TIMEOUT", "soon"}, "OTEL_EXPORTER_OTLP_TIMEOUT must be"},
		"headers": {
			[]string{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "secret"},
			"OTEL_EXPORTER_OTLP_TRACES_HEADERS: must be",
		},
		"compression": {[]string{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"}, "must be gzip or none"},
		"certificate": {
			[]string{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file"},
			"OTEL_EXPORTER_OTLP_CERTIFICATE: ",
		},
		"scheme": {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", "unix:///x"}, "must look like"},
	} {
		t.Run(name, func(t *testing.T) {
			for i := 0; i < len(tc.env); i += 2 {
				t.Setenv(tc.env[i], tc.env[i+1])
			}
			s, err := signalTraces.settings()
			if err != nil {
				if !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "secret") {
					t.Error(err)
				}
				return
			}
			if s.endpoint != tc.want {
				t.Errorf("endpoint %s, want %s", s.endpoint, tc.want)
			}
		})
	}
}

func FuzzPathTemplate(f *testing.F) {
	f.Add("/client/v4/accounts/0d3a/realtime/kit/6f1c/meetings/5b2c/participants")
	f.Fuzz(func(t *testing.T, path string) {
		for part := range strings.SplitSeq(pathTemplate(path), "/") {
			if part != "" && part != "{id}" && !words[part] {
				t.Errorf("%q is neither a word nor replaced", part)
			}
		}
	})
}
