package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// eventsOf reads lines of JSON, and validates each against the schema of its type.
func eventsOf(t *testing.T, out string) (events []event.Event) {
	t.Helper()
	schemas := map[event.Type]*jsonschema.Schema{}
	for line := range strings.Lines(out) {
		var e event.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if schemas[e.Type] == nil {
			schemas[e.Type] = schemaOf(t, e.Type)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err == nil {
			err = schemas[e.Type].Validate(value)
		}
		if err != nil {
			t.Errorf("%v: %s", err, line)
		}
		events = append(events, e)
	}
	return events
}

// schemaOf compiles the schema of a type of event.
func schemaOf(t *testing.T, of event.Type) *jsonschema.Schema {
	t.Helper()
	raw, err := json.Marshal(event.Schema(of))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("event.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("event.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func typesOf(events []event.Event) (types []event.Type) {
	for _, e := range events {
		types = append(types, e.Type)
	}
	return types
}

// TestWatchOnce is what cron does: each run prints what is new.
func TestWatchOnce(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	state := filepath.Join(t.TempDir(), "state.json")
	run := func(args ...string) []event.Event {
		t.Helper()
		out, logs, code := once(t, environment(api), append([]string{"watch", "--once", "--state", state}, args...)...)
		if code != 0 || logs != "" {
			t.Fatalf("code %d: %s", code, logs)
		}
		return eventsOf(t, out)
	}
	first := run("--since", "yesterday", "--meeting", "design review", "--people")
	want := []event.Type{event.SessionStarted, event.SessionEnded, event.RecapReady, event.RecordingReady}
	var got []event.Type
	for _, e := range first {
		if e.Person == nil {
			got = append(got, e.Type)
		}
	}
	if !slices.Equal(got, want) || len(first) < 12 || first[0].MeetingID != demoapi.ReviewMeetingID {
		t.Fatalf("%v", typesOf(first))
	}
	for _, e := range first {
		if a := e.Attendance; a != nil && (a.Attended != 7 || a.AbsentCount != 2 || a.GuestCount != 1 || len(a.People) != 10) {
			t.Errorf("%+v", a)
		}
	}
	if second := run("--meeting", "design review"); len(second) != 0 {
		t.Errorf("repeated: %v", typesOf(second))
	}
	info, err := os.Stat(state)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// TestWatchFilters holds what --event, --meeting and --app leave.
func TestWatchFilters(t *testing.T) {
	t.Parallel()
	env := with(environment(unpaced(t, demoapi.Options{})), "REALTIMEKIT_RATE_LIMIT", "20000/1s")
	for name, tc := range map[string]struct {
		args  []string
		types []event.Type
		app   string
	}{
		"event":       {[]string{"--event", "recap.ready"}, []event.Type{event.RecapReady}, demoapi.AppID},
		"two events":  {[]string{"--event", "recap.ready,session.ended"}, []event.Type{event.RecapReady, event.SessionEnded}, demoapi.AppID},
		"another app": {[]string{"--app", "staging", "--event", "session.started"}, []event.Type{event.SessionStarted}, demoapi.StagingAppID},
		"one person": {[]string{"--meeting", demoapi.ReviewMeetingID, "--event", "person.left"},
			[]event.Type{event.PersonLeft}, demoapi.AppID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// These days hold sessions of every app.
			since := time.Now().AddDate(0, 0, -9).Format(time.DateOnly)
			out, logs, code := once(t, env, append([]string{"watch", "--once", "--since", since}, tc.args...)...)
			if code != 0 {
				t.Fatalf("code %d: %s", code, logs)
			}
			events := eventsOf(t, out)
			if len(events) == 0 {
				t.Error("no events")
			}
			for _, e := range events {
				if !slices.Contains(tc.types, e.Type) || e.AppID != tc.app {
					t.Errorf("%s of app %s", e.Type, e.AppID)
				}
			}
		})
	}
}

// TestWatchUsage holds which command lines and state files are refused, with what is
// right, and that no state file is overwritten.
func TestWatchUsage(t *testing.T) {
	t.Parallel()
	damaged := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(damaged, []byte(`{"version":1,"sum"`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"interval": {[]string{"--interval=1s"}, "at least 5s"},
		"once":     {[]string{"--once"}, "--once needs --state FILE, or --since TIME"},
		"event":    {[]string{"--event=meeting.started"}, "only of session.started"},
		"person":   {[]string{"--event=person.left"}, "needs --meeting"},
		"since":    {[]string{"--since=lately"}, "--since must be a date"},
		"late":     {[]string{"--late-after-minutes=-1"}, "must not be negative"},
		"damaged":  {[]string{"--state", damaged}, "is damaged; it was left as it is"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, logs, code := once(t, nil, append([]string{"--demo", "watch"}, tc.args...)...)
			if code != 2 || out != "" || !strings.Contains(logs, tc.want) || strings.Count(logs, "\n") > 2 {
				t.Errorf("code %d, %q, %q", code, out, logs)
			}
		})
	}
	if raw, err := os.ReadFile(damaged); err != nil || string(raw) != `{"version":1,"sum"` {
		t.Errorf("%s, %v", raw, err)
	}
}

// TestWatchFailures holds the exit status of a run that could not read everything, and
// that neither token nor link is said.
func TestWatchFailures(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{Faults: demoapi.Faults{Status: 403, FailAll: true, Cloudflare: true}})
	out, logs, code := once(t, environment(api), "watch", "--once", "--since", "yesterday")
	if code != 1 || out != "" || !strings.Contains(logs, "could not be read") || !strings.Contains(logs, "permission") ||
		strings.Count(logs, "\n") != 2 {
		t.Errorf("code %d, %q, %q", code, out, logs)
	}
}

// TestWatchSchemas holds that the schemas are printed without an account.
func TestWatchSchemas(t *testing.T) {
	t.Parallel()
	out, logs, code := once(t, nil, "watch", "--schema")
	var schemas map[event.Type]map[string]any
	if err := json.Unmarshal([]byte(out), &schemas); err != nil || code != 0 || len(schemas) != len(event.Types()) {
		t.Errorf("code %d, %v: %s%s", code, err, out, logs)
	}
}

// watching starts the program, and hands on its lines.
func watching(t *testing.T, env map[string]string, args ...string) (*exec.Cmd, <-chan event.Event, *lockedBuffer) {
	t.Helper()
	cmd, logs := command(t, env, append([]string{"watch"}, args...)...), &lockedBuffer{}
	cmd.Stderr = logs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := make(chan event.Event, 1000)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			var e event.Event
			if err := json.Unmarshal(s.Bytes(), &e); err != nil {
				t.Error(err)
			}
			lines <- e
		}
	}()
	return cmd, lines, logs
}

// TestWatchDemo watches the sample account in fast motion, faster than a user does:
// a meeting begins, fills and ends, and its recap is ready.
func TestWatchDemo(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no signals")
	}
	t.Parallel()
	program(t) // is built before the clock begins
	cmd, lines, logs := watching(t, nil, "--demo", "--time-lapse", time.Now().Format(time.RFC3339Nano)+",600")
	var got []event.Event
	for left := 2; left > 0; { // recap and recording, in any order
		e, more := <-lines
		if !more {
			t.Fatal(logs)
		}
		if got = append(got, e); e.Type == event.RecapReady || e.Type == event.RecordingReady {
			left--
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for e := range lines {
		got = append(got, e)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, logs)
	}
	types := typesOf(got)
	if types[0] != event.SessionStarted || types[1] != event.PersonJoined ||
		!slices.Contains(types, event.SessionEnded) || !slices.Contains(types, event.RecordingReady) ||
		!slices.Contains(types, event.RecapReady) {
		t.Errorf("%v", types)
	}
	if n := strings.Count(logs.String(), "\n"); n != 1 {
		t.Error(logs)
	}
}

// TestWatchNobodyReads holds that the program ends when nobody reads its lines any more.
func TestWatchNobodyReads(t *testing.T) {
	t.Parallel()
	cmd := command(t, environment(sample(t, demoapi.Options{})), "watch", "--since", "yesterday")
	logs := &lockedBuffer{}
	cmd.Stderr = logs
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = writer
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = reader.Close(), writer.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(logs.String(), "could not be printed") {
			t.Errorf("%v: %s", err, logs)
		}
	case <-time.After(20 * time.Second):
		_ = cmd.Process.Kill()
		t.Error("it goes on")
	}
}

// TestWatchLock holds that a second process with one state is refused.
func TestWatchLock(t *testing.T) {
	t.Parallel()
	env := environment(sample(t, demoapi.Options{}))
	state := filepath.Join(t.TempDir(), "state")
	_, lines, _ := watching(t, env, "--state", state, "--since", "yesterday")
	<-lines
	_, logs, code := once(t, env, "watch", "--state", state, "--once")
	if code != 1 || !strings.Contains(logs, "another process watches with this state file") {
		t.Errorf("code %d: %s", code, logs)
	}
}

// TestWatchBudget holds that half of --rate-limit is used, and no more.
func TestWatchBudget(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var at []time.Time
	api := unpaced(t, demoapi.Options{Observe: func(*http.Request) {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, time.Now())
	}})
	since := time.Now().AddDate(0, 0, -12).Format(time.DateOnly)
	_, logs, code := once(t, environment(api), "watch", "--once", "--since", since, "--event", "session.ended",
		"--rate-limit", "200/1s")
	if code != 0 || len(at) < 120 {
		t.Fatalf("code %d, %d requests: %s", code, len(at), logs)
	}
	for i := range len(at) - 100 {
		if d := at[i+100].Sub(at[i]); d < time.Second {
			t.Fatalf("101 requests within %s", d)
		}
	}
}
