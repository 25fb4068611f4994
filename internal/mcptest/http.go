package mcptest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"strings"
	"sync"
)

// HTTP is a server's Streamable HTTP endpoint: each message is a POST, and what
// its response carries, as JSON or as events, are the server's messages.
type HTTP struct {
	url    string
	header http.Header
	client *http.Client
	ended  func() error // ends the server

	ctx    context.Context // of all requests: the session's life
	cancel context.CancelFunc
	lines  chan []byte
	posts  sync.WaitGroup

	mu       sync.Mutex
	session  string
	revision string
}

// NewHTTP takes headers to send with each request, such as the authorization,
// and what ends the server, if anything.
func NewHTTP(ctx context.Context, url string, header http.Header, ended func() error) *HTTP {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 128
	h := &HTTP{
		url:    url,
		header: header,
		client: &http.Client{Transport: t},
		ended:  ended,
		lines:  make(chan []byte, 128),
	}
	h.ctx, h.cancel = context.WithCancel(ctx)
	return h
}

// Send implements Link. It does not wait for the response, but for that of a
// notification, so that the server sees it before what is sent next.
func (h *HTTP) Send(line []byte) error {
	if !bytes.Contains(line, []byte(`"id":`)) {
		return h.post(line)
	}
	line = bytes.Clone(line)
	h.posts.Go(func() { _ = h.post(line) }) // no response is no answer, which the session notices
	return nil
}

func (h *HTTP) post(line []byte) error {
	req, err := http.NewRequestWithContext(h.ctx, http.MethodPost, h.url, bytes.NewReader(line))
	if err != nil {
		return err
	}
	maps.Copy(req.Header, h.header)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	h.mu.Lock()
	if h.session != "" {
		req.Header.Set("Mcp-Session-Id", h.session)
	}
	if h.revision != "" {
		req.Header.Set("Mcp-Protocol-Version", h.revision)
	}
	h.mu.Unlock()
	res, err := h.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if id := res.Header.Get("Mcp-Session-Id"); id != "" {
		h.mu.Lock()
		h.session = id
		h.mu.Unlock()
	}
	if res.StatusCode >= 300 {
		_, _ = io.Copy(io.Discard, res.Body)
		return fmt.Errorf("%s answered %s", h.url, res.Status)
	}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); kind == "text/event-stream" {
		return Events(res.Body, func(line []byte) { h.lines <- bytes.Clone(line) })
	}
	body, err := io.ReadAll(res.Body)
	if body = bytes.TrimSpace(body); len(body) > 0 {
		h.lines <- body
	}
	return err
}

// Events calls on for each message of a stream of server-sent events, until its
// end. A message is one event, on as many data lines as it has. On must not keep
// the bytes.
func Events(body io.Reader, on func(line []byte)) error {
	lines := bufio.NewReader(body)
	var data []byte
	for {
		line, err := lines.ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		if value, ok := strings.CutPrefix(line, "data:"); ok {
			data = append(data, strings.TrimPrefix(value, " ")...)
		}
		if line == "" && len(data) > 0 {
			on(data)
			data = data[:0]
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (h *HTTP) negotiated(revision string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revision = revision
}

// Receive implements Link.
func (h *HTTP) Receive(on func([]byte)) error {
	for line := range h.lines {
		on(line)
	}
	return nil
}

// Close implements Link: it gives up the requests that are open.
func (h *HTTP) Close() error {
	h.cancel()
	h.posts.Wait()
	close(h.lines)
	h.client.CloseIdleConnections()
	if h.ended == nil {
		return nil
	}
	return h.ended()
}
