package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// binary is the program, built once for all tests of this package: they run
// what a user runs.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "mcp-realtimekit")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "mcp-realtimekit")
	args := []string{"build", "-o", binary}
	if raceEnabled {
		args = append(args, "-race")
	} else {
		args = append(args, "-trimpath", "-ldflags=-s -w") // as it is shipped
	}
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		panic(string(out))
	}
	flag.Parse()
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		_ = flag.Set(p.Name, strconv.Itoa(max(4, runtime.GOMAXPROCS(0)))) // many tests wait for a clock
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// environment is the sample account's configuration, for a sample account in this process.
func environment(api *demoapi.Server) map[string]string {
	return map[string]string{
		"CLOUDFLARE_API_TOKEN":  demoapi.Token,
		"CLOUDFLARE_ACCOUNT_ID": demoapi.AccountID,
		"REALTIMEKIT_APP_ID":    demoapi.AppID,
		"CLOUDFLARE_BASE_URL":   api.URL,
	}
}

// sample starts a sample account that keeps the documented rate limits, so that
// a test fails where the server does not.
func sample(t testing.TB, o demoapi.Options) *demoapi.Server {
	t.Helper()
	o.EnforceRate = true
	return unpaced(t, o)
}

// unpaced starts a sample account that answers any number of requests, for
// tests of size and speed.
func unpaced(t testing.TB, o demoapi.Options) *demoapi.Server {
	t.Helper()
	s, err := demoapi.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// sampler starts a sample account.
type sampler func(testing.TB, demoapi.Options) *demoapi.Server

// bothShapes runs a test against a sample account that answers as documented
// now, and against one that answers as it did before.
func bothShapes(t *testing.T, f func(*testing.T, sampler)) {
	t.Parallel()
	eachShape(t, f)
}

// eachShape is bothShapes for a test that measures time, beside which no other runs.
func eachShape(t *testing.T, f func(*testing.T, sampler)) {
	t.Run("current", func(t *testing.T) { f(t, sample) })
	t.Run("older", func(t *testing.T) {
		f(t, func(t testing.TB, o demoapi.Options) *demoapi.Server {
			o.OlderShapes = true
			return sample(t, o)
		})
	})
}

// sampleSession is the id of the latest session of a meeting of the sample
// account, which is the same for every start on one day.
func sampleSession(t testing.TB, meetingID string) string {
	t.Helper()
	out, err := command(nil, "--demo", "call", "list_sessions", "meeting_id="+meetingID, "per_page=1", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Sessions []struct {
			ID string `json:"session_id"`
		}
	}
	if err := json.Unmarshal(out, &v); err != nil || len(v.Sessions) != 1 {
		t.Fatalf("%v %s", err, out)
	}
	return v.Sessions[0].ID
}

func command(env map[string]string, args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	// The race detector's runtime would sleep a second at exit.
	cmd.Env = []string{"GORACE=atexit_sleep_ms=0", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	for k, v := range env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	return cmd
}

// once runs the program to its end without input.
func once(t *testing.T, env map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := command(env, args...)
	var out, logs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &logs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if strings.Contains(out.String()+logs.String(), demoapi.Token) {
		t.Error("the token was printed")
	}
	return out.String(), logs.String(), cmd.ProcessState.ExitCode()
}

// proc is a running server and our end of its pipes.
type proc struct {
	t    testing.TB
	cmd  *exec.Cmd
	in   io.WriteCloser
	logs *lockedBuffer
	end  chan struct{} // closed when stdout ended

	mu      sync.Mutex
	nextID  int
	waiting map[string]chan message
	notes   []message // notifications and messages without a waiting call
}

type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

type result struct {
	IsError    bool            `json:"isError"`
	Structured json.RawMessage `json:"structuredContent"`
	Content    []struct {
		Text string `json:"text"`
	} `json:"content"`
}

func (r result) text() string {
	var b strings.Builder
	for _, c := range r.Content {
		b.WriteString(c.Text)
	}
	return b.String()
}

// into decodes the structured content.
func (r result) into(t testing.TB, v any) {
	t.Helper()
	if r.IsError {
		t.Fatalf("tool error: %s", r.text())
	}
	if err := json.Unmarshal(r.Structured, v); err != nil {
		t.Fatalf("structured content %s: %v", r.Structured, err)
	}
}

// launch starts the server without a handshake.
func launch(t testing.TB, env map[string]string, args ...string) *proc {
	t.Helper()
	p := &proc{t: t, cmd: command(env, args...), logs: &lockedBuffer{}, waiting: map[string]chan message{}, end: make(chan struct{})}
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p.logs
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read(out)
	t.Cleanup(func() {
		p.close(0)
		if strings.Contains(p.logs.String(), demoapi.Token) {
			t.Error("the token is in the logs")
		}
		if strings.Contains(p.logs.String(), "DATA RACE") {
			t.Error(p.logs.String())
		}
	})
	return p
}

// start launches the server and shakes hands in the revision before the newest.
func start(t testing.TB, env map[string]string, args ...string) *proc {
	t.Helper()
	p := launch(t, env, args...)
	p.request("initialize", map[string]any{"protocolVersion": "2025-11-25", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "test", "version": "1"}})
	p.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	return p
}

func (p *proc) read(out io.Reader) {
	defer close(p.end)
	lines := bufio.NewReaderSize(out, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			p.dispatch(line)
		}
		if err != nil {
			return
		}
	}
}

func (p *proc) dispatch(line []byte) {
	if bytes.Contains(line, []byte(demoapi.Token)) {
		p.t.Error("the token is in an answer")
	}
	var m message
	if err := json.Unmarshal(line, &m); err != nil {
		p.t.Errorf("stdout carries more than the protocol: %.200q", line)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if ch, ok := p.waiting[string(m.ID)]; ok && m.Method == "" {
		delete(p.waiting, string(m.ID))
		ch <- m
		return
	}
	p.notes = append(p.notes, m)
}

func (p *proc) send(line string) {
	p.t.Helper()
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

// begin sends a request and returns its id and where its response will arrive.
func (p *proc) begin(method string, params any) (int, chan message) {
	p.t.Helper()
	ch := make(chan message, 1)
	p.mu.Lock()
	p.nextID++
	id := p.nextID
	p.waiting[fmt.Sprint(id)] = ch
	p.mu.Unlock()
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	if err != nil {
		p.t.Fatal(err)
	}
	p.send(string(raw))
	return id, ch
}

func (p *proc) request(method string, params any) message {
	p.t.Helper()
	_, ch := p.begin(method, params)
	return p.await(ch)
}

func (p *proc) await(ch chan message) message {
	p.t.Helper()
	select {
	case m := <-ch:
		return m
	case <-time.After(60 * time.Second):
		p.t.Fatalf("no response; logs: %s", p.logs)
		return message{}
	}
}

type args = map[string]any

func (p *proc) call(tool string, a args) result {
	p.t.Helper()
	return p.result(p.request("tools/call", args{"name": tool, "arguments": a}))
}

func (p *proc) result(m message) result {
	p.t.Helper()
	if m.Error != nil {
		p.t.Fatalf("JSON-RPC error: %+v", m.Error)
	}
	var r result
	if err := json.Unmarshal(m.Result, &r); err != nil {
		p.t.Fatal(err)
	}
	return r
}

// close ends stdin and expects the exit code.
func (p *proc) close(code int) {
	p.t.Helper()
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.in.Close()
	p.exit(code, 10*time.Second)
}

func (p *proc) exit(code int, within time.Duration) {
	p.t.Helper()
	kill := time.AfterFunc(within, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	<-p.end // Wait closes the pipe, so all output must have been read
	_ = p.cmd.Wait()
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("exit code %d, want %d; logs: %s", got, code, p.logs)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// with returns a copy of env with changes.
func with(env map[string]string, pairs ...string) map[string]string {
	out := maps.Clone(env)
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}
