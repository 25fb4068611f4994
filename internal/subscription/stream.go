package subscription

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Stream is what one client listens to: a connection, or a part of one.
type Stream struct {
	hub     *Hub
	changed chan struct{}

	// The hub's mutex guards what follows.
	on      map[string]*caller // by URI; nil while it is read for the first time
	pending []string           // URIs of what has changed, each once, the oldest change first
	closed  bool
}

// Subscribe adds resources. Each is read first, so that every change after Subscribe
// has returned is noticed. If one cannot be added, none is.
func (s *Stream) Subscribe(ctx context.Context, uris ...string) error {
	added, err := s.reserve(uris)
	if err != nil {
		return err
	}
	var who identity
	who.key, who.ctx = s.hub.o.Caller(ctx, s.hub.ctx)
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(firstAtOnce)
	for _, uri := range added {
		group.Go(func() error { return s.begin(reading, who, uri) })
	}
	if err := group.Wait(); err != nil {
		s.drop(added...)
		return err
	}
	return nil
}

// identity is what is kept of a caller.
type identity struct {
	key string
	ctx context.Context
}

// reserve returns those of the URIs that are new, for which there is room.
func (s *Stream) reserve(uris []string) (added []string, err error) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.closed {
		return nil, errEnding
	}
	for _, uri := range uris {
		if _, known := s.on[uri]; !known && !slices.Contains(added, uri) {
			added = append(added, uri)
		}
	}
	if n := len(s.on) + len(added); n > MaxURIs {
		return nil, fmt.Errorf("one stream of subscriptions has at most %d URIs, and this would be %d; "+
			"unsubscribe from some, or open another stream", MaxURIs, n)
	}
	for _, uri := range added {
		s.on[uri] = nil
	}
	return added, nil
}

// begin reads a resource for the first time, unless it is watched for the same caller.
func (s *Stream) begin(ctx context.Context, who identity, uri string) error {
	h := s.hub
	h.mu.Lock()
	c := h.callers[who.key]
	if c != nil && c.watches[uri] != nil {
		s.join(c, uri)
		h.mu.Unlock()
		return nil
	}
	h.mu.Unlock()
	got, err := h.read(ctx, uri)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx.Err() != nil {
		return errEnding
	}
	if _, wanted := s.on[uri]; !wanted { // it was unsubscribed from, or the stream was closed
		return nil
	}
	c = h.callers[who.key]
	if c == nil {
		c = h.add(who.ctx, who.key) //nolint:contextcheck // it outlives the request
	}
	c.spend(got.Requests)
	c.seen(uri, got)
	s.join(c, uri)
	return nil
}

// join makes the stream hear of a resource that is watched.
func (s *Stream) join(c *caller, uri string) {
	s.on[uri] = c
	c.watches[uri].streams[s] = struct{}{}
	c.stir()
}

// Unsubscribe removes a resource. It does nothing if there is no such subscription.
func (s *Stream) Unsubscribe(uri string) { s.drop(uri) }

func (s *Stream) drop(uris ...string) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for _, uri := range uris {
		s.leave(uri)
	}
}

func (s *Stream) leave(uri string) {
	c := s.on[uri]
	delete(s.on, uri)
	s.pending = slices.DeleteFunc(s.pending, func(p string) bool { return p == uri })
	if c == nil {
		return
	}
	w := c.watches[uri]
	delete(w.streams, s)
	if len(w.streams) == 0 {
		delete(c.watches, uri)
	}
	if len(c.watches) == 0 { // nothing of the caller is kept
		c.end()
		delete(s.hub.callers, c.key)
	}
}

// Changed is ready to be received from once something has changed. Then Take returns
// what.
func (s *Stream) Changed() <-chan struct{} { return s.changed }

// Take returns the URI of a resource that has changed since it was subscribed to or
// last taken, the oldest change first. Changes that nobody has taken are one.
func (s *Stream) Take() (uri string, ok bool) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if len(s.pending) == 0 {
		return "", false
	}
	uri, s.pending = s.pending[0], s.pending[1:]
	return uri, true
}

// tell notes a change, for Take.
func (s *Stream) tell(uri string) {
	if !slices.Contains(s.pending, uri) {
		s.pending = append(s.pending, uri)
	}
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// Close removes all subscriptions. It may be called twice.
func (s *Stream) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.closed = true
	for uri := range s.on {
		s.leave(uri)
	}
	delete(s.hub.streams, s)
}

// uris are all that are subscribed to, in order.
func (s *Stream) uris() []string {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return slices.Sorted(maps.Keys(s.on))
}
