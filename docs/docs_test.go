package docs

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/clientconfig"
)

var root = os.DirFS("..")

// TestLinks checks every link, anchor and picture in the Markdown files of this repository that leads into it.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, dead := range deadLinks(t, root) {
		t.Error(dead)
	}
}

// TestDeadLinks holds the check itself to links of every kind.
func TestDeadLinks(t *testing.T) {
	t.Parallel()
	repository := fstest.MapFS{
		"docs/other.md": {Data: []byte("# Other page\n\n## A `code` heading, twice\n\n## A `code` heading, twice\n")},
		"picture.svg":   {},
		"LICENSE":       {},
	}
	for text, dead := range map[string]bool{
		"[x](docs/other.md)":                        false,
		"[x](docs/other.md#other-page)":             false,
		"[x](docs/other.md#a-code-heading-twice-1)": false,
		"[x](docs/other.md#a-code-heading-twice-2)": true,
		"[x](docs)":                     false,
		"[x](LICENSE)":                  false,
		"[x](license)":                  true,
		"[x](docs/none.md)":             true,
		"[x](../outside.md)":            true,
		"[x](https://example.com/none)": false,
		"[x](" + repositoryURL + "blob/main/LICENSE)":         false,
		"[x](" + repositoryURL + "blob/main/NONE)":            true,
		"[x](" + repositoryURL + "issues)":                    false,
		"![x](picture.svg)":                                   false,
		"![x](picture.png)":                                   true,
		`<picture><source srcset="none.svg"></picture>`:       true,
		`text <img src="picture.svg"> text`:                   false,
		`text <a href="#none">here</a>`:                       true,
		"# Here\n\n[x](#here)":                                false,
		"# Here\n\n[x](#there)":                               true,
		"| a |\n| --- |\n| [x](none) |\n":                     true,
		"[x][y]\n\n[y]: none\n":                               true,
		"`[x](none)`":                                         false,
		"```\n[x](none)\n```":                                 false,
		"<https://example.com>":                               false,
		"[x](mailto:somebody@example.com)":                    false,
		"[x](docs/other.md#other-page \"with a title\")":      false,
		"[x](docs/other.md#" + strings.Repeat("a", 10) + ")":  true,
		"# Ünïcode (and signs)!\n\n[x](#ünïcode-and-signs)":   false,
		"# A [link](LICENSE) in it\n\n[x](#a-link-in-it)":     false,
		"[x](/docs/other.md)":                                 false,
		"[x](docs/other.md?plain=1)":                          false,
		"1. item\n\n   | a |\n   | --- |\n   | [x](none) |\n": true,
	} {
		repository["README.md"] = &fstest.MapFile{Data: []byte(text)}
		if got := deadLinks(t, repository); (len(got) > 0) != dead {
			t.Errorf("%s: found %q", text, got)
		}
	}
}

// TestTables finds rows with more or fewer cells than their table's head: GitHub drops or invents the rest.
func TestTables(t *testing.T) {
	t.Parallel()
	for _, file := range markdownFiles(t, root) {
		cells, fenced := 0, false
		for i, line := range strings.Split(readFile(t, root, file), "\n") {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "```") {
				fenced = !fenced
			}
			if fenced || !strings.HasPrefix(line, "|") {
				cells = 0
				continue
			}
			n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			if cells != 0 && n != cells {
				t.Errorf("%s:%d: a row of %d cells in a table of %d", file, i+1, n-1, cells-1)
			}
			cells = n
		}
	}
}

// TestReadme bounds the README, and finds pages of the manual that it does not lead to.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme := readFile(t, root, "README.md")
	if n := strings.Count(readme, "\n"); n > 180 {
		t.Errorf("README.md has %d lines, more than 180: move details to docs", n)
	}
	pages, err := fs.Glob(root, "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if !strings.Contains(readme, "("+page+")") {
			t.Errorf("README.md does not link to %s", page)
		}
	}
}

// TestDependencies compares the direct dependencies in go.mod with those that docs/dependencies.md explains.
func TestDependencies(t *testing.T) {
	t.Parallel()
	raw, err := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(raw, &mod); err != nil {
		t.Fatal(err)
	}
	var required, explained []string
	for _, r := range mod.Require {
		if !r.Indirect {
			required = append(required, r.Path)
		}
	}
	for line := range strings.Lines(readFile(t, root, "docs/dependencies.md")) {
		names, why, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		if !ok || !strings.HasPrefix(names, "`") {
			continue
		}
		if len(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(why), "|"))) < 5 {
			t.Errorf("docs/dependencies.md does not say what %s is for", names)
		}
		for name := range strings.SplitSeq(names, ", ") {
			explained = append(explained, strings.Trim(name, "`"))
		}
	}
	for _, path := range required {
		if !slices.Contains(explained, path) {
			t.Errorf("docs/dependencies.md does not say what %s is for", path)
		}
	}
	for _, path := range explained {
		if !slices.Contains(required, path) {
			t.Errorf("docs/dependencies.md explains %s, which is no direct dependency", path)
		}
	}
}

// TestClients finds clients that config knows and the docs do not name.
func TestClients(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"README.md", "docs/clients.md"} {
		text := readFile(t, root, file)
		for _, id := range clientconfig.IDs() {
			if !strings.Contains(text, "`"+id+"`") {
				t.Errorf("%s does not name the client %s", file, id)
			}
		}
	}
}
