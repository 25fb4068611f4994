package httpserve

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	bodyTimeout    = 20 * time.Second // for a body to arrive
	refusedTimeout = time.Second      // for the body of a refused request
	writeTimeout   = 30 * time.Second // for a client to read what is written
)

// writer counts what is written, and limits the time for which a client may not read.
// The server's own WriteTimeout would end long calls instead.
type writer struct {
	http.ResponseWriter
	control  *http.ResponseController
	delivery *delivery           // nil for requests that send no notifications
	restore  func([]byte) []byte // undoes Tokens.Prepare in what mcp-go writes; may be nil
	status   int

	mu    sync.Mutex // of what is written
	bytes int64
}

func newWriter(w http.ResponseWriter) *writer {
	return &writer{ResponseWriter: w, control: http.NewResponseController(w)}
}

func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
		w.Header().Set("X-Accel-Buffering", "no") // otherwise nginx holds progress back
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.write(p)
}

func (w *writer) write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.limitWrite(writeTimeout)
	out := p
	if w.restore != nil {
		out = w.restore(p)
	}
	n, err := w.ResponseWriter.Write(out)
	w.bytes += int64(n)
	if err == nil {
		n = len(p)
	}
	return min(n, len(p)), err
}

// say writes text between two events of a stream.
func (w *writer) say(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = w.write([]byte(text)) // the client may be gone, which ends the request
	w.flush()
}

func (w *writer) flush() {
	w.limitWrite(writeTimeout)
	_ = w.control.Flush()
	w.limitWrite(0) // the next event may take long
}

func (w *writer) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flush()
	if w.delivery != nil {
		w.delivery.wrote()
	}
}

// The recorders of tests do not support deadlines, and need none.
func (w *writer) limitWrite(d time.Duration) { _ = w.control.SetWriteDeadline(deadline(d)) }
func (w *writer) limitRead(d time.Duration)  { _ = w.control.SetReadDeadline(deadline(d)) }

func deadline(d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}
