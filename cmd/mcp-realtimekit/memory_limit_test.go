package main

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestMemoryLimit holds that GOMEMLIMIT wins over the server's own limit, also if
// it says that there is none.
func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		env  map[string]string
		want float64 // bytes
	}{
		"not set": {nil, 112 << 20},
		"empty":   {map[string]string{"GOMEMLIMIT": ""}, 112 << 20},
		"off":     {map[string]string{"GOMEMLIMIT": "off"}, math.MaxInt64},
		"lower":   {map[string]string{"GOMEMLIMIT": "64MiB"}, 64 << 20},
		"higher":  {map[string]string{"GOMEMLIMIT": "1GiB"}, 1 << 30},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := memoryLimit(t, serveHTTP(t, tc.env, "--demo")); got != tc.want {
				t.Errorf("%.0f bytes, want %.0f", got, tc.want)
			}
		})
	}
}

// memoryLimit is the limit in bytes that the server's metrics state.
func memoryLimit(t *testing.T, s *web) float64 {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(s.url, "/mcp")+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(s.must(req).body, "\n") {
		if value, ok := strings.CutPrefix(line, "go_gc_gomemlimit_bytes "); ok {
			bytes, err := strconv.ParseFloat(value, 64)
			if err != nil {
				t.Fatal(err)
			}
			return bytes
		}
	}
	t.Fatal("the metrics state no memory limit")
	return 0
}
