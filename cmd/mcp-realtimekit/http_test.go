package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

func TestHTTPHandshake(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, nil, "--demo")
	for _, revision := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"} {
		r := s.must(
			s.rpc("", "initialize",
				args{"protocolVersion": revision, "capabilities": args{}, "clientInfo": args{"name": "test", "version": "1"}}),
		)
		var hello struct{ ProtocolVersion, Instructions string }
		if err := json.Unmarshal(r.Result, &hello); err != nil {
			t.Fatal(err, r.body)
		}
		if hello.ProtocolVersion != revision || !strings.Contains(hello.Instructions, "find_meetings") {
			t.Errorf("asked for %s, got %s", revision, r.body)
		}
		if id := r.header.Get("Mcp-Session-Id"); id != "" {
			t.Errorf("a stateless server gave the session %s", id)
		}
		r = s.must(s.post("", mcptest.Initialized, "Mcp-Protocol-Version", revision))
		if r.status != http.StatusAccepted {
			t.Errorf("initialized: %d %s", r.status, r.body)
		}
		if r := s.must(s.listApps("", "Mcp-Protocol-Version", revision)); !r.works() {
			t.Errorf("%s: %d %s", revision, r.status, r.body)
		}
	}
	if r := s.must(s.listApps("", "Mcp-Session-Id", "of-another-replica")); !r.works() {
		t.Errorf("a session id it does not know: %d %s", r.status, r.body)
	}
	if r := s.must(s.listApps("", "Mcp-Protocol-Version", "1999-01-01")); r.status != http.StatusBadRequest {
		t.Errorf("unknown revision: %d %s", r.status, r.body)
	}
}

// TestHTTPStateless speaks 2026-07-28, which has no handshake.
func TestHTTPStateless(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, nil, "--demo")
	modern := func(method, name string, params args) *http.Request {
		maps.Copy(params, stateless(args{}))
		header := []string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", method}
		if name != "" {
			header = append(header, "Mcp-Name", name)
		}
		return s.rpc("", method, params, header...)
	}
	if r := s.must(modern("server/discover", "", args{})); !strings.Contains(r.body, "2026-07-28") ||
		!strings.Contains(r.body, "find_meetings") {
		t.Errorf("discover: %d %s", r.status, r.body)
	}
	if r := s.must(modern("tools/call", "list_apps", args{"name": "list_apps", "arguments": args{}})); !r.works() {
		t.Errorf("call: %d %s", r.status, r.body)
	}
	if r := s.must(modern("tools/call", "find_meetings", args{"name": "list_apps", "arguments": args{}})); r.status != http.StatusBadRequest {
		t.Errorf("header and body differ: %d %s", r.status, r.body)
	}
	if r := s.must(modern("subscriptions/listen", "", args{"notifications": args{"toolsListChanged": true}})); r.status != http.StatusOK {
		t.Errorf("listen: %d %s", r.status, r.body) // nothing changes here, so the stream ends at once
	}
}

func TestHTTPMethods(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, nil, "--demo")
	for _, method := range []string{"GET", "DELETE", "PUT", "HEAD", "OPTIONS"} {
		req := s.post("", "")
		req.Method = method
		if r := s.must(req); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "POST" {
			t.Errorf("%s: %d %v", method, r.status, r.header)
		}
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/": 404, "/metrics": 200, "/mcp/x": 404} {
		res, err := s.client.Get(strings.TrimSuffix(s.url, "/mcp") + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
}

// TestHTTPProgress reads a long answer as a stream of events.
func TestHTTPProgress(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{LargeRoster: 2000})
	s := serveHTTP(t, environment(api))
	r := s.must(
		s.rpc(
			demoapi.Token,
			"tools/call",
			args{
				"name":      "list_meeting_participants",
				"arguments": args{"meeting_id": demoapi.LargeMeetingID},
				"_meta":     args{"progressToken": "p"},
			},
		),
	)
	if !strings.Contains(r.body, "notifications/progress") ||
		!strings.Contains(string(r.Result), "2,000 participants") &&
			!strings.Contains(string(r.Result), "2000 participants") {
		t.Errorf("%d %v %.500s", r.status, r.header, r.body)
	}
}

// twoCallers call on the same connections, at the same time. The API knows only one.
func twoCallers(t *testing.T, s *web, known, unknown string) {
	t.Helper()
	var calls sync.WaitGroup
	for i := range 40 {
		calls.Go(func() {
			token, want := known, true
			if i%2 == 1 {
				token, want = unknown, false
			}
			r, err := s.do(s.listApps(token))
			if err != nil || r.status != http.StatusOK || r.works() != want ||
				!want && !strings.Contains(r.body, "HTTP 401") {
				t.Errorf("token %d: %v %d %s", i%2, err, r.status, r.body)
			}
		})
	}
	calls.Wait()
}

func TestHTTPOwnToken(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]int{}
	api := sample(t, demoapi.Options{Observe: func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[r.Header.Get("Authorization")]++
	}})
	const own, other = "the-servers-own-token", "another-callers-token"
	s := serveHTTP(t, with(environment(api), "CLOUDFLARE_API_TOKEN", own))
	s.secrets = append(s.secrets, own)

	for what, header := range map[string][]string{
		"none":         nil,
		"empty":        {"Authorization", "Bearer "},
		"basic":        {"Authorization", "Basic dXNlcjpwYXNz"},
		"bare":         {"Authorization", demoapi.Token},
		"blank inside": {"Authorization", "Bearer a b"},
		"too long":     {"Authorization", "Bearer " + strings.Repeat("x", 5000)},
	} {
		r := s.must(s.listApps("", header...))
		if r.status != http.StatusUnauthorized || !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Bearer ") ||
			r.Error == nil {
			t.Errorf("%s: %d %v %s", what, r.status, r.header, r.body)
		}
	}
	twice := s.listApps(demoapi.Token)
	twice.Header.Add("Authorization", "Bearer "+other)
	if r := s.must(twice); r.status != http.StatusUnauthorized {
		t.Errorf("two tokens at once: %d %s", r.status, r.body)
	}
	query := s.listApps("")
	query.URL.RawQuery = "access_token=" + demoapi.Token
	if r := s.must(query); r.status != http.StatusUnauthorized {
		t.Errorf("token in the URL: %d %s", r.status, r.body)
	}
	if api.API.Requests() != 0 {
		t.Error("the API was asked for a caller without a token")
	}

	twoCallers(t, s, demoapi.Token, other)
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 2 || seen["Bearer "+demoapi.Token] == 0 || seen["Bearer "+other] == 0 {
		t.Errorf("the API saw %v", seen)
	}
}

func TestHTTPSharedSecret(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*web{
		"file":     serveHTTP(t, environment(api), "--shared-secret-file", file),
		"variable": serveHTTP(t, with(environment(api), "MCP_REALTIMEKIT_SHARED_SECRET", secret)),
		"demo":     serveHTTP(t, map[string]string{"MCP_REALTIMEKIT_SHARED_SECRET": secret}, "--demo"),
	} {
		if r := s.must(s.listApps(secret)); !r.works() {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
		before := api.API.Requests()
		for _, wrong := range []string{"", "x", secret[1:], secret + "x", strings.ToUpper(secret), demoapi.Token} {
			r := s.must(s.listApps(wrong))
			if r.status != http.StatusUnauthorized ||
				(wrong != "") != strings.Contains(r.header.Get("WWW-Authenticate"), "invalid_token") {
				t.Errorf("%s, %q: %d %v", name, wrong, r.status, r.header)
			}
		}
		if api.API.Requests() != before {
			t.Errorf("%s: the API was asked for a stranger", name)
		}
	}
}

func TestHTTPRebinding(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, nil, "--demo")
	port := s.url[strings.LastIndex(strings.TrimSuffix(s.url, "/mcp"), ":"):]
	port = strings.TrimSuffix(port, "/mcp")
	for host, want := range map[string]int{
		"localhost":              200,
		"localhost" + port:       200,
		"LOCALHOST":              200,
		"127.0.0.1" + port:       200,
		"[::1]" + port:           200,
		"127.9.9.9":              200,
		"evil.example":           403,
		"evil.example" + port:    403,
		"localhost.evil.example": 403,
		"127.0.0.1.evil.example": 403,
		"10.0.0.1":               403,
		"0.0.0.0":                403,
		"localhost@evil.example": 403,
	} {
		if r := s.must(s.listApps("", "Host", host)); r.status != want {
			t.Errorf("Host %s: %d, want %d: %s", host, r.status, want, r.body)
		}
	}
	for _, origin := range []string{
		"http://evil.example",
		"null",
		"http://localhost:3000",
		"http://localhost" + port,
		"https://127.0.0.1" + port,
		"https://app.example.com",
	} {
		if r := s.must(s.listApps("", "Origin", origin)); r.status != http.StatusForbidden ||
			r.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("Origin %s: %d %s", origin, r.status, r.body)
		}
	}

	ownOrigin(t, s, port)
}

// ownOrigin is the origin of a page that the server itself would serve.
func ownOrigin(t *testing.T, s *web, port string) {
	t.Helper()
	if r := s.must(s.listApps("", "Origin", "http://127.0.0.1"+port)); r.status != http.StatusOK ||
		r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("the server's own origin: %d %s", r.status, r.body)
	}
	if r := s.must(s.listApps("", "Origin", "http://evil.example", "Host", "evil.example")); r.status != http.StatusForbidden {
		t.Errorf("a rebound name as its own origin: %d %s", r.status, r.body)
	}

}

// TestHTTPAllowed has a host and an origin of a web page that are allowed.
func TestHTTPAllowed(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, nil, "--demo", "--allowed-host=mcp.example.com", "--allowed-origin=https://app.example.com")
	for _, origin := range []string{"http://mcp.example.com", "https://mcp.example.com"} {
		if r := s.must(s.listApps("", "Origin", origin, "Host", "mcp.example.com")); r.status != http.StatusForbidden {
			t.Errorf("Origin %s beyond loopback: %d", origin, r.status)
		}
	}
	for host, want := range map[string]int{
		"mcp.example.com":     200,
		"MCP.example.com:443": 200,
		"localhost":           200,
		"evil.example":        403,
	} {
		if r := s.must(s.listApps("", "Host", host)); r.status != want {
			t.Errorf("Host %s: %d, want %d", host, r.status, want)
		}
	}
	for origin, want := range map[string]int{
		"https://app.example.com":              200,
		"http://app.example.com":               403,
		"https://app.example.com.evil.example": 403,
		"https://app.example.com:444":          403,
	} {
		r := s.must(s.listApps("", "Origin", origin))
		if r.status != want || (want == 200) != (r.header.Get("Access-Control-Allow-Origin") == origin) {
			t.Errorf("Origin %s: %d %v, want %d", origin, r.status, r.header, want)
		}
	}
	preflight := s.post("", "", "Origin", "https://app.example.com", "Access-Control-Request-Method", "POST")
	preflight.Method = "OPTIONS"
	if r := s.must(preflight); r.status != http.StatusNoContent ||
		!strings.Contains(r.header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("preflight: %d %v", r.status, r.header)
	}
}

func TestHTTPHostileBodies(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, nil, "--demo")
	nested := func(n int) string {
		return `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_apps","arguments":{"a":` +
			strings.Repeat("[", n) + strings.Repeat("]", n) + `}}}`
	}
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"oversized": {
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + strings.Repeat("x", 1<<20) + `"}}`,
			413,
		},
		"nested a little":    {nested(20), 200}, // the tool refuses the argument
		"nested deeply":      {nested(5000), 400},
		"nested very deeply": {strings.Repeat("[", 1<<20-10), 400},
		"unclosed objects":   {strings.Repeat(`{"a":`, 200_000), 400},
		"many values": {
			`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[` + strings.Repeat("0,", 400_000) + `0]}}`,
			400,
		},
		"brackets in text": {
			`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\"` + strings.Repeat("[,", 50_000) + `"}}`,
			200,
		},
		"batch":       {`[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, 200}, // without a header it is 2025-03-26
		"empty batch": {`[]`, 400},
		"not JSON":    {"\x00\xff", 400},
		"cut off":     {`{"jsonrpc":"2.0","id":1,"method":"ping"`, 400},
		"empty":       {"", 400},
		"a response":  {`{"jsonrpc":"2.0","id":1,"result":{"a":1}}`, 400},
	} {
		r := s.must(s.post("", c.body))
		if r.status != c.want || !strings.HasPrefix(strings.TrimPrefix(r.body, "["), "{") {
			t.Errorf("%s: %d, want %d: %.300s", name, r.status, c.want, r.body)
		}
	}
	endless, feed := io.Pipe()
	go func() {
		for {
			if _, err := feed.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	}()
	req := s.post("", "")
	req.Body, req.ContentLength = endless, -1
	if r, err := s.do(req); err == nil && r.status != http.StatusRequestEntityTooLarge {
		t.Errorf("endless body: %d %s", r.status, r.body)
	}
	_ = endless.Close()
	if r := s.must(s.listApps("")); !r.works() {
		t.Errorf("afterwards: %d %s", r.status, r.body)
	}
}

func TestHTTPTooMany(t *testing.T) {
	t.Parallel()
	const calls, admitted = 300, 256
	refused := make(chan struct{}) // closed when all above the bound are; until then the others wait
	api := sample(t, demoapi.Options{Observe: func(*http.Request) {
		select {
		case <-refused:
		case <-time.After(20 * time.Second):
		}
	}})
	s := serveHTTP(t, environment(api))
	var mu sync.Mutex
	statuses := map[int]int{}
	var wg sync.WaitGroup
	for range calls {
		wg.Go(func() {
			r, err := s.do(s.listApps(demoapi.Token))
			if err != nil {
				t.Error(err)
				return
			}
			if r.status == http.StatusServiceUnavailable && r.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			mu.Lock()
			defer mu.Unlock()
			if statuses[r.status]++; statuses[http.StatusServiceUnavailable] == calls-admitted && r.status != http.StatusOK {
				close(refused)
			}
		})
	}
	wg.Wait()
	if statuses[200] < 256 || statuses[503] == 0 || statuses[200]+statuses[503] != 300 {
		t.Errorf("statuses %v", statuses)
	}
}

func TestHTTPCancellation(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: 2 * time.Second}})
	s := serveHTTP(t, environment(api))
	answered := make(chan reply, 1)
	call := s.listApps(demoapi.Token)
	go func() {
		r, _ := s.do(call)
		answered <- r
	}()
	waitFor(t, "the request to arrive", func() bool { return api.API.Requests() == 1 })
	// Ids are small numbers with every caller: a stranger's cancellation must not hit.
	cancel := fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}`, s.ids.Load())
	if r := s.must(s.post("another-callers-token", cancel)); r.status != http.StatusAccepted {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := <-answered; !r.works() {
		t.Errorf("cancelled by a stranger: %d %s", r.status, r.body)
	}

	// Who closes the connection cancels.
	s.client.Timeout = 500 * time.Millisecond
	if _, err := s.do(s.listApps(demoapi.Token)); err == nil {
		t.Error("it did not time out")
	}
	waitFor(t, "the API request to be cancelled", func() bool { return api.API.Cancelled() == 1 })
}

func TestHTTPDrain(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: 2 * time.Second}})
		s := serveHTTP(t, environment(api), "--drain-delay=1s")
		ready := strings.TrimSuffix(s.url, "/mcp") + "/readyz"
		answered := make(chan reply, 1)
		go func() {
			r, _ := s.do(s.listApps(demoapi.Token))
			answered <- r
		}()
		waitFor(t, "the request to arrive", func() bool { return api.API.Requests() == 1 })
		if err := s.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the server to be not ready", func() bool {
			res, err := s.client.Get(ready)
			if err != nil {
				t.Fatalf("it stopped serving before it was not ready: %v", err)
			}
			_ = res.Body.Close()
			return res.StatusCode == http.StatusServiceUnavailable
		})
		if r := s.must(s.rpc(demoapi.Token, "ping", args{})); r.status != http.StatusOK {
			t.Errorf("ping while not ready: %d", r.status)
		}
		if r := <-answered; !r.works() {
			t.Errorf("%s: the call in flight: %d %s", sig, r.status, r.body)
		}
		s.expectExit(3 * time.Second)
	}
}

func TestHTTPDrainBound(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: 25 * time.Second}})
	s := serveHTTP(t, environment(api), "--drain-grace=1s")
	go func() { _, _ = s.do(s.listApps(demoapi.Token)) }()
	waitFor(t, "the request to arrive", func() bool { return api.API.Requests() == 1 })
	begin := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.expectExit(4 * time.Second)
	if took := time.Since(begin); took < 900*time.Millisecond {
		t.Errorf("exit after %s", took)
	}
	waitFor(t, "the API request to be cancelled", func() bool { return api.API.Cancelled() == 1 })
}

func (s *web) expectExit(within time.Duration) {
	s.t.Helper()
	select {
	case <-s.ended:
		if code := s.cmd.ProcessState.ExitCode(); code != 0 {
			s.t.Errorf("exit code %d: %s", code, s.logs)
		}
	case <-time.After(within):
		s.t.Errorf("still running after %s", within)
	}
}

func TestHTTPTLS(t *testing.T) {
	t.Parallel()
	cert, key, pool := selfSigned(t)
	s := serveHTTP(t, map[string]string{"MCP_REALTIMEKIT_SHARED_SECRET": secret}, "--demo", "--http=0.0.0.0:0",
		"--tls-cert", cert, "--tls-key", key, "--allowed-host=mcp.example.com")
	if !strings.HasPrefix(s.url, "https://") {
		t.Fatal(s.url)
	}
	s.url = "https://127.0.0.1" + s.url[strings.LastIndex(s.url, ":"):]
	s.client.Transport = &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: pool, ServerName: "mcp.example.com"},
		ForceAttemptHTTP2: true,
	}
	if r := s.must(s.listApps(secret, "Host", "mcp.example.com")); !r.works() {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, host := range []string{"evil.example", "127.0.0.1", "localhost"} {
		if r := s.must(s.listApps(secret, "Host", host)); r.status != http.StatusForbidden {
			t.Errorf("Host %s: %d", host, r.status)
		}
	}
	stranger := &http.Client{Transport: &http.Transport{}}
	if _, err := stranger.Do(s.listApps(secret)); err == nil {
		t.Error("a client that does not know the certificate was content")
	}
	old := &http.Client{
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "mcp.example.com", MaxVersion: tls.VersionTLS11}, //nolint:gosec // it must fail
		},
	}
	if _, err := old.Do(s.listApps(secret)); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
	plain := s.listApps(secret)
	plain.URL.Scheme = "http"
	if r := s.must(plain); r.works() {
		t.Error("plain HTTP was served")
	}
	newCert, newKey, newPool := selfSigned(t)
	for from, to := range map[string]string{newCert: cert, newKey: key} {
		raw, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s.client.Transport = &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: newPool, ServerName: "mcp.example.com"},
		DisableKeepAlives: true,
	}
	waitFor(t, "the renewed certificate", func() bool {
		res, err := s.client.Do(s.listApps(secret, "Host", "mcp.example.com"))
		return err == nil && res.Body.Close() == nil && res.StatusCode == http.StatusOK
	})
	if strings.Contains(s.logs.String(), "127.0.0.1") {
		t.Errorf("a client's address is in the logs: %s", s.logs)
	}
}

// selfSigned writes a certificate for mcp.example.com.
func selfSigned(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "test"},
		DNSNames:              []string{"mcp.example.com"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	rawKey, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	rawCert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(cert, rawCert, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: rawKey}), 0o600); err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(rawCert)
	return cert, key, pool
}

func TestHTTPRefusals(t *testing.T) {
	t.Parallel()
	cert, key, _ := selfSigned(t)
	own := map[string]string{"CLOUDFLARE_API_TOKEN": demoapi.Token}
	short := with(own, "MCP_REALTIMEKIT_SHARED_SECRET", "short")
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		want string
	}{
		"all interfaces":       {own, []string{"--http=:0"}, "not loopback"},
		"an address":           {own, []string{"--http=192.0.2.1:0"}, "not loopback"},
		"a name":               {own, []string{"--http=localhost.evil.example:0"}, "not loopback"},
		"proxy without a name": {own, []string{"--http=:0", "--behind-proxy"}, "--allowed-host"},
		"TLS without a name":   {own, []string{"--http=:0", "--tls-cert", cert, "--tls-key", key}, "--allowed-host"},
		"wrong certificate":    {own, []string{"--http=:0", "--tls-cert", key, "--tls-key", cert}, "--tls-cert"},
		"no port":              {own, []string{"--http=127.0.0.1"}, "host:port"},
		"half of TLS":          {own, []string{"--http=127.0.0.1:0", "--tls-cert=x"}, "belong together"},
		"short secret":         {short, []string{"--http=127.0.0.1:0"}, "MCP_REALTIMEKIT_SHARED_SECRET must be"},
		"no secret file":       {own, []string{"--http=127.0.0.1:0", "--shared-secret-file=/nonexistent"}, "no such file"},
		"secret without a token": {
			map[string]string{"MCP_REALTIMEKIT_SHARED_SECRET": secret},
			[]string{"--http=127.0.0.1:0"},
			"CLOUDFLARE_API_TOKEN",
		},
		"demo for all": {
			nil,
			[]string{"--http=:0", "--demo", "--behind-proxy", "--allowed-host=x.example"},
			"--shared-secret-file",
		},
		"wildcard host":   {own, []string{"--http=127.0.0.1:0", "--allowed-host=*"}, "--allowed-host"},
		"wildcard origin": {own, []string{"--http=127.0.0.1:0", "--allowed-origin=*"}, "--allowed-origin"},
		"origin with a path": {
			own,
			[]string{"--http=127.0.0.1:0", "--allowed-origin=https://a.example/"},
			"--allowed-origin",
		},
		"resource without issuer": {
			own,
			[]string{"--http=127.0.0.1:0", "--oauth-resource=https://a.example/mcp"},
			"belong together",
		},
		"resource in the clear": {
			own,
			[]string{
				"--http=127.0.0.1:0",
				"--oauth-resource=http://a.example/mcp",
				"--oauth-authorization-server=https://b.example",
			},
			"https URLs",
		},
		"flags without --http": {own, []string{"--allowed-host=a.example"}, "--http"},
	} {
		stdout, stderr, code := once(t, c.env, c.args...)
		if code != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.want) ||
			strings.Contains(stderr, "short\"") {
			t.Errorf("%s: exit code %d, %q %q", name, code, stdout, stderr)
		}
	}
}

func TestHTTPPortTaken(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, nil, "--demo")
	_, stderr, code := once(t, nil, "--demo", "--http", strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/mcp"))
	if code != 1 || !strings.Contains(stderr, "address already in use") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestHTTPResourceMetadata(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	s := serveHTTP(t, environment(api), "--behind-proxy", "--allowed-host=mcp.example.com",
		"--oauth-resource=https://mcp.example.com/mcp", "--oauth-authorization-server=https://login.example.com")
	const path = "/.well-known/oauth-protected-resource/mcp"
	r := s.must(s.listApps("", "Host", "mcp.example.com"))
	if want := `resource_metadata="https://mcp.example.com` + path + `"`; r.status != http.StatusUnauthorized ||
		!strings.Contains(r.header.Get("WWW-Authenticate"), want) {
		t.Errorf("%d %v", r.status, r.header)
	}
	req := s.post("", "", "Host", "mcp.example.com", "Origin", "https://anywhere.example")
	req.Method, req.URL.Path = http.MethodGet, path
	r = s.must(req)
	var metadata struct {
		Resource             string   `json:"resource"`
		AuthorizationServers []string `json:"authorization_servers"`
		Methods              []string `json:"bearer_methods_supported"`
	}
	if err := json.Unmarshal([]byte(r.body), &metadata); err != nil {
		t.Fatal(err, r.body)
	}
	if metadata.Resource != "https://mcp.example.com/mcp" ||
		fmt.Sprint(metadata.AuthorizationServers, metadata.Methods) != "[https://login.example.com] [header]" {
		t.Errorf("%s", r.body)
	}
}

func TestHTTPLogs(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	s := serveHTTP(t, environment(api))
	s.must(
		s.rpc(demoapi.Token, "tools/call", args{"name": "find_meetings", "arguments": args{"query": "Fatima"}},
			"User-Agent", "Fatima's laptop", "Mcp-Session-Id", "Fatima"),
	)
	req := s.listApps(demoapi.Token)
	req.URL.Path, req.URL.RawQuery = "/people/Fatima", "token="+demoapi.Token
	s.must(req)
	s.must(s.post(demoapi.Token, `{"jsonrpc":"2.0","id":1,"result":{"name":"Fatima"}}`))
	waitFor(t, "a line a request", func() bool { return strings.Count(s.logs.String(), `"msg":"request"`) == 3 })
	lines := bufio.NewScanner(strings.NewReader(s.logs.String()))
	for lines.Scan() {
		if strings.Contains(lines.Text(), "Fatima") || strings.Contains(lines.Text(), "people") ||
			!strings.Contains(lines.Text(), "listening") && strings.Contains(lines.Text(), "127.0.0.1") {
			t.Errorf("personal: %s", lines.Text())
		}
	}
}
