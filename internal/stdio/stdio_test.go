package stdio_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/stdio"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const hello = `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-11-25",` +
	`"capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}}`

const listen = `{"jsonrpc":"2.0","id":"s","method":"subscriptions/listen","params":{` +
	`"notifications":{"toolsListChanged":true},"_meta":{` +
	`"io.modelcontextprotocol/protocolVersion":"2026-07-28",` +
	`"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},` +
	`"io.modelcontextprotocol/clientCapabilities":{}}}}`

func toolCall(id, tool string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q,"arguments":{}}}`, id, tool)
}

// fixture returns a server with a tool for each thing that can happen to a call.
func fixture() *server.MCPServer {
	s := server.NewMCPServer("fixture", "1", server.WithToolCapabilities(true), server.WithElicitation())
	add := func(name string, run func(context.Context) (*mcp.CallToolResult, error)) {
		s.AddTool(mcp.NewTool(name), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return run(ctx)
		})
	}
	add("plain", func(context.Context) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultStructured(map[string]any{"a": "<&>\u2028", "n": 1}, "a line\nand \"another\" <&>"), nil
	})
	add("panics", func(context.Context) (*mcp.CallToolResult, error) { panic("on purpose") })
	add("waits", func(ctx context.Context) (*mcp.CallToolResult, error) {
		<-ctx.Done()
		return mcp.NewToolResultText("ended"), nil
	})
	add("slow", func(context.Context) (*mcp.CallToolResult, error) {
		time.Sleep(100 * time.Millisecond)
		return mcp.NewToolResultText("slow"), nil
	})
	add("reports", func(ctx context.Context) (*mcp.CallToolResult, error) {
		for i := range 50 {
			progress := map[string]any{"progress": i}
			if err := s.SendNotificationToClient(ctx, "notifications/progress", progress); err != nil {
				return nil, err
			}
		}
		return mcp.NewToolResultText("reported"), nil
	})
	add("asks", func(ctx context.Context) (*mcp.CallToolResult, error) {
		r, err := s.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{
			Message:         "Which?",
			RequestedSchema: map[string]any{"type": "object"},
		}})
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return mcp.NewToolResultText(fmt.Sprint(r.Action, r.Content)), nil
	})
	return s
}

// serve serves the lines of input and returns the lines of the output.
func serve(t *testing.T, grace time.Duration, input ...string) []string {
	t.Helper()
	var out bytes.Buffer
	in := strings.NewReader(strings.Join(input, "\n"))
	if err := stdio.Serve(t.Context(), fixture(), in, &out, options(grace)); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func options(grace time.Duration) stdio.Options {
	return stdio.Options{Grace: grace, Log: slog.New(slog.DiscardHandler)}
}

// TestAnswers checks that answers are encoded as encoding/json encodes them.
func TestAnswers(t *testing.T) {
	s := fixture()
	for _, line := range []string{
		toolCall("1", "plain"),
		toolCall(`"a\"b"`, "plain"),
		toolCall("1.5", "plain"),
		toolCall("2", "nobody"),
		hello,
		`{"jsonrpc":"2.0","id":3,"method":"tools/list"}`,
		`{"jsonrpc":"2.0","id":4,"method":"no/such"}`,
		`{"jsonrpc":"1.0","id":5,"method":"ping"}`,
	} {
		want, err := json.Marshal(s.HandleMessage(t.Context(), json.RawMessage(line)))
		if err != nil {
			t.Fatal(err)
		}
		if got := serve(t, time.Second, line); len(got) != 1 || got[0] != string(want) {
			t.Errorf("%s\ngot  %q\nwant %q", line, got, want)
		}
	}
}

// TestRefused checks what is refused before mcp-go sees it.
func TestRefused(t *testing.T) {
	const (
		tooDeep = `"the JSON is nested deeper than 64 levels"}`
		tooMany = `"the JSON has more than 20000 values"}`
		tooLong = `"the message is longer than 4194304 bytes"}`
	)
	for line, want := range map[string]string{
		`{"jsonrpc":`: `null,"error":{"code":-32700,"message":"the message is not valid JSON"}`,
		`[1`:          `null,"error":{"code":-32700,"message":"the message is not valid JSON"}`,
		`[1]`:         `null,"error":{"code":-32600,"message":"batches exist in MCP 2025-03-26 only`,
		`null`:        `null,"error":{"code":-32600,"message":"the message has no method"}`,
		`7`:           `null,"error":{"code":-32600,"message":"a message must be`,
		`{"jsonrpc":"2.0","id":null,"method":"ping"}`:     `null,"error":{"code":-32600,"message":"the id of a request`,
		`{"jsonrpc":"2.0","id":[1],"method":"ping"}`:      `null,"error":{"code":-32600,"message":"the id must be`,
		`{"jsonrpc":"2.0","id":"a","method":5}`:           `"a","error":{"code":-32600,"message":"a message must be`,
		`{"jsonrpc":"2.0","id":1` + deep("id"):            `1,"error":{"code":-32600,"message":` + tooDeep,
		`{"jsonrpc":"2.0"` + deep("x") + `,"id":"last"}`:  `"last","error":{"code":-32600,"message":"the JSON is nested`,
		`{"x":[` + strings.Repeat("0,", 30_000) + `0]}`:   `null,"error":{"code":-32600,"message":` + tooMany,
		`{"x":"` + strings.Repeat("x", stdio.MaxLine):     `null,"error":{"code":-32600,"message":` + tooLong,
		strings.Repeat(" ", stdio.MaxLine) + `{"id":"a"}`: `"a","error":{"code":-32600,"message":"the message is longer`,
	} {
		got := serve(t, time.Second, line, toolCall(`"next"`, "plain"))
		want = `{"jsonrpc":"2.0","id":` + want
		if len(got) != 2 || !strings.HasPrefix(got[0], want) || !strings.Contains(got[1], `"id":"next"`) {
			t.Errorf("%.80s\ngot  %q\nwant %q", line, got, want)
		}
	}
}

func deep(name string) string {
	return `,"params":{"` + name + `":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`
}

func TestNothingToSay(t *testing.T) {
	got := serve(t, time.Second,
		"",
		"  \r",
		hello,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`{"jsonrpc":"2.0","id":9,"result":{}}`,
		`{"jsonrpc":"2.0","id":9,"error":{"code":1,"message":"x"}}`,
		`{"jsonrpc":"2.0","id":9,"error":5}`,
	)
	if len(got) != 1 || !strings.Contains(got[0], `"id":"hello"`) {
		t.Errorf("got %q", got)
	}
}

func TestPanic(t *testing.T) {
	const want = `{"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"internal error"}}`
	if got := serve(t, time.Second, toolCall("7", "panics")); got[0] != want {
		t.Errorf("got %q", got)
	}
}

// TestOrder checks that a call's notifications come before its answer.
func TestOrder(t *testing.T) {
	for range 50 {
		got := serve(t, time.Second, hello, toolCall("1", "reports"))
		if len(got) != 52 || !strings.Contains(got[51], `"id":1`) {
			t.Fatalf("got %d lines, the last is %s", len(got), got[len(got)-1])
		}
	}
}

func TestManyAtATime(t *testing.T) {
	input := []string{hello}
	for i := range 1000 {
		input = append(input, toolCall(fmt.Sprint(i), "slow"))
	}
	begin := time.Now()
	got := serve(t, 5*time.Second, input...)
	if len(got) != 1001 || time.Since(begin) > 3*time.Second {
		t.Errorf("%d answers in %s", len(got), time.Since(begin))
	}
	for _, line := range got {
		if !json.Valid([]byte(line)) {
			t.Fatalf("%q", line)
		}
	}
}

// TestCancelled checks that a cancelled call ends and is not answered.
func TestCancelled(t *testing.T) {
	in, feed := io.Pipe()
	var out bytes.Buffer
	served := make(chan error)
	go func() { served <- stdio.Serve(t.Context(), fixture(), in, &out, options(time.Minute)) }()
	_, _ = io.WriteString(feed, hello+"\n"+toolCall(`"a"`, "waits")+"\n"+toolCall("2", "slow")+"\n")
	time.Sleep(50 * time.Millisecond) // until the call has begun
	for _, params := range []string{`{"requestId":"a","reason":"enough"}`, `{"requestId":"nobody"}`, `{}`} {
		_, _ = io.WriteString(feed, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":`+params+"}\n")
	}
	begin := time.Now()
	_ = feed.Close()
	if err := <-served; err != nil || time.Since(begin) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(begin))
	}
	if got := out.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, `"id":2,`) {
		t.Errorf("got %q", got)
	}
}

// TestBound checks that calls above the bound wait and are answered later.
func TestBound(t *testing.T) {
	var running, most atomic.Int64
	release := make(chan struct{})
	open := sync.OnceFunc(func() { close(release) })
	s := server.NewMCPServer("fixture", "1", server.WithToolCapabilities(true))
	s.AddTool(mcp.NewTool("blocks"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		now := running.Add(1)
		for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
		}
		if now == stdio.MaxInFlight {
			time.AfterFunc(200*time.Millisecond, open) // until then more could begin
		}
		<-release
		running.Add(-1)
		return mcp.NewToolResultText("done"), nil
	})
	input := []string{hello}
	for i := range 3 * stdio.MaxInFlight {
		input = append(input, toolCall(fmt.Sprint(i), "blocks"))
	}
	var out bytes.Buffer
	in := strings.NewReader(strings.Join(input, "\n"))
	if err := stdio.Serve(t.Context(), s, in, &out, options(5*time.Second)); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n != len(input) || most.Load() != stdio.MaxInFlight {
		t.Errorf("%d lines, %d at a time", n, most.Load())
	}
}

// TestEnd checks that after the input has ended Serve waits for calls, within its
// grace, but not for streams.
func TestEnd(t *testing.T) {
	if got := serve(t, time.Minute, hello, toolCall("1", "slow")); len(got) != 2 {
		t.Errorf("slow: %q", got)
	}
	begin := time.Now()
	got := serve(t, 200*time.Millisecond, hello, toolCall("1", "waits"))
	if len(got) != 2 || time.Since(begin) < 200*time.Millisecond {
		t.Errorf("waits: %q after %s", got, time.Since(begin))
	}
	begin = time.Now()
	got = serve(t, time.Minute, listen)
	if time.Since(begin) > 5*time.Second || !strings.Contains(got[0], "notifications/subscriptions/acknowledged") {
		t.Errorf("stream: %q after %s", got, time.Since(begin))
	}
}

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, feed := io.Pipe()
	defer func() { _ = feed.Close() }()
	served := make(chan error)
	go func() { served <- stdio.Serve(ctx, fixture(), in, io.Discard, options(time.Minute)) }()
	_, _ = io.WriteString(feed, hello+"\n"+toolCall("1", "waits")+"\n")
	cancel()
	select {
	case err := <-served:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it serves on")
	}
}

func TestBrokenInput(t *testing.T) {
	broken := errors.New("broken")
	in := io.MultiReader(strings.NewReader(hello+"\n"), iotest.ErrReader(broken))
	err := stdio.Serve(t.Context(), fixture(), in, io.Discard, options(time.Second))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// TestQuestion asks a client that answers, refuses or leaves.
func TestQuestion(t *testing.T) {
	for answer, want := range map[string]string{
		`"result":{"action":"accept","content":{"x":1}}`: "acceptmap[x:1]",
		`"error":{"code":-1,"message":"not now"}`:        "not now",
		`"result":5`: "the client's answer",
		``:           "context canceled",
	} {
		in, feed := io.Pipe()
		out, sink := io.Pipe()
		go func() {
			_ = sink.CloseWithError(stdio.Serve(t.Context(), fixture(), in, sink, options(100*time.Millisecond)))
		}()
		lines := bufio.NewScanner(out)
		next := func() (m struct {
			ID     json.RawMessage
			Method string
			Result json.RawMessage
		}) {
			if !lines.Scan() || json.Unmarshal(lines.Bytes(), &m) != nil {
				t.Fatalf("%s: %q, %v", answer, lines.Text(), lines.Err())
			}
			return m
		}
		_, _ = io.WriteString(feed, hello+"\n")
		next()
		_, _ = io.WriteString(feed, `{"jsonrpc":"2.0","method":"notifications/initialized"}`+"\n"+toolCall("1", "asks")+"\n")
		q := next()
		if q.Method != "elicitation/create" {
			t.Fatalf("%s: %s", answer, lines.Text())
		}
		if answer != "" {
			_, _ = io.WriteString(feed, `{"jsonrpc":"2.0","id":999,"result":{}}`+"\n")
			_, _ = fmt.Fprintf(feed, `{"jsonrpc":"2.0","id":%s,%s}`+"\n", q.ID, answer)
		} else {
			_ = feed.Close()
		}
		if m := next(); !strings.Contains(string(m.Result), want) {
			t.Errorf("%s: %s, want %q", answer, lines.Text(), want)
		}
		_ = feed.Close()
		for lines.Scan() {
			t.Errorf("%s: then %s", answer, lines.Text())
		}
	}
}

func FuzzServe(f *testing.F) {
	f.Add(hello + "\n" + toolCall("1", "plain"))
	f.Add(`{"jsonrpc":"2.0","id":1,"result":{}}` + "\n\n[{}]\n\xff")
	f.Fuzz(func(t *testing.T, input string) {
		var out bytes.Buffer
		err := stdio.Serve(t.Context(), fixture(), strings.NewReader(input), &out, options(10*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%q is answered by %q", input, line)
			}
		}
	})
}
