package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

type args = map[string]any

// proc is a running server on stdio, and a session with it.
type proc struct {
	t       testing.TB
	cmd     *exec.Cmd
	link    *mcptest.Stdio
	session *mcptest.Session
	logs    *lockedBuffer
	noisy   bool // the test sends what has no id that an answer could be told by

	mu    sync.Mutex
	notes []mcptest.Message // what no request waited for: notifications, and requests of the server
}

// launch starts the server without a handshake.
func launch(t testing.TB, env map[string]string, args ...string) *proc {
	t.Helper()
	p := &proc{t: t, cmd: command(t, env, args...), logs: &lockedBuffer{}}
	p.cmd.Stderr = p.logs
	var err error
	if p.link, err = mcptest.Spawn(p.cmd); err != nil {
		t.Fatal(err)
	}
	p.session = mcptest.Open(p.link, p.observe)
	t.Cleanup(func() {
		p.close(0)
		p.check()
	})
	return p
}

// check holds what is true at the end of every session.
func (p *proc) check() {
	p.t.Helper()
	if strings.Contains(p.logs.String(), demoapi.Token) {
		p.t.Error("the token is in the logs")
	}
	if strings.Contains(p.logs.String(), "DATA RACE") {
		p.t.Error(p.logs.String())
	}
	if tally := p.session.Tally(); !p.noisy && (tally.Doubled > 0 || tally.Stray > 0) {
		p.t.Errorf("answers that nobody asked for: %+v", tally)
	}
}

// start launches the server and shakes hands in the revision before the newest.
func start(t testing.TB, env map[string]string, args ...string) *proc {
	t.Helper()
	p := launch(t, env, args...)
	p.request("initialize", mcptest.Hello("2025-11-25", nil))
	p.send(mcptest.Initialized)
	return p
}

// stateless are the parameters of a request in 2026-07-28, which has no handshake, of a client
// with these capabilities.
func stateless(capabilities args) args {
	return args{"_meta": args{
		"io.modelcontextprotocol/protocolVersion":    "2026-07-28",
		"io.modelcontextprotocol/clientInfo":         args{"name": "test", "version": "1"},
		"io.modelcontextprotocol/clientCapabilities": capabilities,
	}}
}

func (p *proc) observe(line []byte, unasked bool) {
	if bytes.Contains(line, []byte(demoapi.Token)) {
		p.t.Error("the token is in an answer")
	}
	m, err := mcptest.Parse(line)
	if err != nil {
		p.t.Errorf("stdout carries more than the protocol: %v", err)
		return
	}
	if unasked {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.notes = append(p.notes, m)
	}
}

// noted returns what no request waited for, so far.
func (p *proc) noted() []mcptest.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.notes)
}

func (p *proc) send(line string) {
	p.t.Helper()
	if err := p.session.Send(line); err != nil {
		p.t.Fatal(err)
	}
}

// begin makes a call of a tool without waiting for its answer.
func (p *proc) begin(tool string, a args) *mcptest.Call {
	p.t.Helper()
	return p.ask("tools/call", args{"name": tool, "arguments": a})
}

func (p *proc) ask(method string, params any) *mcptest.Call {
	p.t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		p.t.Fatal(err)
	}
	call, err := p.session.Begin(method, raw)
	if err != nil {
		p.t.Fatal(err)
	}
	return call
}

func (p *proc) request(method string, params any) mcptest.Message {
	p.t.Helper()
	return p.await(p.ask(method, params))
}

func (p *proc) await(call *mcptest.Call) mcptest.Message {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	line, err := call.Wait(ctx)
	if err != nil {
		p.t.Fatalf("%v; logs: %s", err, p.logs)
	}
	m, err := mcptest.Parse(line)
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

func (p *proc) call(tool string, a args) result {
	p.t.Helper()
	return p.finish(p.begin(tool, a))
}

// toolCall is a call of a tool.
type toolCall struct {
	tool string
	args args
}

// everyTool returns a call of each tool that the server lists, about a meeting and a
// session. Tests that are about all tools take it, so that they need no list.
func (p *proc) everyTool(meeting, session string) (calls []toolCall) {
	p.t.Helper()
	list := p.request("tools/list", args{})
	every, err := mcptest.EveryTool(list.Result,
		mcptest.Known{Name: "search", Value: "checkout"},
		mcptest.Known{Name: "meeting_id", Value: meeting},
		mcptest.Known{Name: "meeting", Value: meeting},
		mcptest.Known{Name: "meetings", Value: meeting},
		mcptest.Known{Name: "session", Value: session},
		mcptest.Known{Name: "person", Value: "priya.raman@northwind.example"}, // whose name not every answer has
	)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range every {
		calls = append(calls, toolCall{c.Name, c.Arguments})
	}
	return calls
}

// finish waits for the answer to a call of a tool.
func (p *proc) finish(call *mcptest.Call) result {
	p.t.Helper()
	return p.result(p.await(call))
}

// cancel tells the server that the call's answer is not wanted any more.
func (p *proc) cancel(call *mcptest.Call) {
	p.t.Helper()
	if err := call.Cancel(); err != nil {
		p.t.Fatal(err)
	}
}

func (p *proc) result(m mcptest.Message) result {
	p.t.Helper()
	r, err := m.ToolResult()
	if err != nil {
		p.t.Fatal(err)
	}
	return result{r}
}

// close ends stdin and expects the exit code.
func (p *proc) close(code int) {
	p.t.Helper()
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.session.Close()
	p.exited(code)
}

// exit waits for the server's end and expects the exit code.
func (p *proc) exit(code int, within time.Duration) {
	p.t.Helper()
	_ = p.link.Wait(within)
	p.exited(code)
}

func (p *proc) exited(code int) {
	p.t.Helper()
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("exit code %d, want %d; logs: %s", got, code, p.logs)
	}
}

// result is what a call of a tool returned.
type result struct{ mcptest.ToolResult }

func (r result) text() string { return r.Text() }

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

func waitFor(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for range 500 {
		if condition() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}
