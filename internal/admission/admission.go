// Package admission decides how many calls are handled at a time: many if they
// only wait for the API, and few if their answers fill the memory.
package admission

import (
	"context"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// atOnce is how many calls are admitted however much memory is used.
	atOnce = 32
	// interval is how often one more call is admitted while some wait and the
	// processors are idle.
	interval = time.Millisecond
	// enough is how many bytes of heap and stacks, garbage included, may be used
	// before only atOnce calls are admitted.
	enough = 72 << 20
	// forgotten is how long a gate is unused before it starts anew.
	forgotten = time.Second
	// collect is how long a call waits for memory before garbage is collected,
	// which may be all that fills it.
	collect = 50 * time.Millisecond
)

// Gate admits calls. Their number grows while some wait, like the window of TCP,
// because the cost of a call is not known before some have been answered.
type Gate struct {
	most int
	turn chan struct{} // holds a value while a call is next in line

	mu      sync.Mutex
	running int
	window  int
	last    time.Time     // when a call last left
	left    chan struct{} // holds a value if a call has left
	garbage bool          // a call entered or left since memory was last collected
	read    time.Time     // when sample was last read
	sample  []metrics.Sample
}

// New returns a gate that admits at most the given number of calls at a time.
func New(most int) *Gate {
	return &Gate{
		most:    most,
		window:  min(atOnce, most),
		left:    make(chan struct{}, 1),
		turn:    make(chan struct{}, 1),
		garbage: true,
		sample: []metrics.Sample{
			{Name: "/memory/classes/heap/objects:bytes"},
			{Name: "/memory/classes/heap/stacks:bytes"},
			{Name: "/sched/goroutines/runnable:goroutines"},
		},
	}
}

// TryEnter admits a call if there is room now.
func (g *Gate) TryEnter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.enter()
}

// Enter waits until there is room; calls enter in the order in which they came.
// It fails only if ctx is done.
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

// Leave ends an admitted call, whose answer no longer takes memory.
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

// grow widens the window if there is memory, and narrows it if not. It reports
// whether the caller, if it has waited long, should collect garbage.
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

// used returns the bytes of the process's heap and stacks, at most half an
// interval old.
func (g *Gate) used() uint64 {
	if now := time.Now(); now.Sub(g.read) > interval/2 {
		metrics.Read(g.sample[:2]) // takes a microsecond
		g.read = now
	}
	return g.sample[0].Value.Uint64() + g.sample[1].Value.Uint64()
}

// idle reports whether calls wait for something other than a processor.
func (g *Gate) idle() bool {
	metrics.Read(g.sample[2:])
	runnable := g.sample[2].Value.Uint64()
	return runnable <= uint64(2*runtime.GOMAXPROCS(0)) //nolint:gosec // a positive number of processors
}
