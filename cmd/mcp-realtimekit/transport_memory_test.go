package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

// raw is a server whose output is read only when a test does.
type raw struct {
	t        *testing.T
	cmd      *exec.Cmd
	in       io.WriteCloser
	out      *bufio.Reader
	closeOut func() error
	logs     *lockedBuffer
}

func startRaw(t *testing.T, env map[string]string, args ...string) *raw {
	t.Helper()
	return startCommand(t, command(t, env, args...))
}

// startCommand leaves standard error alone where it is set.
func startCommand(t *testing.T, cmd *exec.Cmd) *raw {
	t.Helper()
	r := &raw{t: t, cmd: cmd, logs: &lockedBuffer{}}
	in, err := r.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.in, r.out, r.closeOut = in, bufio.NewReaderSize(out, 1<<20), out.Close
	if cmd.Stderr == nil {
		cmd.Stderr = r.logs
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
	})
	return r
}

func (r *raw) send(line string) {
	r.t.Helper()
	if _, err := io.WriteString(r.in, line+"\n"); err != nil {
		r.t.Fatalf("%v; logs: %.1000s", err, r.logs)
	}
}

// write leaves errors to who reads the answers.
func (r *raw) write(text string) { _, _ = io.WriteString(r.in, text) }

// toolLine is a call of a tool. The id is JSON.
func toolLine(id, tool string, a args) string {
	params, err := json.Marshal(args{"name": tool, "arguments": a})
	if err != nil {
		panic(err) // not with what tests send
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":%s}`, id, params)
}

func (r *raw) initialize(revision string) {
	r.t.Helper()
	raw, err := json.Marshal(args{
		"jsonrpc": "2.0",
		"id":      "hello",
		"method":  "initialize",
		"params":  mcptest.Hello(revision, nil),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.send(string(raw))
	r.line()
	r.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

// line is the next line of the output.
func (r *raw) line() string {
	r.t.Helper()
	line, err := r.out.ReadString('\n')
	if err != nil {
		r.t.Fatalf("%v after %q; logs: %.1000s", err, line, r.logs)
	}
	return line[:len(line)-1]
}

// end expects the server to end by itself, with this code, and to have taken no
// more memory than the bound.
func (r *raw) end(code int, within time.Duration) {
	r.t.Helper()
	checkPeak(r.t, r.cmd.Process, maxPeak)
	kill := time.AfterFunc(within, func() { _ = r.cmd.Process.Kill() })
	defer kill.Stop()
	_ = r.cmd.Wait()
	if got := r.cmd.ProcessState.ExitCode(); got != code {
		r.t.Errorf("exit code %d, want %d (-1: by a signal); logs: %.1000s", got, code, r.logs)
	}
}

// readAnswers reads so many, all of which succeeded: their ids and size.
func readAnswers(t *testing.T, r *raw, calls int) (answered map[int64]bool, size int) {
	t.Helper()
	answered = map[int64]bool{}
	for i := range calls {
		line := r.line()
		size += len(line)
		id, ok := mcptest.ID([]byte(line))
		if i%10 == 0 && !json.Valid([]byte(line)) { // all would take seconds
			t.Fatalf("not JSON: %.300s", line)
		}
		if !ok || !strings.Contains(line, `"structuredContent":`) || strings.Contains(line, `"isError":true`) {
			t.Fatalf("%.300s", line)
		}
		answered[id] = true
	}
	return answered, size
}

// TestUnreadAnswers makes thousands of calls, reads no answer for a while, and
// then all of them.
func TestUnreadAnswers(t *testing.T) {
	const calls = 1100 // more than are handled at a time; their large answers, if kept, are more than maxPeak
	for name, c := range map[string]toolCall{
		"attendance": {
			"get_meeting_attendance",
			args{"query": "stand-up", "sessions": "all", "response_format": "detailed", "limit": 500},
		},
		"large": {
			"list_meeting_participants",
			args{"meeting_id": demoapi.LargeMeetingID, "response_format": "detailed", "limit": 500},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // beside each other alone, for each waits and takes time
			api := unpaced(t, demoapi.Options{LargeRoster: 500})
			r := startRaw(t, environment(api), "--log-level=error", unlimited)
			r.initialize("2025-11-25")
			var sent sync.WaitGroup
			sent.Go(func() {
				for i := range calls {
					r.send(toolLine(strconv.Itoa(i), c.tool, c.args))
				}
			})
			time.Sleep(3 * time.Second)
			begin := time.Now()
			answered, size := readAnswers(t, r, calls)
			sent.Wait()
			t.Logf("%d answers of %d bytes in %s", len(answered), size/calls, time.Since(begin))
			if len(answered) != calls {
				t.Errorf("%d calls were answered", len(answered))
			}
			checkPeak(t, r.cmd.Process, maxPeak)
			_ = r.in.Close()
			r.end(0, 10*time.Second)
		})
	}
}
