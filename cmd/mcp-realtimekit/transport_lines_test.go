package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestLongLines sends lines that no server should keep.
func TestLongLines(t *testing.T) {
	const mb = 1 << 20
	for name, c := range map[string]struct {
		before, filler, after string
		size                  int
		id, message           string
	}{
		"100 MB":              {`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"x":"`, "x", `"}}`, 100 * mb, "7", "longer than 4194304 bytes"},
		"100 MB, id last":     {`{"method":"tools/call","params":{"x":"`, "x", `"},"jsonrpc":"2.0","id":"last"}`, 100 * mb, `"last"`, "longer than 4194304 bytes"},
		"100 MB of values":    {`{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"x":[`, "0,", `0]}}`, 100 * mb, "8", "longer than 4194304 bytes"},
		"100 MB of noise":     {"", "\x00\xff", "", 100 * mb, "null", "longer than 4194304 bytes"},
		"without an end":      {`{"jsonrpc":"2.0","id":9,"method":"`, "x", "", 257 * mb, "9", "longer than 4194304 bytes"},
		"3 MB":                {`{"jsonrpc":"2.0","id":10,"method":"ping","params":{"x":"`, "x", `"}}`, 3 * mb, "10", ""},
		"3 MB of values":      {`{"jsonrpc":"2.0","id":11,"method":"ping","params":{"x":[`, "0,", `0]}}`, 3 * mb, "11", "more than 20000 values"},
		"3 MB of brackets":    {`{"jsonrpc":"2.0","id":12,"method":"ping","params":`, "[", `}`, 3 * mb, "12", "nested deeper than 64 levels"},
		"many lists in lists": {"", "[", "", 3 * mb, "null", "nested deeper than 64 levels"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRaw(t, nil, "--demo", "--log-level=error")
			r.initialize("2025-11-25")
			var sending sync.WaitGroup
			sending.Go(func() {
				piece := strings.Repeat(c.filler, mb/len(c.filler))
				r.write(c.before)
				for range c.size / mb {
					r.write(piece)
				}
				if name != "without an end" {
					r.write(c.after + "\n")
				}
			})
			m := parse(t, r.line())
			if string(m.ID) != c.id || (m.Error == nil) != (c.message == "") || m.Error != nil && !strings.Contains(m.Error.Message, c.message) {
				t.Errorf("id %s, %+v", m.ID, m.Error)
			}
			sending.Wait()
			if name == "without an end" {
				r.write("\n")
			}
			r.send(`{"jsonrpc":"2.0","id":"after","method":"ping"}`)
			if m := parse(t, r.line()); string(m.ID) != `"after"` || m.Error != nil {
				t.Errorf("afterwards: %+v", m)
			}
			checkPeak(t, r.cmd.Process, maxPeak)
			_ = r.in.Close()
			r.end(0, 5*time.Second)
		})
	}
}

// TestManyLargeRequests sends more large requests at once than fit.
func TestManyLargeRequests(t *testing.T) {
	t.Parallel()
	r := startRaw(t, nil, "--demo", "--log-level=error")
	r.initialize("2025-11-25")
	const calls = 20
	go func() {
		text := strings.Repeat("x", 3<<20)
		for i := range calls {
			r.write(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"find_meetings","arguments":{"query":"%s"}}}`+"\n", i, text))
		}
	}()
	for range calls {
		if line := r.line(); !strings.Contains(line, "at most 2048 characters") {
			t.Errorf("%.300s", line)
		}
	}
	checkPeak(t, r.cmd.Process, maxPeak)
	_ = r.in.Close()
	r.end(0, 5*time.Second)
}
