package httpserve

import (
	"context"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// session has the methods of mcp-go's session except those that ask the client. The
// client's answer would come as another request, perhaps to another replica, and the
// call would wait for it in vain. Without these methods a tool that asks gets an error
// immediately. From revision 2026-07-28 on, a tool asks with its result, which needs no
// session.
type session interface {
	server.SessionWithClientInfo
	server.SessionWithLogging
	server.SessionWithStreamableHTTPConfig
	server.SessionWithSubscriptionFilter
	ProtocolVersion() string
	SetProtocolVersion(version string)
}

// muteSession is a session that asks the client nothing.
type muteSession struct {
	session
	*delivery
}

// NotificationChannel is called once for each notification.
func (m muteSession) NotificationChannel() chan<- mcp.JSONRPCNotification {
	m.sent.Add(1)
	return m.session.NotificationChannel()
}

// SetSubscriptionFilter is called when a subscription begins and when it ends.
func (m muteSession) SetSubscriptionFilter(filter mcp.SubscriptionFilter) {
	m.session.SetSubscriptionFilter(filter)
	m.await()
}

func askNothing(s *server.MCPServer) server.HTTPContextFunc {
	return func(ctx context.Context, _ *http.Request) context.Context {
		full, ok := server.ClientSessionFromContext(ctx).(session)
		d, tracked := ctx.Value(deliveryKey{}).(*delivery)
		if !ok || !tracked {
			return ctx
		}
		mute := muteSession{full, d}
		if l, listens := ctx.Value(listenKey{}).(*listening); listens {
			l.notifications = full.NotificationChannel()
			return s.WithContext(ctx, listener{mute, l.Session})
		}
		return s.WithContext(ctx, mute)
	}
}
