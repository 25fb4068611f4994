package httpserve

import (
	"cmp"
	"context"
	"encoding/json"
	"mime"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/jsonrpc"
)

// batch answers all members in one response. It sends no notifications, because
// nobody could tell to which member they belong.
func (h *Handler) batch(w http.ResponseWriter, r *http.Request, body []byte) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusBadRequest, mcp.INVALID_REQUEST, "Content-Type must be application/json")
		return
	}
	// Clients of the revision that has batches do not send this header.
	members, failure := jsonrpc.Members(body, cmp.Or(r.Header.Get(mcp.HeaderProtocolVersion), jsonrpc.BatchRevision))
	if failure != nil {
		fail(w, http.StatusBadRequest, failure)
		return
	}
	ctx := h.server.WithContext(r.Context(), quietSession{})
	answer := jsonrpc.Answer(members, func(m *jsonrpc.Message) []byte {
		if m.IsResponse() || m.Method == string(mcp.MethodNotificationCancelled) {
			return nil // as for a message that comes alone
		}
		if failure := h.older(jsonrpc.BatchRevision, m); failure != nil {
			return failure.Encode()
		}
		return h.member(ctx, m)
	})
	if answer == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(append(answer, '\n')) //nolint:gosec // JSON, not HTML
}

func (h *Handler) member(ctx context.Context, m *jsonrpc.Message) (answer []byte) {
	defer func() {
		if p := recover(); p != nil {
			h.o.Log.ErrorContext(ctx, "panic", "value", p)
			answer = (&jsonrpc.Failure{ID: m.ID, Code: mcp.INTERNAL_ERROR, Message: "internal error"}).Encode()
		}
	}()
	response := h.server.HandleMessage(ctx, h.tokens.Prepare(m))
	if response == nil {
		return nil
	}
	raw, err := json.Marshal(response)
	if err != nil {
		h.o.Log.ErrorContext(ctx, "could not encode an answer", "error", err)
		return (&jsonrpc.Failure{ID: m.ID, Code: mcp.INTERNAL_ERROR, Message: "internal error"}).Encode()
	}
	return h.tokens.Restore(raw)
}

// quietSession is a session that takes no notifications.
type quietSession struct{}

func (quietSession) SessionID() string                                   { return "" }
func (quietSession) Initialize()                                         {}
func (quietSession) Initialized() bool                                   { return true }
func (quietSession) NotificationChannel() chan<- mcp.JSONRPCNotification { return nil }
