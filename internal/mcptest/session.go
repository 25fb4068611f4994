// Package mcptest is the MCP client that tests and benchmarks share. It costs the
// machine little, and notices every answer: which one is missing, which came twice.
package mcptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Link carries messages to one server and back. Stdio is one; another transport
// is another implementation.
type Link interface {
	// Send writes one message, without its newline.
	Send(line []byte) error
	// Receive calls on for each message of the server until there are no more.
	// It is called once, and on must not keep the bytes.
	Receive(on func(line []byte)) error
	// Close ends the session and waits for the server's end.
	Close() error
}

// Session is one client's session. It is safe for concurrent use.
type Session struct {
	Revision string // negotiated by Dial

	link    Link
	observe Observer
	end     chan struct{}

	mu        sync.Mutex
	nextID    int64
	waiting   map[int64]chan []byte
	cancelled map[int64]struct{} // ids whose answer may come or not
	tally     Tally
}

// Tally counts what came.
type Tally struct {
	Answered int // requests answered exactly once, so far
	Doubled  int // answers to an id that is not open: answered before, or never asked
	Stray    int // messages which are no answer and no notification
}

// Observer is called with each message of the server, before whoever waits for it
// gets it. Unasked is a message that no request waits for, such as a notification.
// It must not keep the bytes.
type Observer func(line []byte, unasked bool)

// Open begins a session without a handshake. The observer may be nil.
func Open(link Link, observe Observer) *Session {
	s := &Session{
		link:      link,
		observe:   observe,
		end:       make(chan struct{}),
		waiting:   map[int64]chan []byte{},
		cancelled: map[int64]struct{}{},
	}
	go func() {
		defer close(s.end)
		_ = link.Receive(s.received) // how it ended shows in Close
	}()
	return s
}

// Hello is the parameters of initialize, for a client that has these capabilities.
func Hello(revision string, capabilities map[string]any) map[string]any {
	if capabilities == nil {
		capabilities = map[string]any{}
	}
	return map[string]any{
		"protocolVersion": revision,
		"capabilities":    capabilities,
		"clientInfo":      map[string]any{"name": "mcptest", "version": "1"},
	}
}

// Initialized is what a client sends after the answer to initialize.
const Initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`

// Dial begins a session and shakes hands in a revision. Session.Revision is what
// the server chose.
func Dial(ctx context.Context, link Link, revision string) (*Session, error) {
	s := Open(link, nil)
	answer, err := s.Request(ctx, "initialize", Hello(revision, nil))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("initialize: %w", err), s.Close())
	}
	var hello struct {
		Result struct {
			ProtocolVersion string `json:"protocolVersion"`
		} `json:"result"`
	}
	if err := json.Unmarshal(answer, &hello); err != nil || hello.Result.ProtocolVersion == "" {
		return nil, errors.Join(fmt.Errorf("initialize: answered %.200q", answer), s.Close())
	}
	s.Revision = hello.Result.ProtocolVersion
	if l, ok := link.(*HTTP); ok {
		l.negotiated(s.Revision)
	}
	return s, s.Send(Initialized)
}

// Send sends a message as it is. An answer to it is counted as one that nobody asked for.
func (s *Session) Send(line string) error { return s.link.Send([]byte(line)) }

// Request asks and waits for the answer: the whole message.
func (s *Session) Request(ctx context.Context, method string, params any) ([]byte, error) {
	raw, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	return s.Raw(ctx, method, raw)
}

// Raw is Request with parameters encoded before, for what is timed.
func (s *Session) Raw(ctx context.Context, method string, params []byte) ([]byte, error) {
	call, err := s.Begin(method, params)
	if err != nil {
		return nil, err
	}
	return call.Wait(ctx)
}

// Call is a request that is under way.
type Call struct {
	ID int64

	session *Session
	method  string
	answer  chan []byte
}

// Wait returns the answer: the whole message. It fails if the server ends first.
// An answer is returned once.
func (c *Call) Wait(ctx context.Context) ([]byte, error) {
	select {
	case line := <-c.answer:
		return line, nil
	case <-c.session.end:
		select {
		case line := <-c.answer: // it came last
			return line, nil
		default:
			return nil, fmt.Errorf("request %d (%s) has no answer: the server ended", c.ID, c.method)
		}
	case <-ctx.Done():
		return nil, fmt.Errorf("request %d (%s) has no answer: %w", c.ID, c.method, ctx.Err())
	}
}

// Abandon asks, and cancels after a while. An answer may come or not; two are an error.
func (s *Session) Abandon(ctx context.Context, method string, params []byte, after time.Duration) error {
	call, err := s.Begin(method, params)
	if err != nil {
		return err
	}
	timer := time.NewTimer(after)
	defer timer.Stop()
	select {
	case <-call.answer:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	}
	return call.Cancel()
}

// Cancel tells the server that nobody waits for the answer any more. One may come
// or not; two are counted.
func (c *Call) Cancel() error {
	s := c.session
	s.mu.Lock()
	if _, open := s.waiting[c.ID]; open {
		delete(s.waiting, c.ID)
		s.cancelled[c.ID] = struct{}{}
	}
	s.mu.Unlock()
	return s.Send(fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}`, c.ID))
}

// Begin asks without waiting for the answer. The parameters are JSON.
func (s *Session) Begin(method string, params []byte) (*Call, error) {
	answer := make(chan []byte, 1)
	s.mu.Lock()
	s.nextID++
	id := s.nextID
	s.waiting[id] = answer
	s.mu.Unlock()
	return &Call{ID: id, session: s, method: method, answer: answer}, s.link.Send(Encode(id, method, params))
}

// Encode returns a request. The parameters are JSON.
func Encode(id int64, method string, params []byte) []byte {
	line := make([]byte, 0, len(params)+len(method)+64)
	line = append(line, `{"jsonrpc":"2.0","id":`...)
	line = strconv.AppendInt(line, id, 10)
	line = append(line, `,"method":"`...)
	line = append(line, method...)
	line = append(line, `","params":`...)
	line = append(line, params...)
	return append(line, '}')
}

func (s *Session) received(line []byte) {
	answer := s.count(line)
	if s.observe != nil {
		s.observe(line, answer == nil)
	}
	if answer != nil {
		answer <- bytes.Clone(line)
	}
}

// count returns where the message is waited for, if anybody does.
func (s *Session) count(line []byte) chan<- []byte {
	id, ok := ID(line)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !ok {
		var m struct {
			Method string `json:"method"`
		}
		if json.Unmarshal(line, &m) != nil || m.Method == "" {
			s.tally.Stray++
		}
		return nil
	}
	answer, open := s.waiting[id]
	if !open {
		if _, late := s.cancelled[id]; late {
			delete(s.cancelled, id)
			return nil
		}
		s.tally.Doubled++
		return nil
	}
	delete(s.waiting, id)
	s.tally.Answered++
	return answer
}

// Waiting is how many requests have no answer yet.
func (s *Session) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting)
}

// Tally is the count so far.
func (s *Session) Tally() Tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tally
}

// Rest closes the connections that are kept for later requests, if any.
func (s *Session) Rest() {
	if l, ok := s.link.(*HTTP); ok {
		l.client.CloseIdleConnections()
	}
}

// Close ends the session; every message has been counted when it returns.
func (s *Session) Close() error {
	err := s.link.Close()
	<-s.end
	return err
}

// Where known servers write an answer's id: first, or last.
var (
	head    = []byte(`{"jsonrpc":"2.0","id":`)
	tail    = []byte(`,"jsonrpc":"2.0","id":`)
	results = [][]byte{[]byte(`"result":`), []byte(`"error":`)}
)

// ID is the id of an answer, if it is a number. If the answer is written as known
// servers write it, it need not be decoded.
func ID(line []byte) (int64, bool) {
	line = bytes.TrimSpace(line)
	if rest, ok := bytes.CutPrefix(line, head); ok {
		if id, body, ok := bytes.Cut(rest, []byte(",")); ok && answers(body) {
			if n, err := strconv.ParseInt(string(id), 10, 64); err == nil {
				return n, true
			}
		}
	}
	if body, ok := bytes.CutPrefix(line, []byte("{")); ok && answers(body) && bytes.HasSuffix(line, []byte("}")) {
		last := line[max(len(line)-len(tail)-24, 0):]
		if i := bytes.LastIndex(last, tail); i >= 0 {
			if id, err := strconv.ParseInt(string(last[i+len(tail):len(last)-1]), 10, 64); err == nil {
				return id, true
			}
		}
	}
	var m struct {
		ID     *int64 `json:"id"`
		Method string `json:"method"`
	}
	if json.Unmarshal(line, &m) != nil || m.ID == nil || m.Method != "" {
		return 0, false
	}
	return *m.ID, true
}

// answers reports whether the next key is one that only answers have.
func answers(body []byte) bool {
	return slices.ContainsFunc(results, func(key []byte) bool { return bytes.HasPrefix(body, key) })
}
