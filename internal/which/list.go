package which

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/listing"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Listed are the latest sessions of a series or an app.
type Listed struct {
	Sessions []client.Session // of type meeting, oldest first
	Total    int              // of that type in the window, as far as is known
	Others   OtherSessions
	Note     string // what keeps the list from being complete
}

// apart is how many meetings of a series are asked one by one. The sessions of
// more are picked from those of the app.
const apart = 4

// List lists the latest sessions of a series that began in a window, at most so
// many as to keep, in as few requests as bring those that are wanted.
func (f Finder) List(ctx context.Context, s Series, w when.Window, status string, want, keep int) (Listed, error) {
	filter := client.SessionFilter{Status: status, After: w.From, Before: w.To}
	if len(s.Meetings) > apart {
		return f.ofApp(ctx, s.App.AppRef, filter, s.IDs(), keep)
	}
	lists := make([]Listed, len(s.Meetings))
	group, gctx := errgroup.WithContext(ctx)
	for i, m := range s.Meetings {
		group.Go(func() (err error) {
			own := filter
			own.MeetingID = m.ID
			lists[i], err = f.ofMeeting(gctx, s.App.AppRef, own, want, keep)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Listed{}, err
	}
	out := lists[0]
	for _, l := range lists[1:] {
		out.Sessions = append(out.Sessions, l.Sessions...)
		out.Total += l.Total
		out.Note = cmp.Or(out.Note, l.Note)
		out.Others.merge(l.Others)
	}
	return out.newest(keep), nil
}

// ListAll lists the latest sessions of all meetings of an app.
func (f Finder) ListAll(ctx context.Context, app App, w when.Window, status string, keep int) (Listed, error) {
	return f.ofApp(ctx, app.AppRef, client.SessionFilter{Status: status, After: w.From, Before: w.To}, nil, keep)
}

func (f Finder) ofMeeting(ctx context.Context, app client.AppRef, filter client.SessionFilter,
	want, keep int) (Listed, error) {
	no, per := 1, keep
	page, err := f.API.SessionsPage(ctx, app, filter, client.PageRequest{No: &no, Per: &per})
	if err != nil {
		return Listed{}, err
	}
	var out Listed
	out.add(page.Items, filter.MeetingID)
	if n := len(page.Items); n > 0 && page.Total == n || len(out.Sessions) >= want && newestFirst(page.Items) {
		if page.Total == 0 {
			out.Note = "The API does not say how many sessions there are; there may be older ones than those read."
		}
		return out.done(max(page.Total, n), keep), nil
	}
	out = Listed{}
	var c listing.Count
	for page, err := range f.API.Sessions(ctx, app, filter) {
		if err != nil {
			return out, err
		}
		c.Page(page.Total, page.Coverage)
		c.Read += len(page.Items)
		out.add(page.Items, filter.MeetingID)
		if len(out.Sessions) >= keep && newestFirst(out.Sessions) {
			out.Note = c.Note(true)
			return out.done(c.Length(), keep), nil
		}
	}
	out.Note = c.Note(false)
	return out.done(c.Length(), keep), nil
}

// maxSessionPages bounds how far the sessions of an app are read for those of a
// series.
const maxSessionPages = 20

// ofApp lists sessions of an app: of the meetings given, or of all if there are none.
func (f Finder) ofApp(ctx context.Context, app client.AppRef, filter client.SessionFilter, meetings []string,
	keep int) (Listed, error) {
	of := map[string]bool{}
	for _, id := range meetings {
		of[strings.ToLower(id)] = true
	}
	var out Listed
	var c listing.Count
	pages := 0
	for page, err := range f.API.Sessions(ctx, app, filter) {
		if err != nil {
			return out, err
		}
		c.Page(page.Total, page.Coverage)
		c.Read += len(page.Items)
		out.add(slices.DeleteFunc(slices.Clone(page.Items), func(s client.Session) bool {
			return meetings != nil && !of[strings.ToLower(s.MeetingID)]
		}), "")
		pages++
		full := len(out.Sessions) >= keep && newestFirst(out.Sessions)
		if full || pages == maxSessionPages {
			out.Note = c.Note(full)
			if !full && c.Read < c.Length() {
				out.Note = "Only the newest sessions of the app were read; there may be older ones."
			}
			break
		}
		out.Note = c.Note(false)
	}
	total := len(out.Sessions)
	if meetings == nil {
		total = max(total, c.Length()-out.Others.Sum())
	}
	out = out.newest(keep)
	out.Total = max(total, len(out.Sessions))
	return out, nil
}

func (l *Listed) add(sessions []client.Session, meetingID string) {
	for _, s := range sessions {
		if !Attended(s) {
			l.Others.Add(s)
			continue
		}
		if meetingID != "" {
			s.MeetingID = meetingID
		}
		l.Sessions = append(l.Sessions, s)
	}
}

func (l Listed) done(total, keep int) Listed {
	l.Total = max(len(l.Sessions), total-l.Others.Sum())
	return l.newest(keep)
}

// newest keeps the latest, oldest first.
func (l Listed) newest(keep int) Listed {
	slices.SortStableFunc(l.Sessions, func(a, b client.Session) int { return a.StartedAt.Compare(b.StartedAt) })
	l.Sessions = l.Sessions[max(0, len(l.Sessions)-keep):]
	return l
}

// newestFirst checks that the API sorted as it was asked: else those that are
// wanted are at the end of the list.
func newestFirst(sessions []client.Session) bool {
	return len(sessions) == 0 || !sessions[0].StartedAt.Before(sessions[len(sessions)-1].StartedAt)
}

// tolerance is how long before a session begins a time still means it: people say
// ten o'clock of a meeting that was opened at 10:04.
const tolerance = 15 * time.Minute

// longestSession is how long before a moment the session began that goes on then,
// at most.
const longestSession = 24 * time.Hour

// Around is the window in which a session began that is meant by a window: itself,
// unless it is a moment.
func Around(w when.Window) when.Window { return started(w) }

// At returns the sessions that a moment means, in their order.
func At(sessions []client.Session, moment time.Time) []client.Session {
	l := Listed{Sessions: slices.Clone(sessions)}
	l.at(moment)
	return l.Sessions
}

// around is the window in which a session began that is meant by a moment.
func around(w when.Window) when.Window {
	return when.Between(w.At.Add(-longestSession), w.At.Add(tolerance+time.Second), w)
}

// at leaves the sessions that a moment means.
func (l *Listed) at(moment time.Time) {
	l.Sessions = slices.DeleteFunc(l.Sessions, func(s client.Session) bool {
		return moment.Before(s.StartedAt.Add(-tolerance)) || !s.EndedAt.IsZero() && moment.After(s.EndedAt)
	})
	// One that went on then is meant rather than one that began a little later.
	if slices.ContainsFunc(l.Sessions, func(s client.Session) bool { return !moment.Before(s.StartedAt) }) {
		l.Sessions = slices.DeleteFunc(l.Sessions, func(s client.Session) bool { return moment.Before(s.StartedAt) })
	}
	l.Total = len(l.Sessions)
}
