// Package admission decides how many calls are handled at a time: as many as
// wait for the API without cost, and few where their answers fill the memory.
package admission

import (
	"context"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	atOnce    = 32                    // calls that are admitted whatever the memory
	interval  = time.Millisecond      // after which one more is while some wait, if the processors are idle
	enough    = 72 << 20              // bytes of heap and stacks, garbage included, with which none is
	forgotten = time.Second           // without a call, after which it begins anew
	collect   = 50 * time.Millisecond // of waiting for memory, after which it may be only garbage
)

// Gate admits calls. How many grows while some wait, as the window of TCP does:
// what a call will cost is not known before some have been answered.
type Gate struct {
	most int
	turn chan struct{} // held by the one that is next

	mu      sync.Mutex
	running int
	window  int
	last    time.Time     // when one left or was admitted
	left    chan struct{} // holds something if one has left
	garbage bool          // something happened since memory was last collected
	sample  []metrics.Sample
}

// New returns a gate that admits at most so many at a time.
func New(most int) *Gate {
	return &Gate{most: most, window: min(atOnce, most),
		left: make(chan struct{}, 1), turn: make(chan struct{}, 1), garbage: true,
		sample: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"},
			{Name: "/sched/goroutines/runnable:goroutines"}}}
}

// TryEnter admits a call if there is room now.
func (g *Gate) TryEnter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.enter()
}

// Enter waits for room, after those who came before. It fails only when ctx is done.
func (g *Gate) Enter(ctx context.Context) error {
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if g.TryEnter() {
		return nil
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for since := time.Now(); ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-g.left:
		case <-tick.C:
			if g.grow(time.Since(since) > collect) {
				runtime.GC()
				since = time.Now()
			}
		}
		if g.TryEnter() {
			return nil
		}
	}
}

// Leave ends a call that was admitted: its answer no longer takes memory.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	g.garbage = true
	g.last = time.Now()
	select {
	case g.left <- struct{}{}:
	default:
	}
}

func (g *Gate) enter() bool {
	if g.running == 0 && time.Since(g.last) > forgotten {
		g.window = min(atOnce, g.most)
	}
	if g.running >= g.window || g.running >= atOnce && g.used() > enough {
		return false
	}
	g.running++
	g.garbage = true
	return true
}

// grow widens the window if there is memory, and else narrows it. It reports
// whether memory should be collected after so long a wait.
func (g *Gate) grow(long bool) (garbage bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	used := g.used()
	switch {
	case used > enough:
		g.window = min(g.window, max(atOnce, g.running), g.most)
		garbage = long && g.garbage
		g.garbage = g.garbage && !garbage
	case g.running >= g.window && g.idle():
		g.window = min(g.window+1, g.most)
	}
	return garbage
}

// used is the memory of the whole process that calls can fill.
func (g *Gate) used() uint64 {
	metrics.Read(g.sample[:2])
	return g.sample[0].Value.Uint64() + g.sample[1].Value.Uint64()
}

// idle reports whether calls wait for something else than a processor.
func (g *Gate) idle() bool {
	metrics.Read(g.sample[2:])
	return g.sample[2].Value.Uint64() <= uint64(2*runtime.GOMAXPROCS(0))
}
