package httpserve

import (
	"container/list"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
)

const maxConnections = 1024

// connections bounds the number of open connections. If there are too many, it closes
// the oldest that has no call, if possible one that never had a call.
type connections struct {
	most int

	mu  sync.Mutex
	all list.List // of *connection, oldest first
	of  map[net.Conn]*connection
}

type connection struct {
	conn   net.Conn
	place  *list.Element
	calls  int  // in flight
	served bool // whether it has had a call
}

type connectionKey struct{}

func newConnections(most int) *connections {
	return &connections{most: most, of: map[net.Conn]*connection{}}
}

// context adds a new connection, and returns its context.
func (c *connections) context(ctx context.Context, conn net.Conn) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	one := &connection{conn: conn}
	one.place = c.all.PushBack(one)
	c.of[conn] = one
	if c.all.Len() > c.most {
		c.evict(one)
	}
	return context.WithValue(ctx, connectionKey{}, one)
}

// changed removes a connection that has ended.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	if state != http.StateClosed && state != http.StateHijacked {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if one := c.of[conn]; one != nil {
		c.remove(one)
	}
}

func (c *connections) remove(one *connection) {
	c.all.Remove(one.place)
	delete(c.of, one.conn)
}

func (c *connections) evict(but *connection) {
	var idle *connection
	for e := c.all.Front(); e != nil; e = e.Next() {
		one, _ := e.Value.(*connection)
		switch {
		case one == but || one.calls > 0:
		case !one.served:
			c.drop(one)
			return
		case idle == nil:
			idle = one
		}
	}
	if idle == nil {
		idle = but // all others have calls
	}
	c.drop(idle)
}

// drop closes the connection below TLS, which would wait to say goodbye.
func (c *connections) drop(one *connection) {
	c.remove(one)
	conn := one.conn
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	_ = conn.Close()
}

// call counts a call of the request's connection until done is called.
func (c *connections) call(r *http.Request) (done func()) {
	one, ok := r.Context().Value(connectionKey{}).(*connection)
	if !ok {
		return func() {}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	one.calls++
	one.served = true
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		one.calls--
	}
}
