package webhook

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are in memory, so that what waits for them waits
// for the clock of a bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
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
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// dial returns a connection to the server, which may wait for its turn.
func (p *pipes) dial() net.Conn {
	client, served := net.Pipe()
	go func() {
		select {
		case p.conns <- served:
		case <-p.closed:
			_ = served.Close()
		}
	}()
	return client
}

// served runs a test beside a server in a bubble; stop ends the server and returns what
// Serve does.
func served(t *testing.T, accept Accept, test func(t *testing.T, l *pipes, stop func() error)) {
	t.Helper()
	keys := pinned(t)
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{make(chan net.Conn), make(chan struct{})}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- Serve(ctx, l, NewHandler(Options{Keys: keys, Accept: accept})) }()
		stop := func() error {
			cancel()
			return <-ended
		}
		test(t, l, stop)
	})
}

// deliver sends a signed event over a connection and returns the status, 0 if none came.
func deliver(t *testing.T, conn net.Conn) int {
	t.Helper()
	body := example(t, "meeting.ended")
	_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nRtk-Signature: %s\r\nContent-Length: %d\r\n\r\n%s",
		Path, sign(pair(), body), len(body), body)
	if err != nil {
		return 0
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// TestServeEnds holds that a delivery that is being taken at the end is answered, unless
// it takes too long.
func TestServeEnds(t *testing.T) {
	t.Parallel()
	for takes, want := range map[time.Duration]int{0: 200, drainTime - time.Second: 200, drainTime + time.Minute: 503} {
		accept := func(ctx context.Context, _ Hint) error {
			select {
			case <-time.After(takes):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		served(t, accept, func(t *testing.T, l *pipes, stop func() error) {
			t.Helper()
			conn := l.dial()
			got := make(chan int, 1)
			go func() { got <- deliver(t, conn) }()
			synctest.Wait()
			if err := stop(); err != nil {
				t.Error(err)
			}
			if status := <-got; status != want && (want == 200 || status != 0) {
				t.Errorf("taking %s: %d", takes, status)
			}
			_ = conn.Close()
		})
	}
}

// crowded fills a server with connections that send no more than this.
func crowded(l *pipes, sent string) (conns []net.Conn) {
	for range maxConnections {
		conn := l.dial()
		go func() {
			_, _ = io.WriteString(conn, sent)
			_, _ = io.Copy(io.Discard, conn) // what is answered before it is closed
		}()
		conns = append(conns, conn)
	}
	synctest.Wait() // until they have their places
	return conns
}

// TestServeSlow holds that connections that send nothing, or not all, are closed, and make
// room for others.
func TestServeSlow(t *testing.T) {
	t.Parallel()
	half := "POST " + Path + " HTTP/1.1\r\nHost: x\r\nRtk-Signature: AAAA\r\nContent-Length: 9\r\n\r\n{"
	for sent, want := range map[string]time.Duration{"": headerTimeout, half[:30]: headerTimeout, half: readTimeout} {
		served(t, func(context.Context, Hint) error { return nil }, func(t *testing.T, l *pipes, stop func() error) {
			t.Helper()
			slow := crowded(l, sent)
			begin := time.Now()
			late := l.dial()
			if status := deliver(t, late); status != 200 {
				t.Errorf("%d beside slow ones", status)
			}
			if waited := time.Since(begin); waited < want || waited > want+time.Second {
				t.Errorf("it waited %s for those that send %q", waited, sent)
			}
			for _, conn := range append(slow, late) {
				_ = conn.Close()
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	for address, tc := range map[string]struct{ alone, behind bool }{
		"127.0.0.1:0": {true, true},
		"localhost:0": {true, true},
		"0.0.0.0:0":   {false, true},
		":0":          {false, true},
		"127.0.0.1":   {false, false},
	} {
		for behind, good := range map[bool]bool{false: tc.alone, true: tc.behind} {
			l, err := Listen(t.Context(), address, behind)
			if (err == nil) != good {
				t.Errorf("%s, behind a proxy %t: %v", address, behind, err)
			}
			if err == nil {
				_ = l.Close()
			}
		}
	}
	_, err := Listen(t.Context(), "192.0.2.1:80", false)
	if err == nil || !strings.Contains(err.Error(), "not loopback") {
		t.Error(err)
	}
}
