package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

const (
	watchedMeeting = "497f6eca-6276-4993-bfeb-53cbbbba6f08"
	watchedSession = "0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"
	watchedName    = "Mallory `id`'\"\r\nX: y"
	watchedTitle   = "Secret plans'\"; $(id)\r\nX: y"
)

// watched is an account with a session that began and ended today, of somebody with a name
// that no log may have. It returns the arguments that tell of it.
func watched(t *testing.T) (env map[string]string, args []string) {
	t.Helper()
	api := scripted.Start(t)
	now := time.Now().UTC()
	at := func(ago time.Duration) string { return now.Add(-ago).Format(time.RFC3339) }
	begin, end := at(2*time.Hour), at(time.Hour)
	api.Meeting(
		map[string]any{"id": watchedMeeting, "title": watchedTitle, "status": "ACTIVE", "created_at": begin},
		[]any{map[string]any{"id": "user-1", "name": watchedName, "custom_participant_id": "m1", "preset_name": "host"}},
		[]map[string]any{{
			"id": watchedSession, "associated_id": watchedMeeting, "meeting_display_name": watchedTitle,
			"status": "ENDED", "type": "meeting", "started_at": begin, "ended_at": end, "created_at": begin, "updated_at": end,
		}},
		map[string][]any{watchedSession: {map[string]any{
			"id": "peer-1", "user_id": "user-1", "custom_participant_id": "m1", "display_name": watchedName,
			"preset_name": "host", "joined_at": begin, "left_at": end, "duration": 60,
		}}},
	)
	args = []string{
		"watch", "--once", "--people", "--since", at(3 * time.Hour), "--event", "session.started,session.ended",
		"--state", filepath.Join(t.TempDir(), "state"),
	}
	return api.Environment(), args
}

// types are those of events, one a line.
func types(t *testing.T, lines string) (all []string) {
	t.Helper()
	for line := range strings.Lines(lines) {
		var e event.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.SessionID != watchedSession {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, string(e.Type))
	}
	return all
}

var bothEvents = []string{"session.started", "session.ended"}

// TestWatchExec holds that a command gets each event once, in order, and no secret, and
// that one it could not take is kept for the next time.
func TestWatchExec(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("sh is not installed")
	}
	env, watching := watched(t)
	folder := t.TempDir()
	seen, variables, flag := filepath.Join(folder, "seen"), filepath.Join(folder, "variables"), filepath.Join(folder, "flag")
	env = with(env,
		"MCP_REALTIMEKIT_POST_SECRET", "whsec_of-no-use-here",
		"ANOTHER", "Bearer "+scripted.Token,
		"SEEN", seen, "VARIABLES", variables, "FLAG", flag)
	const script = `sh -c 'test -e "$FLAG" || exit 75; cat >> "$SEEN"; env >> "$VARIABLES"; echo done'`
	out, logs, code := once(t, env, append(watching, "--exec", script)...)
	if code != 1 || out != "" || !strings.Contains(logs, "status 75") {
		t.Errorf("a command that fails: code %d, %s%s", code, out, logs)
	}
	if err := os.WriteFile(flag, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out, logs, code = once(t, env, append(watching, "--exec", script)...)
	raw, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	if code != 0 || string(raw) != out || !slices.Equal(types(t, out), bothEvents) {
		t.Errorf("code %d, printed %s, command got %s, %s", code, out, raw, logs)
	}
	if strings.Count(logs, "exec: done\n") != 2 || strings.Contains(logs, "Mallory") || strings.Contains(logs, "plans") {
		t.Errorf("logs: %s", logs)
	}
	given, err := os.ReadFile(variables)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{scripted.Token, "whsec_", "Mallory", "plans"} {
		if strings.Contains(string(given), secret) {
			t.Errorf("%s is in the variables: %s", secret, given)
		}
	}
	for _, want := range []string{
		"REALTIMEKIT_EVENT_TYPE=session.ended", "REALTIMEKIT_EVENT_SESSION_ID=" + watchedSession, "REALTIMEKIT_EVENT_ID=evt-",
		"REALTIMEKIT_EVENT_MEETING_ID=" + watchedMeeting, "REALTIMEKIT_EVENT_APP_ID=" + scripted.AppID,
	} {
		if !strings.Contains(string(given), want) {
			t.Errorf("%s is not in %s", want, given)
		}
	}
	out, logs, code = once(t, env, append(watching, "--exec", script)...)
	if again, _ := os.ReadFile(seen); code != 0 || out != "" || len(again) != len(raw) {
		t.Errorf("a third time: code %d, %s%s", code, out, logs)
	}
}

// receiver is where events are posted.
type receiver struct {
	mu     sync.Mutex
	status int
	bodies strings.Builder
	errs   []error
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	checker, err := standardwebhooks.NewWebhook(postSecret)
	body, err2 := io.ReadAll(req.Body)
	if err == nil && err2 == nil {
		err = checker.Verify(body, req.Header)
	}
	if err != nil || err2 != nil {
		r.errs = append(r.errs, err, err2)
	}
	if r.status < 300 {
		_, _ = r.bodies.Write(body)
	}
	w.WriteHeader(r.status)
}

// answer has the receiver answer with a status from now on.
func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// posted is what it has taken. What was wrong with it fails the test.
func (r *receiver) posted(t *testing.T) string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.errs) > 0 {
		t.Error(r.errs)
	}
	return r.bodies.String()
}

var postSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("a secret of this test, of 32 byte"))

func TestWatchPost(t *testing.T) {
	t.Parallel()
	r := &receiver{status: http.StatusServiceUnavailable}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	env, watching := watched(t)
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(postSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	watching = append(watching, "--post", s.URL+"/hook/of-secret-words", "--post-secret-file", file)
	run := func(wantCode int) (out, logs string) {
		t.Helper()
		out, logs, code := once(t, env, watching...)
		if code != wantCode || strings.Contains(logs, "secret-words") || strings.Contains(logs, "Mallory") ||
			strings.Contains(logs, postSecret) {
			t.Errorf("code %d, want %d: %s", code, wantCode, logs)
		}
		return out, logs
	}
	if out, logs := run(1); out != "" || !strings.Contains(logs, "HTTP 503") {
		t.Errorf("a receiver that is busy: %s%s", out, logs)
	}
	r.answer(http.StatusNoContent)
	out, _ := run(0)
	if posted := r.posted(t); out != posted || !slices.Equal(types(t, out), bothEvents) {
		t.Errorf("printed %s, posted %s", out, posted)
	}
	_, watching = watched(t)
	env = with(env, "MCP_REALTIMEKIT_POST_SECRET", postSecret)
	watching = append(watching, "--post", s.URL+"/hook/of-secret-words")
	r.answer(http.StatusUnprocessableEntity)
	if out, logs := run(0); len(types(t, out)) != 2 || strings.Count(logs, "an event was refused") != 2 {
		t.Errorf("a receiver that does not want them: %s%s", out, logs)
	}
}

// TestWatchSinksMisuse holds that what could not work is refused before anything is read.
func TestWatchSinksMisuse(t *testing.T) {
	t.Parallel()
	const never = "http://127.0.0.1:1/client/v4"
	env := with(scripted.Start(t).Environment(), "CLOUDFLARE_BASE_URL", never)
	short := with(env, "MCP_REALTIMEKIT_POST_SECRET", "whsec_c2hvcnQ=")
	signed := with(env, "MCP_REALTIMEKIT_POST_SECRET", postSecret)
	for _, tc := range []struct {
		env  map[string]string
		args []string
		want string
	}{
		{env, []string{"--exec", "a | b"}, "without a shell"},
		{env, []string{"--exec", "no-such-program-anywhere"}, "no-such-program-anywhere"},
		{env, []string{"--exec", "sh", "--exec-timeout", "0s"}, "--exec-timeout must be positive"},
		{env, []string{"--exec", "sh", "--exec-parallel", "0"}, "--exec-parallel must be at least 1"},
		{env, []string{"--post", "https://hooks.example.com/"}, "needs a secret"},
		{short, []string{"--post", "https://hooks.example.com/"}, "24 to 64 random bytes"},
		{signed, []string{"--post", "http://hooks.example.com/"}, "must be https"},
		{env, []string{"--webhooks", "127.0.0.1:0"}, "needs --state"},
		{env, []string{"--webhooks", "127.0.0.1:0", "--state", "STATE", "--once"}, "--once"},
		{env, []string{"--webhook-key-file", "key"}, "need --webhooks"},
		{env, []string{"--webhooks", "0.0.0.0:0", "--state", "STATE"}, "not loopback"},
		{env, []string{"--webhooks", "127.0.0.1:0", "--state", "STATE", "--webhook-key-file", "none"}, "none"},
	} {
		for i := range tc.args {
			if tc.args[i] == "STATE" {
				tc.args[i] = filepath.Join(t.TempDir(), "state")
			}
		}
		out, logs, code := once(t, tc.env, append([]string{"watch"}, tc.args...)...)
		if code != 2 || out != "" || !strings.Contains(logs, tc.want) || strings.Contains(logs, "whsec_c2") {
			t.Errorf("%q: code %d, %s%s", tc.args, code, out, logs)
		}
	}
}
