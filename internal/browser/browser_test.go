package browser

import (
	"context"
	"strings"
	"testing"
)

func TestOpener(t *testing.T) {
	t.Parallel()
	for system, want := range map[string]string{
		"linux":   "xdg-open",
		"freebsd": "xdg-open",
		"darwin":  "open",
		"windows": "rundll32 url.dll,FileProtocolHandler",
	} {
		if got := strings.Join(opener(system), " "); got != want {
			t.Errorf("%s: %s", system, got)
		}
	}
}

func TestNoOpener(t *testing.T) {
	t.Parallel()
	if err := open(context.Background(), []string{"no-such-program"}, "x"); err == nil {
		t.Error("a program that does not exist opened a file")
	}
}
