package httpserve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/jsonrpc"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/subscription"
)

const (
	// maxListen is how many bytes a request to listen may have, which is kept while its
	// stream lives.
	maxListen = 64 << 10
	// keepAlive is how often a stream without news is written to, so that proxies keep
	// it open and a client that is gone is noticed.
	keepAlive = 25 * time.Second
)

// listener is the session in a request to listen, of revision 2026-07-28.
type listener struct {
	muteSession
	*subscription.Session
}

var _ server.SessionWithResourceSubscriptionsErr = listener{}

type listenKey struct{}

// SetSubscriptionFilter is called before mcp-go subscribes to anything, and when the
// stream ends.
func (l listener) SetSubscriptionFilter(filter mcp.SubscriptionFilter) {
	l.Expect(filter.ResourceSubscriptions)
	l.muteSession.SetSubscriptionFilter(filter)
}

// declare makes the server say that it takes subscriptions. The older request to
// subscribe needs a session that outlives it, which there is not over HTTP, so what
// answers initialize says so.
func declare(s *server.MCPServer) {
	server.WithResourceCapabilities(true, false)(s)
	hooks := s.GetHooks()
	if hooks == nil {
		hooks = &server.Hooks{}
		server.WithHooks(hooks)(s)
	}
	hooks.AddAfterInitialize(func(_ context.Context, _ any, _ *mcp.InitializeRequest, result *mcp.InitializeResult) {
		if result.Capabilities.Resources != nil {
			result.Capabilities.Resources.Subscribe = false
		}
	})
}

// older refuses the requests to subscribe of revisions before 2026-07-28.
func (h *Handler) older(revision string, m *jsonrpc.Message) *jsonrpc.Failure {
	switch mcp.MCPMethod(m.Method) {
	case mcp.MethodResourcesSubscribe, mcp.MethodResourcesUnsubscribe:
	default:
		return nil
	}
	if m.ID == nil || h.o.Subscriptions == nil || mcp.IsModernProtocol(revision) {
		return nil
	}
	return &jsonrpc.Failure{ID: m.ID, Code: mcp.METHOD_NOT_FOUND, Message: m.Method +
		" is not supported over HTTP, where this server keeps no sessions: use subscriptions/listen of revision " +
		mcp.ProtocolVersion20260728 + ", or stdio"}
}

// listen serves a stream until the client closes it or the server ends. Once it has
// begun, it takes no room from other calls; settle gives that back.
func (h *Handler) listen(w *writer, r *http.Request, m *jsonrpc.Message, settle func()) {
	if r.ContentLength > maxListen {
		fail(w, http.StatusRequestEntityTooLarge, &jsonrpc.Failure{ID: m.ID, Code: mcp.INVALID_REQUEST,
			Message: fmt.Sprintf("a request to listen has at most %d bytes", maxListen)})
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	l := &listening{Session: subscription.NewSession(ctx, h.o.Subscriptions.Open)}
	defer l.End()
	streamed := track(w, r.WithContext(context.WithValue(ctx, listenKey{}, l)))
	var news sync.WaitGroup
	news.Go(func() {
		select {
		case <-h.ending:
			cancel()
		case <-ctx.Done():
		}
	})
	news.Go(func() {
		if w.delivery.reach(ctx, 1) { // the acknowledgement was written
			settle()
			l.forward(ctx, w)
		}
	})
	h.next.ServeHTTP(w, streamed)
	ended := ctx.Err() != nil && r.Context().Err() == nil // by the server
	cancel()
	news.Wait()
	if ended && w.delivery.flushed.Load() > 0 {
		w.say("event: message\ndata: " + completed(m.ID) + "\n\n")
	}
}

// completed ends a stream on the server's initiative. mcp-go writes nothing once the
// context is done.
func completed(id json.RawMessage) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"resultType":"complete","_meta":{"%s":%s}}}`,
		id, mcp.MetaKeySubscriptionID, id)
}

// listening is a stream.
type listening struct {
	*subscription.Session
	notifications chan<- mcp.JSONRPCNotification // set before anything is written
}

// forward sends that resources have changed, one after another: what changes again
// before the client has read is one notification.
func (l *listening) forward(ctx context.Context, w *writer) {
	stream := l.Stream()
	if stream == nil {
		return
	}
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-alive.C:
			w.say(":\n\n")
			continue
		case <-stream.Changed():
		}
		for uri, ok := stream.Take(); ok; uri, ok = stream.Take() {
			n := mcp.JSONRPCNotification{JSONRPC: mcp.JSONRPC_VERSION}
			n.Method = mcp.MethodNotificationResourceUpdated
			n.Params.AdditionalFields = map[string]any{"uri": uri} // mcp-go adds the stream's id
			sent := w.delivery.sent.Add(1)
			select {
			case l.notifications <- n:
			case <-ctx.Done():
				return
			}
			if !w.delivery.reach(ctx, sent) {
				return
			}
		}
	}
}
