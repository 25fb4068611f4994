package stderr_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/stderr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestInOrder(t *testing.T) {
	var out, want bytes.Buffer
	w := stderr.New(&out)
	for i := range 1000 {
		line := strings.Repeat("x", i%50) + "\n"
		want.WriteString(line)
		_, _ = io.WriteString(w, line)
	}
	w.Close(time.Minute)
	_, _ = io.WriteString(w, "too late\n")
	if out.String() != want.String() {
		t.Errorf("%d bytes of %d", out.Len(), want.Len())
	}
}

// TestUnread checks that writing does not block if nobody reads the output.
func TestUnread(t *testing.T) {
	read, out := io.Pipe()
	w := stderr.New(out)
	line := []byte(strings.Repeat("x", 1023) + "\n")
	begin := time.Now()
	for range 10_000 {
		if n, err := w.Write(line); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
	w.Close(10 * time.Millisecond)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	late := make(chan int)
	go func() { all, _ := io.ReadAll(read); late <- len(all) }()
	w.Close(time.Minute) // somebody reads at last
	_ = out.Close()
	if n := <-late; n == 0 || n > 1<<20 || n%len(line) != 0 {
		t.Errorf("%d bytes were kept", n)
	}
}

// failing refuses its first write.
type failing struct {
	bytes.Buffer
	failed bool
}

func (f *failing) Write(p []byte) (int, error) {
	if !f.failed {
		f.failed = true
		return 0, errors.New("broken pipe")
	}
	return f.Buffer.Write(p)
}

func TestErrorsPass(t *testing.T) {
	out := &failing{}
	w := stderr.New(out)
	_, _ = io.WriteString(w, "lost\n")
	time.Sleep(50 * time.Millisecond)
	_, _ = io.WriteString(w, "kept\n")
	w.Close(time.Minute)
	if out.String() != "kept\n" {
		t.Errorf("%q", out.String())
	}
}
