package which

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Session finds the session of an id, in the apps of a place. If the id is that
// of a meeting, it is an error that says so.
func (f Finder) Session(ctx context.Context, p Place, id string) (App, client.Session, error) {
	apps, _, err := f.Home(ctx, p)
	if err != nil {
		return App{}, client.Session{}, err
	}
	if strings.ContainsAny(id, " \t") {
		return apps[0], client.Session{}, fmt.Errorf("%q is not a session's id; pass a title as meeting",
			untrusted.Line(id, 80))
	}
	app, s, missing := f.sessionIn(ctx, apps, id)
	if missing == nil || !client.NotFound(missing) {
		return app, s, missing
	}
	others, err := f.Others(ctx, p, apps)
	if err == nil && len(others) > 0 {
		if app, s, err := f.sessionIn(ctx, others, id); err == nil {
			return app, s, nil
		}
	}
	for _, app := range slices.Concat(apps, others) {
		if _, err := f.API.Meeting(ctx, app.AppRef, id); err == nil {
			return app, client.Session{}, fmt.Errorf("%s is a meeting's id, not a session's; pass it as meeting", id)
		}
	}
	return apps[0], client.Session{}, errorThen(missing, f.latestExist(ctx, apps[0]))
}

// latestExist names the latest sessions of an app, for an error. None of them need
// be the one that was meant.
func (f Finder) latestExist(ctx context.Context, app App) string {
	const most = 3
	found, err := f.ListAll(ctx, app, when.Window{}, "", most)
	if err != nil || len(found.Sessions) == 0 {
		return "list_sessions lists those there are"
	}
	var latest []string
	for _, s := range found.Sessions[max(0, len(found.Sessions)-most):] {
		latest = append(latest, fmt.Sprintf("%s of %q", named(s, f.Zone), untrusted.Line(s.Title, 60)))
	}
	return "the latest sessions there are " + prose.Enumerate(latest) + "; list_sessions lists all"
}

// sessionIn asks apps for a session. The error is the first one's if none has it.
func (f Finder) sessionIn(ctx context.Context, apps []App, id string) (App, client.Session, error) {
	var missing error
	for _, app := range apps {
		s, err := f.API.Session(ctx, app.AppRef, id)
		if err == nil {
			return app, s, nil
		}
		if !client.NotFound(err) {
			if listed, ok := f.listedSession(ctx, app, id); ok {
				return app, listed, nil
			}
			return app, s, err
		}
		if missing == nil {
			missing = err
		}
	}
	return App{}, client.Session{}, missing
}

// Elsewhere looks in other apps for the meeting of an id that one app does not have,
// unless that app was named, and tells a session's id from a meeting's. Missing is
// the error of the app that does not have it.
func (f Finder) Elsewhere(ctx context.Context, p Place, id string, but App, missing error) (Series, error) {
	if p.App == "" {
		if there, err := f.locate(ctx, p, id, but); err == nil {
			there.Notes = append(there.Notes, fmt.Sprintf("It is in app %s, which is not the configured one.", there.App))
			return there, nil
		}
	}
	if s, err := f.API.Session(ctx, but.AppRef, id); err == nil {
		return Series{}, fmt.Errorf("%s is a session's id, not a meeting's; its meeting is %s", id,
			untrusted.Line(s.MeetingID, 64))
	}
	return Series{}, missing
}

// errorThen adds to an error what its reader may do next.
func errorThen(err error, next string) error {
	if strings.HasSuffix(err.Error(), ".") {
		return fmt.Errorf("%w %s", err, prose.Sentence(next))
	}
	return fmt.Errorf("%w; %s", err, next)
}

// listedSession finds a session in the list if its details cannot be had.
func (f Finder) listedSession(ctx context.Context, app App, id string) (client.Session, bool) {
	no, per := 1, client.PerPage
	page, err := f.API.SessionsPage(ctx, app.AppRef, client.SessionFilter{}, client.PageRequest{No: &no, Per: &per})
	i := slices.IndexFunc(page.Items, func(s client.Session) bool { return strings.EqualFold(s.ID, id) })
	if err != nil || i < 0 {
		return client.Session{}, false
	}
	return page.Items[i], true
}

// NoSession is the error of a meeting that exists and has had no session.
type NoSession struct{ text string }

func (e *NoSession) Error() string { return e.text }

// noSession is the error of a series without sessions, in a window or at all. That
// says nothing about anybody's attendance.
func (f Finder) noSession(ctx context.Context, s Series, w when.Window, others OtherSessions) error {
	if _, err := f.API.Meeting(ctx, s.App.AppRef, s.Meetings[0].ID); err != nil {
		return err // the API lists no sessions of a meeting that does not exist
	}
	text := fmt.Sprintf("no session of %s was found", s.Name())
	if w.Given() {
		text += " " + w.String()
	}
	if others != nil {
		text += " (" + strings.TrimSuffix(others.Note(), ".") + ")"
	}
	if !w.Given() {
		return &NoSession{text + "; list_meeting_participants tells who was added"}
	}
	return fmt.Errorf("%s; it is %s now; %s", text, when.Moment(f.Now, w.Zone()), f.whatExists(ctx, s.App, s, w))
}

// whatExists names the sessions nearest to a window, and the next call, for an error.
func (f Finder) whatExists(ctx context.Context, app App, s Series, w when.Window) string {
	var found Listed
	var err error
	if len(s.Meetings) > 0 {
		found, err = f.List(ctx, s, when.Window{}, "", client.PerPage, client.PerPage)
	} else {
		found, err = f.ListAll(ctx, app, when.Window{}, "", client.PerPage)
	}
	if err != nil || len(found.Sessions) == 0 {
		return "list_sessions lists those there are"
	}
	wanted := w.At
	if wanted.IsZero() {
		wanted = w.From
	}
	if wanted.IsZero() {
		wanted = w.To
	}
	if wanted.IsZero() {
		wanted = f.Now
	}
	slices.SortStableFunc(found.Sessions, func(a, b client.Session) int {
		return int((a.StartedAt.Sub(wanted).Abs() - b.StartedAt.Sub(wanted).Abs()) / time.Second)
	})
	const most = 5
	var nearest []string
	for _, session := range found.Sessions[:min(most, len(found.Sessions))] {
		nearest = append(nearest, named(session, w.Zone()))
	}
	return "the nearest sessions are " + prose.Enumerate(nearest) + "; pass one as session, or another time"
}

// ofMeeting puts a meeting's id into a session that names none that is usable: an
// old meeting goes by the name of a room.
func ofMeeting(s client.Session, meetingID string) client.Session {
	if meetingID != "" && (s.MeetingID == "" || !match.HasUUID(s.MeetingID)) {
		s.MeetingID = meetingID
	}
	return s
}

// notAttended says that a session is of another type than those that people attend.
func notAttended(s client.Session) string {
	if Attended(s) {
		return ""
	}
	return fmt.Sprintf("This session is of type %s, not a meeting that people attend.", untrusted.Line(s.Type, 20))
}
