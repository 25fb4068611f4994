package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/mcp-realtimekit/mcp-realtimekit/bench/probe"
)

// looking is a client of package probe in a running server.
type looking struct{ http *http.Client }

// launchProbed starts the server with a look inside.
func launchProbed(ctx context.Context, w *workshop, api string) (*target, *looking, error) {
	bin, err := w.probed(ctx)
	if err != nil {
		return nil, nil, err
	}
	socket := filepath.Join(w.tmp, "probe.sock")
	t, err := launch(ctx, subject{name: "mcp-realtimekit", argv: []string{bin}, own: true}, api, probe.Env+"="+socket)
	if err != nil {
		return nil, nil, err
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	// Without keep-alive no connection to us stays open in the server.
	return t, &looking{&http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}, nil
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
