package watch

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// view is what a session's job knows of it at a time.
type view struct {
	record
	doubt time.Time
}

func (e *Engine) view(s *session) view {
	e.mu.Lock()
	defer e.mu.Unlock()
	return view{*s.record, s.doubt}
}

// update changes a session's record.
func (e *Engine) update(s *session, change func(*record)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(s.record)
	e.changed()
}

// proceed delivers what there is to deliver of a session, in order, and returns when
// there may be more.
func (e *Engine) proceed(ctx context.Context, s *session) (time.Time, error) {
	again, err := e.told(ctx, s)
	if err != nil {
		return time.Time{}, err
	}
	v := e.view(s)
	if v.Stage == noticed {
		err := e.deliver(ctx, s, s.event(event.SessionStarted, v.Started), func(r *record) { r.Stage = started })
		if err != nil {
			return time.Time{}, err
		}
	}
	if v.Ended.IsZero() {
		return again, e.attend(ctx, s)
	}
	if v.Stage < ended {
		again, err = e.end(ctx, s)
		if err != nil || !again.IsZero() {
			return again, err
		}
	}
	nextText, err := e.recap(ctx, s)
	if _, unread := errors.AsType[*client.Error](err); err != nil && !unread {
		return time.Time{}, err // a delivery that failed, which comes before all others
	}
	nextFilm, err2 := e.film(ctx, s)
	return earlier(nextText, nextFilm), errors.Join(err, err2)
}

// unread deals with texts or recordings that could not be read at a look. That a look has
// failed is noted, and the next one comes as planned; if it was the last one, or a webhook
// has told that there is something, it is tried again, for a day at most.
func (e *Engine) unread(s *session, what string, v view, told, last bool, reason error, note func(*record)) error {
	failure, is := errors.AsType[*client.Error](reason)
	now := e.clock.Now()
	switch {
	case !is || failure.Cause == client.CauseRate:
		return reason
	case now.Sub(v.Ended) >= lastLook+givingUp:
		e.say(what+" "+s.id, "given up", "what a session has left could not be read for a day; it is given up",
			"what", what, "session", s.id, "error", shown(reason))
		e.forget(what + " " + s.id)
		e.update(s, func(r *record) {
			r.Recapped, r.Recorded = r.Recapped || what == texts, r.Recorded || what == recordings
		})
		return nil
	case told || last || e.o.Once:
		return reason
	}
	e.update(s, note)
	return nil
}

// What a session may leave.
const (
	texts      = "texts"
	recordings = "recordings"
)

// told reads a session of which a webhook told, but not twice within a few seconds: then
// it returns when to do it.
func (e *Engine) told(ctx context.Context, s *session) (again time.Time, err error) {
	const gap = 5 * time.Second
	now := e.clock.Now()
	e.mu.Lock()
	look, read := s.look, s.read
	due := look && now.Sub(read) >= gap
	if due {
		s.look, s.read = false, now
	}
	e.mu.Unlock()
	switch {
	case !look:
		return time.Time{}, nil
	case !due:
		return read.Add(gap), nil
	}
	done, err := e.reading(ctx)
	if err != nil {
		return time.Time{}, err
	}
	defer done()
	return time.Time{}, e.reread(ctx, s)
}

// event is one of the session, without its payload. The parts tell it from others of its type.
func (s *session) event(t event.Type, at time.Time, parts ...string) event.Event {
	return event.Event{
		Version:   event.Version,
		ID:        event.ID(t, append([]string{s.id}, parts...)...),
		Type:      t,
		At:        at.UTC(),
		AppID:     s.app.App,
		MeetingID: s.Meeting,
		SessionID: s.id,
	}
}

// partly is an event that some of the sinks have taken.
type partly struct {
	id    string
	sinks int
}

// deliver hands an event to all sinks, then notes in the record that it was delivered,
// and returns once that is on disk. An event that nobody wants is noted alone.
func (e *Engine) deliver(ctx context.Context, s *session, v event.Event, note func(*record)) error {
	if e.wants(v.Type) {
		if err := e.savable(); err != nil {
			return err
		}
		if s.delivered.id != v.ID {
			s.delivered = partly{id: v.ID}
		}
		for ; s.delivered.sinks < len(e.o.Sinks); s.delivered.sinks++ {
			if err := e.hand(ctx, e.o.Sinks[s.delivered.sinks], v); err != nil {
				return err
			}
		}
	}
	e.update(s, note)
	return e.save()
}

// hand hands an event to one sink. A delivery that has begun may end after the context has.
func (e *Engine) hand(ctx context.Context, sink event.Sink, v event.Event) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	going, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(parting, cancel)
		context.AfterFunc(going, func() { t.Stop() })
	})
	defer stop()
	err := sink.Deliver(going, v)
	about := "delivery " + v.SessionID
	if err != nil {
		e.say(about, "failed", "an event could not be delivered; it and later ones of its session are tried again",
			"event", v.ID, "type", v.Type, "session", v.SessionID, "error", shown(err))
		return err
	}
	e.settled(about, "an event was delivered after all", "event", v.ID, "type", v.Type, "session", v.SessionID)
	return nil
}

// earlier is the earlier of two times, of which the zero time is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.IsZero() {
		return cmp.Or(a, b)
	}
	if a.Before(b) {
		return a
	}
	return b
}
