package httpserve

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// delivery lets a call end only after its notifications were written. mcp-go
// 1.2.1 loses the last one where the result is ready before another goroutine
// has come to write it (mark3labs/mcp-go#969).
type delivery struct {
	end     <-chan struct{} // of the request
	sent    atomic.Int64    // notifications
	flushed atomic.Int64    // events; each notification is one
	more    chan struct{}
}

const deliveryTime = time.Second // a client that does not read holds no call up for longer

type deliveryKey struct{}

// track returns the request to serve with.
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

// deliverFirst is middleware of every tool.
func deliverFirst(next server.ToolHandlerFunc) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		res, err := next(ctx, req)
		if d, ok := ctx.Value(deliveryKey{}).(*delivery); ok {
			d.await()
		}
		return res, err
	}
}
