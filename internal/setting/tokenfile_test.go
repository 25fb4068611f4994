package setting

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTokenFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	for content, want := range map[string]struct{ token, err string }{
		tok + "\n":                 {token: tok},
		"A=1\n" + name + "=" + tok: {token: tok},
		"\"\"\n":                   {err: "no token is in the file"},
		"\n":                       {err: "is empty"},
		"${token}":                 {err: "placeholder"},
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := TokenFile(name, path)
		if got != want.token || (err == nil) != (want.err == "") || err != nil && !strings.Contains(err.Error(), want.err) {
			t.Errorf("%q: %q, %v", content, got, err)
		}
	}
	if _, err := TokenFile(name, path+".none"); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
}
