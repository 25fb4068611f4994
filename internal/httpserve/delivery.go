package httpserve

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// delivery makes a call wait until its notifications are written. mcp-go 1.2.1 loses
// the last one if the result is ready before another goroutine has written it
// (mark3labs/mcp-go#969).
type delivery struct {
	end     <-chan struct{} // closed when the request ends
	sent    atomic.Int64    // notifications
	flushed atomic.Int64    // events, of which each notification is one
	more    chan struct{}
}

// deliveryTime is how long a client that does not read can delay a call.
const deliveryTime = time.Second

type deliveryKey struct{}

// track returns the request with a delivery in its context.
func track(w http.ResponseWriter, r *http.Request) *http.Request {
	out, ok := w.(*writer)
	if !ok {
		return r
	}
	out.delivery = &delivery{end: r.Context().Done(), more: make(chan struct{}, 1)}
	return r.WithContext(context.WithValue(r.Context(), deliveryKey{}, out.delivery))
}

func (d *delivery) wrote() {
	d.flushed.Add(1)
	select {
	case d.more <- struct{}{}:
	default:
	}
}

// reach waits until so many events are written. It reports whether they are, or ctx is
// done before.
func (d *delivery) reach(ctx context.Context, events int64) bool {
	for d.flushed.Load() < events {
		select {
		case <-d.more:
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

func (d *delivery) await() {
	if d.flushed.Load() >= d.sent.Load() {
		return
	}
	limit := time.NewTimer(deliveryTime)
	defer limit.Stop()
	for d.flushed.Load() < d.sent.Load() {
		select {
		case <-d.more:
		case <-d.end:
			return
		case <-limit.C:
			return
		}
	}
}

// deliverFirst is middleware for every tool.
func deliverFirst(next server.ToolHandlerFunc) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		res, err := next(ctx, req)
		if d, ok := ctx.Value(deliveryKey{}).(*delivery); ok {
			d.await()
		}
		return res, err
	}
}
