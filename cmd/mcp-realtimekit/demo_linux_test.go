package main

import (
	"os"
	"path/filepath"
	"strings"
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
			bin, temporary := t.TempDir(), t.TempDir()
			if script != "" {
				if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(script), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			out, logs, code := once(t, map[string]string{"PATH": bin, "TMPDIR": temporary}, "demo", "--open")
			files, err := filepath.Glob(filepath.Join(temporary, "mcp-realtimekit-demo-*.html"))
			if code != 0 || logs != "" || err != nil || len(files) != 1 || !strings.Contains(out, files[0]) {
				t.Fatalf("code %d, %v: %s%s", code, files, logs, out)
			}
			if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info, err)
			}
			if name != "opens" {
				contains(t, out, "No browser could be opened")
				return
			}
			contains(t, out, "Opened "+files[0])
			seen, err := os.ReadFile(filepath.Join(temporary, "seen"))
			if err != nil {
				t.Fatal(err)
			}
			contains(t, string(seen), "<!doctype html>", "Design review: Checkout", ">late 16 min<")
		})
	}
}
