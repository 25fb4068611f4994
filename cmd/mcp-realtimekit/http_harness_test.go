package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

// web is a running HTTP server.
type web struct {
	t       testing.TB
	cmd     *exec.Cmd
	url     string // of /mcp
	logs    *lockedBuffer
	out     *lockedBuffer
	secrets []string // must not be in anything it says
	client  *http.Client
	ended   chan struct{}
	ids     atomic.Int64
}

const secret = "a-shared-secret-of-32-characters"

// serveHTTP starts the program on a free port and waits until it listens.
func serveHTTP(t testing.TB, env map[string]string, args ...string) *web {
	t.Helper()
	args = append([]string{"--http", "127.0.0.1:0", "--log-format=json", "--log-level=debug", "--drain-delay=0s"}, args...)
	s := &web{
		t:       t,
		cmd:     command(t, env, args...),
		logs:    &lockedBuffer{},
		out:     &lockedBuffer{},
		ended:   make(chan struct{}),
		secrets: []string{demoapi.Token, secret, "another-callers-token"},
		client:  &http.Client{Transport: &http.Transport{}, Timeout: 60 * time.Second},
	}
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.logs
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(s.ended); _ = s.cmd.Wait() }()
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		_ = s.cmd.Process.Kill()
		<-s.ended
		if s.out.String() != "" {
			t.Errorf("stdout: %s", s.out)
		}
		s.clean("the logs", s.logs.String())
		if strings.Contains(s.logs.String(), "DATA RACE") || strings.Contains(s.logs.String(), "panic") {
			t.Error(s.logs)
		}
	})
	for range 1000 {
		if s.url = s.logged("listening", "url"); s.url != "" {
			return s
		}
		select {
		case <-s.ended:
			t.Fatalf("it ended: %s", s.logs)
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatalf("it does not listen: %s", s.logs)
	return nil
}

// logged is an attribute of the last log line with this message.
func (s *web) logged(message, key string) (value string) {
	for line := range strings.SplitSeq(s.logs.String(), "\n") {
		var m map[string]any
		if json.Unmarshal([]byte(line), &m) == nil && m["msg"] == message {
			value = fmt.Sprint(m[key])
		}
	}
	return value
}

func (s *web) clean(where, text string) {
	s.t.Helper()
	for _, secret := range s.secrets {
		if strings.Contains(text, secret) {
			s.t.Errorf("a token is in %s: %.300s", where, text)
		}
	}
}

type reply struct {
	status int
	header http.Header
	body   string
	mcptest.Message
}

// do sends a request and reads its answer, from a stream of events too.
func (s *web) do(req *http.Request) (reply, error) {
	res, err := s.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}, err
	}
	r := reply{status: res.StatusCode, header: res.Header, body: string(raw)}
	s.clean("an answer", fmt.Sprint(r.header, r.body))
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		// The last event is the response.
		if err := mcptest.Events(bytes.NewReader(raw), func(line []byte) { raw = bytes.Clone(line) }); err != nil {
			return reply{}, err
		}
	}
	r.Message, _ = mcptest.Parse(raw) // not every answer is JSON
	return r, nil
}

func (s *web) must(req *http.Request) reply {
	s.t.Helper()
	r, err := s.do(req)
	if err != nil {
		s.t.Fatalf("%v; logs: %s", err, s.logs)
	}
	return r
}

func (s *web) post(token, body string, header ...string) *http.Request {
	req, err := http.NewRequest(http.MethodPost, s.url, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for pair := range slices.Chunk(header, 2) {
		if pair[0] == "Host" {
			req.Host = pair[1]
			continue
		}
		req.Header.Set(pair[0], pair[1])
	}
	return req
}

// rpc builds a request of the revision before the newest.
func (s *web) rpc(token, method string, params any, header ...string) *http.Request {
	s.t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		s.t.Fatal(err)
	}
	line := mcptest.Encode(s.ids.Add(1), method, raw)
	return s.post(token, string(line), append([]string{"Mcp-Protocol-Version", "2025-11-25"}, header...)...)
}

func (s *web) listApps(token string, header ...string) *http.Request {
	return s.rpc(token, "tools/call", args{"name": "list_apps", "arguments": args{}}, header...)
}

// works reports whether an answer is that of list_apps on the sample account.
func (r reply) works() bool {
	return r.status == http.StatusOK && strings.Contains(r.body, "3 RealtimeKit apps") &&
		!strings.Contains(r.body, `"isError":true`)
}
