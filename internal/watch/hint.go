package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// HintKind is what a hint is about.
type HintKind string

// The kinds of hints.
const (
	HintSession   HintKind = "session"   // it began or ended, or somebody came or left
	HintText      HintKind = "text"      // its summary, transcript or chat
	HintRecording HintKind = "recording" // one of its recordings
)

// Hint tells that something may have happened: where to look, and nothing that is believed.
// AppID may be empty; RecordingID tells nothing more and may be, too. Either MeetingID or
// SessionID is needed.
type Hint struct {
	AppID, MeetingID, SessionID, RecordingID string
	Kind                                     HintKind
}

// ErrHint is that a hint names nothing that can be looked into. To repeat it is of no use.
var ErrHint = errors.New("a hint needs the id of a meeting or a session, of letters, digits and hyphens")

// ErrHints is that too many hints wait to be looked into.
var ErrHints = errors.New("too many hints wait to be looked into")

const (
	maxHints   = 1000 // that wait
	maxUnknown = 4096 // sessions remembered that are not known or not watched
	maxAsked   = 10   // reads a minute for sessions that are not known
)

// Hint has an Engine look at a session or a meeting now. It returns nil only if what it
// says is in the state, on disk; to look may take longer. Hints of sessions that the
// apps do not have are dropped after a read for each app, and remembered.
func (e *Engine) Hint(ctx context.Context, h Hint) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, id := range []string{h.AppID, h.MeetingID, h.SessionID, h.RecordingID} {
		if id != "" && !event.Safe(id) {
			return ErrHint
		}
	}
	if h.MeetingID == "" && h.SessionID == "" {
		return ErrHint
	}
	if err := e.note(h); err != nil {
		return err
	}
	if err := e.save(); err != nil {
		return fmt.Errorf("cannot save the hint: %w", err)
	}
	return nil
}

// note puts a hint into the state.
func (e *Engine) note(h Hint) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.known(h.SessionID); s != nil {
		e.point(s, h.Kind)
		return nil
	}
	if h.SessionID != "" && e.unknown.has(h.SessionID) {
		return nil
	}
	same := func(o hinted) bool { return o.Session == h.SessionID && o.Meeting == h.MeetingID && o.Kind == h.Kind }
	if slices.ContainsFunc(e.state.Hints, same) {
		return nil
	}
	if len(e.state.Hints) >= maxHints {
		return ErrHints
	}
	e.state.Hints = append(e.state.Hints,
		hinted{App: h.AppID, Meeting: h.MeetingID, Session: h.SessionID, Kind: h.Kind, At: e.clock.Now()})
	e.changed()
	e.call(e.hints)
	return nil
}

// known is the session of an id, or nil. The caller holds mu.
func (e *Engine) known(id string) *session {
	for _, a := range e.apps {
		if s := a.sessions[id]; s != nil {
			return s
		}
	}
	return nil
}

// point has a session looked at now. The caller holds mu.
func (e *Engine) point(s *session, kind HintKind) {
	switch {
	case kind == HintText && !s.Recapped:
		s.Hinted = true
	case kind == HintRecording && !s.Recorded:
		s.Filmed = true
	case kind == HintText, kind == HintRecording, s.Stage == ended:
		return // all of it was told
	}
	s.look = s.look || s.Ended.IsZero()
	e.changed()
	e.call(s.job)
}

// lookInto looks into the hints that wait.
func (e *Engine) lookInto(ctx context.Context) (time.Time, error) {
	e.mu.Lock()
	waiting := slices.Clone(e.state.Hints)
	if len(e.apps) == 0 {
		waiting = nil // until the apps are known, which calls for this again
	}
	e.mu.Unlock()
	for _, h := range waiting {
		now := e.clock.Now()
		if until, full := e.mayAsk(now, h); full {
			return until, nil
		}
		if err := e.lookAt(ctx, h, now); err != nil {
			return time.Time{}, err
		}
		e.mu.Lock()
		e.state.Hints = slices.DeleteFunc(e.state.Hints, func(o hinted) bool { return o == h })
		e.changed()
		e.mu.Unlock()
	}
	if len(waiting) == 0 {
		return time.Time{}, nil
	}
	return time.Time{}, e.save()
}

// mayAsk reserves the reads for a hint, or says until when there are too many.
func (e *Engine) mayAsk(now time.Time, h hinted) (until time.Time, full bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known(h.Session) != nil || e.unknown.has(h.Session) {
		return time.Time{}, false // no read is needed
	}
	e.asked = slices.DeleteFunc(e.asked, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	if len(e.asked) >= maxAsked {
		return e.asked[0].Add(time.Minute), true
	}
	e.asked = append(e.asked, now)
	return time.Time{}, false
}

// lookAt finds the session of a hint. A hint of a meeting alone has the apps read.
func (e *Engine) lookAt(ctx context.Context, h hinted, now time.Time) error {
	apps, found := e.pointAt(h)
	if found {
		return nil
	}
	for i, a := range apps {
		if i > 0 {
			if err := e.another(ctx); err != nil {
				return err
			}
		}
		read, err := e.o.API.Session(ctx, a.ref(), h.Session)
		if client.NotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		e.learn(a, read, now)
		break
	}
	if _, found := e.pointAt(h); !found {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.unknown.add(h.Session)
	}
	return nil
}

// pointAt has the session of a hint looked at, if it is known, or else returns the apps
// that may have it.
func (e *Engine) pointAt(h hinted) (apps []*app, found bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range e.apps {
		if h.App == "" || a.App == h.App {
			apps = append(apps, a)
		}
	}
	if h.Session == "" {
		for _, a := range apps {
			e.call(a.job)
		}
		return nil, true
	}
	if s := e.known(h.Session); s != nil {
		e.point(s, h.Kind)
		return nil, true
	}
	return apps, e.unknown.has(h.Session)
}

// another waits for a read of one more app.
func (e *Engine) another(ctx context.Context) error {
	for {
		now := e.clock.Now()
		until, full := e.mayAsk(now, hinted{})
		if !full {
			return nil
		}
		e.clock.wait(ctx, until, nil)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// dropped are the ids of sessions that are not known, the newest of them.
type dropped struct {
	ids  map[string]bool
	list []string
}

func (d *dropped) has(id string) bool { return id != "" && d.ids[id] }

func (d *dropped) add(id string) {
	if d.ids == nil {
		d.ids = map[string]bool{}
	}
	if id == "" || d.ids[id] {
		return
	}
	if len(d.list) >= maxUnknown {
		delete(d.ids, d.list[0])
		d.list = slices.Clone(d.list[1:])
	}
	d.ids[id] = true
	d.list = append(d.list, id)
}

func (d *dropped) forget(id string) {
	if d.ids[id] {
		delete(d.ids, id)
		d.list = slices.DeleteFunc(d.list, func(o string) bool { return o == id })
	}
}
