package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// hold opens connections that each send the beginning of a request, and no more.
func (s *web) hold(t *testing.T, n int, sent string) {
	t.Helper()
	address := strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/mcp")
	for range n {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_, _ = io.WriteString(conn, sent) // the server may have closed it
	}
}

// TestHTTPUnfinished holds that whoever begins requests and does not finish them
// keeps nobody out, and takes bounded memory.
func TestHTTPUnfinished(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	const begin = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	for name, c := range map[string]struct {
		n    int
		sent string
		env  map[string]string
	}{
		"bodies with a made-up token": {
			600,
			begin + "Authorization: Bearer another-callers-token\r\nContent-Length: 1000\r\n\r\n{",
			nil,
		},
		"bodies with a wrong secret": {
			600,
			begin + "Authorization: Bearer another-callers-token\r\nContent-Length: 1000\r\n\r\n{",
			map[string]string{"MCP_REALTIMEKIT_SHARED_SECRET": secret},
		},
		"bodies without a token": {600, begin + "Content-Length: 1000\r\n\r\n{", nil},
		"chunked bodies": {
			600,
			begin + "Authorization: Bearer another-callers-token\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
			nil,
		},
		"large bodies": {
			150,
			begin + "Authorization: Bearer another-callers-token\r\nContent-Length: 1048000\r\n\r\n" + strings.Repeat(" ", 1_000_000),
			nil,
		},
		"headers": {1500, begin, nil},
		"nothing": {1500, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			env := environment(api)
			token := demoapi.Token
			for k, v := range c.env {
				env[k], token = v, secret
			}
			s := serveHTTP(t, env)
			s.client.Timeout = 5 * time.Second
			kept := s.must(s.listApps(token)) // on a connection that is kept alive
			s.hold(t, c.n, c.sent)
			for range 20 {
				if r := s.must(s.listApps(token)); !r.works() {
					t.Fatalf("%d %s", r.status, r.body)
				}
			}
			s.client.CloseIdleConnections()
			if r := s.must(s.listApps(token)); !kept.works() || !r.works() { // on a new one
				t.Errorf("%d %s", r.status, r.body)
			}
			checkPeak(t, s.cmd.Process, maxPeak)
		})
	}
}

// TestHTTPRefusedSoon holds that a refusal does not wait for the rest of a body.
func TestHTTPRefusedSoon(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, map[string]string{"MCP_REALTIMEKIT_SHARED_SECRET": secret}, "--demo")
	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/mcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	begin := time.Now()
	_, _ = io.WriteString(conn,
		"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized || time.Since(begin) > 5*time.Second {
		t.Errorf("%d after %s", res.StatusCode, time.Since(begin))
	}
}

func TestHTTPCompressed(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, nil, "--demo")
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 100<<20))
	_ = z.Close()
	for _, body := range []string{bomb.String(), `{"jsonrpc":"2.0","id":1,"method":"ping"}`} {
		if r := s.must(s.post("", body, "Content-Encoding", "gzip")); r.status != http.StatusUnsupportedMediaType ||
			!strings.Contains(r.body, "Content-Encoding") {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if r := s.must(s.post("", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, "Content-Encoding", "identity")); r.status != http.StatusOK {
		t.Errorf("identity: %d %s", r.status, r.body)
	}
	checkPeak(t, s.cmd.Process, maxPeak)
}

// TestHTTPUnread makes calls with large answers which nobody reads.
func TestHTTPUnread(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{LargeRoster: 1000})
	s := serveHTTP(t, environment(api), unlimited)
	body := toolLine("1", "list_meeting_participants",
		args{"meeting_id": demoapi.LargeMeetingID, "limit": 500, "response_format": "detailed"})
	request := fmt.Sprintf("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"+
		"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", demoapi.Token, len(body), body)
	s.hold(t, 200, strings.Repeat(request, 40)) // one after the other on each connection
	time.Sleep(3 * time.Second)
	var waiting sync.WaitGroup
	for range 10 {
		waiting.Go(func() {
			if r, err := s.do(s.listApps(demoapi.Token)); err != nil ||
				!r.works() && r.status != http.StatusServiceUnavailable {
				t.Errorf("%v %d %s", err, r.status, r.body)
			}
		})
	}
	waiting.Wait()
	checkPeak(t, s.cmd.Process, maxPeak)
}
