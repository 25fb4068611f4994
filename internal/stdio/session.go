package stdio

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// session is the client of a pair of streams, as mcp-go sees it.
type session struct {
	send          func(mcp.JSONRPCMessage) // to the client
	notifications chan mcp.JSONRPCNotification
	initialized   atomic.Bool
	info          atomic.Pointer[mcp.Implementation]
	capabilities  atomic.Pointer[mcp.ClientCapabilities]
	revision      atomic.Pointer[string]

	mu      sync.Mutex
	last    int                    // id of the last request to the client
	waiting map[string]chan answer // by the id of the request
}

type answer struct{ result, failure json.RawMessage }

var _ interface {
	server.SessionWithClientInfo
	server.SessionWithElicitation
} = (*session)(nil)

func newSession(send func(mcp.JSONRPCMessage)) *session {
	return &session{
		send:          send,
		notifications: make(chan mcp.JSONRPCNotification, 100),
		waiting:       map[string]chan answer{},
	}
}

func (s *session) SessionID() string                                   { return "stdio" }
func (s *session) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.notifications }
func (s *session) Initialize()                                         { s.initialized.Store(true) }
func (s *session) Initialized() bool                                   { return s.initialized.Load() }
func (s *session) SetClientInfo(info mcp.Implementation)               { s.info.Store(&info) }
func (s *session) SetClientCapabilities(capabilities mcp.ClientCapabilities) {
	s.capabilities.Store(&capabilities)
}

func (s *session) SetProtocolVersion(revision string)            { s.revision.Store(&revision) }
func (s *session) GetClientInfo() mcp.Implementation             { return valueOf(&s.info) }
func (s *session) GetClientCapabilities() mcp.ClientCapabilities { return valueOf(&s.capabilities) }
func (s *session) ProtocolVersion() string                       { return valueOf(&s.revision) }

// valueOf returns what p points to, or the zero value if the client has not sent it.
func valueOf[T any](p *atomic.Pointer[T]) (v T) {
	if said := p.Load(); said != nil {
		v = *said
	}
	return v
}

// RequestElicitation asks the client's user and waits for the answer.
func (s *session) RequestElicitation(
	ctx context.Context, request mcp.ElicitationRequest,
) (*mcp.ElicitationResult, error) {
	ch := make(chan answer, 1)
	s.mu.Lock()
	s.last++
	id := s.last
	s.waiting[strconv.Itoa(id)] = ch
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting, strconv.Itoa(id))
	}()
	s.send(mcp.JSONRPCRequest{
		JSONRPC: mcp.JSONRPC_VERSION,
		ID:      mcp.NewRequestId(id),
		Params:  request.Params,
		Request: mcp.Request{Method: string(mcp.MethodElicitationCreate)},
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case a := <-ch:
		if a.failure != nil {
			var e struct{ Message string }
			_ = json.Unmarshal(a.failure, &e) // a refusal needs no message
			return nil, fmt.Errorf("the client refused to ask its user: %s", e.Message)
		}
		var result mcp.ElicitationResult
		if err := json.Unmarshal(a.result, &result); err != nil {
			return nil, fmt.Errorf("the client's answer: %w", err)
		}
		return &result, nil
	}
}

// answered passes an answer on to the request that waits for it, if there is one.
func (s *session) answered(id, result, failure json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.waiting[string(id)]; ch != nil {
		delete(s.waiting, string(id))
		ch <- answer{result, failure}
	}
}
