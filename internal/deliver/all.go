package deliver

import (
	"context"
	"errors"
	"sync"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// All delivers each event to several sinks. If it is tried again, the sinks that have it
// are left out. That is remembered in memory only: after a crash, a sink may get once more
// what was being delivered.
type All struct {
	sinks []event.Sink

	mu      sync.Mutex
	settled map[string][]outcome // by the id of an event that not every sink has, one for each sink
}

// outcome is what became of an event in one sink.
type outcome struct {
	settled bool
	err     error // why the sink does not want it
}

// NewAll returns a sink of all these, which are called in this order.
func NewAll(sinks ...event.Sink) event.Sink {
	if len(sinks) == 1 {
		return sinks[0]
	}
	return &All{sinks: sinks, settled: map[string][]outcome{}}
}

// Deliver implements event.Sink. Its error is permanent if every sink either has the event
// or does not want it, and one does not.
func (a *All) Deliver(ctx context.Context, e event.Event) error {
	outcomes := a.begin(e.ID)
	var failed []error
	for i, sink := range a.sinks {
		if outcomes[i].settled {
			continue
		}
		err := sink.Deliver(ctx, e)
		if err != nil && !Permanent(err) {
			failed = append(failed, err)
			continue
		}
		outcomes[i] = outcome{settled: true, err: err}
	}
	return a.finish(e.ID, outcomes, failed)
}

func (a *All) begin(id string) []outcome {
	a.mu.Lock()
	defer a.mu.Unlock()
	if before, ok := a.settled[id]; ok {
		return before
	}
	return make([]outcome, len(a.sinks))
}

func (a *All) finish(id string, outcomes []outcome, failed []error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(failed) > 0 {
		a.settled[id] = outcomes
		after := &Error{What: "not delivered everywhere", Err: errors.Join(failed...)}
		for _, err := range failed {
			after.After = max(after.After, RetryAfter(err))
		}
		return after
	}
	delete(a.settled, id)
	var refused []error
	for _, o := range outcomes {
		refused = append(refused, o.err)
	}
	if err := errors.Join(refused...); err != nil {
		return &Error{What: "not wanted everywhere", Final: true, Err: err}
	}
	return nil
}
