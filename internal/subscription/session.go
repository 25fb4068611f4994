package subscription

import (
	"context"
	"slices"
	"sync"
)

// Session is what a session needs for one request to subscribe or unsubscribe. It has
// the methods that mcp-go looks for.
type Session struct {
	ctx  context.Context
	open func() (*Stream, error)

	mu     sync.Mutex
	uris   []string // that are about to be subscribed to
	stream *Stream
}

// NewSession returns a Session for a request with this context. Open is called when
// there is something to subscribe to, and may return a stream that others use too.
func NewSession(ctx context.Context, open func() (*Stream, error)) *Session {
	return &Session{ctx: ctx, open: open}
}

// Expect makes the next subscription one to all these resources at the same time.
func (s *Session) Expect(uris []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uris = slices.Clone(uris)
}

// Stream returns the stream, or nil if none was opened.
func (s *Session) Stream() *Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stream
}

// End closes the stream, if one was opened.
func (s *Session) End() {
	if stream := s.Stream(); stream != nil {
		stream.Close()
	}
}

// SubscribeToResourceErr returns once changes of the resource are noticed.
func (s *Session) SubscribeToResourceErr(uri string) error {
	stream, uris, err := s.ready(uri)
	if err != nil {
		return err
	}
	return stream.Subscribe(s.ctx, uris...)
}

func (s *Session) ready(uri string) (_ *Stream, uris []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stream == nil {
		if s.stream, err = s.open(); err != nil {
			return nil, nil, err
		}
	}
	uris, s.uris = s.uris, nil
	return s.stream, append(uris, uri), nil
}

// SubscribeToResource is SubscribeToResourceErr for who needs no error.
func (s *Session) SubscribeToResource(uri string) { _ = s.SubscribeToResourceErr(uri) }

// UnsubscribeFromResource ends a subscription, if there is one.
func (s *Session) UnsubscribeFromResource(uri string) {
	if stream, _, err := s.ready(uri); err == nil {
		stream.Unsubscribe(uri)
	}
}

// SubscribedResources returns the URIs that are subscribed to, in order.
func (s *Session) SubscribedResources() []string {
	if stream := s.Stream(); stream != nil {
		return stream.uris()
	}
	return nil
}

// IsSubscribedToResource reports whether a URI is subscribed to.
func (s *Session) IsSubscribedToResource(uri string) bool {
	return slices.Contains(s.SubscribedResources(), uri)
}
