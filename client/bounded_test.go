package client

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestCrowded has a call that waits in vain for others which hold all the memory.
func TestCrowded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Options{Token: "t", Timeout: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		const most = 16 << 20
		for range 2 { // the second one goes beyond
			if err := c.pool.Share().Take(t.Context(), most); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := c.Bounded(t.Context())
		defer cancel()
		big := func(context.Context, PageRequest) (Page[App], error) { return Page[App]{rows: 1, size: 1 << 20}, nil }
		_, _, err = all(walk(ctx, big))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), "no room within 1m10s") ||
			!strings.Contains(e.Remedy, "Try again") {
			t.Errorf("%v", err)
		}
		ctx, cancel = c.Bounded(t.Context())
		defer cancel()
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, _, err := all(walk(gone, big)); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}
