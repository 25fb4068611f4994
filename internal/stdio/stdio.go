// Package stdio serves MCP over a pair of streams, one JSON-RPC message a line.
// mcp-go does the protocol; its own transport for this serves at most 100 calls
// at a time, drops those in flight when its input ends, parses each message six
// times and compacts each answer anew.
//
// https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio
package stdio

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// MaxInFlight bounds the requests handled at a time. Those above wait in the
// input, so that a client which reads no answers cannot fill the memory.
const MaxInFlight = 1024

// Options of Serve.
type Options struct {
	Grace time.Duration // how long requests in flight may take after the end of the input
	Log   *slog.Logger
}

// Serve answers what it reads from in on out, each request by itself, until in
// ends or the context does. Neither is an error. A call's notifications are
// written before its answer.
func Serve(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer, o Options) error {
	c := &conn{server: s, out: bufio.NewWriterSize(out, 64<<10), log: o.Log, messages: make(chan [][]byte), gone: make(chan struct{}), slots: make(chan struct{}, MaxInFlight), cancelled: map[string]bool{}}
	defer close(c.gone)
	c.session = newSession(c.send)
	if err := s.RegisterSession(ctx, c.session); err != nil {
		return fmt.Errorf("register session: %w", err)
	}
	defer s.UnregisterSession(context.WithoutCancel(ctx), c.session.SessionID())
	ctx, cancel := context.WithCancel(s.WithContext(ctx, c.session))
	defer cancel()

	reading, end := context.WithCancel(ctx)
	failed := make(chan error, 1)
	go func() { // a read cannot be interrupted, so it may outlive us
		defer end()
		if err := c.read(ctx, in); err != nil {
			failed <- err
		}
	}()
	c.writeUntil(reading.Done())

	c.close()
	enough := time.AfterFunc(o.Grace, cancel)
	defer enough.Stop()
	c.writeUntil(done(&c.requests))
	cancel()
	c.writeUntil(done(&c.streams))
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

type conn struct {
	server   *server.MCPServer
	session  *session
	log      *slog.Logger
	out      *bufio.Writer
	messages chan [][]byte // to be written, in pieces
	gone     chan struct{} // closed when nobody writes any more
	slots    chan struct{} // one for each request in flight

	mu        sync.Mutex
	closed    bool            // nothing new begins
	cancelled map[string]bool // by the id of each request in flight; those are not answered
	requests  sync.WaitGroup  // in flight
	streams   sync.WaitGroup  // requests which end only when we do
}

func (c *conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}

// begin handles a request by itself once there is room, unless closed meanwhile.
func (c *conn) begin(ctx context.Context, group *sync.WaitGroup, id json.RawMessage, line []byte) {
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.cancelled[string(id)] = false
	group.Go(func() {
		defer func() { <-c.slots }()
		response := c.answer(ctx, id, line)
		c.mu.Lock()
		unwanted := c.cancelled[string(id)]
		delete(c.cancelled, string(id))
		c.mu.Unlock()
		if response != nil && !unwanted {
			c.send(response)
		}
	})
}

// cancel marks the request that a notification names; the server ends it.
func (c *conn) cancel(params json.RawMessage) {
	var p struct {
		RequestID json.RawMessage `json:"requestId"`
	}
	if json.Unmarshal(params, &p) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, running := c.cancelled[string(p.RequestID)]; running {
		c.cancelled[string(p.RequestID)] = true
	}
}

func done(group *sync.WaitGroup) <-chan struct{} {
	ch := make(chan struct{})
	go func() { group.Wait(); close(ch) }()
	return ch
}

// writeUntil is all that writes, so that what a handler said before it answered
// comes before its answer.
func (c *conn) writeUntil(stop <-chan struct{}) {
	for {
		select {
		case n := <-c.session.notifications:
			c.notify(n)
		case m := <-c.messages:
			c.notifyAll()
			c.write(m)
			c.writeWaiting()
		case <-stop:
			c.notifyAll()
			c.flush()
			return
		}
		c.flush()
	}
}

// writeWaiting writes what is ready to be, so that many answers make one write.
func (c *conn) writeWaiting() {
	for {
		select {
		case m := <-c.messages:
			c.notifyAll()
			c.write(m)
		default:
			return
		}
	}
}

func (c *conn) notifyAll() {
	for {
		select {
		case n := <-c.session.notifications:
			c.notify(n)
		default:
			return
		}
	}
}

func (c *conn) notify(n mcp.JSONRPCNotification) {
	line, err := json.Marshal(n)
	if err != nil {
		c.log.Error("could not encode a notification", "error", err)
		return
	}
	c.write([][]byte{line})
}

// write leaves errors to flush, which meets them again.
func (c *conn) write(message [][]byte) {
	for _, piece := range message {
		_, _ = c.out.Write(piece)
	}
	_ = c.out.WriteByte('\n')
}

func (c *conn) flush() {
	if err := c.out.Flush(); err != nil {
		c.log.Error("could not write to stdout", "error", err)
	}
}

func (c *conn) read(ctx context.Context, in io.Reader) error {
	lines := bufio.NewReaderSize(in, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			c.received(ctx, line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read stdin: %w", err)
		}
	}
}

// received takes one message. Requests are handled each by itself, but who
// initializes must have done so before the next message counts.
func (c *conn) received(ctx context.Context, line []byte) {
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params json.RawMessage `json:"params"`
		Result json.RawMessage `json:"result"`
		Error  json.RawMessage `json:"error"`
	}
	err := json.Unmarshal(line, &m) // what does not parse, the server refuses
	switch {
	case err == nil && m.Method == "" && (m.Result != nil || m.Error != nil):
		c.session.answered(m.ID, m.Result, m.Error)
	case err == nil && m.ID != nil && m.Method == string(mcp.MethodSubscriptionsListen):
		c.begin(ctx, &c.streams, m.ID, line)
	case err == nil && m.ID != nil && m.Method != string(mcp.MethodInitialize):
		c.begin(ctx, &c.requests, m.ID, line)
	default:
		if m.Method == string(mcp.MethodNotificationCancelled) {
			c.cancel(m.Params)
		}
		if response := c.answer(ctx, m.ID, line); response != nil {
			c.send(response)
		}
	}
}

// answer survives what a handler does wrong.
func (c *conn) answer(ctx context.Context, id json.RawMessage, line []byte) (response mcp.JSONRPCMessage) {
	defer func() {
		if p := recover(); p != nil {
			c.log.ErrorContext(ctx, "a handler panicked", "panic", p)
			if response = nil; id != nil {
				response = mcp.NewJSONRPCError(mcp.NewRequestId(id), mcp.INTERNAL_ERROR, "internal error", nil)
			}
		}
	}()
	return c.server.HandleMessage(ctx, line)
}

func (c *conn) send(m mcp.JSONRPCMessage) {
	message, err := encode(m)
	if err != nil {
		c.log.Error("could not encode a message", "error", err)
		return
	}
	select {
	case c.messages <- message:
	case <-c.gone:
	}
}

// encode is json.Marshal, which would compact once more what the result of a
// call has just encoded: two thirds of the time that an answer takes.
func encode(m mcp.JSONRPCMessage) ([][]byte, error) {
	if r, ok := m.(mcp.JSONRPCResponse); ok {
		if call, ok := r.Result.(*mcp.CallToolResult); ok {
			return encodeCall(r.ID, call)
		}
	}
	line, err := json.Marshal(m)
	return [][]byte{line}, err
}

func encodeCall(id mcp.RequestId, call *mcp.CallToolResult) ([][]byte, error) {
	name, err := json.Marshal(id)
	if err != nil {
		return nil, err
	}
	result, err := call.MarshalJSON()
	return [][]byte{[]byte(`{"jsonrpc":"2.0","id":`), name, []byte(`,"result":`), result, {'}'}}, err
}
