package watch

import (
	"context"
	"time"
)

// Clock is the time that an Engine lives in. The zero Clock is the machine's.
type Clock struct {
	origin time.Time
	factor int
}

// TimeLapse is a clock that shows the true time at origin and from then on goes so many
// times as fast. Meetings, intervals and schedules last as much shorter.
func TimeLapse(origin time.Time, factor int) Clock { return Clock{origin, max(1, factor)} }

// Now is the time that the clock shows.
func (c Clock) Now() time.Time {
	if c.factor <= 1 {
		return time.Now()
	}
	return c.origin.Add(time.Since(c.origin) * time.Duration(c.factor))
}

// Real is how long a length of time lasts on the machine's clock.
func (c Clock) Real(d time.Duration) time.Duration { return d / time.Duration(max(1, c.factor)) }

// shown is how long a length of time of the machine's clock lasts here.
func (c Clock) shown(d time.Duration) time.Duration { return d * time.Duration(max(1, c.factor)) }

// wait returns at a time, when woken or when the context ends. The zero time never comes.
func (c Clock) wait(ctx context.Context, until time.Time, wake <-chan struct{}) {
	var come <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(max(0, c.Real(until.Sub(c.Now()))))
		defer t.Stop()
		come = t.C
	}
	select {
	case <-come:
	case <-wake:
	case <-ctx.Done():
	}
}
