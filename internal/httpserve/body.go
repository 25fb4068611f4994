package httpserve

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/jsonrpc"
)

// maxHeld is how many bytes the bodies of the requests in flight may have together.
const maxHeld = 16 << 20

// readBody reads the body of a request, or answers with an error.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		const rule = "the request's body must not be compressed: leave out Content-Encoding"
		refuse(w, http.StatusUnsupportedMediaType, mcp.INVALID_REQUEST, rule)
		return nil, false
	}
	inner, stop := w, func() {}
	out, wrapped := w.(*writer)
	if wrapped {
		inner = out.ResponseWriter // closes the connection if the body is too large
		stop = func() { _ = out.control.SetReadDeadline(time.Unix(1, 0)) }
	}
	arrival := h.intake.begin(r.Body, stop)
	body, err := io.ReadAll(http.MaxBytesReader(inner, io.NopCloser(arrival), h.o.MaxBody))
	evicted := arrival.end()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		message := fmt.Sprintf("the request is larger than %d bytes", large.Limit)
		refuse(w, http.StatusRequestEntityTooLarge, mcp.INVALID_REQUEST, message)
		return nil, false
	case evicted:
		w.Header().Set("Connection", "close")
		busy(w, "too many requests did not arrive in full; try again in a second")
		return nil, false
	case err != nil:
		refuse(w, http.StatusBadRequest, mcp.PARSE_ERROR, "the request's body did not arrive in full and in time")
		return nil, false
	}
	if wrapped {
		out.limitRead(0) // because a read that times out would cancel a long call
	}
	return jsonrpc.Trim(body), true
}

// admit waits until there is memory for a call, or answers that there are too many
// requests. Settle gives back the call's place among those in flight, and release all.
func (h *Handler) admit(w http.ResponseWriter, r *http.Request, size int64) (settle, release func(), ok bool) {
	const message = "too many requests at one time; try again in a second"
	select {
	case h.slots <- struct{}{}:
	default:
		busy(w, message)
		return nil, nil, false
	}
	if !h.held.TryAcquire(size) {
		<-h.slots
		busy(w, message)
		return nil, nil, false
	}
	done := h.connections.call(r)
	if h.gate.Enter(r.Context()) != nil { // the client has gone
		done()
		h.held.Release(size)
		<-h.slots
		return nil, nil, false
	}
	settle = sync.OnceFunc(func() { h.gate.Leave(); <-h.slots })
	return settle, func() {
		done()
		h.held.Release(size)
		settle()
	}, true
}

func busy(w http.ResponseWriter, message string) {
	w.Header().Set("Retry-After", "1")
	refuse(w, http.StatusServiceUnavailable, mcp.INTERNAL_ERROR, message)
}
