//go:build unix

package main

import (
	"errors"
	"maps"
	"os"
	"os/exec"
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

// TestConfigHardLinks refuses a file that has several names, and says which.
func TestConfigHardLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, other, link := filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json"), filepath.Join(dir, "link.json")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Link(file, other), os.Symlink("a.json", link)); err != nil {
		t.Fatal(err)
	}
	_, logs, code := once(t, nil, "config", "cursor", "--write", "--path", link)
	files := contents(t, dir)
	refused := strings.Contains(logs, link+" is left as it is: it has 2 hard links")
	if code != 1 || !refused || len(files) != 3 || files["a.json"] != "{}" {
		t.Errorf("code %d, %s%q", code, logs, files)
	}
	// A symbolic link stays one, and the file that it leads to is written.
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	_, logs, code = once(t, nil, "config", "cursor", "--write", "--path", link)
	to, err := os.Readlink(link)
	if files = contents(t, dir); code != 0 || err != nil || to != "a.json" || files["a.json"] == "{}" ||
		files["a.json.bak"] != "{}" {
		t.Errorf("code %d, %s%v %s %q", code, logs, err, to, files)
	}
}

// TestConfigFullDisk leaves the old file where the new one does not fit.
func TestConfigFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "mcp.json")
	text := `{"mine": "` + strings.Repeat("x", 8<<10) + `"}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c",
		`trap "" XFSZ; ulimit -f 4; exec "$0" config cursor --write --path "$1"`, program(t), file)
	out, err := cmd.CombinedOutput()
	files := contents(t, dir)
	if err == nil || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), file+" is left as it is") {
		t.Errorf("%v, %s", err, out)
	}
	if len(files) != 1 || files["mcp.json"] != text {
		t.Errorf("%d files, %.100q", len(files), files)
	}
}

// TestConfigOwner keeps owner and mode, or refuses. Only root can give files away.
func TestConfigOwner(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("not root")
	}
	const nobody = 65534
	home, err := os.MkdirTemp("", "config") //nolint:usetesting // a test's own folder is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	everyones, dir := filepath.Join(home, "program"), filepath.Join(home, "open")
	file := filepath.Join(dir, "mcp.json")
	// Another process writes the copy. If this one had it open for writing while another test starts a
	// program, the child would inherit that, and the copy could not be executed: "text file busy".
	err = errors.Join(exec.Command("cp", program(t), everyones).Run(), os.Chmod(everyones, 0o755), os.Mkdir(dir, 0o755),
		os.WriteFile(file, []byte("{}"), 0o640), os.Chown(file, nobody, 4711), os.Chmod(home, 0o755))
	if err != nil {
		t.Fatal(err)
	}
	_, logs, code := once(t, nil, "config", "cursor", "--write", "--path", file)
	for _, name := range []string{"mcp.json", "mcp.json.bak"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || code != 0 {
			t.Fatalf("code %d, %s%v", code, logs, err)
		}
		if st := info.Sys().(*syscall.Stat_t); st.Uid != nobody || st.Gid != 4711 || info.Mode() != 0o640 {
			t.Errorf("%s: user %d, group %d, %v", name, st.Uid, st.Gid, info.Mode())
		}
	}
	before := contents(t, dir)
	for mode, want := range map[os.FileMode]string{0o755: "permission denied", 0o777: "it belongs to user 0 and group 0"} {
		if err := errors.Join(os.Chmod(dir, mode), os.Chown(file, 0, 0), os.Chmod(file, 0o644)); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(everyones, "config", "cursor", "--write", "--path", file, "--name", "another")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		out, _ := cmd.CombinedOutput()
		said, after := string(out), contents(t, dir)
		if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(said, want) ||
			!strings.Contains(said, file) ||
			!maps.Equal(before, after) {
			t.Errorf("%v: code %d, %s%q", mode, code, said, after)
		}
	}
}
