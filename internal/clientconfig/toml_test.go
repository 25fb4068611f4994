package clientconfig

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// codex merges twice, and returns the file and its entry.
func codex(t testing.TB, file string, s Server) (string, map[string]any) {
	t.Helper()
	c := lookup(t, "codex")
	out := merge(t, c, []byte(file), s)
	return string(out), entryOf(t, c, out)
}

func TestTOMLForms(t *testing.T) {
	t.Parallel()
	demo := own
	demo.Demo = true
	const table = "[mcp_servers.realtimekit]\n"
	for _, tc := range []struct {
		name, file string
		s          Server
		want       string // in the new file
	}{
		{"quoted header", "[mcp_servers.\"realtimekit\"]\ncommand = 'x'\n", demo, "realtimekit\"]\ncommand = \"/usr"},
		{"spaces in the header", "[ mcp_servers . realtimekit ] # c\n", demo, "# c\ncommand = \"/usr"},
		{"only a table below", "[mcp_servers.realtimekit.env]\nA = 'b'\n", own,
			"A = 'b'\nREALTIMEKIT_APP_ID = \"8d6f4c2e\"\n\n[mcp_servers"},
		{"no end of line", table + "enabled = true", demo, "enabled = true\ncommand = \"/usr"},
		{"no end of line after the header", "[mcp_servers.realtimekit]", demo, "]\ncommand = \"/usr"},
		{"value on several lines", table + "command = \"\"\"\nx\"\"\"\nargs = ['a']", demo, "args = [\"--demo\", 'a']"},
		{"comment in a list", table + "args = [ # c\n 'a' # d\n]\n", demo, "args = [\"--demo\",  # c\n 'a' # d\n]"},
		{"empty list", table + "args = []\n", demo, `args = ["--demo"]`},
		{"flag last", table + `args = ["a", "--demo"]`, own, `args = ["a"]`},
		{"flag first", table + `args = ["--demo", "a"]`, own, `args = ["a"]`},
		{"flag before a comment", table + "args = [\n  'a', # x\n  '--demo', # y\n]\n", own,
			"args = [\n  'a', # x\n  # y\n]\n"},
		{"inline env", table + `env = { A = "b" }`, own, `env = { REALTIMEKIT_APP_ID = "8d6f4c2e", A = "b" }`},
		{"empty env", table + `env = {}`, own, `env = { REALTIMEKIT_APP_ID = "8d6f4c2e" }`},
		{"other app", table + `env = { REALTIMEKIT_APP_ID = "old" }`, own, `env = { REALTIMEKIT_APP_ID = "8d6f4c2e" }`},
		{"variables as tables", table + `env_vars = [{ name = "CLOUDFLARE_API_TOKEN", source = "local" }]`, own,
			`, { name = "CLOUDFLARE_API_TOKEN", source = "local" }]`},
		{"dots elsewhere", "mcp_servers.other.command = 'x'\n", demo, "'x'\n\n[mcp_servers.realtimekit]"},
		{"other servers inline", "[mcp_servers]\nother = { command = 'x' }\n", demo, "'x' }\n\n[mcp_servers.realtimekit]"},
		{"not a number", "[x]\na = nan\n", demo, "a = nan\n\n[mcp"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			out, entry := codex(t, tc.file, tc.s)
			if !strings.Contains(out, tc.want) || entry["command"] != own.Command {
				t.Errorf("%s\nbecame\n%s\nwithout\n%s", tc.file, out, tc.want)
			}
		})
	}
}

func TestTOMLRefused(t *testing.T) {
	t.Parallel()
	typed := own
	typed.TokenFile = "/home/me/.token"
	const table = "[mcp_servers.realtimekit]\n"
	for _, tc := range []struct {
		file string
		s    Server
		want string
	}{
		{"mcp_servers = {}", own, "inline or with dots; write it as [mcp_servers.realtimekit]"},
		{"mcp_servers = { realtimekit = { command = 'x' } }", own, "inline or with dots"},
		{"[mcp_servers]\nrealtimekit = { command = 'x' }", own, "inline or with dots"},
		{"[mcp_servers]\nrealtimekit.command = 'x'", own, "inline or with dots"},
		{"mcp_servers.realtimekit.command = 'x'", own, "inline or with dots"},
		{"mcp_servers.realtimekit = 1", own, "inline or with dots"},
		{"[[mcp_servers.realtimekit]]\ncommand = 'x'", own, "inline or with dots"},
		{"[[mcp_servers]]\nname = 'x'", own, "inline or with dots"},
		{table + "env.A = 'b'", own, `"env" of the server's table is written with dots; write it as env = { ... }`},
		{table + "env = 1", own, `"env" of the server's table is not a table`},
		{table + "args = 'x'", own, `"args" of the server's table is not a list`},
		{table + "env_vars = 'x'", own, `"env_vars" of the server's table is not a list`},
		{table + "env = { CLOUDFLARE_API_TOKEN = 'secret' }", typed, "remove it there first"},
		{table + "url = 'https://x/mcp'", own, "remove it first"},
		{table + "command = 'x'", hosted, "remove it first"},
		{"a = \"secret", own, "line 1, column"},
		{"a = 1\na = 2", own, "not valid TOML"},
		{"a = '\xff'", own, "UTF-8"},
		{"a\x00", own, "UTF-8"},
		{"", Server{Name: "a.b", Command: "x"}, "only letters, digits"},
	} {
		out, err := lookup(t, "codex").Merge([]byte(tc.file), tc.s)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v\n%s", tc.file, err, out)
		}
	}
}

// TestTOMLStrings writes values that need escapes and reads them with the library.
func TestTOMLStrings(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		`C:\Program Files\mcp.exe`,
		"a\"b'c",
		"tab\tline\nend",
		"\x7f\x01",
		"<&>\u2028é😀",
		"",
	} {
		s := own
		s.Command = value
		if _, entry := codex(t, "", s); entry["command"] != value {
			t.Errorf("%q became %q", value, entry["command"])
		}
	}
}

// FuzzTOML merges into whatever parses: nothing else is lost, not a byte outside
// the server's table changes, and a second merge changes nothing.
func FuzzTOML(f *testing.F) {
	ins, err := filepath.Glob("testdata/codex.*.in")
	if err != nil || len(ins) < 3 {
		f.Fatal(ins, err)
	}
	for _, in := range ins {
		raw, err := os.ReadFile(in)
		if err != nil {
			f.Fatal(err)
		}
		for kind := range uint8(4) {
			f.Add(raw, kind)
		}
	}
	f.Add([]byte("[mcp_servers.realtimekit]\nargs=['--demo',\"--demo\",]\n"+
		"env_vars=['CLOUDFLARE_API_TOKEN']\nenv={A.b=1}"), uint8(0))
	f.Add([]byte("[mcp_servers.realtimekit]\nenv = { # c\n A = 1, }\n[mcp_servers.realtimekit.env.b]"), uint8(2))
	f.Add([]byte("\ufeff[ mcp_servers . 'realtimekit' ]\r\n[a]\r\nb=nan"), uint8(3))
	c := lookup(f, "codex")
	f.Fuzz(func(t *testing.T, file []byte, kind uint8) {
		s := serverOf(kind)
		out, err := c.Merge(bytes.Clone(file), s)
		if err != nil {
			if strings.Contains(err.Error(), "went wrong") || strings.Contains(err.Error(), "other parts") {
				t.Errorf("%v: %q", err, file)
			}
			return
		}
		merge(t, c, out, s)
		restStays(t, file, out)
		entry := entryOf(t, c, out)
		if s.URL != "" && entry["url"] != s.URL || s.URL == "" && entry["command"] != s.Command {
			t.Errorf("entry %v", entry)
		}
		if old, ok := standard(t, c, file)[c.servers].(map[string]any); ok {
			kept(t, old[s.Name], entry)
		}
	})
}

// serverOf is a server of one of four kinds.
func serverOf(kind uint8) Server {
	s := own
	switch kind % 4 {
	case 1:
		s.Demo = true
	case 2:
		s.TokenFile = "/home/me/.token"
	case 3:
		s = hosted
	}
	return s
}

// restStays holds that outside the server's table nothing changed.
func restStays(t *testing.T, file, out []byte) {
	t.Helper()
	before, after := rest(t, file), rest(t, out)
	if !slices.Equal(before, after) {
		t.Errorf("before %q\nafter %q", before, after)
	}
	if !bytes.Contains(file, []byte(own.Name)) && !bytes.ContainsRune(file, '\\') && !bytes.HasPrefix(out, file) {
		t.Errorf("a new table is not at the end: %q in %q", file, out)
	}
	if strings.Count(string(out), "#") < strings.Count(string(file), "#") {
		t.Errorf("lost a comment of %q in %q", file, out)
	}
}

// kept checks the keys of an entry that this program has nothing to do with.
func kept(t *testing.T, old any, entry map[string]any) {
	t.Helper()
	before, _ := old.(map[string]any)
	for key, want := range before {
		if slices.Contains([]string{"command", "args", "env", "env_vars", "url", "bearer_token_env_var"}, key) {
			continue
		}
		if f, ok := want.(float64); ok && f != f {
			continue
		}
		if !reflect.DeepEqual(entry[key], want) {
			t.Errorf("%q was %v and is %v", key, want, entry[key])
		}
	}
}

// rest are the lines outside the server's tables.
func rest(t *testing.T, file []byte) (lines []string) {
	t.Helper()
	d, err := parseTOML(file, "mcp_servers", own.Name)
	if err != nil {
		t.Fatal(err)
	}
	skip := map[int]bool{}
	text := string(d.text)
	for _, s := range d.sections {
		start := s.end // of a header without lines, for those begin before
		for _, p := range s.pairs {
			start = min(start, p.start)
		}
		for i := start; i < s.end; i++ {
			skip[i] = true
		}
	}
	at := 0
	for line := range strings.Lines(text) {
		touched := false
		for i := range line {
			touched = touched || skip[at+i]
		}
		at += len(line)
		trimmed := strings.TrimSpace(line)
		if !touched && trimmed != "" && !strings.Contains(trimmed, own.Name) {
			lines = append(lines, strings.TrimRight(line, "\r\n"))
		}
	}
	return lines
}
