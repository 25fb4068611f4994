package stdio

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/jsonrpc"
)

// request is what was read and needs an answer: a message or the members of a batch.
type request struct {
	ctx  context.Context
	end  func() bool // ends it, and reports whether it still needs an answer
	size int64       // bytes

	message *jsonrpc.Message
	members []json.RawMessage
}

// requests are the messages that are not answered yet, by their ids.
type requests struct {
	mu    sync.Mutex
	byKey map[string]*wanted
}

// wanted is a request that its client may cancel.
type wanted struct {
	cancel    context.CancelFunc
	cancelled bool
}

// add adds a request. The returned function removes it, and reports whether it still
// needs an answer.
func (r *requests) add(id json.RawMessage, cancel context.CancelFunc) (end func() bool) {
	key, w := jsonrpc.Key(id), &wanted{cancel: cancel}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byKey[key] = w
	return func() bool {
		cancel()
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.byKey[key] == w { // unless the client has used the id twice
			delete(r.byKey, key)
		}
		return !w.cancelled
	}
}

// cancel cancels the request that a notification names.
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
