package watch

import (
	"context"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// films are an app's latest recordings, which sessions look into together.
type films struct {
	turn  chan struct{} // of one; whoever reads or looks has it
	at    time.Time     // when they were read
	since time.Time     // back to when
	by    map[string][]film
	err   error // of the last reading, at at
}

// film is what is needed of a recording.
type film struct {
	id, status       string
	started, stopped time.Time
	seconds          int
	expires          time.Time
}

// film delivers the recordings of a session that has ended once they are uploaded, and
// returns when to look for more.
func (e *Engine) film(ctx context.Context, s *session) (time.Time, error) {
	v := e.view(s)
	if v.Recorded {
		return time.Time{}, nil
	}
	if !e.wants(event.RecordingReady) {
		e.update(s, func(r *record) { r.Recorded = true })
		return time.Time{}, nil
	}
	now := e.clock.Now()
	due, last, next := looking(v.Ended, v.LookedFilm, now)
	if !due && !v.Filmed {
		return next, nil
	}
	wanted := next
	if v.Filmed || wanted.IsZero() {
		wanted = now
	}
	list, err := e.filmsOf(ctx, s, v, wanted)
	if err != nil {
		return nextLook(v.Ended, now), e.unread(s, recordings, v, v.Filmed, last, err, func(r *record) { r.LookedFilm = now })
	}
	pending := false
	for _, f := range list {
		switch f.status {
		case "UPLOADED":
			if err := e.ready(ctx, s, v, f); err != nil {
				return time.Time{}, err
			}
		case "ERRORED":
		default:
			pending = true
		}
	}
	over := last || !pending && !now.Before(v.Ended.Add(lastEarly))
	e.update(s, func(r *record) { r.LookedFilm, r.Filmed, r.Recorded = now, false, over })
	if over {
		return time.Time{}, nil
	}
	return nextLook(v.Ended, now), nil
}

func (e *Engine) ready(ctx context.Context, s *session, v view, f film) error {
	if slices.Contains(v.Recordings, f.id) || !event.Safe(f.id) {
		return nil
	}
	at := f.stopped
	if at.IsZero() {
		at = v.Ended
	}
	ready := s.event(event.RecordingReady, at, f.id)
	ready.Recording = &event.Recording{
		ID:             f.id,
		StartedAt:      moment(f.started),
		Seconds:        f.seconds,
		AvailableUntil: moment(f.expires),
	}
	return e.deliver(ctx, s, ready, func(r *record) { r.Recordings = append(r.Recordings, f.id) })
}

// filmsOf are the recordings of a session, read at a time or later.
func (e *Engine) filmsOf(ctx context.Context, s *session, v view, wanted time.Time) ([]film, error) {
	f := &s.app.films
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !f.at.Before(wanted) && !f.since.After(v.Started) {
		return f.by[s.id], f.err
	}
	done, err := e.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	at, since, by := e.clock.Now(), v.Started, map[string][]film{}
	for page, err := range e.o.API.Recordings(ctx, s.app.ref(), client.RecordingFilter{}) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil { // which it is for all sessions that wait
			f.at, f.since, f.by, f.err = at, since, nil, err
			return nil, err
		}
		older := false
		for _, r := range page.Items {
			by[r.SessionID] = append(by[r.SessionID], filmOf(r))
			began := r.InvokedAt
			if began.IsZero() {
				began = r.StartedAt
			}
			older = older || !began.IsZero() && began.Before(since.Add(-time.Minute))
		}
		if older {
			break
		}
	}
	f.at, f.since, f.by, f.err = at, since, by, nil
	return by[s.id], nil
}

func filmOf(r client.Recording) film {
	return film{
		id:      r.ID,
		status:  r.Status,
		started: r.StartedAt,
		stopped: r.StoppedAt,
		seconds: int(r.Duration / time.Second),
		expires: r.Expires,
	}
}
