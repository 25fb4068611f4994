package main

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// hook posts a body to a listener for webhooks, signed with the key unless it is nil.
func hook(t *testing.T, url, body string, key *rsa.PrivateKey) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != nil {
		sum := sha256.Sum256([]byte(body))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Rtk-Signature", base64.StdEncoding.EncodeToString(signature))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// TestWatchWebhooks holds that a webhook has a session noticed at once, that its ids are on
// disk when it is answered, and that nothing else in it is believed.
func TestWatchWebhooks(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keyFile, state := filepath.Join(folder, "key.pem"), filepath.Join(folder, "state")
	key := pair(t, keyFile)
	api := scripted.Start(t)
	api.List("/sessions", "sessions", nil)
	logs := &lockedBuffer{}
	cmd := command(t, api.Environment(), "watch", "--interval", "1h", "--state", state, "--event", "session.started",
		"--webhooks", "127.0.0.1:0", "--webhook-key-file", keyFile, "--log-level", "debug")
	cmd.Stderr = logs
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	startFor(t, cmd, time.Minute)
	url := logged(t, logs, `http://127\.0\.0\.1:\d+/webhooks`)
	for name, tc := range map[string]struct {
		body string
		key  *rsa.PrivateKey
		want int
	}{
		"unsigned":  {announced(watchedSession), nil, 401},
		"a path":    {announced("../" + watchedSession[:20]), key, 400},
		"of others": {announced("11111111-5b8c-4c7e-9d4b-7a8f3c6f1d20"), key, 200},
	} {
		if got := hook(t, url, tc.body, tc.key); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
	begin := time.Now().UTC().Format(time.RFC3339Nano) // after watching began
	api.Meeting(map[string]any{"id": watchedMeeting, "title": "Secret plans", "status": "ACTIVE"}, nil, []map[string]any{{
		"id": watchedSession, "associated_id": watchedMeeting, "status": "LIVE", "type": "meeting",
		"started_at": begin, "created_at": begin,
	}}, nil)
	if got := hook(t, url, announced(watchedSession), key); got != 200 {
		t.Errorf("%d", got)
	}
	if raw, err := os.ReadFile(state); err != nil || !bytes.Contains(raw, []byte(watchedSession)) {
		t.Errorf("%v: the session is not in the state: %s", err, raw)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || len(types(t, line)) != 1 || !strings.Contains(line, begin) {
		t.Errorf("%v: %s, logs %s", err, line, logs)
	}
	if got := hook(t, url, announced(watchedSession), key); got != 200 {
		t.Errorf("a repeat: %d", got)
	}
	interrupt(t, cmd.Process)
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, logs)
	}
	for _, word := range []string{"plans", "secret-words", "1999", scripted.Token} {
		if strings.Contains(logs.String(), word) {
			t.Errorf("%q is in the logs: %s", word, logs)
		}
	}
}

// announced is a webhook about a session, with what no log may have and nobody believes.
func announced(session string) string {
	return `{"event": "meeting.started", "meeting": {"id": "` + watchedMeeting + `", "sessionId": "` + session +
		`", "title": "Secret plans", "startedAt": "1999-01-01T00:00:00.000Z"}, "link": "https://x.example/of-secret-words"}`
}

// pair makes a key pair, and writes the public key to a file.
func pair(t *testing.T, file string) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o600); err != nil {
		t.Fatal(err)
	}
	return key
}

// startFor starts a program that is killed if the test or this time ends before it does.
func startFor(t *testing.T, cmd *exec.Cmd, most time.Duration) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	giveUp := time.AfterFunc(most, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		giveUp.Stop()
		_ = cmd.Process.Kill()
	})
}

// logged waits for a line of the log and returns the part that matches.
func logged(t *testing.T, logs *lockedBuffer, pattern string) string {
	t.Helper()
	form := regexp.MustCompile(pattern)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if found := form.FindString(logs.String()); found != "" {
			return found
		}
	}
	t.Fatalf("%s is not logged: %s", pattern, logs)
	return ""
}

func interrupt(t *testing.T, p *os.Process) {
	t.Helper()
	if err := p.Signal(os.Interrupt); err != nil {
		_ = p.Kill() // Windows has no such signal for others
	}
}
