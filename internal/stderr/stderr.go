// Package stderr writes logs so that nobody who logs waits: many clients start
// a server, and never read what it says on standard error.
package stderr

import (
	"io"
	"sync"
	"time"
)

const most = 256 << 10 // bytes that wait; what comes when they do is lost

// Writer is an io.Writer that neither blocks nor fails.
type Writer struct {
	out  io.Writer
	more chan struct{} // holds something if something waits
	done chan struct{} // closed when all is written

	mu      sync.Mutex
	waiting []byte
	ended   bool
}

// New writes to out until Close.
func New(out io.Writer) *Writer {
	w := &Writer{out: out, more: make(chan struct{}, 1), done: make(chan struct{})}
	go w.run()
	return w
}

// Write takes a line as a whole, or loses it.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended && len(w.waiting)+len(p) <= most {
		w.waiting = append(w.waiting, p...)
		w.wake()
	}
	return len(p), nil
}

// Close waits for what was written to be read, but only so long.
func (w *Writer) Close(within time.Duration) {
	w.mu.Lock()
	w.ended = true
	w.wake()
	w.mu.Unlock()
	limit := time.NewTimer(within)
	defer limit.Stop()
	select {
	case <-w.done:
	case <-limit.C:
	}
}

func (w *Writer) wake() {
	select {
	case w.more <- struct{}{}:
	default:
	}
}

// run writes what waits. An error, such as that nobody reads any more, concerns
// only what it hits: a terminal may come back.
func (w *Writer) run() {
	defer close(w.done)
	var spare []byte
	for range w.more {
		w.mu.Lock()
		lines, ended := w.waiting, w.ended
		w.waiting = spare[:0]
		w.mu.Unlock()
		if len(lines) > 0 {
			_, _ = w.out.Write(lines)
		}
		spare = lines
		if ended {
			return
		}
	}
}
