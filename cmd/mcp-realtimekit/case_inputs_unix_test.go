//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// TestTokenFromPipe reads what a shell's <(command) gives, and waits for nobody's
// pipe for ever.
func TestTokenFromPipe(t *testing.T) {
	t.Parallel()
	api := startAuthorized(t)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	env := with(api.Environment(), "CLOUDFLARE_API_TOKEN", "", "CLOUDFLARE_API_TOKEN_FILE", pipe)
	begin := time.Now()
	_, logs, code := once(t, env, "call", "list_apps")
	if took := time.Since(begin); code != 2 || !strings.Contains(logs, "not a regular file") || took > 30*time.Second {
		t.Errorf("code %d after %s, %s", code, took, logs)
	}
	go func() { _ = os.WriteFile(pipe, []byte(scripted.Token+"\n"), 0o600) }() // waits for the reader
	_, logs, code = once(t, env, "call", "list_apps")
	if sent := api.tokens(); code != 0 || sent != "Bearer "+scripted.Token {
		t.Errorf("code %d, sent %q, %s", code, sent, logs)
	}
}
