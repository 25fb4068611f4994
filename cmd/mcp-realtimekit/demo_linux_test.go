package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestDemoOpens has a browser, one that fails, and none.
func TestDemoOpens(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"opens": "#!/bin/sh\n/bin/cp \"$1\" \"$TMPDIR/seen\"\n",
		"fails": "#!/bin/sh\nexit 3\n",
		"none":  "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, page := opened(t, script)
			if name != "opens" {
				contains(t, out, "No browser could be opened", page)
				return
			}
			contains(t, out, "Opened "+page)
			seen, err := os.ReadFile(filepath.Join(filepath.Dir(page), "seen"))
			if err != nil {
				t.Fatal(err)
			}
			contains(t, string(seen), "<!doctype html>", "Design review: Checkout", ">16 min late<")
		})
	}
}

// opened runs the demo with a browser, and returns the path of the page that is to be
// opened. An empty script is no browser.
func opened(t *testing.T, script string) (out, page string) {
	t.Helper()
	bin, temporary := t.TempDir(), t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	out, logs, code := once(t, map[string]string{"PATH": bin, "TMPDIR": temporary}, "demo", "--open")
	pages, err := filepath.Glob(filepath.Join(temporary, "mcp-realtimekit-demo-*.html"))
	if code != 0 || logs != "" || err != nil || len(pages) != 1 {
		t.Fatalf("code %d, %v: %s%s", code, pages, logs, out)
	}
	if info, err := os.Stat(pages[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	return out, pages[0]
}
