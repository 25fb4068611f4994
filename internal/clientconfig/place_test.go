package clientconfig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	const (
		library = "/Users/me/Library/Application Support/"
		roaming = "/c/Users/me/AppData/Roaming/"
	)
	linux := System{OS: "linux", Home: "/home/me"}
	mac := System{OS: "darwin", Home: "/Users/me"}
	windows := System{OS: "windows", Home: "/c/Users/me", AppData: "/c/Users/me/AppData/Roaming"} // rooted here, too
	for id, want := range map[string][3]string{
		"claude-desktop": {
			"/home/me/.config/Claude/claude_desktop_config.json",
			library + "Claude/claude_desktop_config.json",
			roaming + "Claude/claude_desktop_config.json",
		},
		"claude-code": everywhere(".claude.json"),
		"vscode": {
			"/home/me/.config/Code/User/mcp.json",
			library + "Code/User/mcp.json",
			roaming + "Code/User/mcp.json",
		},
		"cursor":   everywhere(".cursor/mcp.json"),
		"windsurf": everywhere(".codeium/windsurf/mcp_config.json"),
		"zed": {
			"/home/me/.config/zed/settings.json",
			"/Users/me/.config/zed/settings.json",
			roaming + "Zed/settings.json",
		},
		"codex":    everywhere(".codex/config.toml"),
		"gemini":   everywhere(".gemini/settings.json"),
		"copilot":  everywhere(".copilot/mcp-config.json"),
		"opencode": everywhere(".config/opencode/opencode.json"),
		"cline":    everywhere(".cline/data/settings/cline_mcp_settings.json"),
		"kiro":     everywhere(".kiro/settings/mcp.json"),
		"json":     {},
	} {
		for i, s := range []System{linux, mac, windows} {
			got, err := lookup(t, id).Path(s)
			if want[i] == "" {
				if err == nil || !strings.Contains(err.Error(), "--path") {
					t.Error(id, got, err)
				}
			} else if err != nil || filepath.ToSlash(got) != want[i] {
				t.Errorf("%s on %s: %s, %v", id, s.OS, got, err)
			}
		}
		if _, err := lookup(t, id).Path(System{OS: "linux"}); err == nil || !strings.Contains(err.Error(), "--path") {
			t.Error(id, err)
		}
	}
	if n := len(IDs()); n != 13 {
		t.Error("paths of some clients are not tested:", n)
	}
}

// everywhere is a file below the home folder, on Linux, macOS and Windows.
func everywhere(file string) [3]string {
	return [3]string{"/home/me/" + file, "/Users/me/" + file, "/c/Users/me/" + file}
}

// TestVariables covers the variables by which users move the clients' files.
func TestVariables(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ id, variable, value, want string }{
		{"zed", "XDG_CONFIG_HOME", "/xdg", "/xdg/zed/settings.json"},
		{"vscode", "XDG_CONFIG_HOME", "/xdg", "/xdg/Code/User/mcp.json"},
		{"opencode", "XDG_CONFIG_HOME", "/xdg", "/xdg/opencode/opencode.json"},
		{"opencode", "OPENCODE_CONFIG_DIR", "/dir", "/dir/opencode.json"},
		{"opencode", "OPENCODE_CONFIG", "/dir/my.json", "/dir/my.json"},
		{"claude-code", "CLAUDE_CONFIG_DIR", "/dir", "/dir/.claude.json"},
		{"codex", "CODEX_HOME", "/dir", "/dir/config.toml"},
		{"gemini", "GEMINI_CLI_HOME", "/dir", "/dir/.gemini/settings.json"},
		{"copilot", "COPILOT_HOME", "/dir", "/dir/mcp-config.json"},
		{"cline", "CLINE_MCP_SETTINGS_PATH", "/dir/my.json", "/dir/my.json"},
		{"cline", "CLINE_DATA_DIR", "/dir", "/dir/settings/cline_mcp_settings.json"},
		{"cline", "CLINE_DIR", "/dir", "/dir/data/settings/cline_mcp_settings.json"},
		{"kiro", "KIRO_HOME", "/dir", "/dir/settings/mcp.json"},
	} {
		s := System{OS: "linux", Home: "/home/me", Getenv: func(name string) string {
			if name == tc.variable {
				return tc.value
			}
			return ""
		}}
		s.XDGConfig = s.Getenv("XDG_CONFIG_HOME")
		if got, err := lookup(t, tc.id).Path(s); err != nil || filepath.ToSlash(got) != tc.want {
			t.Errorf("%s with %s: %s, %v", tc.id, tc.variable, got, err)
		}
	}
	codex := System{OS: "linux", Home: "/home/me", Getenv: func(string) string { return "here" }}
	if got, err := lookup(t, "codex").Path(codex); err != nil || !filepath.IsAbs(got) {
		t.Error("a relative folder:", got, err)
	}
}

// TestClaudeDesktopPackage is about the package of Windows, whose programs keep
// a copy of %APPDATA% of their own.
func TestClaudeDesktopPackage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := System{
		OS:           "windows",
		Home:         dir,
		AppData:      filepath.Join(dir, "Roaming"),
		LocalAppData: filepath.Join(dir, "Local"),
	}
	c := lookup(t, "claude-desktop")
	const name = "claude_desktop_config.json"
	usual := filepath.Join(s.AppData, "Claude", name)
	folder := func(id string) string {
		return filepath.Join(s.LocalAppData, "Packages", "Claude_"+id, "LocalCache", "Roaming", "Claude")
	}
	expect := func(want string) {
		t.Helper()
		if got, err := c.Path(s); err != nil || got != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
	expect(usual)
	touch(t, filepath.Join(s.LocalAppData, "Packages", "Claude_new", "x")) // never started: it reads the usual file
	expect(usual)
	touch(t, filepath.Join(folder("a"), "x"))
	expect(filepath.Join(folder("a"), name))
	touch(t, filepath.Join(folder("b"), "x"))
	if got, err := c.Path(s); err == nil || !strings.Contains(err.Error(), "--path") {
		t.Error("two packages:", got, err)
	}
	touch(t, filepath.Join(folder("b"), name))
	expect(filepath.Join(folder("b"), name))
	s.OS = "linux"
	s.XDGConfig = filepath.Join(dir, "xdg")
	expect(filepath.Join(s.XDGConfig, "Claude", name))
}

// TestOpenCodeFile takes the file that is there: OpenCode reads both.
func TestOpenCodeFile(t *testing.T) {
	t.Parallel()
	s := System{OS: "darwin", XDGConfig: t.TempDir()}
	for _, name := range []string{"opencode.jsonc", "opencode.json"} { // the latter comes first, once it is there
		file := filepath.Join(s.XDGConfig, "opencode", name)
		touch(t, file)
		if got, err := lookup(t, "opencode").Path(s); err != nil || got != file {
			t.Errorf("got %s, %v; want %s", got, err, file)
		}
	}
}

func touch(t *testing.T, file string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
