// Package mcptest speaks JSON-RPC to a server under test. It is made to cost the
// machine little, and to notice every answer: which is missing, which came twice.
package mcptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	Revision string // negotiated

	link Link
	end  chan struct{}

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

// Dial shakes hands in a revision; Session.Revision is what the server chose.
func Dial(ctx context.Context, link Link, revision string) (*Session, error) {
	s := &Session{link: link, end: make(chan struct{}), waiting: map[int64]chan []byte{}, cancelled: map[int64]struct{}{}}
	go func() {
		defer close(s.end)
		_ = link.Receive(s.received) // how it ended shows in Close
	}()
	answer, err := s.Request(ctx, "initialize", map[string]any{
		"protocolVersion": revision, "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "bench", "version": "1"},
	})
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
	return s, link.Send([]byte(`{"jsonrpc":"2.0","method":"notifications/initialized"}`))
}

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
	id, answer, err := s.begin(method, params)
	if err != nil {
		return nil, err
	}
	select {
	case line := <-answer:
		return line, nil
	case <-s.end:
		select {
		case line := <-answer: // it came last
			return line, nil
		default:
			return nil, errors.New("the server ended")
		}
	case <-ctx.Done():
		return nil, fmt.Errorf("request %d (%s) has no answer: %w", id, method, ctx.Err())
	}
}

// Abandon asks, and cancels after a while. An answer may come or not; two are an error.
func (s *Session) Abandon(ctx context.Context, method string, params []byte, after time.Duration) error {
	id, answer, err := s.begin(method, params)
	if err != nil {
		return err
	}
	timer := time.NewTimer(after)
	defer timer.Stop()
	select {
	case <-answer:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	}
	s.mu.Lock()
	if _, open := s.waiting[id]; open {
		delete(s.waiting, id)
		s.cancelled[id] = struct{}{}
	}
	s.mu.Unlock()
	return s.link.Send([]byte(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + strconv.FormatInt(id, 10) + `}}`))
}

func (s *Session) begin(method string, params []byte) (int64, chan []byte, error) {
	answer := make(chan []byte, 1)
	s.mu.Lock()
	s.nextID++
	id := s.nextID
	s.waiting[id] = answer
	s.mu.Unlock()
	line := make([]byte, 0, len(params)+len(method)+64)
	line = append(line, `{"jsonrpc":"2.0","id":`...)
	line = strconv.AppendInt(line, id, 10)
	line = append(line, `,"method":"`...)
	line = append(line, method...)
	line = append(line, `","params":`...)
	line = append(line, params...)
	line = append(line, '}')
	return id, answer, s.link.Send(line)
}

func (s *Session) received(line []byte) {
	id, ok := ID(line)
	if !ok {
		var m struct {
			Method string `json:"method"`
		}
		if json.Unmarshal(line, &m) != nil || m.Method == "" {
			s.mu.Lock()
			s.tally.Stray++
			s.mu.Unlock()
		}
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer, open := s.waiting[id]
	if !open {
		if _, late := s.cancelled[id]; late {
			delete(s.cancelled, id)
			return
		}
		s.tally.Doubled++
		return
	}
	delete(s.waiting, id)
	s.tally.Answered++
	answer <- bytes.Clone(line)
}

// Open is how many requests have no answer yet.
func (s *Session) Open() int {
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

var (
	head = []byte(`{"jsonrpc":"2.0","id":`)
	tail = []byte(`,"jsonrpc":"2.0","id":`)
)

// ID is the id of an answer. Where it stands at either end of the message, as
// all known servers write it, the message need not be decoded.
func ID(line []byte) (int64, bool) {
	line = bytes.TrimSpace(line)
	if rest, ok := bytes.CutPrefix(line, head); ok {
		if end := bytes.IndexByte(rest, ','); end > 0 && !bytes.HasPrefix(rest[end:], []byte(`,"method":`)) {
			if id, err := strconv.ParseInt(string(rest[:end]), 10, 64); err == nil {
				return id, true
			}
		}
	}
	if at := len(line) - len(tail) - 24; bytes.HasSuffix(line, []byte("}")) {
		last := line[max(at, 0):]
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
