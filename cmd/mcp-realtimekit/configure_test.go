package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/pflag"

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
			configures(t, id)
		})
	}
}

// configures writes a client's file for the sample account, and then for one's own.
func configures(t *testing.T, id string) {
	t.Helper()
	home := t.TempDir()
	env := with(environment(sample(t, demoapi.Options{})), "HOME", home)
	write := []string{"config", id, "--write"}
	if id == "json" {
		write = append(write, "--path", filepath.Join(home, "mcp.json"))
	}
	out, logs, code := once(t, env, append(write, "--demo")...)
	if code != 0 || out != "" || !strings.Contains(logs, "Wrote "+home) {
		t.Fatalf("code %d, %s%s", code, out, logs)
	}
	entry := written(t, home)
	p := start(t, nil, entry.Args...)
	if r := p.call("list_apps", args{}); r.IsError || !strings.Contains(r.text(), "Production") {
		t.Error(r.text())
	}
	_, logs, code = once(t, env, append(write, "--demo")...)
	if code != 0 || !strings.Contains(logs, "nothing changed") {
		t.Errorf("second time: code %d, %s", code, logs)
	}
	format := ".json"
	if id == "codex" {
		format = ".toml"
	}
	printed, _, code := once(t, env, "config", id) // once fails if the token is printed
	if _, ok := servers(t, id+format, []byte(printed)); code != 0 || !ok || strings.Contains(printed, "--demo") {
		t.Errorf("code %d: %s", code, printed)
	}
	_, logs, code = once(t, env, write...)
	own := written(t, home)
	if code != 0 || len(own.Args) != 0 || own.Command != program(t) || !strings.Contains(logs, ".bak") {
		t.Errorf("code %d, %+v, %s", code, own, logs)
	}
	if own.Env["REALTIMEKIT_APP_ID"] != demoapi.AppID {
		t.Errorf("environment %v", own.Env)
	}
}

// TestConfigCommandURL is about a server elsewhere, which no client is given a
// token for but by the name of a variable.
func TestConfigCommandURL(t *testing.T) {
	t.Parallel()
	const url = "https://meetings.example.com/mcp"
	for _, id := range clientconfig.IDs() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			env := with(environment(sample(t, demoapi.Options{})), "HOME", home)
			path := filepath.Join(home, "file.json")
			_, logs, code := once(t, env, "config", id, "--url", url, "--token-env", "MY_SECRET", "--write", "--path", path)
			if id == "claude-desktop" {
				if code != 1 || !strings.Contains(logs, "Connectors") {
					t.Errorf("code %d, %s", code, logs)
				}
				return
			}
			raw, err := os.ReadFile(path)
			if err != nil || code != 0 || !strings.Contains(string(raw), url) {
				t.Fatalf("code %d, %v, %s%s", code, err, logs, raw)
			}
			text := strings.ReplaceAll(strings.ToLower(string(raw)+logs), "_", "-")
			if !strings.Contains(text, "my-secret") {
				t.Errorf("nothing names the variable: %s%s", raw, logs)
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
	files := os.DirFS(home)
	err := fs.WalkDir(files, ".", func(path string, file fs.DirEntry, err error) error {
		if err != nil || file.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		if strings.Contains(string(raw), demoapi.Token) {
			t.Error("the token was written to", path)
		}
		if e, ok := servers(t, path, raw); ok {
			found = e
			n++
		}
		return nil
	})
	if err != nil || n != 1 {
		t.Fatalf("%d entries, %v", n, err)
	}
	return found
}

// servers reads the entry out of a client's file, in whatever form the client has it.
func servers(t *testing.T, path string, raw []byte) (e entry, ok bool) {
	t.Helper()
	var file map[string]any
	switch {
	case strings.HasSuffix(path, ".toml"):
		if err := toml.Unmarshal(raw, &file); err != nil {
			t.Fatal(path, err)
		}
	case strings.HasSuffix(path, ".json"):
		if err := json.Unmarshal(raw, &file); err != nil {
			t.Fatal(path, err)
		}
	}
	for _, list := range []string{"mcpServers", "servers", "context_servers", "mcp_servers", "mcp"} {
		servers, _ := file[list].(map[string]any)
		server, found := servers["realtimekit"].(map[string]any)
		if !found {
			continue
		}
		if line, isList := server["command"].([]any); isList { // OpenCode
			server["command"], server["args"], server["env"] = line[0], line[1:], server["environment"]
		}
		again, err := json.Marshal(server)
		if err == nil {
			err = json.Unmarshal(again, &e)
		}
		if err != nil {
			t.Fatal(path, err)
		}
		ok = true
	}
	return e, ok
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
	_, logs, code := once(t, nil, "config", "vscode", "--write", "--path", file, "--name", "meetings",
		"--command", "mcp-realtimekit", "--token-file", token)
	raw, err := os.ReadFile(file)
	if err != nil || code != 0 {
		t.Fatal(logs, err)
	}
	for _, want := range []string{
		"// mine",
		`"meetings": {`,
		`"command": "mcp-realtimekit"`,
		`"CLOUDFLARE_API_TOKEN_FILE": "` + token,
	} {
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
		{[]string{"config", "json", "--write"}, 2, "--path"},
		{[]string{"config", "codex", "--name", "a.b"}, 1, "--name"},
		{[]string{"config", "codex", "--url", "http://meetings.example.com/mcp"}, 2, "https"},
		{[]string{"config", "codex", "--url", "https://me:secret@meetings.example.com/mcp"}, 2, "without user"},
		{[]string{"config", "codex", "--url", "https://meetings.example.com/"}, 2, "https://meetings.example.com/mcp"},
		{[]string{"config", "codex", "--url", "https://x/mcp", "--demo"}, 2, "--demo"},
		{[]string{"config", "codex", "--url", "https://x/mcp", "--token-env", "se-cret"}, 2, "never the token itself"},
		{[]string{"config", "codex", "--token-env", "X"}, 2, "--url"},
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

// TestCodexPassesEveryVariable holds the list of those that Codex is told to hand on to the
// flags that have one.
func TestCodexPassesEveryVariable(t *testing.T) {
	t.Parallel()
	entry, _, code := once(t, nil, "config", "codex")
	if code != 0 {
		t.Fatal(entry)
	}
	var c config
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.register(flags)
	flags.VisitAll(func(f *pflag.Flag) {
		for _, name := range f.Annotations[variable] {
			if !strings.Contains(entry, `"`+name+`"`) {
				t.Errorf("Codex would keep %s to itself", name)
			}
		}
	})
}
