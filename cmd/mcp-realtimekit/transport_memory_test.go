package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
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

func (r *raw) initialize(revision string) {
	r.t.Helper()
	r.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":%q,"capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, revision))
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

// TestUnreadAnswers makes thousands of calls, reads no answer for a while, and
// then all of them.
func TestUnreadAnswers(t *testing.T) {
	const calls = 1500
	for name, c := range map[string]struct {
		tool string
		args args
	}{
		"attendance": {"get_meeting_attendance", args{"query": "stand-up", "sessions": "all", "response_format": "detailed", "limit": 500}},
		"large":      {"list_meeting_participants", args{"meeting_id": demoapi.LargeMeetingID, "response_format": "detailed", "limit": 500}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := unpaced(t, demoapi.Options{LargeRoster: 1000})
			r := startRaw(t, environment(api), "--log-level=error", unlimited)
			r.initialize("2025-11-25")
			var sent sync.WaitGroup
			sent.Go(func() {
				for i := range calls {
					line, _ := json.Marshal(args{"jsonrpc": "2.0", "id": i, "method": "tools/call", "params": args{"name": c.tool, "arguments": c.args}})
					r.send(string(line))
				}
			})
			time.Sleep(3 * time.Second)
			begin := time.Now()
			answered := map[int]bool{}
			size := 0
			for range calls {
				var m struct {
					ID     int
					Result struct{ IsError bool }
				}
				line := r.line()
				size += len(line)
				if err := json.Unmarshal([]byte(line), &m); err != nil || m.Result.IsError {
					t.Fatalf("%v %.300s", err, line)
				}
				answered[m.ID] = true
			}
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
