package client

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestRoom has ten calls that together hold more than there is room for, each
// piece by piece: none waits for ever, and only one goes beyond the bound.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		var most int64
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() {
				s := &spent{began: time.Now()}
				defer r.leave(s)
				for range 20 {
					s.bytes.Add(1 << 20)
					if err := r.take(t.Context(), s, 1<<20); err != nil {
						t.Error(err)
					}
					r.mu.Lock()
					most = max(most, r.used)
					r.mu.Unlock()
					time.Sleep(time.Second)
				}
			})
		}
		calls.Wait()
		if most > roomBytes || most < roomBytes/2 {
			t.Errorf("%d bytes were held, of %d", most, roomBytes)
		}
		if r.used != 0 || r.beyond != nil {
			t.Errorf("%d bytes are still held", r.used)
		}
	})
}

func TestRoomFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		take := func(ctx context.Context, n int64) (*spent, error) {
			s := &spent{began: time.Now()}
			s.bytes.Add(n)
			return s, r.take(ctx, s, n)
		}
		for _, n := range []int64{roomBytes, roomBytes} { // the second one goes beyond
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
		if err == nil || !strings.Contains(err.Error(), "no room within 1m0s") || !strings.Contains(err.Error(), "Try again") {
			t.Errorf("%v", err)
		}
		r.leave(s)
		if r.used != roomBytes {
			t.Errorf("%d bytes are held", r.used)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := take(gone, 1<<20); err != context.Canceled {
			t.Errorf("%v", err)
		}
	})
}
