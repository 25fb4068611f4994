package traffic

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestPool has ten calls that together hold more than there is room for, each
// piece by piece: none waits for ever, and only one goes beyond the bound.
func TestPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool()
		var most int64
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() {
				s := p.Share()
				defer s.Release()
				for range 20 {
					if err := s.Take(t.Context(), 1<<20); err != nil {
						t.Error(err)
					}
					p.mu.Lock()
					most = max(most, p.used)
					p.mu.Unlock()
					time.Sleep(time.Second)
				}
			})
		}
		calls.Wait()
		if most > poolBytes || most < poolBytes/2 {
			t.Errorf("%d bytes were held, of %d", most, poolBytes)
		}
		if p.used != 0 || p.beyond != nil {
			t.Errorf("%d bytes are still held", p.used)
		}
	})
}

func TestPoolFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool()
		take := func(ctx context.Context, n int64) (*Share, error) {
			s := p.Share()
			return s, s.Take(ctx, n)
		}
		for _, n := range []int64{poolBytes, poolBytes} { // the second one goes beyond
			if _, err := take(t.Context(), n); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := take(t.Context(), smallBytes); err != nil {
			t.Errorf("a small call: %v", err)
		}
		late, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s, err := take(late, 1<<20)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		s.Release()
		if p.used != poolBytes {
			t.Errorf("%d bytes are held", p.used)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := take(gone, 1<<20); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}
