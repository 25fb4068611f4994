package httpserve

import (
	"net/http"
	"strings"
	"time"
)

const (
	bodyTimeout    = 20 * time.Second // for a whole request body
	refusedTimeout = time.Second      // for that of a request which is refused without it
	writeTimeout   = 30 * time.Second // for a client to take what was written
)

// writer counts, and gives a client that does not read a bounded time. The
// server's own WriteTimeout would cut long calls instead.
type writer struct {
	http.ResponseWriter
	control  *http.ResponseController
	delivery *delivery           // nil but for what may notify
	restore  func([]byte) []byte // of what mcp-go writes; nil: nothing is to be
	status   int
	bytes    int64
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
		w.Header().Set("X-Accel-Buffering", "no") // nginx would hold progress back
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(p []byte) (int, error) {
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

func (w *writer) Flush() {
	w.limitWrite(writeTimeout)
	_ = w.control.Flush()
	w.limitWrite(0) // the next event may be long in coming
	if w.delivery != nil {
		w.delivery.wrote()
	}
}

// Deadlines are not supported by test recorders, and nothing is lost there.
func (w *writer) limitWrite(d time.Duration) { _ = w.control.SetWriteDeadline(deadline(d)) }
func (w *writer) limitRead(d time.Duration)  { _ = w.control.SetReadDeadline(deadline(d)) }

func deadline(d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}
