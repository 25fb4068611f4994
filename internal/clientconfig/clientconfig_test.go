package clientconfig

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/tailscale/hujson"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	own    = Server{Name: "realtimekit", Command: "/usr/local/bin/mcp-realtimekit", AppID: "8d6f4c2e"}
	hosted = Server{Name: "realtimekit", URL: "https://meetings.example.com/mcp"}
)

// kinds are what a client's files are tried with.
func kinds(c Client) map[string]Server {
	demo := own
	demo.Demo = true
	all := map[string]Server{"own": own, "demo": demo, "http": hosted}
	if c.remote.none != "" {
		delete(all, "http")
	}
	return all
}

func lookup(t testing.TB, id string) Client {
	t.Helper()
	c, err := Lookup(id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func merge(t testing.TB, c Client, file []byte, s Server) []byte {
	t.Helper()
	out, err := c.Merge(file, s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Merge(out, s)
	if err != nil || !bytes.Equal(out, again) {
		t.Fatalf("the second time changes it: %v\n%s\n%s", err, out, again)
	}
	return out
}

// standard reads a file of the client, whatever its format.
func standard(t testing.TB, c Client, file []byte) map[string]any {
	t.Helper()
	if c.toml {
		v, err := decodeTOML(bytes.TrimPrefix(file, byteOrderMark))
		if err != nil {
			t.Fatalf("%v: %s", err, file)
		}
		return v
	}
	return standardJSON(t, file)
}

func standardJSON(t testing.TB, jsonc []byte) map[string]any {
	t.Helper()
	jsonc = bytes.TrimPrefix(bytes.Clone(jsonc), byteOrderMark)
	if len(bytes.TrimSpace(jsonc)) == 0 {
		return nil
	}
	plain, err := hujson.Standardize(jsonc)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(plain, &v); err != nil {
		t.Fatalf("%v: %s", err, plain)
	}
	return v
}

// TestGolden shows for real-looking files what becomes of them, and for each
// client what an absent file becomes.
func TestGolden(t *testing.T) {
	t.Parallel()
	ins, err := filepath.Glob("testdata/*.in")
	if err != nil || len(ins) < 5 {
		t.Fatal(ins, err)
	}
	for _, id := range IDs() {
		ins = append(ins, "testdata/"+id+".absent.in")
	}
	for _, in := range ins {
		id, _, _ := strings.Cut(filepath.Base(in), ".")
		file, err := os.ReadFile(in)
		if err != nil && !strings.HasSuffix(in, ".absent.in") {
			t.Fatal(err)
		}
		c := lookup(t, id)
		for kind, s := range kinds(c) {
			t.Run(filepath.Base(in)+"/"+kind, func(t *testing.T) {
				t.Parallel()
				golden(t, c, s, file, strings.TrimSuffix(in, ".in")+"."+kind)
			})
		}
	}
}

// golden compares what becomes of a file with what is to become of it.
func golden(t *testing.T, c Client, s Server, file []byte, path string) {
	t.Helper()
	if otherKind(standard(t, c, file), c, s) {
		if _, err := c.Merge(file, s); err == nil || !strings.Contains(err.Error(), "remove it first") {
			t.Error(err)
		}
		return
	}
	out := merge(t, c, file, s)
	if *update {
		if err := os.WriteFile(path, out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(out, want) {
		t.Errorf("%v; got\n%s\nwant\n%s", err, out, want)
	}
	if !strings.Contains(path, "state") && !strings.Contains(path, "compact") && !strings.Contains(path, "remote") {
		linesStay(t, file, out)
	}
}

// linesStay holds that each line that was there still is, but for a comma and our own entry.
func linesStay(t *testing.T, file, out []byte) {
	t.Helper()
	text := strings.ReplaceAll(string(out), ",", "")
	for line := range strings.Lines(string(file)) {
		line = strings.ReplaceAll(strings.TrimSpace(line), ",", "")
		if !strings.Contains(text, strings.TrimSuffix(line, "}")) {
			t.Errorf("lost the line %q in\n%s", line, out)
		}
	}
}

// otherKind says whether the file has an entry that starts a server where one is
// to be reached, or the other way round.
func otherKind(file map[string]any, c Client, s Server) bool {
	servers, _ := file[c.servers].(map[string]any)
	entry, ok := servers[s.Name].(map[string]any)
	return ok && (entry["command"] != nil) == (s.URL != "")
}

func TestWhatAPersonTypedStays(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/claude-code.state.in")
	if err != nil {
		t.Fatal(err)
	}
	out := string(merge(t, lookup(t, "claude-code"), file, own))
	for _, want := range []string{
		`"typed-by-hand"`,
		`"HTTPS_PROXY"`,
		`"--log-level=debug"`,
		`"timeout": 30000`,
		own.Command,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in %s", want, out)
		}
	}
	if strings.Contains(out, "--demo") {
		t.Error(out)
	}
	file2 := own
	file2.TokenFile = "/home/me/.token"
	_, err = lookup(t, "claude-code").Merge(file, file2)
	if err == nil || !strings.Contains(err.Error(), "remove it there first") || strings.Contains(err.Error(), "typed") {
		t.Error(err)
	}
}

func TestTokenFile(t *testing.T) {
	t.Parallel()
	with := own
	with.TokenFile = "/home/me/.token"
	for _, id := range IDs() {
		c := lookup(t, id)
		fresh := merge(t, c, nil, with)
		switched := merge(t, c, merge(t, c, nil, own), with)
		for _, out := range [][]byte{fresh, switched} {
			env, _ := entryOf(t, c, out)[environmentKey(c)].(map[string]any)
			named := bytes.Contains(out, []byte(`"CLOUDFLARE_API_TOKEN",`))
			if env["CLOUDFLARE_API_TOKEN_FILE"] != "/home/me/.token" || bytes.Contains(out, []byte(`"$`)) || named {
				t.Errorf("%s: %s", id, out)
			}
		}
	}
}

func environmentKey(c Client) string {
	if c.toml {
		return "env"
	}
	return c.env
}

// entryOf is the server's entry in a file of the client.
func entryOf(t testing.TB, c Client, file []byte) map[string]any {
	t.Helper()
	servers, _ := standard(t, c, file)[c.servers].(map[string]any)
	entry, ok := servers[own.Name].(map[string]any)
	if !ok {
		t.Fatalf("no entry in %s", file)
	}
	return entry
}

// TestBearer is about the header that a client sends to a server elsewhere.
func TestBearer(t *testing.T) {
	t.Parallel()
	secret := hosted
	secret.TokenEnv = "MCP_REALTIMEKIT_SHARED_SECRET"
	for _, id := range IDs() {
		c := lookup(t, id)
		if c.remote.none != "" {
			if _, err := c.Merge(nil, hosted); err == nil || !strings.Contains(err.Error(), "Connectors") {
				t.Error(id, err)
			}
			continue
		}
		namesVariable(t, c, secret)
	}
	file, err := os.ReadFile("testdata/claude-code.remote.in")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Server{hosted, secret} {
		if out := string(merge(t, lookup(t, "claude-code"), file, s)); !strings.Contains(out, "Bearer typed-by-hand") {
			t.Errorf("lost what a person typed: %s", out)
		}
	}
}

// namesVariable holds that a client's file and its hint name the variable of the token,
// and that one which was named stays.
func namesVariable(t *testing.T, c Client, secret Server) {
	t.Helper()
	first := merge(t, c, nil, hosted)
	other := merge(t, c, first, secret) // another variable, since it is asked for
	if again := merge(t, c, other, hosted); !bytes.Equal(again, other) {
		t.Errorf("%s: a variable that was named is gone: %s", c.ID, again)
	}
	for file, want := range map[string]string{string(first): "CLOUDFLARE_API_TOKEN", string(other): secret.TokenEnv} {
		if c.asks {
			want = strings.ToLower(strings.ReplaceAll(want, "_", "-"))
		}
		if n := strings.Count(file, want); n < 1 || c.asks && n != 2 {
			t.Errorf("%s: %d times %s in %s", c.ID, n, want, file)
		}
	}
	if hint := c.Hint(secret); !c.asks && !strings.Contains(hint, secret.TokenEnv) {
		t.Errorf("%s: the hint does not name the variable: %s", c.ID, hint)
	}
}

func TestMalformedFilesAreRefused(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		`{"mcpServers": {`:                      "line 1",
		"{\n \"a\": secret-token-1234\n}":       "line 2, column 7",
		`{} {}`:                                 "not valid JSON",
		`[]`:                                    "not an object",
		`{"mcpServers": []}`:                    `"mcpServers" is not an object`,
		`{"mcpServers": {"realtimekit": null}}`: `"realtimekit" is not an object`,
		`{"mcpServers": {"realtimekit": {"args": "--demo"}}}`: "not a list",
		`{"mcpServers": {"realtimekit": {"env": 1}}}`:         `"env" is not an object`,
		`{"mcpServers": {}, "mcpServers": {}}`:                "twice",
		"{\"a\": \"\xff\"}":                                   "UTF-8",
		`{'a': 1}`:                                            "not valid JSON",
	} {
		_, err := lookup(t, "claude-desktop").Merge([]byte(file), own)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", file, err)
		}
	}
	_, err := lookup(t, "vscode").Merge([]byte(`{"inputs": {}}`), own)
	if err == nil || !strings.Contains(err.Error(), `"inputs" is not a list`) {
		t.Error(err)
	}
}

// TestLists covers where commas and comments stand around the flag --demo.
func TestLists(t *testing.T) {
	t.Parallel()
	demo := own
	demo.Demo = true
	c := lookup(t, "zed")
	for list, want := range map[string][2]string{ // without the flag, with it
		`[]`:                               {`[]`, `["--demo"]`},
		`["a"]`:                            {`["a"]`, `["a", "--demo"]`},
		`["a",]`:                           {`["a",]`, `["a", "--demo",]`},
		`["--demo"]`:                       {`[]`, `["--demo"]`},
		`["--demo", "a"]`:                  {`["a"]`, `["--demo", "a"]`},
		`["a", "--demo"]`:                  {`["a"]`, `["a", "--demo"]`},
		`["a", "--demo",]`:                 {`["a",]`, `["a", "--demo",]`},
		`["a" /*x*/, "--demo"]`:            {`["a" /*x*/]`, `["a" /*x*/, "--demo"]`},
		`["a", /*x*/ "--demo" /*y*/, "b"]`: {`["a", /*x*/  /*y*/ "b"]`, `["a", /*x*/ "--demo" /*y*/, "b"]`},
	} {
		for i, s := range []Server{own, demo} {
			out := string(merge(t, c, []byte(`{"context_servers": {"realtimekit": {"args": `+list+`}}}`), s))
			if !strings.Contains(out, `"args": `+want[i]) {
				t.Errorf("%s became %s, want %s", list, out, want[i])
			}
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes and links are those of Unix")
	}
	dir := t.TempDir()
	file, link := filepath.Join(dir, "real", "a.json"), filepath.Join(dir, "a.json")
	to := func(s string) func([]byte) ([]byte, error) {
		return func([]byte) ([]byte, error) { return []byte(s), nil }
	}
	if res, err := Write(t.Context(), file, to("1")); err != nil || !res.Changed || res.Backup != "" {
		t.Fatal(res, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != ownerOnly {
		t.Error(info, err)
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for i, content := range []string{"2", "3", "3"} {
		res, err := Write(t.Context(), link, to(content))
		if err != nil || res.Changed != (i < 2) || (res.Backup != "") != res.Changed {
			t.Fatal(res, err)
		}
	}
	for name, want := range map[string]string{"a.json": "3", "a.json.bak": "1", "a.json.bak2": "2"} {
		holdsText(t, filepath.Join(dir, "real", name), want)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is gone")
	}
	_, err := Write(t.Context(), file, func([]byte) ([]byte, error) {
		return []byte("mine"), os.WriteFile(file, []byte("theirs"), 0o600)
	})
	if raw, _ := os.ReadFile(file); err == nil || string(raw) != "theirs" {
		t.Errorf("%v; %s", err, raw)
	}
	if _, err := Write(t.Context(), dir, to("x")); err == nil {
		t.Error("wrote a folder")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "real", ".*")); len(left) != 0 {
		t.Error("left behind:", left)
	}
}

// holdsText holds that a file has a content, and the mode that it was given.
func holdsText(t *testing.T, file, want string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	info, err2 := os.Stat(file)
	if err != nil || err2 != nil || string(raw) != want || info.Mode().Perm() != 0o640 {
		t.Errorf("%s is %q, %v, %v, %v", file, raw, info, err, err2)
	}
}

// FuzzMerge merges into whatever parses: nothing else is lost, the result
// parses, and a second merge changes nothing.
func FuzzMerge(f *testing.F) {
	ins, _ := filepath.Glob("testdata/*.in")
	for _, in := range ins {
		raw, err := os.ReadFile(in)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, uint8(0), true)
		f.Add(raw, uint8(2), false)
		f.Add(raw, uint8(128+1), false)
	}
	f.Add([]byte(`{"context_servers":{"realtimekit":{"args":["a"/**/,"--demo"]}},}`), uint8(5), false)
	f.Fuzz(func(t *testing.T, file []byte, which uint8, demo bool) {
		c := clients[int(which)%len(clients)]
		if c.toml {
			return // FuzzTOML
		}
		s := own
		s.Demo = demo
		if which >= 128 {
			s = hosted
		}
		out, err := c.Merge(bytes.Clone(file), s)
		if err != nil {
			return
		}
		merge(t, c, out, s)
		after := standard(t, c, out)
		if len(bytes.TrimSpace(bytes.TrimPrefix(file, byteOrderMark))) == 0 {
			return
		}
		before := standard(t, c, file)
		entry := after[c.servers].(map[string]any)[s.Name].(map[string]any)
		if s.URL == "" && commandOf(entry) != s.Command {
			t.Errorf("entry %v", entry)
		}
		// What is ours may differ; the rest may not.
		deleteOurs(before, c, s)
		deleteOurs(after, c, s)
		if !reflect.DeepEqual(before, after) {
			t.Errorf("before %v\nafter %v", before, after)
		}
		if comments(out) < comments(file) {
			t.Errorf("lost a comment of %q in %q", file, out)
		}
	})
}

// commandOf is the program that an entry starts.
func commandOf(entry map[string]any) any {
	if line, ok := entry["command"].([]any); ok {
		return line[0]
	}
	return entry["command"]
}

// deleteOurs deletes from a client's file what this program writes there.
func deleteOurs(file map[string]any, c Client, s Server) {
	if servers, ok := file[c.servers].(map[string]any); ok {
		delete(servers, s.Name)
		if len(servers) == 0 {
			delete(file, c.servers)
		}
	}
	if list, ok := file["inputs"].([]any); ok && c.asks {
		file["inputs"] = others(list)
		if len(file["inputs"].([]any)) == 0 {
			delete(file, "inputs")
		}
	}
}

// comments counts what looks like one between the values.
func comments(jsonc []byte) int {
	v, err := hujson.Parse(bytes.TrimPrefix(bytes.Clone(jsonc), byteOrderMark))
	if err != nil {
		return 0
	}
	n := 0
	count := func(e hujson.Extra) { n += bytes.Count(e, []byte("/*")) + bytes.Count(e, []byte("//")) }
	for x := range v.All() {
		count(x.BeforeExtra)
		count(x.AfterExtra)
		switch o := x.Value.(type) {
		case *hujson.Object:
			count(o.AfterExtra)
		case *hujson.Array:
			count(o.AfterExtra)
		}
	}
	return n
}

func others(inputs []any) []any {
	var rest []any
	for _, in := range inputs {
		if m, ok := in.(map[string]any); !ok || m["id"] != own.inputID() {
			rest = append(rest, in)
		}
	}
	if rest == nil {
		return []any{}
	}
	return rest
}
