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
)

// MaxInFlight bounds the requests handled at a time, until their answers are
// written; there are fewer where memory is short. Those above wait, and when as
// many wait as maxWaiting lets, the input does. So a client that reads no
// answers cannot fill the memory.
const MaxInFlight = 1024

const (
	maxWaiting = 16 << 10 // requests
	maxHeld    = 8 << 20  // bytes of requests that wait or are handled
	minSize    = 512      // bytes that the shortest of them takes
)

// For how long a client may take nothing of what is written before it is given
// up: once it has closed its end of the input, and once we are asked to end.
const (
	patience = 5 * time.Second
	haste    = 500 * time.Millisecond
)

// Options of Serve.
type Options struct {
	Grace time.Duration // how long requests in flight may take after the end of the input
	Log   *slog.Logger
}

// Serve answers what it reads from in on out, each request by itself, until in
// ends, the context does, or out is closed. None is an error. A call's
// notifications are written before its answer.
func Serve(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer, o Options) error {
	c := newConn(s, out, o.Log)
	defer close(c.gone)
	c.session = newSession(c.send)
	if err := s.RegisterSession(ctx, c.session); err != nil {
		return fmt.Errorf("register session: %w", err)
	}
	defer s.UnregisterSession(context.WithoutCancel(ctx), c.session.SessionID())
	asked := ctx.Done()
	ctx, cancel := context.WithCancel(s.WithContext(ctx, c.session))
	defer cancel()

	failed := make(chan error, 1)
	ended := make(chan struct{})
	go func() { // a read cannot be interrupted, so it may outlive us
		defer close(ended)
		defer close(c.queue)
		if err := c.read(ctx, in); err != nil {
			failed <- err
		}
	}()
	begun := make(chan struct{})
	go func() { defer close(begun); c.dispatch(ctx) }()
	written, finish := make(chan struct{}), make(chan struct{})
	go func() { defer close(written); c.writeUntil(finish) }() // nor can a write
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

func newConn(s *server.MCPServer, out io.Writer, log *slog.Logger) *conn {
	m := &meter{out: out}
	return &conn{server: s, log: log, meter: m, out: bufio.NewWriterSize(m, 64<<10), tokens: jsonrpc.NewTokens(),
		gate: admission.New(MaxInFlight), held: semaphore.NewWeighted(maxHeld), queue: make(chan *request, maxWaiting),
		pending: requests{byKey: map[string]*wanted{}}, messages: make(chan [][]byte), lost: make(chan struct{}), gone: make(chan struct{})}
}

type conn struct {
	server   *server.MCPServer
	session  *session
	log      *slog.Logger
	meter    *meter
	out      *bufio.Writer // to the meter
	tokens   *jsonrpc.Tokens
	messages chan [][]byte // to be written, in pieces
	losing   sync.Once
	lost     chan struct{} // closed when the client reads no more
	gone     chan struct{} // closed when nobody writes any more

	gate    *admission.Gate
	held    *semaphore.Weighted
	queue   chan *request // those that wait for the gate
	pending requests

	mu       sync.Mutex
	closed   bool           // nothing new begins
	requests sync.WaitGroup // in flight
	streams  sync.WaitGroup // requests which end only when we do
}

func (c *conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}

// watch gives a client up that has left or should, and takes nothing.
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

// received takes one line. Requests are handled each by itself, but who
// initializes must have done so before the next message counts.
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
		if answer := c.take(ctx, m); answer != nil {
			c.sendEncoded(answer)
		}
	}
}

// begin handles a request by itself once there is room.
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

// dispatch begins what waits.
func (c *conn) dispatch(ctx context.Context) {
	for r := range c.queue {
		if c.gate.Enter(ctx) != nil {
			return
		}
		c.run(r)
	}
}

// run handles an admitted request by itself, unless closed meanwhile.
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
	group.Go(func() {
		defer c.gate.Leave()
		defer c.held.Release(r.size)
		answer := c.answer(r.ctx, r)
		if wanted := r.end(); wanted && answer != nil {
			c.sendEncoded(answer)
		}
	})
}

// answer is nil if there is none.
func (c *conn) answer(ctx context.Context, r *request) [][]byte {
	if r.message != nil {
		return c.take(ctx, r.message)
	}
	whole := jsonrpc.Answer(r.members, func(m *jsonrpc.Message) []byte {
		if !m.IsRequest() {
			c.take(ctx, m)
			return nil
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		end := c.pending.add(m.ID, cancel)
		answer := c.take(ctx, m)
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

// take handles one message, and survives what a handler does wrong.
func (c *conn) take(ctx context.Context, m *jsonrpc.Message) (answer [][]byte) {
	switch {
	case m.IsResponse():
		c.session.answered(m.ID, m.Result, m.Error)
		return nil
	case m.ID == nil && m.Method == string(mcp.MethodNotificationCancelled):
		c.pending.cancel(m.Params) // mcp-go takes 1 for "1"
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			c.log.ErrorContext(ctx, "a handler panicked", "panic", p)
			if answer = nil; m.ID != nil {
				answer = [][]byte{(&jsonrpc.Failure{ID: m.ID, Code: mcp.INTERNAL_ERROR, Message: "internal error"}).Encode()}
			}
		}
	}()
	response := c.server.HandleMessage(ctx, c.tokens.Prepare(m))
	if response == nil {
		return nil
	}
	return c.encode(response)
}
