// Package stdio serves MCP over a pair of streams, with one JSON-RPC message on each
// line. mcp-go handles the protocol. This package replaces mcp-go's own transport,
// which serves at most 100 calls at a time, drops calls in flight when its input
// ends, parses each message six times and compacts each answer once more.
//
// https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio
package stdio

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"golang.org/x/sync/semaphore"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/admission"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/jsonrpc"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/subscription"
)

// MaxInFlight is how many requests are handled at a time, until their answers are
// written. If memory is short, there are fewer. Further requests wait, and while
// maxWaiting of them wait, no input is read, so a client that reads no answers
// cannot fill the memory.
const MaxInFlight = 1024

const (
	maxWaiting = 16 << 10 // requests
	maxHeld    = 8 << 20  // bytes of requests that wait or are handled
	minSize    = 512      // bytes that even the shortest request counts for
)

// How long a client may read nothing before the connection is given up.
const (
	patience = 5 * time.Second        // after the client has closed the input
	haste    = 500 * time.Millisecond // after the context is done
)

// Options are the settings of Serve.
type Options struct {
	Grace         time.Duration     // how long requests in flight may take after the end of the input
	Subscriptions *subscription.Hub // nil if nothing can be subscribed to
	Log           *slog.Logger
}

// Serve reads requests from in and writes their answers to out, until in ends, ctx is
// done or out is closed, none of which is an error. It handles requests at the same
// time. It writes a call's notifications before its answer.
func Serve(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer, o Options) error {
	c := newConn(s, out, o)
	defer close(c.gone)
	c.session = newSession(c.send)
	if err := s.RegisterSession(ctx, c.session); err != nil {
		return fmt.Errorf("register session: %w", err)
	}
	defer s.UnregisterSession(context.WithoutCancel(ctx), c.session.SessionID())
	asked := ctx.Done()
	ctx, cancel := context.WithCancel(s.WithContext(ctx, c.session))
	defer cancel()
	if c.hub != nil {
		server.WithResourceCapabilities(true, false)(s)
		c.open = c.openOlder(ctx)
	}

	failed := make(chan error, 1)
	ended := make(chan struct{})
	go func() { // cannot be interrupted while it reads, so it may outlive Serve
		defer close(ended)
		defer close(c.queue)
		if err := c.read(ctx, in); err != nil {
			failed <- err
		}
	}()
	begun := make(chan struct{})
	go func() { defer close(begun); c.dispatch(ctx) }()
	written, finish := make(chan struct{}), make(chan struct{})
	go func() { defer close(written); c.writeUntil(finish) }() // as above, while it writes
	go c.watch(ended, asked)

	select {
	case <-begun:
	case <-ctx.Done():
	case <-c.lost:
		cancel()
	}
	c.close()
	enough := time.AfterFunc(o.Grace, cancel)
	defer enough.Stop()
	c.requests.Wait()
	cancel()
	c.streams.Wait()
	close(finish)
	select {
	case <-written:
	case <-c.lost:
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func newConn(s *server.MCPServer, out io.Writer, o Options) *conn {
	m := &meter{out: out}
	return &conn{
		server:   s,
		hub:      o.Subscriptions,
		log:      o.Log,
		meter:    m,
		out:      bufio.NewWriterSize(m, 64<<10),
		tokens:   jsonrpc.NewTokens(),
		messages: make(chan [][]byte),
		lost:     make(chan struct{}),
		gone:     make(chan struct{}),
		gate:     admission.New(MaxInFlight),
		held:     semaphore.NewWeighted(maxHeld),
		queue:    make(chan *request, maxWaiting),
		pending:  requests{byKey: map[string]*wanted{}},
	}
}

// conn is the connection to the one client.

type conn struct {
	server   *server.MCPServer
	session  *session
	hub      *subscription.Hub // may be nil
	log      *slog.Logger
	meter    *meter
	out      *bufio.Writer // writes to meter
	tokens   *jsonrpc.Tokens
	messages chan [][]byte // messages to write, each in pieces
	losing   sync.Once
	lost     chan struct{} // closed when the client reads no more
	gone     chan struct{} // closed when Serve returns

	gate    *admission.Gate
	held    *semaphore.Weighted
	queue   chan *request // requests that wait for the gate
	pending requests

	older older
	open  func() (*subscription.Stream, error) // opens the older stream

	mu       sync.Mutex
	closed   bool           // no new request begins
	requests sync.WaitGroup // requests in flight
	streams  sync.WaitGroup // requests that last until Serve ends them
}

func (c *conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}

// watch gives the client up if it reads nothing after the input has ended or the
// context is done.
func (c *conn) watch(ended, asked <-chan struct{}) {
	limit := patience
	select {
	case <-ended:
	case <-asked:
	case <-c.gone:
		return
	}
	look := time.NewTicker(haste / 5)
	defer look.Stop()
	for {
		select {
		case <-c.gone:
			return
		case <-asked:
			limit, asked = haste, nil
		case <-look.C:
			if c.meter.stalled() > limit {
				c.lose("the client does not read our standard output")
				return
			}
		}
	}
}

func (c *conn) read(ctx context.Context, in io.Reader) error {
	lines := newLines(in)
	for {
		line, refusal, err := lines.next()
		if refusal != nil {
			c.sendEncoded([][]byte{refusal.Encode()})
		}
		if line = jsonrpc.Trim(line); len(line) > 0 {
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

// received takes one line. Requests begin at the same time, but initialize is
// handled before the next line is read.
func (c *conn) received(ctx context.Context, line []byte) {
	if jsonrpc.IsBatch(line) {
		members, refusal := jsonrpc.Members(line, c.session.ProtocolVersion())
		if refusal != nil {
			c.sendEncoded([][]byte{refusal.Encode()})
			return
		}
		c.begin(&request{ctx: ctx, members: members, size: int64(len(line))})
		return
	}
	m, refusal := jsonrpc.Parse(line)
	switch {
	case refusal != nil:
		c.sendEncoded([][]byte{refusal.Encode()})
	case m.IsRequest() && m.Method != string(mcp.MethodInitialize):
		c.begin(&request{ctx: ctx, message: m, size: int64(len(line))})
	default:
		if answer := c.take(ctx, m, func() {}); answer != nil {
			c.sendEncoded(answer)
		}
	}
}

// begin starts a request, or queues it until there is room.
func (c *conn) begin(r *request) {
	r.size = max(r.size, minSize)
	if c.held.Acquire(r.ctx, r.size) != nil {
		return
	}
	r.end = func() bool { return true }
	if r.message != nil {
		ctx, cancel := context.WithCancel(r.ctx)
		r.ctx, r.end = ctx, c.pending.add(r.message.ID, cancel)
	}
	if len(c.queue) == 0 && c.gate.TryEnter() {
		c.run(r)
		return
	}
	select {
	case c.queue <- r:
	case <-r.ctx.Done():
	}
}

// dispatch starts queued requests.
func (c *conn) dispatch(ctx context.Context) {
	for r := range c.queue {
		if c.gate.Enter(ctx) != nil {
			return
		}
		c.run(r)
	}
}

// run starts an admitted request, unless the connection is closed.
func (c *conn) run(r *request) {
	group := &c.requests
	if r.message != nil && r.message.Method == string(mcp.MethodSubscriptionsListen) {
		group = &c.streams
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	leave := sync.OnceFunc(c.gate.Leave)
	group.Go(func() {
		defer leave()
		defer c.held.Release(r.size)
		answer := c.answer(r.ctx, r, leave)
		if wanted := r.end(); wanted && answer != nil {
			c.sendEncoded(answer)
		}
	})
}

// answer handles a request and returns its answer, or nil if there is none. It calls
// settle if the request needs no place among those in flight any more.
func (c *conn) answer(ctx context.Context, r *request, settle func()) [][]byte {
	if r.message != nil {
		return c.take(ctx, r.message, settle)
	}
	whole := jsonrpc.Answer(r.members, func(m *jsonrpc.Message) []byte {
		if !m.IsRequest() {
			c.take(ctx, m, func() {})
			return nil
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		end := c.pending.add(m.ID, cancel)
		answer := c.take(ctx, m, func() {})
		if !end() {
			return nil
		}
		return bytes.Join(answer, nil)
	})
	if whole == nil {
		return nil
	}
	return [][]byte{whole}
}

// take handles one message. If a handler panics, it answers with an error.
func (c *conn) take(ctx context.Context, m *jsonrpc.Message, settle func()) (answer [][]byte) {
	switch {
	case m.IsResponse():
		c.session.answered(m.ID, m.Result, m.Error)
		return nil
	case m.ID == nil && m.Method == string(mcp.MethodNotificationCancelled):
		c.pending.cancel(m.Params) // mcp-go would take the id 1 for "1"
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			c.log.ErrorContext(ctx, "a handler panicked", "panic", p)
			if answer = nil; m.ID != nil {
				failure := jsonrpc.Failure{ID: m.ID, Code: mcp.INTERNAL_ERROR, Message: "internal error"}
				answer = [][]byte{failure.Encode()}
			}
		}
	}()
	response := c.handle(ctx, m, settle)
	if response == nil {
		return nil
	}
	return c.encode(response)
}
