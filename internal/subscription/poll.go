package subscription

import (
	"context"
	"time"
)

// caller is somebody whose resources are read one after another.
type caller struct {
	hub *Hub
	key string
	ctx context.Context // of the readings; it holds the caller's token
	end context.CancelFunc

	stirred chan struct{}

	// The hub's mutex guards what follows.
	watches map[string]*watch // by URI
	even    time.Time         // when what was spent has come back
}

// watch is a resource that is read again and again.
type watch struct {
	uri      string
	parts    []string // as last read
	final    bool
	due      time.Time
	failures int // one after another
	streams  map[*Stream]struct{}
}

// add adds a caller and begins to read for them.
func (h *Hub) add(alone context.Context, key string) *caller {
	c := &caller{hub: h, key: key, stirred: make(chan struct{}, 1), watches: map[string]*watch{}}
	c.ctx, c.end = context.WithCancel(alone)
	h.callers[key] = c
	h.polling.Go(c.poll)
	return c
}

// stir makes poll look anew at what is due.
func (c *caller) stir() {
	select {
	case c.stirred <- struct{}{}:
	default:
	}
}

func (c *caller) poll() {
	defer c.end()
	for c.ctx.Err() == nil {
		w, wait := c.next(time.Now())
		if w != nil && wait <= 0 {
			c.look(w)
			continue
		}
		var due <-chan time.Time
		if w != nil {
			due = time.After(wait)
		}
		select {
		case <-due:
		case <-c.stirred:
		case <-c.ctx.Done():
		}
	}
}

// next returns what to read next and how long to wait before, or nil if nothing that is
// watched will change.
func (c *caller) next(now time.Time) (first *watch, wait time.Duration) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	for _, w := range c.watches {
		if !w.final && (first == nil || w.due.Before(first.due)) {
			first = w
		}
	}
	if first == nil {
		return nil, 0
	}
	return first, max(first.due.Sub(now), c.even.Sub(now))
}

// look reads a resource, and tells its streams if it has changed.
func (c *caller) look(w *watch) {
	got, err := c.hub.read(c.ctx, w.uri)
	if c.ctx.Err() != nil {
		return
	}
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.spend(got.Requests)
	switch {
	case c.watches[w.uri] != w: // nobody wants it any more
	case err != nil:
		c.failed(w)
	default:
		if w.failures > 0 {
			c.hub.o.Log.Info("a subscribed resource can be read again", "failures", w.failures)
		}
		c.seen(w.uri, got)
	}
}

// failed waits twice as long as before. An error may quote strangers, so it is not
// logged.
func (c *caller) failed(w *watch) {
	interval := c.hub.o.Interval
	w.failures++
	pause := interval
	for range w.failures {
		pause = min(2*pause, max(longest, interval))
	}
	w.due = time.Now().Add(pause)
	if w.failures == 1 {
		c.hub.o.Log.Warn("a subscribed resource could not be read", "again_in", pause)
	}
}

// seen keeps a reading, and tells the streams if it differs from the one before.
func (c *caller) seen(uri string, got Reading) {
	w := c.watches[uri]
	if w == nil {
		w = &watch{uri: uri, streams: map[*Stream]struct{}{}}
		c.watches[uri] = w
	}
	if w.differs(got.Parts) {
		for s := range w.streams {
			s.tell(uri)
		}
	}
	w.final, w.failures, w.due = got.Final, 0, time.Now().Add(c.hub.o.Interval)
}

// differs keeps what is known of parts, and reports whether any of them has changed.
func (w *watch) differs(parts []string) (changed bool) {
	for i, part := range parts {
		switch {
		case i == len(w.parts):
			w.parts = append(w.parts, part)
		case part != "" && part != w.parts[i]:
			w.parts[i], changed = part, true
		}
	}
	return changed
}

// spend counts requests, so that the next reading waits until the budget is even.
func (c *caller) spend(requests int) {
	floor := time.Now().Add(-allowance)
	if c.even.Before(floor) {
		c.even = floor
	}
	c.even = c.even.Add(time.Duration(float64(requests) / c.hub.o.Rate * float64(time.Second)))
}
