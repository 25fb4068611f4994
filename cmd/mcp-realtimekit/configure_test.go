package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/clientconfig"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// TestConfigCommand writes each client's file, starts the server as the file
// says, and switches the file from the sample account to one's own.
func TestConfigCommand(t *testing.T) {
	t.Parallel()
	for _, id := range clientconfig.IDs() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			env := with(environment(sample(t, demoapi.Options{})), "HOME", home)
			out, logs, code := once(t, env, "config", id, "--demo", "--write")
			if code != 0 || out != "" || !strings.Contains(logs, "Wrote "+home) {
				t.Fatalf("code %d, %s%s", code, out, logs)
			}
			entry := written(t, home)
			p := start(t, nil, entry.Args...)
			if r := p.call("list_apps", args{}); r.IsError || !strings.Contains(r.text(), "Production") {
				t.Error(r.text())
			}
			if _, logs, code = once(t, env, "config", id, "--demo", "--write"); code != 0 || !strings.Contains(logs, "nothing changed") {
				t.Errorf("second time: code %d, %s", code, logs)
			}
			printed, _, code := once(t, env, "config", id) // once fails where the token is printed
			if code != 0 || !json.Valid([]byte(printed)) || strings.Contains(printed, "--demo") {
				t.Errorf("code %d: %s", code, printed)
			}
			_, logs, code = once(t, env, "config", id, "--write")
			if own := written(t, home); code != 0 || len(own.Args) != 0 || own.Command != binary || own.Env["REALTIMEKIT_APP_ID"] != demoapi.AppID || !strings.Contains(logs, ".bak") {
				t.Errorf("code %d, %+v, %s", code, own, logs)
			}
		})
	}
}

type entry struct {
	Command string
	Args    []string
	Env     map[string]string
}

// written finds the only configuration below home, and the server in it.
func written(t *testing.T, home string) (found entry) {
	t.Helper()
	n := 0
	err := filepath.Walk(home, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(string(raw), demoapi.Token) {
			t.Error("the token was written to", path)
		}
		if !strings.HasSuffix(path, ".json") {
			return nil
		}
		var file map[string]json.RawMessage
		if err := json.Unmarshal(raw, &file); err != nil {
			return err
		}
		for _, list := range []string{"mcpServers", "servers", "context_servers"} {
			var servers map[string]entry
			if file[list] != nil && json.Unmarshal(file[list], &servers) == nil {
				found = servers["realtimekit"]
				n++
			}
		}
		return nil
	})
	if err != nil || n != 1 {
		t.Fatalf("%d entries, %v", n, err)
	}
	return found
}

func TestConfigCommandOptions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, token := filepath.Join(dir, "mcp.json"), filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte(demoapi.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	const before = "{\n  // mine\n  \"servers\": {},\n}\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	_, logs, code := once(t, nil, "config", "vscode", "--write", "--path", file, "--name", "meetings", "--command", "mcp-realtimekit", "--token-file", token)
	raw, err := os.ReadFile(file)
	if err != nil || code != 0 {
		t.Fatal(logs, err)
	}
	for _, want := range []string{"// mine", `"meetings": {`, `"command": "mcp-realtimekit"`, `"CLOUDFLARE_API_TOKEN_FILE": "` + token} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("%s is not in %s", want, raw)
		}
	}
	const broken = `{"servers": {`
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"config", "vscode", "--write", "--path", file}, 1, "is left as it is: the file is not valid JSON"},
		{[]string{"config", "emacs"}, 2, "claude-desktop"},
		{[]string{"config", "vscode", "--name", ""}, 2, "--name"},
	} {
		_, logs, code := once(t, nil, tc.args...)
		if code != tc.code || strings.Count(logs, "\n") != 1 || !strings.Contains(logs, tc.want) {
			t.Errorf("%v: code %d, %q", tc.args, code, logs)
		}
	}
	if raw, _ := os.ReadFile(file); string(raw) != broken {
		t.Errorf("a malformed file was changed: %s", raw)
	}
}
