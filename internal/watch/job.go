package watch

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
)

// job is something that is done again and again: an app's reading, or all that there is
// to do for one session. It never runs beside itself.
type job struct {
	name string

	// run does what is due, and returns when there is more to do; the zero time is
	// never, unless the job is called for.
	run func(ctx context.Context) (next time.Time, err error)

	// The rest is guarded by Engine.mu.
	next    time.Time
	idle    bool // nothing to do until it is called for
	running bool
	called  bool // for while it ran
	gone    bool
	fails   int
}

// The waiting times after failures, in the clock's time.
const (
	firstRetry = 15 * time.Second
	lastRetry  = 10 * time.Minute
)

// backOff is how long to wait after so many failures in a row.
func backOff(fails int) time.Duration {
	d := firstRetry
	for range fails - 1 {
		if d *= 2; d >= lastRetry {
			return lastRetry
		}
	}
	return d
}

func (e *Engine) add(j *job) {
	e.jobs = append(e.jobs, j)
}

// call makes a job due now, unless it has failed and waits. The caller holds mu.
func (e *Engine) call(j *job) {
	if j.fails > 0 && !j.running {
		return
	}
	j.idle, j.next = false, time.Time{}
	j.called = j.running
	e.nudge()
}

func (e *Engine) nudge() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// due returns the jobs to start now, marked as running, and the time of the next one.
// Busy tells that some are running.
func (e *Engine) due(now time.Time) (due []*job, next time.Time, busy bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.jobs = slices.DeleteFunc(e.jobs, func(j *job) bool { return j.gone && !j.running })
	for _, j := range e.jobs {
		switch {
		case j.running:
			busy = true
		case j.idle:
		case !j.next.After(now):
			j.running = true
			due = append(due, j)
		case next.IsZero() || j.next.Before(next):
			next = j.next
		}
	}
	return due, next, busy
}

// work runs a job once, and plans its next run.
func (e *Engine) work(ctx context.Context, j *job) {
	next, err := j.run(ctx)
	now := e.clock.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.nudge()
	j.running = false
	switch {
	case err != nil:
		j.fails++
		e.failures++
		j.next = now.Add(max(backOff(j.fails), e.asksFor(err)))
		j.idle = e.o.Once
	case j.called:
		j.fails, j.next, j.idle = 0, now, false
	default:
		j.fails, j.next = 0, next
		j.idle = next.IsZero() || e.o.Once
	}
	j.called = false
}

// patience is an error of a sink that says how long its receiver wants to be left alone.
type patience interface {
	error
	RetryAfter() time.Duration
}

// asksFor is how long the API, or the receiver of an event, wants to be left alone.
func (e *Engine) asksFor(err error) time.Duration {
	var wait time.Duration
	if failure, ok := errors.AsType[*client.Error](err); ok {
		wait = failure.RetryAfter
	}
	if failure, ok := errors.AsType[patience](err); ok {
		wait = failure.RetryAfter()
	}
	return e.clock.shown(min(wait, time.Hour))
}

// reading waits for its turn to read the API, and returns what ends the turn.
func (e *Engine) reading(ctx context.Context) (done func(), err error) {
	select {
	case e.reads <- struct{}{}:
		return func() { <-e.reads }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
