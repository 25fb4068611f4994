// Package stderr writes logs without ever blocking: many clients start a server
// and never read its standard error.
package stderr

import (
	"io"
	"sync"
	"time"
)

// maxWaiting is how many bytes may wait to be written; more are dropped.
const maxWaiting = 256 << 10

// Writer is an io.Writer that neither blocks nor fails.
type Writer struct {
	out  io.Writer
	more chan struct{} // holds a value if bytes may be waiting
	done chan struct{} // closed when everything is written

	mu      sync.Mutex
	waiting []byte
	ended   bool
}

// New returns a Writer that writes to out until Close is called.
func New(out io.Writer) *Writer {
	w := &Writer{out: out, more: make(chan struct{}, 1), done: make(chan struct{})}
	go w.run()
	return w
}

// Write keeps p to be written later, or drops all of it if too much is waiting.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended && len(w.waiting)+len(p) <= maxWaiting {
		w.waiting = append(w.waiting, p...)
		w.wake()
	}
	return len(p), nil
}

// Close waits until everything is written, but no longer than the given time.
// Later writes are dropped.
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

// run writes what is waiting. It drops what fails to be written and goes on,
// because an output can come back.
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
