package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// app is one app that is watched.
type app struct {
	*appRecord
	job      *job
	sessions map[string]*session // by id
	fresh    bool                // its live sessions were asked for since the process began
	films    films
}

// session is one session that is followed.
type session struct {
	*record
	id  string
	app *app
	job *job

	// These belong to the job alone.
	meeting   *client.Meeting // its switches; nil: not read
	delivered partly

	// The rest is guarded by Engine.mu.
	doubt time.Time // since when who attended cannot be told, though the API answers
	look  bool      // read the session itself: a webhook told of it
	read  time.Time // when it was read for that, last
}

// relist is how often the apps are listed.
const relist = 5 * time.Minute

// listApps finds the apps, and begins to watch new ones.
func (e *Engine) listApps(ctx context.Context) (time.Time, error) {
	now := e.clock.Now()
	done, err := e.reading(ctx)
	if err != nil {
		return time.Time{}, err
	}
	refs, err := e.o.Apps(ctx)
	done()
	if err != nil {
		if ctx.Err() == nil {
			e.say("apps", kindOf(err), "the apps could not be listed", "error", shown(err))
		}
		return time.Time{}, err
	}
	e.settled("apps", "the apps can be listed again")
	e.mu.Lock()
	for _, ref := range refs {
		if _, known := e.apps[ref]; !known && event.Safe(ref.AppID) {
			e.adopt(e.state.app(ref, cmp.Or(e.state.Listed, e.o.Since, e.began)))
		}
	}
	e.state.Listed = now
	e.changed()
	e.call(e.hints)
	e.mu.Unlock()
	return now.Add(relist), e.save()
}

// adopt begins to watch an app. The caller holds mu.
func (e *Engine) adopt(r *appRecord) {
	a := &app{appRecord: r, sessions: map[string]*session{}, films: films{turn: make(chan struct{}, 1)}}
	if r.Sessions == nil {
		r.Sessions = map[string]*record{}
	}
	a.job = &job{name: r.App, run: func(ctx context.Context) (time.Time, error) { return e.poll(ctx, a) }}
	e.apps[r.ref()] = a
	for id, known := range r.Sessions {
		e.follow(a, id, known)
	}
	e.add(a.job)
}

// follow begins to follow a session. The caller holds mu.
func (e *Engine) follow(a *app, id string, r *record) *session {
	s := &session{record: r, id: id, app: a}
	s.job = &job{name: id, run: func(ctx context.Context) (time.Time, error) { return e.proceed(ctx, s) }}
	a.sessions[id] = s
	e.add(s.job)
	return s
}

// poll reads the sessions of an app that may be new or have changed.
func (e *Engine) poll(ctx context.Context, a *app) (time.Time, error) {
	began := e.clock.Now()
	done, err := e.reading(ctx)
	if err != nil {
		return time.Time{}, err
	}
	err = e.readSessions(ctx, a, began)
	done()
	if ctx.Err() != nil {
		return time.Time{}, ctx.Err()
	}
	about := "app " + a.App
	if err != nil {
		e.say(about, kindOf(err), "an app could not be read; watching goes on with the rest, and with it once it can",
			"app", a.App, "error", shown(err))
		return time.Time{}, err
	}
	e.settled(about, "an app can be read again", "app", a.App)
	e.mu.Lock()
	a.Cursor, a.fresh = began, true
	e.changed()
	a.prune()
	for id, s := range a.sessions {
		if a.Sessions[id] == nil {
			s.job.gone = true
			delete(a.sessions, id)
		}
	}
	e.mu.Unlock()
	return e.nextPoll(), e.save()
}

// nextPoll is when to read an app again. It says if that gets rarer.
func (e *Engine) nextPoll() time.Time {
	now := e.clock.Now()
	interval, changed := e.pace.choose(now)
	switch {
	case !changed:
	case interval > e.o.Interval:
		e.say("pace", "slow", "to make at most half of the requests that the token may, "+
			"meetings are looked at more rarely", "interval", interval, "wanted", e.o.Interval)
	default:
		e.settled("pace", "meetings are looked at as often as wanted again", "interval", interval)
	}
	return now.Add(interval)
}

// deep is how many pages beyond the new sessions are read to find live ones; what is
// older still is read one by one.
const deep = 5

// readSessions reads the newest sessions of an app, or of the meetings that are watched,
// back to those that cannot be new, and the live ones that are older.
func (e *Engine) readSessions(ctx context.Context, a *app, began time.Time) error {
	horizon, oldest := e.reach(a)
	seen := map[string]bool{}
	meetings := e.o.Meetings
	if len(meetings) == 0 || len(meetings) > deep || len(e.o.Titles) > 0 {
		meetings = []string{""}
	}
	for _, meeting := range meetings {
		filter := client.SessionFilter{MeetingID: meeting}
		if err := e.walk(ctx, a, filter, began, horizon, oldest, seen); err != nil {
			return err
		}
		if !a.fresh {
			filter.Status = "LIVE"
			if err := e.walk(ctx, a, filter, began, time.Time{}, time.Time{}, seen); err != nil {
				return err
			}
		}
	}
	return e.readLive(ctx, a, seen)
}

// reach is back to when the list is read: to the first time at least, and to the
// second one if it takes few pages more.
func (e *Engine) reach(a *app) (horizon, oldest time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	horizon = a.horizon()
	if !a.fresh && a.Cursor.Equal(a.Since) {
		horizon = horizon.Add(-24 * time.Hour) // what began before may have ended since
	}
	oldest = horizon
	for _, s := range a.sessions {
		if s.Ended.IsZero() && s.Started.Before(oldest) {
			oldest = s.Started
		}
	}
	return horizon, oldest
}

var errCut = errors.New("the API did not give all of the app's sessions")

// walk reads a list of sessions, newest first, back to oldest if that takes at most deep
// pages beyond horizon.
func (e *Engine) walk(ctx context.Context, a *app, f client.SessionFilter, began, horizon, oldest time.Time,
	seen map[string]bool) error {
	beyond := 0
	var read client.Coverage
	for page, err := range e.o.API.Sessions(ctx, a.ref(), f) {
		if err != nil {
			return err
		}
		read = page.Coverage
		for _, s := range page.Items {
			seen[s.ID] = true
			e.learn(a, s, began)
		}
		if older(page.Items, horizon) {
			beyond++
		}
		if beyond > deep || older(page.Items, oldest) {
			return nil
		}
	}
	if read.Cut || read.Late || read.Refused && read.Total == 0 || read.Unreadable > 0 {
		return fmt.Errorf("%w: %s", errCut, strings.TrimSuffix(read.Note(), "."))
	}
	return nil
}

// older reports whether the last of the sessions began before a time, if they are sorted
// as they were asked for.
func older(sessions []client.Session, than time.Time) bool {
	if len(sessions) == 0 {
		return false
	}
	first, last := sessions[0].StartedAt, sessions[len(sessions)-1].StartedAt
	return !last.After(first) && !last.IsZero() && last.Before(than)
}

// readLive reads the sessions that were live and are not on the list: they may have
// ended meanwhile.
func (e *Engine) readLive(ctx context.Context, a *app, seen map[string]bool) error {
	e.mu.Lock()
	var missing []*session
	for id, s := range a.sessions {
		if s.Ended.IsZero() && !seen[id] {
			missing = append(missing, s)
		}
	}
	e.mu.Unlock()
	for _, s := range missing {
		about := "live " + s.id
		switch err := e.reread(ctx, s); {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil: // it holds up no other
			e.say(about, kindOf(err), "a session could not be read; it is tried again", "session", s.id, "error", shown(err))
		default:
			e.settled(about, "a session can be read again", "session", s.id)
		}
	}
	return nil
}

// lost is how long the API may not know a session that it knew before it is taken for ended.
const lost = time.Hour

// reread asks for one session.
func (e *Engine) reread(ctx context.Context, s *session) error {
	now := e.clock.Now()
	read, err := e.o.API.Session(ctx, s.app.ref(), s.id)
	if err == nil {
		e.learn(s.app, read, now)
		return nil
	}
	if !client.NotFound(err) {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if s.doubt.IsZero() {
		s.doubt = now
	}
	if now.Sub(s.doubt) >= lost && s.Ended.IsZero() {
		s.Ended = now
		e.changed()
		e.call(s.job)
	}
	return nil
}

// learn takes in what the API says of a session.
func (e *Engine) learn(a *app, read client.Session, now time.Time) {
	if !which.Attended(read) || !e.watched(read) {
		return
	}
	if !event.Safe(read.ID) {
		e.say("session id", read.ID, "a session was left out, for its id is not one of letters, digits and hyphens")
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	s := a.sessions[read.ID]
	if s == nil {
		r := a.first(read, now)
		if r == nil {
			return
		}
		a.Sessions[read.ID] = r
		e.changed()
		s = e.follow(a, read.ID, r)
		e.unknown.forget(read.ID)
	}
	over := !read.Live()
	switch {
	case over && s.Ended.IsZero():
		s.Ended = read.EndedAt
		if s.Ended.IsZero() {
			s.Ended = now
		}
		s.doubt = time.Time{}
		e.changed()
		e.call(s.job)
	case !over:
		s.doubt = time.Time{}
		if e.persons() {
			e.call(s.job)
		}
	}
}

// first is the record of a session that was not known, or nil if it is not wanted.
func (a *appRecord) first(read client.Session, now time.Time) *record {
	r := &record{Meeting: read.MeetingID, Started: read.StartedAt}
	if !event.Safe(r.Meeting) {
		r.Meeting = ""
	}
	if r.Started.IsZero() {
		r.Started = now
	}
	if r.Started.Before(a.Since) {
		r.Stage = started // that was before anybody watched
	}
	switch {
	case read.Live():
		return r
	case r.Started.Before(a.horizon()) && !a.Cursor.Equal(a.Since), read.EndedAt.Before(a.Since) && r.Stage == started:
		return nil // delivered long ago, or not wanted
	}
	return r
}

// watched reports whether a session is of a meeting that is watched.
func (e *Engine) watched(s client.Session) bool {
	return len(e.o.Meetings) == 0 ||
		slices.ContainsFunc(e.o.Meetings, func(id string) bool { return strings.EqualFold(id, s.MeetingID) }) ||
		slices.ContainsFunc(e.o.Titles, func(title string) bool { return match.Same(title, s.Title) })
}
