package deliver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// seenByCommand is what a command was given.
type seenByCommand struct {
	Args  []string
	Env   []string
	Stdin string
}

// help is the program that these tests run; its first argument says what to do.
func help(args []string) int {
	switch args[0] {
	case "note": // what it is given, into a file
		stdin, err := io.ReadAll(os.Stdin)
		if err != nil {
			return 1
		}
		raw, err := json.Marshal(seenByCommand{args, os.Environ(), string(stdin)})
		if err != nil || os.WriteFile(args[1], raw, 0o600) != nil {
			return 1
		}
	case "exit":
		code, _ := strconv.Atoi(args[1])
		return code
	case "print":
		_, _ = io.WriteString(os.Stdout, "to standard output\n")
		_, _ = io.WriteString(os.Stderr, "to standard error\x1b[2J")
	case "hang": // with as many children, all of them deaf to a request to end
		signal.Ignore(syscall.SIGTERM)
		if args[2] != "0" {
			child := exec.Command(os.Args[0], "hang", args[1], "0") //nolint:gosec // itself
			child.Stdout = os.Stdout
			if child.Start() != nil {
				return 1
			}
		}
		conn, err := net.Dial("tcp", args[1]) //nolint:gosec // the test gives its address
		if err != nil {
			return 1
		}
		_, _ = io.WriteString(conn, args[2])
		_, _ = io.Copy(io.Discard, conn) // until the test lets go
	}
	return 0
}

// helper returns a Command that runs this program.
func helper(t *testing.T, o CommandOptions, args ...string) *Command {
	t.Helper()
	o.Line = "'" + os.Args[0] + "' " + strings.Join(args, " ")
	o.Environ = append(append(os.Environ(), "DELIVER_TEST_HELPER=1", "GORACE=atexit_sleep_ms=0"), o.Environ...)
	c, err := NewCommand(o)
	if err != nil {
		t.Fatal(err)
	}
	c.delay = 20 * time.Millisecond
	return c
}

func TestCommand(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "seen")
	const token = "a-token-of-the-test"
	c := helper(t, CommandOptions{
		Environ: []string{
			"CLOUDFLARE_API_TOKEN=" + token,
			"CLOUDFLARE_API_TOKEN_FILE=/run/token",
			"CLOUDFLARE_ACCOUNT_ID=kept",
			"MCP_REALTIMEKIT_SHARED_SECRET=shared",
			"MCP_REALTIMEKIT_POST_SECRET=whsec_x",
			"OTEL_EXPORTER_OTLP_HEADERS=authorization=x",
			"REALTIMEKIT_EVENT_ID=of-another-event",
			"ANOTHER_NAME=Bearer " + token,
		},
		Secrets: []string{token, ""},
	}, "note", "'"+file+"'", `"two words"`, `'$HOME; *'`, `three\ words`, `""`)
	e := ended()
	e.AppID = "not an id; $(touch x)"
	if err := c.Deliver(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got seenByCommand
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if want := []string{"note", file, "two words", "$HOME; *", "three words", ""}; !slices.Equal(got.Args, want) {
		t.Errorf("arguments %q", got.Args)
	}
	var back event.Event
	if err := json.Unmarshal([]byte(got.Stdin), &back); err != nil || !reflect.DeepEqual(back, e) {
		t.Errorf("%v: stdin is %q", err, got.Stdin)
	}
	if bytes.Contains(raw, []byte(token)) {
		t.Error("the token is in what the command sees")
	}
	own := slices.DeleteFunc(got.Env, func(v string) bool { return !regexp.MustCompile(`^(REALTIMEKIT|CLOUDFLARE|MCP|OTEL)_`).MatchString(v) })
	slices.Sort(own)
	if want := []string{
		"CLOUDFLARE_ACCOUNT_ID=kept",
		"REALTIMEKIT_EVENT_ID=" + e.ID,
		"REALTIMEKIT_EVENT_MEETING_ID=" + e.MeetingID,
		"REALTIMEKIT_EVENT_SESSION_ID=" + e.SessionID,
		"REALTIMEKIT_EVENT_TYPE=session.ended",
	}; !slices.Equal(own, want) {
		t.Errorf("variables %q", own)
	}
}

func TestCommandStatus(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]struct{ fails, final bool }{
		"0":  {false, false},
		"1":  {true, false},
		"65": {true, true},
		"75": {true, false},
	} {
		err := helper(t, CommandOptions{}, "exit", code).Deliver(t.Context(), ended())
		if (err != nil) != want.fails || Permanent(err) != want.final {
			t.Errorf("status %s: %v, permanent %t", code, err, Permanent(err))
		}
		if want.fails && !strings.Contains(err.Error(), "status "+code) {
			t.Errorf("status %s: %v", code, err)
		}
	}
	c := helper(t, CommandOptions{})
	c.path = filepath.Join(t.TempDir(), "gone")
	if err := c.Deliver(t.Context(), ended()); err == nil || Permanent(err) {
		t.Errorf("a program that is gone: %v", err)
	}
}

func TestCommandOutput(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := helper(t, CommandOptions{Output: &out}, "print").Deliver(t.Context(), ended()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	slices.Sort(lines)
	if want := []string{"exec: to standard error[2J", "exec: to standard output"}; !slices.Equal(lines, want) {
		t.Errorf("%q", lines)
	}
}

// listen returns a listener for helpers that hang.
func listen(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// accept waits for a helper that hangs, and tells how many children it has.
func accept(t *testing.T, l *net.TCPListener) (conn net.Conn, children byte) {
	t.Helper()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	said := make([]byte, 1)
	if _, err := io.ReadFull(conn, said); err != nil {
		t.Fatal(err)
	}
	return conn, said[0]
}

// TestCommandIsEnded holds that a command ends with all that it has started, even if none
// of it wants to.
func TestCommandIsEnded(t *testing.T) {
	t.Parallel()
	l := listen(t)
	c := helper(t, CommandOptions{}, "hang", l.Addr().String(), "1")
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan error, 1)
	go func() { got <- c.Deliver(ctx, ended()) }()
	first, _ := accept(t, l)
	second, _ := accept(t, l)
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for _, conn := range []net.Conn{first, second} {
		if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a process is left: %v", err)
		}
	}
}

func TestCommandTimeout(t *testing.T) {
	t.Parallel()
	l := listen(t)
	c := helper(t, CommandOptions{Timeout: 30 * time.Millisecond}, "hang", l.Addr().String(), "0")
	err := c.Deliver(t.Context(), ended())
	if err == nil || Permanent(err) || !strings.Contains(err.Error(), "took longer than 30ms") {
		t.Error(err)
	}
}

// TestCommandLeavesChildren holds that a command which ends well is not held up by what it
// leaves running with its output.
func TestCommandLeavesChildren(t *testing.T) {
	t.Parallel()
	l := listen(t)
	var out strings.Builder
	c := helper(t, CommandOptions{Output: &out}, "hang", l.Addr().String(), "1")
	got := make(chan error, 1)
	go func() { got <- c.Deliver(t.Context(), ended()) }()
	parent, children := accept(t, l)
	if children == '0' {
		parent, _ = accept(t, l)
	} else {
		accept(t, l)
	}
	_ = parent.Close()
	if err := <-got; err != nil {
		t.Error(err)
	}
}

func TestCommandParallel(t *testing.T) {
	t.Parallel()
	l := listen(t)
	c := helper(t, CommandOptions{Parallel: 2}, "hang", l.Addr().String(), "0")
	got := make(chan error, 3)
	for range 3 {
		go func() { got <- c.Deliver(t.Context(), ended()) }()
	}
	first, _ := accept(t, l)
	second, _ := accept(t, l)
	_ = l.SetDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := l.Accept(); err == nil {
		t.Error("three run at one time")
	}
	_ = l.SetDeadline(time.Time{})
	_ = first.Close()
	third, _ := accept(t, l)
	_, _ = second.Close(), third.Close()
	for range 3 {
		if err := <-got; err != nil {
			t.Error(err)
		}
	}
	c.slots <- struct{}{}
	c.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Deliver(ctx, ended()); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait that is cancelled: %v", err)
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		`notify`:                     {"notify"},
		` notify  "a b" 'c d' e\ f `: {"notify", "a b", "c d", "e f"},
		`notify '' "|" '>'`:          {"notify", "", "|", ">"},
		`sh -c 'cat >> "$HOME/x"'`:   {"sh", "-c", `cat >> "$HOME/x"`},
		`notify $HOME`:               {"notify", "$HOME"},
		`notify 'C:\Program Files'`:  {"notify", `C:\Program Files`},
	} {
		if got, err := split(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", line, got, err)
		}
	}
	for _, line := range []string{
		"", "  ", `""`, "a | b", "a > b", "a; b", "a && b", "a < b", "a 2>b", `a "b`, `a 'b`, "a (b)", `a \`,
	} {
		if got, err := split(line); err == nil {
			t.Errorf("%s is read as %q", line, got)
		}
	}
	for _, line := range []string{"no-such-program-anywhere x", "a | b"} {
		if _, err := NewCommand(CommandOptions{Line: line}); err == nil {
			t.Errorf("%s is taken", line)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, line := range []string{`notify "a b" 'c d'`, "a | b", `a\`, "$(x) `y`"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		args, err := split(line)
		if err == nil && (len(args) == 0 || args[0] == "") {
			t.Errorf("%q is read as %q", line, args)
		}
	})
}

func FuzzVariables(f *testing.F) {
	f.Add("session.ended", "05e57591-d89e-45c9-ae44-08dc1eaad0e0")
	f.Add("session.ended\nX=1", "a_b")
	form := regexp.MustCompile(`^REALTIMEKIT_EVENT_((ID|APP_ID|MEETING_ID|SESSION_ID)=[0-9A-Za-z-]{1,64}|TYPE=[a-z]+\.[a-z]+)$`)
	f.Fuzz(func(t *testing.T, kind, id string) {
		e := event.Event{Type: event.Type(kind), ID: id, AppID: id + "x", MeetingID: "x" + id, SessionID: id + id}
		for _, v := range variables(e) {
			if !form.MatchString(v) {
				t.Errorf("%q", v)
			}
		}
	})
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		writes []string
		want   string
	}{
		"nothing":     {nil, ""},
		"lines":       {[]string{"a\nb", "c\n\nd"}, "exec: a\nexec: bc\nexec: d\n"},
		"hidden":      {[]string{"a\u202eb\x1b[1m\r\n"}, "exec: ab[1m\n"},
		"a long line": {[]string{strings.Repeat("x", 9000), "y\nz\n"}, "exec: " + strings.Repeat("x", 499) + "…\nexec: z\n"},
		"many lines": {
			[]string{strings.Repeat("x\n", 5000)},
			strings.Repeat("exec: x\n", 100) + "exec: the command printed more, which is left out\n",
		},
		"invalid UTF-8": {[]string{"\xff\xfea\n"}, "exec: a\n"},
	} {
		var out strings.Builder
		x := newExcerpt(&out)
		for _, w := range tc.writes {
			if n, err := io.WriteString(x, w); err != nil || n != len(w) {
				t.Errorf("%s: %d, %v", name, n, err)
			}
		}
		x.end()
		if got := out.String(); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
