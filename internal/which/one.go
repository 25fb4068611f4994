package which

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// pickOne takes the session of an id. If its details cannot be had, the list
// of sessions may tell what matters of them.
func (f Finder) pickOne(ctx context.Context, r *presence.Reader, q Query) (*Picked, error) {
	s, err := f.API.Session(ctx, r.App, q.SessionID)
	p := &Picked{}
	switch {
	case client.NotFound(err):
		return nil, errorThen(err, f.whatExists(ctx, r.App, client.SessionFilter{MeetingID: q.MeetingID}))
	case err != nil:
		var listed bool
		if s, listed = f.listedSession(ctx, r.App, q); !listed {
			return nil, err
		}
	}
	// An old meeting goes by the name of a room.
	if q.MeetingID != "" && (s.MeetingID == "" || !match.HasUUID(s.MeetingID)) {
		s.MeetingID = q.MeetingID
	}
	if q.MeetingID != "" && !strings.EqualFold(s.MeetingID, q.MeetingID) {
		return nil, fmt.Errorf("session %s is not of meeting %s; leave out one of them", q.SessionID, q.MeetingID)
	}
	if !Attended(s) {
		p.note(fmt.Sprintf("This session is of type %s, not a meeting that people attend.", untrusted.Line(s.Type, 20)))
	}
	r.MeetingID = s.MeetingID
	p.Listed, p.Columns, p.Total = []client.Session{s}, [][]client.Session{{s}}, 1
	return p, nil
}

// errorThen adds to an error what its reader may do next.
func errorThen(err error, next string) error {
	if strings.HasSuffix(err.Error(), ".") {
		return fmt.Errorf("%w %s", err, prose.Sentence(next))
	}
	return fmt.Errorf("%w; %s", err, next)
}

func (f Finder) listedSession(ctx context.Context, app client.AppRef, q Query) (client.Session, bool) {
	no, per := 1, client.PerPage
	page, err := f.API.SessionsPage(ctx, app, client.SessionFilter{MeetingID: q.MeetingID}, client.PageRequest{No: &no,
		Per: &per})
	i := slices.IndexFunc(page.Items, func(s client.Session) bool { return s.ID == q.SessionID })
	if err != nil || i < 0 {
		return client.Session{}, false
	}
	return page.Items[i], true
}

// noSession is the error of a range, or a meeting, without sessions. That says
// nothing about anybody's attendance.
func (f Finder) noSession(ctx context.Context, app client.AppRef, filter client.SessionFilter,
	others OtherSessions) error {
	if _, err := f.API.Meeting(ctx, app, filter.MeetingID); err != nil {
		return err // the API lists no sessions of a meeting that does not exist
	}
	text := fmt.Sprintf("no session of meeting %s was found", filter.MeetingID)
	ranged := !filter.After.IsZero() || !filter.Before.IsZero()
	if ranged {
		text += " in that time"
	}
	if others != nil {
		text += " (" + strings.TrimSuffix(others.Note(), ".") + ")"
	}
	if !ranged {
		return errors.New(text + "; list_meeting_participants tells who was added")
	}
	filter.After, filter.Before = time.Time{}, time.Time{}
	return fmt.Errorf("%s; %s", text, f.whatExists(ctx, app, filter))
}

// whatExists names the latest sessions and the next call, for an error.
func (f Finder) whatExists(ctx context.Context, app client.AppRef, filter client.SessionFilter) string {
	no, per := 1, 5
	page, err := f.API.SessionsPage(ctx, app, filter, client.PageRequest{No: &no, Per: &per})
	var latest []string
	for _, s := range page.Items[:min(per, len(page.Items))] {
		if Attended(s) {
			latest = append(latest, untrusted.Line(s.ID, 64)+" of "+when.MomentOr(&s.StartedAt, f.Zone, when.Unknown))
		}
	}
	if err != nil || len(latest) == 0 {
		return "list_sessions lists those there are"
	}
	return "the latest sessions are " + strings.Join(latest,
		", ") + "; pass a session_id or another time range, or call list_sessions for more"
}
