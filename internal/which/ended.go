package which

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
)

// PickEnded finds so many of the latest ended sessions of a meeting, which is given
// by its id or its title.
func (f Finder) PickEnded(ctx context.Context, r *presence.Reader, meetingID, title string, want int) (*Picked, error) {
	meetingID, note, err := f.Meeting(ctx, r.App, meetingID, title)
	if err != nil {
		return nil, err
	}
	r.MeetingID = meetingID
	keep := max(maxSessions, 2*want) + edge // each may have been opened again
	filter := client.SessionFilter{MeetingID: meetingID, Status: "ENDED"}
	found, err := f.newestSessions(ctx, r.App, filter, keep, keep)
	if err != nil {
		return nil, err
	}
	found.sessions = slices.DeleteFunc(found.sessions, client.Session.Live)
	if len(found.sessions) == 0 {
		return nil, f.nothingToCompare(ctx, r.App, meetingID)
	}
	p := &Picked{Listed: found.sessions, Total: found.total}
	p.note(note, found.others.Note(), found.note)
	return p, p.chooseLatest(ctx, r, want)
}

// nothingToCompare is the error of a meeting without ended sessions.
func (f Finder) nothingToCompare(ctx context.Context, app client.AppRef, meetingID string) error {
	if _, err := f.API.Meeting(ctx, app, meetingID); err != nil {
		return err
	}
	return fmt.Errorf("meeting %s has no ended session to compare; get_meeting tells whether one is live", meetingID)
}

// chooseLatest takes the latest columns. It reads no more sessions than these
// need: one that only reopened the meeting makes one more necessary, and one
// that is near another can be judged only together with it.
func (p *Picked) chooseLatest(ctx context.Context, r *presence.Reader, want int) error {
	for n := min(want, len(p.Listed)); ; n++ {
		first := p.before(len(p.Listed) - n)
		window := p.Listed[first:]
		if err := r.Read(ctx, window); err != nil {
			return err
		}
		columns, reopenings := r.Columns(window)
		if len(columns) < want && first > 0 {
			n = min(len(window)+want-len(columns), len(p.Listed)) - 1 // and one more
			continue
		}
		p.Total -= len(window) - len(columns) // what is counted is meetings as people mean them
		p.Columns = p.columnsOf(columns[max(0, len(columns)-want):])
		p.note(reopeningNote(reopenings, r.Zone))
		return nil
	}
}

// closeTo reports whether a session began within an hour of another's end.
func closeTo(earlier, later client.Session) bool {
	return earlier.EndedAt.IsZero() || later.StartedAt.Sub(earlier.EndedAt) <= time.Hour
}

// maxSessions bounds how many sessions one call looks into.
const maxSessions = 25

// edge is how many sessions more are listed, to judge the oldest of those by the
// ones before.
const edge = 2

// fewSessions are enough to tell which one "the latest" means.
const fewSessions = 10
