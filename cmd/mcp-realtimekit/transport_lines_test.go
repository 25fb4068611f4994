package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

const mb = 1 << 20

// longLine is a line that no server should keep, and what it is answered.
type longLine struct {
	before, filler, after string
	size                  int
	id, message           string
}

// send writes the line, to its end or up to there.
func (c longLine) send(r *raw, end bool) {
	piece := strings.Repeat(c.filler, mb/len(c.filler))
	r.write(c.before)
	for range c.size / mb {
		r.write(piece)
	}
	if end {
		r.write(c.after + "\n")
	}
}

func longLines() map[string]longLine {
	const (
		large = "longer than 4194304 bytes"
		last  = `"},"jsonrpc":"2.0","id":"last"}`
	)
	return map[string]longLine{
		"100 MB":              {callOf(7) + `{"x":"`, "x", `"}}`, 100 * mb, "7", large},
		"100 MB, id last":     {`{"method":"tools/call","params":{"x":"`, "x", last, 100 * mb, `"last"`, large},
		"100 MB of values":    {callOf(8) + `{"x":[`, "0,", `0]}}`, 100 * mb, "8", large},
		"100 MB of noise":     {"", "\x00\xff", "", 100 * mb, "null", large},
		"without an end":      {`{"jsonrpc":"2.0","id":9,"method":"`, "x", "", 257 * mb, "9", large},
		"3 MB":                {pingOf(10) + `{"x":"`, "x", `"}}`, 3 * mb, "10", ""},
		"3 MB of values":      {pingOf(11) + `{"x":[`, "0,", `0]}}`, 3 * mb, "11", "more than 20000 values"},
		"3 MB of brackets":    {pingOf(12), "[", `}`, 3 * mb, "12", "nested deeper than 64 levels"},
		"many lists in lists": {"", "[", "", 3 * mb, "null", "nested deeper than 64 levels"},
	}
}

// callOf and pingOf are requests up to their parameters.
func callOf(id int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":`, id)
}
func pingOf(id int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"ping","params":`, id)
}

// TestLongLines sends lines that no server should keep.
func TestLongLines(t *testing.T) {
	for name, c := range longLines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRaw(t, nil, "--demo", "--log-level=error")
			r.initialize("2025-11-25")
			var sending sync.WaitGroup
			sending.Go(func() { c.send(r, name != "without an end") })
			m := parse(t, r.line())
			if string(m.ID) != c.id || (m.Error == nil) != (c.message == "") ||
				m.Error != nil && !strings.Contains(m.Error.Message, c.message) {
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
			r.write(
				fmt.Sprintf(
					`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"find_meetings","arguments":{"query":"%s"}}}`+"\n",
					i, text),
			)
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
