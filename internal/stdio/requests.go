package stdio

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/jsonrpc"
)

// request is what was read and is to be answered: a message, or the members of a batch.
type request struct {
	ctx  context.Context
	end  func() bool // reports whether it is still to be answered
	size int64       // bytes that it holds

	message *jsonrpc.Message
	members []json.RawMessage
}

// requests are those read and not yet answered, by their ids.
type requests struct {
	mu    sync.Mutex
	byKey map[string]*wanted
}

// wanted is a request as long as its client has not cancelled it.
type wanted struct {
	cancel    context.CancelFunc
	cancelled bool
}

// add returns what ends a request, and whether it is still to be answered then.
func (r *requests) add(id json.RawMessage, cancel context.CancelFunc) (end func() bool) {
	key, w := jsonrpc.Key(id), &wanted{cancel: cancel}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byKey[key] = w
	return func() bool {
		cancel()
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.byKey[key] == w { // else a client has used the id twice
			delete(r.byKey, key)
		}
		return !w.cancelled
	}
}

// cancel ends the request that a notification names.
func (r *requests) cancel(params json.RawMessage) {
	var p struct {
		RequestID json.RawMessage `json:"requestId"`
	}
	if json.Unmarshal(params, &p) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if w := r.byKey[jsonrpc.Key(p.RequestID)]; w != nil {
		w.cancelled = true
		w.cancel()
	}
}
