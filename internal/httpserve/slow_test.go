package httpserve

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// pipes is a listener whose connections are in memory, so that what waits for them
// waits for the clock of a bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	close  func()
}

func listenPipes() *pipes {
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	p.close = sync.OnceFunc(func() { close(p.closed) })
	return p
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.close()
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, served := net.Pipe()
	select {
	case p.conns <- served:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// slowly serves, in a bubble, a tool that takes so long, to callers with tokens of their own.
func slowly(t *testing.T, callTakes time.Duration, test func(t *testing.T, l *pipes, client *http.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := server.NewMCPServer("slow", "1", server.WithToolCapabilities(false))
		s.AddTool(mcp.NewTool("slow"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			select {
			case <-time.After(callTakes):
				return mcp.NewToolResultText("at last"), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
		h := NewHandler(s, Options{
			Auth: OwnToken(func(ctx context.Context, _ string) context.Context { return ctx }),
			Log:  slog.New(slog.DiscardHandler),
		})
		l := listenPipes()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- Serve(ctx, l, h, nil, Drain{Grace: time.Second}) }()
		client := &http.Client{Transport: &http.Transport{DialContext: l.dial}}
		test(t, l, client)
		client.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func callSlow(t *testing.T, client *http.Client) {
	t.Helper()
	const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow","arguments":{}}}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/mcp", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	req.Header.Set("Authorization", "Bearer a-callers-token")
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(raw), "at last") {
		t.Errorf("%v %d %s", err, res.StatusCode, raw)
	}
}

// TestLongCall takes longer than the time given for a request's body.
func TestLongCall(t *testing.T) {
	slowly(t, 22*time.Second, func(t *testing.T, _ *pipes, client *http.Client) {
		t.Helper()
		callSlow(t, client)
	})
}

// TestSlowClients holds connections open: without a header's end, and without a
// body's end, with and without a token.
func TestSlowClients(t *testing.T) {
	const (
		post   = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n"
		length = "Content-Length: 1000\r\n\r\n"
		kind   = "Content-Type: application/json\r\n"
		token  = "Authorization: Bearer another-callers-token\r\n"
	)
	slowly(t, 0, func(t *testing.T, l *pipes, client *http.Client) {
		t.Helper()
		var clients sync.WaitGroup
		for name, c := range map[string]struct {
			sent     string
			min, max time.Duration
		}{
			"header":                    {post, 9 * time.Second, 13 * time.Second},
			"body":                      {post + token + kind + length, 19 * time.Second, 25 * time.Second},
			"body, without a token":     {post + kind + length, 0, 25 * time.Second},
			"body of something unknown": {"POST /nothing HTTP/1.1\r\nHost: localhost\r\n" + length, 0, 25 * time.Second},
		} {
			clients.Go(func() {
				took := drip(t, l, c.sent, c.max)
				if took < c.min || took > c.max {
					t.Errorf("%s: open for %s, want %s to %s", name, took, c.min, c.max)
				}
			})
		}
		clients.Wait()
		callSlow(t, client)
	})
}

// drip sends the beginning of a request and then a byte now and then, until the
// server closes the connection or the time is over, and says how long it took.
func drip(t *testing.T, l *pipes, beginning string, most time.Duration) time.Duration {
	t.Helper()
	begin := time.Now()
	conn, err := l.dial(t.Context(), "", "")
	if err != nil {
		t.Error(err)
		return 0
	}
	var writing sync.WaitGroup
	defer writing.Wait()
	defer func() { _ = conn.Close() }()
	closed := make(chan struct{})
	go func() { defer close(closed); _, _ = io.Copy(io.Discard, conn) }()
	writing.Go(func() {
		if _, err := io.WriteString(conn, beginning); err != nil {
			t.Error(err)
		}
		for {
			if _, err := io.WriteString(conn, "x"); err != nil {
				return // the server has closed it
			}
			time.Sleep(500 * time.Millisecond)
		}
	})
	select {
	case <-closed:
	case <-time.After(most + time.Second):
	}
	return time.Since(begin)
}
