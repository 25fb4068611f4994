package tour_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/tour"
)

// TestNoServer holds that a tour without a server says which program it missed.
// What a tour shows is tested through the program's command.
func TestNoServer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "no-such-program")
	var out bytes.Buffer
	if err := tour.Run(t.Context(), &out, path, "1"); err == nil || !strings.Contains(err.Error(), path) || out.Len() != 0 {
		t.Errorf("%v: %s", err, &out)
	}
}
