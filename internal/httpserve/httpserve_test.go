package httpserve

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture returns a server with tools that ask, panic and notify.
func fixture() *server.MCPServer {
	s := server.NewMCPServer("fixture", "1", server.WithToolCapabilities(true))
	ask := mcp.ElicitationParams{
		Message: "Which?",
		RequestedSchema: map[string]any{
			"type":       "object",
			"properties": map[string]any{"name": map[string]any{"type": "string"}},
		},
	}
	s.AddTool(mcp.NewTool("ask"), func(_ context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		answer := server.ElicitationResponse(req.Params.InputResponses, "name")
		if answer == nil {
			return server.NewInputRequestBuilder("step 1").Elicit("name", ask).ToolResult(), nil
		}
		raw, err := json.Marshal(answer.Content)
		return mcp.NewToolResultText(req.Params.RequestState + ": " + string(raw)), err
	})
	s.AddTool(mcp.NewTool("ask_directly"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		_, err := s.RequestElicitation(ctx, mcp.ElicitationRequest{Params: ask})
		return nil, err
	})
	s.AddTool(mcp.NewTool("panic"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		panic("boom")
	})
	s.AddTool(mcp.NewTool("notify"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for range 3 {
			progress := map[string]any{"progressToken": 1, "progress": 1}
			if err := s.SendNotificationToClient(ctx, "notifications/progress", progress); err != nil {
				return nil, err
			}
			time.Sleep(20 * time.Millisecond)
		}
		return mcp.NewToolResultText("notified"), nil
	})
	s.AddTool(mcp.NewTool("headers"), func(_ context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		raw, err := json.Marshal(req.Header)
		return mcp.NewToolResultText(string(raw)), err
	})
	return s
}

func start(t *testing.T, o Options) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(NewHandler(fixture(), o))
	t.Cleanup(s.Close)
	return s
}

func call(t *testing.T, s *httptest.Server, revision, tool string, more map[string]any) (int, string) {
	t.Helper()
	params := map[string]any{"name": tool, "arguments": map[string]any{}}
	maps.Copy(params, more)
	modern := revision == "2026-07-28"
	if modern {
		params["_meta"] = map[string]any{
			"io.modelcontextprotocol/protocolVersion":    revision,
			"io.modelcontextprotocol/clientInfo":         map[string]any{"name": "t", "version": "1"},
			"io.modelcontextprotocol/clientCapabilities": map[string]any{"elicitation": map[string]any{}},
		}
	}
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+Path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer token-of-a-caller")
	req.Header.Set("Mcp-Protocol-Version", revision)
	if modern {
		req.Header.Set("Mcp-Method", "tools/call")
		req.Header.Set("Mcp-Name", tool)
	}
	res, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// TestRounds asks on one replica and gives the answer to another.
func TestRounds(t *testing.T) {
	one, two := start(t, Options{}), start(t, Options{})
	_, body := call(t, one, "2026-07-28", "ask", nil)
	var first struct {
		Result struct {
			RequestState  string                     `json:"requestState"`
			InputRequests map[string]json.RawMessage `json:"inputRequests"`
		} `json:"result"`
	}
	if err := json.Unmarshal([]byte(body), &first); err != nil || first.Result.InputRequests["name"] == nil {
		t.Fatalf("%v %s", err, body)
	}
	accepted := map[string]any{"action": "accept", "content": map[string]any{"name": "Ada"}}
	_, body = call(t, two, "2026-07-28", "ask", map[string]any{
		"requestState":   first.Result.RequestState,
		"inputResponses": map[string]any{"name": accepted},
	})
	if !strings.Contains(body, "step 1") || !strings.Contains(body, "Ada") {
		t.Errorf("got %s", body)
	}
}

// TestNothingHangs calls tools that ask clients of older revisions, whose answer could
// not be told from a stranger's.
func TestNothingHangs(t *testing.T) {
	s := start(t, Options{})
	for _, revision := range []string{"2025-06-18", "2025-11-25"} {
		for _, tool := range []string{"ask", "ask_directly"} {
			begin := time.Now()
			status, body := call(t, s, revision, tool, nil)
			if !strings.Contains(body, "does not support elicitation") || time.Since(begin) > 2*time.Second {
				t.Errorf("%s %s: %d %s after %s", revision, tool, status, body, time.Since(begin))
			}
		}
	}
}

func TestNotifications(t *testing.T) {
	s := start(t, Options{})
	for _, revision := range []string{"2025-11-25", "2026-07-28"} {
		_, body := call(t, s, revision, "notify", nil)
		if strings.Count(body, "notifications/progress") != 3 || !strings.Contains(body, `"notified"`) {
			t.Errorf("%s: %s", revision, body)
		}
	}
}

func TestPanic(t *testing.T) {
	var logs bytes.Buffer
	s := start(t, Options{Log: slog.New(slog.NewTextHandler(&logs, nil))})
	status, body := call(t, s, "2025-11-25", "panic", nil)
	if status != http.StatusInternalServerError || strings.Contains(body, "boom") {
		t.Errorf("%d %s", status, body)
	}
	if !strings.Contains(logs.String(), "boom") || strings.Contains(logs.String(), "127.0.0.1") {
		t.Errorf("logs %s", logs.String())
	}
}

// TestTokenStopsHere: what is behind gets the context, and no header with the token.
func TestTokenStopsHere(t *testing.T) {
	type key struct{}
	var got string
	s := start(t, Options{Auth: OwnToken(func(ctx context.Context, token string) context.Context {
		got = token
		return context.WithValue(ctx, key{}, token)
	})})
	_, body := call(t, s, "2025-11-25", "headers", nil)
	if got != "token-of-a-caller" || strings.Contains(body, got) || !strings.Contains(body, "Mcp-Protocol-Version") {
		t.Errorf("%q %s", got, body)
	}
}

func TestMetricsAreMounted(t *testing.T) {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("up 1\n")) })
	get := func(o Options, host string) int {
		o.Metrics = metrics
		req := httptest.NewRequest(http.MethodGet, MetricsPath, nil)
		req.Host = host
		w := httptest.NewRecorder()
		NewHandler(fixture(), o).ServeHTTP(w, req)
		return w.Code
	}
	public := Options{AllowedHosts: []string{"mcp.example.com"}, Auth: SharedSecret("x")}
	for host, want := range map[string]int{
		"mcp.example.com": 200,
		"10.0.0.7:8080":   200,
		"[fd00::1]:8080":  200,
		"evil.example":    403,
	} {
		if got := get(public, host); got != want {
			t.Errorf("public, Host %s: %d, want %d", host, got, want)
		}
	}
	for host, want := range map[string]int{"localhost:1": 200, "10.0.0.7": 403, "evil.example": 403} {
		if got := get(Options{}, host); got != want {
			t.Errorf("loopback, Host %s: %d, want %d", host, got, want)
		}
	}
}

func TestSharedSecret(t *testing.T) {
	auth := SharedSecret("correct horse")
	for bearer, want := range map[string]bool{
		"correct horse":            true,
		"correct hors":             false,
		"correct horse ":           false,
		"":                         false,
		"Correct horse":            false,
		strings.Repeat("x", 1<<20): false,
	} {
		if _, got := auth(t.Context(), bearer); got != want {
			t.Errorf("%.20q: %v", bearer, got)
		}
	}
}

// TestWriterDeadlines: who does not read must not hold a call forever.
func TestWriterDeadlines(t *testing.T) {
	rec := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	w := newWriter(rec)
	if _, err := w.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if left := time.Until(rec.write); left < writeTimeout-time.Second || left > writeTimeout {
		t.Errorf("%s to take what was written", left)
	}
	w.Flush()
	if !rec.write.IsZero() {
		t.Error("an event long in coming would be cut off")
	}
	if w.status != http.StatusOK || w.bytes != 1 {
		t.Errorf("status %d, %d bytes", w.status, w.bytes)
	}
}

type deadlines struct {
	*httptest.ResponseRecorder
	write time.Time
}

func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

func TestServeEnds(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, NewHandler(fixture(), Options{}), nil, Drain{Grace: time.Second}) }()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	err = Serve(t.Context(), l, NewHandler(fixture(), Options{}), nil, Drain{})
	if err == nil || errors.Is(err, http.ErrServerClosed) {
		t.Errorf("a closed listener: %v", err)
	}
}

func TestHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(NewHandler(fixture(), Options{}))
	s.EnableHTTP2 = true
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	s.StartTLS()
	t.Cleanup(s.Close)
	_, body := call(t, s, "2025-11-25", "notify", nil)
	if strings.Count(body, "notifications/progress") != 3 || !strings.Contains(body, `"notified"`) {
		t.Errorf("%s", body)
	}
}

func TestLogLinesAreNameless(t *testing.T) {
	var b bytes.Buffer
	line := "http: TLS handshake error from 192.0.2.1:4711: EOF\n"
	if n, err := (nameless{&b}).Write([]byte(line)); n != len(line) || err != nil {
		t.Fatal(n, err)
	}
	_, _ = nameless{&b}.Write([]byte("from [2001:db8::1]:4711: EOF"))
	if got := b.String(); got != "http: TLS handshake error from a client: EOFfrom a client: EOF" {
		t.Errorf("%q", got)
	}
}

func FuzzGuard(f *testing.F) {
	for _, seed := range []string{"localhost", "[::1]:80", "127.0.0.1", "a:b:c", "[", "evil.example:80"} {
		f.Add(seed)
	}
	g := newGuard(Options{AllowedHosts: []string{"mcp.example.com"}, Loopback: true})
	f.Fuzz(func(t *testing.T, host string) {
		if !g.host(host) {
			return
		}
		name := hostname(host)
		ip, _, _ := strings.Cut(name, "%") // a zone, which no browser sends
		if name != "mcp.example.com" && name != "localhost" && !net.ParseIP(ip).IsLoopback() {
			t.Errorf("%q was let through", host)
		}
	})
}
