package watch

import (
	"context"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// away is an error of a receiver that says for how long.
type away time.Duration

func (away) Error() string               { return "away" }
func (a away) RetryAfter() time.Duration { return time.Duration(a) }

// asleep refuses the first event, and asks for a wait.
type asleep struct {
	wait time.Duration
	at   []time.Time // when it was asked
}

func (s *asleep) Deliver(context.Context, event.Event) error {
	s.at = append(s.at, time.Now())
	if len(s.at) == 1 {
		return away(s.wait)
	}
	return nil
}

// TestPatience holds that a receiver is asked again when it wants, but within an hour.
func TestPatience(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]time.Duration{
		time.Second:      firstRetry,
		40 * time.Minute: 40 * time.Minute,
		24 * time.Hour:   time.Hour,
	} {
		try(t, func(tr *trial) {
			tr.session(tr.meeting(2), time.Minute, 5*time.Hour)
			o, s := tr.options(), &asleep{wait: wait}
			o.Sinks = []event.Sink{s}
			if err := tr.watch(o, 2*time.Hour); err != nil {
				t.Fatal(err)
			}
			if len(s.at) != 2 || s.at[1].Sub(s.at[0]) != want {
				t.Errorf("a wait of %s: asked at %v", wait, s.at)
			}
		})
	}
}
