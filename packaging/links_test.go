package packaging

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

const (
	guide      = "../docs/install.md"
	linksBegin = "<!-- links: written by go generate ./... -->\n"
	linksEnd   = "<!-- end of links -->"
	serverName = "realtimekit"
)

// entry is a server in a client's configuration.
type entry map[string]any

// configured is what the command config prints for a client: the server's entry, and the inputs for which
// VS Code asks.
type configured struct {
	Entry  entry
	Inputs []any
}

// printed runs the command config, for a program that is on PATH, in an environment without settings.
func printed(t *testing.T, binary, client string) configured {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "config", client, "--command", "mcp-realtimekit")
	cmd.Env = []string{"HOME=" + t.TempDir(), "APPDATA=" + t.TempDir()}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(client, err)
	}
	var file struct {
		Servers, MCPServers map[string]entry
		Inputs              []any
	}
	if err := json.Unmarshal(out, &file); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if e, ok := file.Servers[serverName]; ok {
		return configured{e, file.Inputs}
	}
	return configured{file.MCPServers[serverName], file.Inputs}
}

// inDocker starts the released image instead. Docker hands on the token from its own environment.
func inDocker(c configured, image string) configured {
	e := entry{}
	maps.Copy(e, c.Entry)
	e["command"] = "docker"
	e["args"] = []any{"run", "--rm", "-i", "-e", "CLOUDFLARE_API_TOKEN", image + ":latest"}
	return configured{e, c.Inputs}
}

// escape is JavaScript's encodeURIComponent: VS Code does not take a plus for a space.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// vscodeLink opens VS Code by way of its own redirect, since GitHub shows no links but to the web.
// https://code.visualstudio.com/api/extension-guides/ai/mcp#create-an-mcp-installation-url
func vscodeLink(t *testing.T, scheme string, c configured) string {
	t.Helper()
	server := entry{"name": serverName, "inputs": c.Inputs}
	maps.Copy(server, c.Entry)
	return "https://insiders.vscode.dev/redirect?url=" + escape(scheme+":mcp/install?"+escape(marshal(t, server)))
}

// cursorLink opens Cursor by way of its own page.
// https://cursor.com/docs/mcp/install-links
func cursorLink(t *testing.T, c configured) string {
	t.Helper()
	config := base64.StdEncoding.EncodeToString([]byte(marshal(t, c.Entry)))
	return "https://cursor.com/install-mcp?name=" + serverName + "&config=" + escape(config)
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestLinks writes the links with -update, and holds each link of the guide to decode to what the command
// config prints.
func TestLinks(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "mcp-realtimekit.exe")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", binary, "../cmd/mcp-realtimekit")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	image := readReleaseConfig(t).DockersV2[0].Images[0]
	vscode, cursor := printed(t, binary, "vscode"), printed(t, binary, "cursor")
	want := map[string]configured{
		"vscode":          vscode,
		"vscode-insiders": vscode,
		"cursor":          cursor,
	}
	if *update {
		writeLinks(t, vscode, cursor, image)
	}
	_, rest, _ := strings.Cut(contents(t, guide), linksBegin)
	links, _, ok := strings.Cut(rest, linksEnd)
	if !ok {
		t.Fatal(guide, "has no place for the links")
	}
	seen := map[string]int{}
	for _, m := range regexp.MustCompile(`\]\((https:[^)]*)\)`).FindAllStringSubmatch(links, -1) {
		client, got := decodeLink(t, m[1])
		expected := want[client]
		if seen[client]++; seen[client] == 2 { // the second column
			expected = inDocker(expected, image)
		}
		if !reflect.DeepEqual(got, expected) {
			t.Errorf("the link for %s says %v, the configuration %v; go generate ./packaging", client, got, expected)
		}
	}
	if !reflect.DeepEqual(seen, map[string]int{"vscode": 2, "vscode-insiders": 2, "cursor": 2}) {
		t.Errorf("links for %v", seen)
	}
}

// decodeLink reads a link as the client that it opens does.
func decodeLink(t *testing.T, link string) (client string, c configured) {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	if u.Host == "cursor.com" {
		raw, err := base64.StdEncoding.DecodeString(u.Query().Get("config"))
		if err != nil || u.Path != "/install-mcp" || u.Query().Get("name") != serverName {
			t.Fatal(link, err)
		}
		if err := json.Unmarshal(raw, &c.Entry); err != nil {
			t.Fatal(link, err)
		}
		return "cursor", c
	}
	app, err := url.Parse(u.Query().Get("url"))
	if err != nil || u.Host != "insiders.vscode.dev" || u.Path != "/redirect" || app.Opaque != "mcp/install" {
		t.Fatal(link, app, err)
	}
	query, err := url.PathUnescape(app.RawQuery) // which leaves a plus alone, as decodeURIComponent does
	if err != nil {
		t.Fatal(link, err)
	}
	if err := json.Unmarshal([]byte(query), &c.Entry); err != nil {
		t.Fatal(query, err)
	}
	if c.Entry["name"] != serverName {
		t.Errorf("%s is called %v", query, c.Entry["name"])
	}
	c.Inputs, _ = c.Entry["inputs"].([]any)
	delete(c.Entry, "name")
	delete(c.Entry, "inputs")
	return app.Scheme, c
}

func writeLinks(t *testing.T, vscode, cursor configured, image string) {
	t.Helper()
	before, rest, _ := strings.Cut(contents(t, guide), linksBegin)
	_, after, ok := strings.Cut(rest, linksEnd)
	if !ok {
		t.Fatal(guide, "has no place for the links")
	}
	var b strings.Builder
	b.WriteString("| | the installed program | the Docker image |\n| --- | --- | --- |\n")
	row := func(title string, link func(configured) string, c configured) {
		fmt.Fprintf(&b, "| %s | [add](%s) | [add](%s) |\n", title, link(c), link(inDocker(c, image)))
	}
	row("VS Code", func(c configured) string { return vscodeLink(t, "vscode", c) }, vscode)
	row("VS Code Insiders", func(c configured) string { return vscodeLink(t, "vscode-insiders", c) }, vscode)
	row("Cursor", func(c configured) string { return cursorLink(t, c) }, cursor)
	if err := os.WriteFile(guide, []byte(before+linksBegin+b.String()+linksEnd+after), 0o600); err != nil {
		t.Fatal(err)
	}
}
