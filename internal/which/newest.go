package which

import (
	"context"
	"slices"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/listing"
)

// newest are the latest sessions of a list.
type newest struct {
	sessions []client.Session // of type meeting, oldest first
	total    int              // of that type as far as is known
	others   OtherSessions
	note     string
}

// newestSessions lists the latest sessions, at most so many as to keep, in one
// request if that brings as many as are wanted or all.
func (f Finder) newestSessions(ctx context.Context, app client.AppRef, filter client.SessionFilter,
	want, keep int) (newest, error) {
	no, per := 1, keep
	page, err := f.API.SessionsPage(ctx, app, filter, client.PageRequest{No: &no, Per: &per})
	if err != nil {
		return newest{}, err
	}
	out := newest{}
	out.add(page.Items, filter.MeetingID)
	if n := len(page.Items); n > 0 && page.Total == n || len(out.sessions) >= want && newestFirst(page.Items) {
		if page.Total == 0 {
			out.note = "The API does not say how many sessions there are; there may be older ones than those read."
		}
		return out.done(max(page.Total, n), keep), nil
	}
	out = newest{}
	var c listing.Count
	for page, err := range f.API.Sessions(ctx, app, filter) {
		if err != nil {
			return out, err
		}
		c.Page(page.Total, page.Coverage)
		c.Read += len(page.Items)
		out.add(page.Items, filter.MeetingID)
		if len(out.sessions) >= keep && newestFirst(out.sessions) {
			out.note = c.Note(true)
			return out.done(c.Length(), keep), nil
		}
	}
	out.note = c.Note(false)
	return out.done(c.Length(), keep), nil
}

func (n *newest) add(sessions []client.Session, meetingID string) {
	for _, s := range sessions {
		if Attended(s) {
			s.MeetingID = meetingID
			n.sessions = append(n.sessions, s)
		} else {
			n.others.Add(s)
		}
	}
}

func (n *newest) done(total, keep int) newest {
	n.total = max(len(n.sessions), total-n.others.Sum())
	slices.SortStableFunc(n.sessions, func(a, b client.Session) int { return a.StartedAt.Compare(b.StartedAt) })
	n.sessions = n.sessions[max(0, len(n.sessions)-keep):]
	return *n
}

// newestFirst checks that the API sorted as it was asked: else those that are
// wanted are at the end of the list.
func newestFirst(sessions []client.Session) bool {
	return len(sessions) == 0 || !sessions[0].StartedAt.Before(sessions[len(sessions)-1].StartedAt)
}
