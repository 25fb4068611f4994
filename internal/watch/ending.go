package watch

import (
	"context"
	"errors"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

const (
	// leaving is how long after a session's end the API may take to say that the last
	// people have left it.
	leaving     = 5 * time.Minute
	askLeaving  = 30 * time.Second
	givingUp    = 24 * time.Hour // after this long, an end is told without who attended
	givingUpNow = time.Hour      // the same if the API answers, but nothing follows from it
)

// judged is a session with what the rules make of it.
type judged struct {
	session client.Session
	result  attendance.Result
	notes   []string
	bare    bool // the roster is not known
}

// open reports whether the API does not say of somebody when they left.
func (j judged) open() bool {
	for _, people := range [][]attendance.Person{j.result.Attended, j.result.Guests} {
		for _, p := range people {
			for _, v := range p.Visits {
				if v.LastAssumed {
					return true
				}
			}
		}
	}
	return false
}

// end delivers that a session has ended, once all have left. It returns when to look
// again if they have not.
func (e *Engine) end(ctx context.Context, s *session) (again time.Time, err error) {
	if !e.wants(event.SessionEnded) && !e.persons() {
		e.update(s, func(r *record) { r.Stage = ended })
		return time.Time{}, e.save()
	}
	j, err := e.judge(ctx, s, true)
	now, v := e.clock.Now(), e.view(s)
	switch {
	case ctx.Err() != nil:
		return time.Time{}, ctx.Err()
	case err != nil:
		return time.Time{}, e.unclear(ctx, s, err)
	case j.session.Live():
		e.update(s, func(r *record) { r.Ended = time.Time{} }) // somebody came back
		return time.Time{}, nil
	case j.open() && now.Before(v.Ended.Add(leaving)):
		until := v.Ended.Add(leaving)
		return earlier(now.Add(askLeaving), until), nil
	}
	if e.persons() {
		if err := e.comings(ctx, s, j.result, true); err != nil {
			return time.Time{}, err
		}
	}
	e.settled("session "+s.id, "who attended a session is known now", "session", s.id)
	over := s.event(event.SessionEnded, v.Ended)
	over.Attendance = e.attendanceOf(j)
	return time.Time{}, e.deliver(ctx, s, over, endedNow)
}

func endedNow(r *record) { r.Stage, r.People = ended, nil }

// judge reads who attended a session, and applies the rules. Whole tells that who did not
// come is asked for, too.
func (e *Engine) judge(ctx context.Context, s *session, whole bool) (judged, error) {
	done, err := e.reading(ctx)
	if err != nil {
		return judged{}, err
	}
	defer done()
	var j judged
	ref := s.app.ref()
	if j.session, err = e.o.API.Session(ctx, ref, s.id); err != nil {
		return j, err
	}
	reader := presence.NewReader(presence.Options{
		API:      e.o.API,
		App:      ref,
		Zone:     time.UTC,
		LeaveOut: e.o.LeaveOut,
		Now:      e.clock.Now(),
	})
	reader.Rooms, reader.MeetingID = true, s.Meeting
	var listed []client.Session
	if whole {
		if listed, err = e.listed(ctx, s); err != nil {
			return j, err
		}
	}
	results, err := reader.Results(ctx, [][]client.Session{{j.session}}, listed)
	if err != nil {
		return j, err
	}
	j.result, j.bare, j.notes = results.Results[0], reader.NoRoster(), reader.Notes()
	return j, nil
}

// listed are the latest sessions of the same meeting, by which the rules tell what its
// roster is.
func (e *Engine) listed(ctx context.Context, s *session) ([]client.Session, error) {
	if s.Meeting == "" {
		return nil, nil
	}
	no, per := 1, client.PerPage
	page, err := e.o.API.SessionsPage(ctx, s.app.ref(), client.SessionFilter{MeetingID: s.Meeting},
		client.PageRequest{No: &no, Per: &per})
	var out []client.Session
	for _, other := range page.Items {
		if which.Attended(other) {
			out = append(out, other)
		}
	}
	return out, err
}

// unclear deals with an end of which it cannot be told who attended: it is tried again,
// for a day if the API fails, and for an hour if it answers. After that the end is
// told with the reason.
func (e *Engine) unclear(ctx context.Context, s *session, reason error) error {
	now := e.clock.Now()
	failure, failed := errors.AsType[*client.Error](reason)
	patience := givingUpNow
	if failed && !client.NotFound(failure) {
		patience = givingUp
	}
	e.mu.Lock()
	if s.doubt.IsZero() {
		s.doubt = now
	}
	over := now.Sub(s.doubt) >= patience
	at := s.Ended
	e.mu.Unlock()
	if !over || e.troubled(s.app) {
		e.say("session "+s.id, kindOf(reason), "who attended a session is not known yet; it is asked for again",
			"session", s.id, "error", shown(reason))
		return reason
	}
	v := s.event(event.SessionEnded, at)
	v.AttendanceUnknown = shown(reason)
	e.settled("session "+s.id, "a session's end is told without who attended", "session", s.id)
	return e.deliver(ctx, s, v, endedNow)
}

// troubled reports whether an app could not be read last.
func (e *Engine) troubled(a *app) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return a.job.fails > 0
}
