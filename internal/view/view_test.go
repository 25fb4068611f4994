package view

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

func TestSize(t *testing.T) {
	if n := len(HTML); n >= 20_000 {
		t.Errorf("the document has %d bytes, at most 20,000 are wanted", n)
	}
}

// TestLoadsNothing holds what the declared policy promises: no address, and nothing that
// makes a text into markup or a program.
func TestLoadsNothing(t *testing.T) {
	for _, pattern := range []string{
		`https?:`, `url\(`, `@import`, ` src=`, `href=`, `\beval\b`, `new Function`, `innerHTML`, `outerHTML`,
		`insertAdjacentHTML`, `document\.write`, `fetch\(`, `XMLHttpRequest`, `WebSocket`, `localStorage`, `\bimport\(`,
	} {
		if found := regexp.MustCompile(pattern).FindString(HTML); found != "" {
			t.Errorf("the document has %q", found)
		}
	}
	if strings.Count(HTML, "<script") != 1 || strings.Count(HTML, "<style") != 1 {
		t.Error("the document does not have one script and one style sheet")
	}
}

// TestScripts runs the tests beside the sources, if Node.js is there.
func TestScripts(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs Node.js")
	}
	out, err := exec.CommandContext(t.Context(), node, "--test", "src/test/").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
