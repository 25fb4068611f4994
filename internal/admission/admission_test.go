package admission_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/admission"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestMost checks that calls which only wait are admitted up to the limit, and no
// further.
func TestMost(t *testing.T) {
	const most = 300
	g := admission.New(most)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for i := range most {
		if err := g.Enter(ctx); err != nil {
			t.Fatalf("%d were admitted: %v", i, err)
		}
	}
	soon, stop := context.WithTimeout(ctx, 50*time.Millisecond)
	defer stop()
	if g.TryEnter() || g.Enter(soon) == nil {
		t.Errorf("more than %d were admitted", most)
	}
	g.Leave()
	if err := g.Enter(ctx); err != nil {
		t.Error(err)
	}
}

// TestSmall checks a limit below the number that is admitted at once.
func TestSmall(t *testing.T) {
	g := admission.New(2)
	if first, second, third := g.TryEnter(), g.TryEnter(), g.TryEnter(); !first || !second || third {
		t.Error("want two calls admitted, and no third")
	}
}

// TestMemory checks that few calls are admitted while memory is short, but some.
func TestMemory(t *testing.T) {
	full := make([]byte, 80<<20)
	g := admission.New(1000)
	var running, most, done atomic.Int64
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if g.Enter(t.Context()) != nil {
				return
			}
			defer g.Leave()
			defer running.Add(-1)
			for now := running.Add(1); ; {
				was := most.Load()
				if now <= was || most.CompareAndSwap(was, now) {
					break
				}
			}
			time.Sleep(10 * time.Millisecond)
			done.Add(1)
		})
	}
	all.Wait()
	if done.Load() != 200 || most.Load() > 32 {
		t.Errorf("%d were done, %d at a time", done.Load(), most.Load())
	}
	runtime.KeepAlive(full)

	// Garbage does not count for long.
	runtime.KeepAlive(make([]byte, 80<<20))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for i := range 100 {
		if err := g.Enter(ctx); err != nil {
			t.Fatalf("%d were admitted beside garbage: %v", i, err)
		}
	}
}
