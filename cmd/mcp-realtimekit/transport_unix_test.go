//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// TestHangUp holds that SIGHUP ends both servers as SIGTERM does: cleanly, and
// not at once if systemd sends both.
func TestHangUp(t *testing.T) {
	t.Parallel()
	// If these tests run under nohup, a child would ignore SIGHUP too, unless its parent handles it.
	hangUps := make(chan os.Signal, 1)
	signal.Notify(hangUps, syscall.SIGHUP)
	defer signal.Stop(hangUps)
	for name, signals := range map[string][]syscall.Signal{
		"SIGHUP": {syscall.SIGHUP}, "SIGTERM and SIGHUP": {syscall.SIGTERM, syscall.SIGHUP}, "two of SIGHUP": {
			syscall.SIGHUP,
			syscall.SIGHUP,
		},
	} {
		p := start(t, nil, "--demo")
		s := serveHTTP(t, nil, "--demo")
		for _, one := range signals {
			for _, process := range []*os.Process{p.cmd.Process, s.cmd.Process} {
				_ = process.Signal(one) // it may have ended
			}
			time.Sleep(20 * time.Millisecond)
		}
		p.exit(0, 5*time.Second)
		select {
		case <-s.ended:
		case <-time.After(5 * time.Second):
			t.Errorf("%s: HTTP goes on", name)
			continue
		}
		if code := s.cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("%s: HTTP ended with %d", name, code)
		}
	}
}

// TestNohup holds that a server started with nohup outlives its terminal.
func TestNohup(t *testing.T) {
	t.Parallel()
	r := startCommand(t, exec.Command("sh", "-c", `trap "" HUP; exec "$0" --demo --log-level=error`, program(t)))
	r.initialize("2025-11-25")
	_ = r.cmd.Process.Signal(syscall.SIGHUP)
	time.Sleep(200 * time.Millisecond)
	r.send(`{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	if m := parse(t, r.line()); string(m.ID) != "1" {
		t.Errorf("%+v", m)
	}
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	r.end(0, 5*time.Second)
}

// TestStandardErrorGone closes the reading end of standard error, or never reads it.
func TestStandardErrorGone(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"closed", "unread"} {
		for _, transport := range []string{"stdio", "HTTP"} {
			t.Run(how+", "+transport, func(t *testing.T) {
				servesWithoutLogs(t, how, transport)
			})
		}
	}
}

// servesWithoutLogs makes calls whose log lines nobody reads.
func servesWithoutLogs(t *testing.T, how, transport string) {
	t.Helper()
	logs, end, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = logs.Close() }()
	arguments := []string{"--demo", "--log-level=debug"}
	address := ""
	if transport == "HTTP" {
		address = freeAddress(t)
		arguments = append(arguments, "--http", address, "--drain-delay=0s")
	}
	cmd := command(t, nil, arguments...)
	cmd.Stderr = end
	r := startCommand(t, cmd)
	_ = end.Close()
	if how == "closed" {
		_ = logs.Close()
	}
	const calls = 1000 // whose log lines, of 80 bytes or more, are more than a pipe holds
	if transport == "HTTP" {
		callOverHTTP(t, address, calls)
	} else {
		r.initialize("2025-11-25")
		for i := range calls {
			r.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"get_meeting"}}`, i))
			r.line()
		}
	}
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	r.end(0, 5*time.Second)
}

// TestStandardOutputGone closes the reading end of standard output only.
func TestStandardOutputGone(t *testing.T) {
	t.Parallel()
	r := startRaw(t, nil, "--demo")
	r.initialize("2025-11-25")
	_ = r.closeOut()
	r.send(`{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	r.end(0, 5*time.Second)
	if strings.Contains(r.logs.String(), "level=ERR") {
		t.Errorf("%s", r.logs)
	}
}

// TestUnreadEnd leaves answers unread, and then ends the server: by the end of
// its input, by a signal, or by both pipes.
func TestUnreadEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end    func(*raw)
		within time.Duration
	}{
		"input":  {func(r *raw) { _ = r.in.Close() }, 9 * time.Second},
		"signal": {func(r *raw) { _ = r.cmd.Process.Signal(syscall.SIGTERM) }, 3 * time.Second},
		"pipes":  {func(r *raw) { _ = r.in.Close(); _ = r.closeOut() }, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := sample(t, demoapi.Options{LargeRoster: 1000})
			r := startRaw(t, environment(api), "--log-level=error", unlimited)
			r.initialize("2025-11-25")
			for i := range 100 {
				r.send(toolLine(fmt.Sprint(i), "list_meeting_participants",
					args{"meeting_id": demoapi.LargeMeetingID, "limit": 500}))
			}
			waitFor(t, "the requests to arrive", func() bool { return api.API.Requests() > 0 })
			time.Sleep(time.Second)
			begin := time.Now()
			c.end(r)
			r.end(0, c.within)
			t.Logf("%s", time.Since(begin))
		})
	}
}

// TestLateReader reads everything long after the input's end.
func TestLateReader(t *testing.T) {
	t.Parallel()
	r := startRaw(t, nil, "--demo", "--log-level=error")
	r.initialize("2025-11-25")
	const calls = 200
	for i := range calls {
		r.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/list"}`, i))
	}
	_ = r.in.Close()
	time.Sleep(3 * time.Second)
	for range calls {
		r.line()
	}
	if rest, err := io.ReadAll(r.out); err != nil || len(rest) > 0 {
		t.Errorf("%v, then %s", err, rest)
	}
	r.end(0, 5*time.Second)
}

// freeAddress is one that nobody listened on a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func callOverHTTP(t *testing.T, address string, calls int) {
	t.Helper()
	web := &http.Client{Timeout: 20 * time.Second}
	defer web.CloseIdleConnections()
	waitFor(t, "the server to listen", func() bool {
		res, err := web.Get("http://" + address + "/healthz")
		return err == nil && res.Body.Close() == nil
	})
	for range calls {
		res, err := web.Post("http://"+address+"/mcp", "application/json",
			strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
}
