package stdio

import (
	"context"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/jsonrpc"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/subscription"
)

// subscriber is the session in a request to subscribe or to unsubscribe, of revisions
// before 2026-07-28.
type subscriber struct {
	*session
	*subscription.Session
}

// listener is the session in a request to listen, of revision 2026-07-28.
type listener struct {
	*session
	*subscription.Session
	filter mcp.SubscriptionFilter
	acked  chan mcp.JSONRPCNotification
}

var (
	_ server.SessionWithResourceSubscriptionsErr = subscriber{}
	_ server.SessionWithResourceSubscriptionsErr = (*listener)(nil)
	_ server.SessionWithSubscriptionFilter       = (*listener)(nil)
)

// NotificationChannel takes the acknowledgement, which must be written before any
// notification of the same stream.
func (l *listener) NotificationChannel() chan<- mcp.JSONRPCNotification { return l.acked }

// SetSubscriptionFilter is called before mcp-go subscribes to anything.
func (l *listener) SetSubscriptionFilter(filter mcp.SubscriptionFilter) {
	l.filter = filter
	l.Expect(filter.ResourceSubscriptions)
}

// SubscriptionFilter has mcp-go broadcast nothing to a listener.
func (l *listener) SubscriptionFilter() (mcp.SubscriptionFilter, bool) { return l.filter, true }

// handle passes one message to mcp-go. It calls settle once a request has begun to
// listen, and from then on costs little.
func (c *conn) handle(ctx context.Context, m *jsonrpc.Message, settle func()) mcp.JSONRPCMessage {
	if c.hub != nil {
		switch mcp.MCPMethod(m.Method) {
		case mcp.MethodSubscriptionsListen:
			return c.listen(ctx, m, settle)
		case mcp.MethodResourcesSubscribe, mcp.MethodResourcesUnsubscribe:
			ctx = c.server.WithContext(ctx, subscriber{c.session, subscription.NewSession(ctx, c.open)})
		}
	}
	return c.server.HandleMessage(ctx, c.tokens.Prepare(m))
}

// listen returns once the stream has ended, and nothing more is written for it but the
// answer.
func (c *conn) listen(ctx context.Context, m *jsonrpc.Message, settle func()) mcp.JSONRPCMessage {
	l := &listener{
		session: c.session,
		Session: subscription.NewSession(ctx, c.hub.Open),
		acked:   make(chan mcp.JSONRPCNotification, 1),
	}
	defer l.End()
	writing, stop := context.WithCancel(ctx)
	defer stop()
	var writer sync.WaitGroup
	writer.Go(func() {
		select {
		case ack := <-l.acked:
			c.send(ack)
		case <-writing.Done():
			return
		}
		settle()
		if stream := l.Stream(); stream != nil {
			c.forward(writing, stream, map[string]any{mcp.MetaKeySubscriptionID: m.ID})
		}
	})
	answer := c.server.HandleMessage(c.server.WithContext(ctx, l), c.tokens.Prepare(m))
	stop()
	writer.Wait()
	select {
	case ack := <-l.acked: // it ended at once
		c.send(ack)
	default:
	}
	return answer
}

// older is the stream of revisions before 2026-07-28, of which a connection has one.
type older struct {
	mu     sync.Mutex
	stream *subscription.Stream
}

// openOlder returns a function that opens the older stream, until ctx is done.
func (c *conn) openOlder(ctx context.Context) func() (*subscription.Stream, error) {
	return func() (_ *subscription.Stream, err error) {
		c.older.mu.Lock()
		defer c.older.mu.Unlock()
		if c.older.stream != nil {
			return c.older.stream, nil
		}
		if c.older.stream, err = c.hub.Open(); err != nil {
			return nil, err
		}
		c.streams.Go(func() {
			defer c.older.stream.Close()
			c.forward(ctx, c.older.stream, nil)
		})
		return c.older.stream, nil
	}
}

// forward writes that resources have changed, until ctx is done. A client that reads
// slowly gets one notification for all changes of a resource meanwhile.
func (c *conn) forward(ctx context.Context, stream *subscription.Stream, meta map[string]any) {
	for {
		select {
		case <-stream.Changed():
		case <-ctx.Done():
			return
		}
		for uri, ok := stream.Take(); ok && ctx.Err() == nil; uri, ok = stream.Take() {
			n := mcp.JSONRPCNotification{JSONRPC: mcp.JSONRPC_VERSION}
			n.Method = mcp.MethodNotificationResourceUpdated
			n.Params = mcp.NotificationParams{Meta: meta, AdditionalFields: map[string]any{"uri": uri}}
			c.send(n)
		}
	}
}
