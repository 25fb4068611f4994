package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	roomBytes  = 16 << 20  // of answers that all large calls of a client hold
	smallBytes = 512 << 10 // that a call may hold without asking
)

// room bounds what calls that read long lists hold at a time, for what they have
// read stays until they end. A call that finds none goes on alone, beyond the
// bound, as soon as no other does: so of all that wait for each other one gets on.
type room struct {
	mu      sync.Mutex
	used    int64
	beyond  *spent        // the call that goes on alone
	changed chan struct{} // closed, and replaced, when there may be room
}

func newRoom() *room { return &room{changed: make(chan struct{})} }

// take waits until a call may hold so many bytes more. A nil room has no bound.
func (r *room) take(ctx context.Context, s *spent, n int64) error {
	if r == nil || s.bytes.Load() <= smallBytes {
		return nil
	}
	for {
		changed := r.taken(s, n)
		if changed == nil {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return crowded(ctx, s)
		}
	}
}

// taken is nil, or if there is no room, what is closed when there may be.
func (r *room) taken(s *spent, n int64) (changed <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.beyond == s:
	case r.used+n <= roomBytes:
		r.used += n
		s.held += n
	case r.beyond == nil:
		r.beyond = s
		r.release(s)
	default:
		return r.changed
	}
	return nil
}

// leave gives back all that a call holds.
func (r *room) leave(s *spent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.beyond == s {
		r.beyond = nil
	} else if s.held == 0 {
		return
	}
	r.release(s)
}

func (r *room) release(s *spent) {
	r.used -= s.held
	s.held = 0
	close(r.changed)
	r.changed = make(chan struct{})
}

// crowded is why a call that waited for room ends.
func crowded(ctx context.Context, s *spent) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	return &Error{
		What:    "all of a long list",
		Message: fmt.Sprintf("other calls that read long lists left no room within %s", time.Since(s.began).Round(time.Second)),
		Remedy:  "Try again when they have ended.",
		Err:     ctx.Err(),
	}
}
