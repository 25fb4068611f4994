package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// openState opens a state file until the test ends.
func openState(t *testing.T, path string) *State {
	t.Helper()
	s, err := OpenState(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestRestart holds that nothing is lost or repeated if watching is interrupted.
func TestRestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	try(t, func(tr *trial) {
		m := tr.meeting(3)
		first := tr.session(m, 10*time.Minute, 40*time.Minute).ID
		second := tr.session(m, 50*time.Minute, 60*time.Minute).ID // while nobody watches
		third := tr.session(m, 70*time.Minute, 200*time.Minute).ID
		for i := range tr.world.Sessions {
			s := &tr.world.Sessions[i]
			s.Transcript, s.Summary = s.End.Add(time.Minute), s.End.Add(time.Minute)
		}
		for _, d := range []time.Duration{15 * time.Minute, 60 * time.Minute, 3 * time.Hour} {
			o := tr.options()
			o.State, o.Interval = openState(t, path), 10*time.Minute // each saving takes the disk's time
			if err := tr.watch(o, d); err != nil {
				t.Fatal(err)
			}
			o.State.Close()
			time.Sleep(30 * time.Minute)
		}
		for _, id := range []string{first, second, third} {
			tr.expect(id, event.SessionStarted, event.SessionEnded, event.RecapReady)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Meeting", "Person", "custom-", "summary", "http"} {
			if bytes.Contains(raw, []byte(name)) {
				t.Errorf("%q is in the state: %s", name, raw)
			}
		}
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	})
}

// TestStateFiles holds what a state file is refused for, and that it stays as it is.
func TestStateFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "good")
	good := openState(t, path)
	if err := good.write([]byte(`{"listed":"2026-11-25T00:00:00Z","apps":[]}`)); err != nil {
		t.Fatal(err)
	}
	good.Close()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(state string) string {
		return `{"version":1,"sum":"` + sumOf([]byte(state)) + `","state":` + state + `}`
	}
	for name, tc := range map[string]struct{ content, want string }{
		"empty":         {"", "is damaged"},
		"cut off":       {string(raw[:len(raw)/2]), "is damaged"},
		"other JSON":    {`{"mcpServers":{}}`, "is damaged"},
		"one bit":       {strings.Replace(string(raw), "2026", "2027", 1), "is damaged"},
		"appended":      {string(raw) + "x", "is damaged"},
		"newer":         {`{"version":2,"state":{"a":1}}`, "is of version 2, and this program knows version 1"},
		"unknown field": {sealed(`{"listed":"2026-11-25T00:00:00Z","apps":[],"more":1}`), "is damaged"},
		"wrong id": {sealed(`{"listed":"2026-11-25T00:00:00Z","apps":[{"account":"x","app":"y","since":` +
			`"2026-11-25T00:00:00Z","cursor":"2026-11-25T00:00:00Z","sessions":{}}]}`), "is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "state")
			if err := os.WriteFile(path, []byte(tc.content), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := OpenState(path)
			if !errors.Is(err, ErrState) || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "left as it is") {
				t.Error(err)
			}
			if now, err := os.ReadFile(path); err != nil || string(now) != tc.content {
				t.Errorf("%q, %v", now, err)
			}
		})
	}
	if s := openState(t, path); s.loaded == nil {
		t.Error("a good state was not read")
	}
}

// FuzzState holds that no bytes are taken for a state that was not written by us.
func FuzzState(f *testing.F) {
	f.Add([]byte(`{"version":1,"sum":"","state":{}}`))
	f.Add([]byte(`{"version":3}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := parse("file", raw)
		if (s == nil) != errors.Is(err, ErrState) {
			t.Errorf("%v, %v", s, err)
		}
	})
}

// TestLock holds that two processes never share a state.
func TestLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	first := openState(t, path)
	if _, err := OpenState(path); !errors.Is(err, ErrLocked) {
		t.Error(err)
	}
	first.Close()
	openState(t, path)
}

// TestNoFolder holds that a state which cannot be written is found out before anything is delivered.
func TestNoFolder(t *testing.T) {
	t.Parallel()
	if _, err := OpenState(filepath.Join(t.TempDir(), "none", "state")); err == nil {
		t.Error("no error")
	}
	if _, err := OpenState(t.TempDir()); err == nil {
		t.Error("a folder is no file")
	}
}

// memory is a state that is written into memory, and may refuse to be.
type memory struct {
	mu      sync.Mutex
	content []byte
	refuse  func() error
}

// open is what a process finds that begins now.
func (m *memory) open(t *testing.T) *State {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &State{}
	s.put = func(content []byte) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.refuse != nil {
			if err := m.refuse(); err != nil {
				return err
			}
		}
		m.content = content
		return nil
	}
	if m.content == nil {
		return s
	}
	raw, err := json.Marshal(sealedState{stateVersion, sumOf(m.content), m.content})
	if err == nil {
		s.loaded, err = parse("memory", raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sessions is how many sessions are in the state.
func (m *memory) sessions() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Count(m.content, []byte(`"stage"`))
}

// TestPruned holds that the state does not grow with the days.
func TestPruned(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(2)
		for h := range 72 {
			s := tr.session(m, time.Duration(h)*time.Hour+5*time.Minute, time.Duration(h)*time.Hour+25*time.Minute)
			s.Transcript, s.Summary = s.End, s.End
		}
		var state memory
		o := tr.options()
		o.Interval, o.State = 5*time.Minute, state.open(t)
		if err := tr.watch(o, 73*time.Hour); err != nil {
			t.Fatal(err)
		}
		if n := len(tr.types("")); n != 3*72 {
			t.Errorf("%d events", n)
		}
		if n := state.sessions(); n < 1 || n > 4 {
			t.Errorf("%d sessions are left of 72: %s", n, state.content)
		}
		if n := len(tr.engine.jobs); n > 8 {
			t.Errorf("%d jobs are left", n)
		}
	})
}

// TestUnsaved holds that nothing is delivered while it could not be remembered.
func TestUnsaved(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		s := tr.session(tr.meeting(2), 10*time.Minute, 40*time.Minute).ID
		state := memory{refuse: func() error {
			if d := time.Since(tr.began); d > 10*time.Minute && d < 2*time.Hour {
				return errors.New("no space left")
			}
			return nil
		}}
		o := tr.options()
		o.State = state.open(t)
		time.AfterFunc(100*time.Minute, func() { tr.expect(s, event.SessionStarted) })
		if err := tr.watch(o, 3*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(s, event.SessionStarted, event.SessionEnded)
		if n := strings.Count(tr.log.String(), "could not be saved"); n != 1 {
			t.Errorf("said %d times: %s", n, tr.log)
		}
	})
}

// TestRecorded holds that each delivery is on disk before the next one of its session
// begins, and at once.
func TestRecorded(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		s := tr.session(tr.meeting(2), 10*time.Minute, 40*time.Minute)
		s.Transcript, s.Summary = s.End, s.End
		s.Recordings = []timelapse.Recording{{ID: id(4, 1), Start: s.Start, Stop: s.End, Uploaded: s.End}}
		var state memory
		o := tr.options()
		o.State = state.open(t)
		recorded := func(what string) {
			state.mu.Lock()
			defer state.mu.Unlock()
			if !bytes.Contains(state.content, []byte(what)) {
				t.Errorf("%s after %s is not in %s", what, time.Since(tr.began), state.content)
			}
		}
		tr.refuse = func(e event.Event) bool {
			before := map[event.Type]string{event.SessionEnded: `"stage":1`, event.RecapReady: `"stage":2`}
			after := map[event.Type]string{event.SessionStarted: `"stage":1`, event.SessionEnded: `"stage":2`,
				event.RecapReady: `"recapped":true`, event.RecordingReady: id(4, 1)}
			recorded(before[e.Type])
			time.AfterFunc(time.Millisecond, func() { recorded(after[e.Type]) })
			return false
		}
		if err := tr.watch(o, 2*time.Hour); err != nil {
			t.Fatal(err)
		}
		if n := len(tr.types("")); n != 4 {
			t.Errorf("%d events", n)
		}
	})
}
