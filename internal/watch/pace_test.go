package watch

import (
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
)

// TestHalf holds that a client which keeps half of a limit makes at most half of the
// requests in any window, bursts included: traffic allows half of its limit at once, and
// nine tenths of the rest in a window.
func TestHalf(t *testing.T) {
	t.Parallel()
	within := func(l client.Limit, d time.Duration) float64 {
		return float64(l.Requests/2) + Sustained(l)*d.Seconds()
	}
	for _, l := range []client.Limit{{Requests: 4, Window: time.Minute}, {Requests: 7, Window: time.Second},
		{Requests: 1200, Window: 5 * time.Minute}, {Requests: 3500, Window: 5 * time.Minute}} {
		half := Half(l)
		if !half.Valid() || within(half, l.Window) > float64(l.Requests)/2 {
			t.Errorf("%s: %s, %.1f in a window", l, half, within(half, l.Window))
		}
	}
	half := Half(client.Limit{})
	if long, short := within(half, 5*time.Minute), within(half, 10*time.Second); long > 600 || short > 125 || long < 300 {
		t.Errorf("%.1f in 5 minutes, %.1f in 10 seconds", long, short)
	}
}

// TestPace holds how the interval follows the requests.
func TestPace(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC)
	p := newPace(10*time.Second, 1)
	p.choose(now)
	pass := func(requests int, d time.Duration) time.Duration {
		for range requests {
			p.count()
		}
		now = now.Add(d)
		interval, _ := p.choose(now)
		return interval
	}
	if got := pass(20, 60*time.Second); got != 10*time.Second {
		t.Errorf("%s for a third", got)
	}
	if got := pass(60, 60*time.Second); got != 17*time.Second {
		t.Errorf("%s for all that is allowed", got)
	}
	if got := pass(6000, 60*time.Second); got != longest {
		t.Errorf("%s for much more than is allowed", got)
	}
	if got := pass(1, longest); got != longest/2 {
		t.Errorf("%s once there is room", got)
	}
	for range 20 {
		pass(1, longest)
	}
	if got := pass(1, longest); got != 10*time.Second {
		t.Errorf("%s in the end", got)
	}
}
