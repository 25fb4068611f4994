package tools

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAddition builds the tool that docs/architecture.md adds with one file and
// one line.
func TestAddition(t *testing.T) {
	doc, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, diff, _ := strings.Cut(string(doc), "+++ b/tools/count_meetings.go\n@@\n")
	diff, _, _ = strings.Cut(diff, "```")
	registry, err := os.ReadFile("registry.go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	overlay := map[string]string{}
	for name, text := range map[string]string{
		"count_meetings.go": strings.ReplaceAll("\n"+diff, "\n+", "\n"),
		"registry.go":       strings.Replace(string(registry), "\t\tlistApps,\n", "\t\tlistApps,\n\t\tcountMeetings,\n", 1),
	} {
		here, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		overlay[here] = filepath.Join(dir, name)
		if err := os.WriteFile(overlay[here], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "vet", "-overlay", file, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(diff, "func countMeetings(") {
		t.Error("the diff has no tool")
	}
}
