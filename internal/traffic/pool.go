package traffic

import (
	"context"
	"sync"
	"sync/atomic"
)

const (
	poolBytes  = 16 << 20  // that all large calls hold together
	smallBytes = 512 << 10 // that a call may hold without waiting
)

// Pool bounds the memory of calls that read long lists: what they have read stays
// until they end. If the pool is used up, one call at a time may go on beyond the
// bound, so that calls never all wait for each other.
type Pool struct {
	mu      sync.Mutex
	used    int64
	beyond  *Share        // the call that goes on alone
	changed chan struct{} // closed, and replaced, when there may be room
}

// NewPool returns an empty pool.
func NewPool() *Pool { return &Pool{changed: make(chan struct{})} }

// Share is one call's part of a pool. A nil Share has no bound.
type Share struct {
	pool *Pool
	read atomic.Int64 // bytes so far
	held int64        // guarded by pool.mu
}

// Share returns the share of a new call. Release it when the call ends.
func (p *Pool) Share() *Share { return &Share{pool: p} }

// Take waits until the call may hold n bytes more, or returns the context's error.
func (s *Share) Take(ctx context.Context, n int64) error {
	if s == nil || s.read.Add(n) <= smallBytes {
		return nil
	}
	for {
		changed := s.pool.take(s, n)
		if changed == nil {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take returns nil, or if there is no room, a channel that is closed when there may be.
func (p *Pool) take(s *Share, n int64) (changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.beyond == s:
	case p.used+n <= poolBytes:
		p.used += n
		s.held += n
	case p.beyond == nil:
		p.beyond = s
		p.release(s)
	default:
		return p.changed
	}
	return nil
}

// Release returns to the pool all that the call holds.
func (s *Share) Release() {
	p := s.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.beyond == s {
		p.beyond = nil
	} else if s.held == 0 {
		return
	}
	p.release(s)
}

func (p *Pool) release(s *Share) {
	p.used -= s.held
	s.held = 0
	close(p.changed)
	p.changed = make(chan struct{})
}
