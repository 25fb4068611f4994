package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/bench/probe"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

// looking is a client of package probe in a running server.
type looking struct{ http *http.Client }

// launchProbed starts the server with a look inside.
func launchProbed(ctx context.Context, w *workshop, api string, overHTTP bool,
	more ...string) (*target, *looking, error) {
	bin, err := w.probed(ctx)
	if err != nil {
		return nil, nil, err
	}
	socket := filepath.Join(w.tmp, "probe.sock")
	start := launch
	if overHTTP {
		start = launchHTTP
	}
	own := subject{name: "mcp-realtimekit", argv: []string{bin}, own: true}
	t, err := start(ctx, own, api, append(more, probe.Env+"="+socket)...)
	if err != nil {
		return nil, nil, err
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	// Without keep-alive no connection to us stays open in the server.
	return t, &looking{&http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}, nil
}

// launchHTTP starts a server that serves HTTP on a free port, to callers with
// API tokens of their own.
func launchHTTP(ctx context.Context, s subject, api string, more ...string) (*target, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	s.argv = append(slices.Clone(s.argv), "--http", addr)
	begin := time.Now()
	cmd := s.command(context.WithoutCancel(ctx), api, more...)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	end := func() error {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			return errors.Join(err, cmd.Wait())
		}
		kill := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		return cmd.Wait()
	}
	for ; ; time.Sleep(10 * time.Millisecond) {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err == nil {
			_ = c.Close()
			break
		}
		if time.Since(begin) > 10*time.Second {
			return nil, errors.Join(fmt.Errorf("%s does not listen on %s: %w", s.name, addr, err), end())
		}
	}
	header := http.Header{"Authorization": {"Bearer " + demoapi.Token}}
	return meet(ctx, s.name, mcptest.NewHTTP(context.WithoutCancel(ctx), "http://"+addr+"/mcp", header, end),
		cmd.Process.Pid, begin)
}

func (l *looking) get(ctx context.Context, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://probe/debug/pprof/"+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := l.http.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return nil, fmt.Errorf("probe: %s", res.Status)
	}
	return res.Body, nil
}

// goroutines of the server, those that answer this included.
func (l *looking) goroutines(ctx context.Context) (n int, err error) {
	body, err := l.get(ctx, "goroutine?debug=1")
	if err != nil {
		return 0, err
	}
	defer func() { _ = body.Close() }()
	line, err := bufio.NewReader(body).ReadString('\n')
	if err != nil {
		return 0, err
	}
	if _, err := fmt.Sscanf(line, "goroutine profile: total %d", &n); err != nil {
		return 0, fmt.Errorf("probe: %q: %w", line, err)
	}
	return n, nil
}

// cpu writes a profile of so many seconds to a file.
func (l *looking) cpu(ctx context.Context, seconds int, path string) error {
	body, err := l.get(ctx, fmt.Sprintf("profile?seconds=%d", seconds))
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, body); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
