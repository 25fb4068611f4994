package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
)

// sessionChoice holds the arguments which say of what a tool looks at sessions.
type sessionChoice struct {
	MeetingID string `json:"meeting_id,omitempty" jsonschema:"format=uuid,description=The meeting's id (a URL that holds it is accepted); or give query or session_id,example=497f6eca-6276-4993-bfeb-53cbbbba6f08"`
	Query     string `json:"query,omitempty" jsonschema:"maxLength=200,description=Part of the meeting's title instead of its id,example=design review"`
	SessionID string `json:"session_id,omitempty" jsonschema:"format=uuid,description=One session instead of the latest,example=0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"`
}

// sessionQuery says which sessions a tool looks into.
type sessionQuery struct {
	sessionChoice
	After, Before *time.Time
	All           bool // in the range, not only the latest
}

// sessions finds them, oldest first and never none, and how many there were to
// choose from.
func (d *Deps) sessions(ctx context.Context, app client.AppRef, q sessionQuery) ([]client.Session, int, error) {
	if q.SessionID != "" {
		s, err := d.API.Session(ctx, app, q.SessionID)
		if err == nil && q.MeetingID != "" && s.MeetingID != q.MeetingID {
			err = fmt.Errorf("session %s is not of meeting %s; leave out one of them", q.SessionID, q.MeetingID)
		}
		return []client.Session{s}, 1, err
	}
	if q.MeetingID == "" && q.Query == "" {
		return nil, 0, errors.New(`one of the arguments "meeting_id", "session_id" and "query" is required, for example query "stand-up"; find_meetings lists meetings`)
	}
	meetingID, err := d.meeting(ctx, app, q.MeetingID, q.Query)
	if err != nil {
		return nil, 0, err
	}
	f := client.SessionFilter{MeetingID: meetingID, After: valueOr(q.After, time.Time{}), Before: valueOr(q.Before, time.Time{})}
	no, per := 1, maxSessions
	page, err := d.API.SessionsPage(ctx, app, f, client.PageRequest{No: &no, Per: &per})
	if err != nil {
		return nil, 0, err
	}
	if len(page.Items) == 0 {
		if _, err := d.API.Meeting(ctx, app, meetingID); err != nil {
			return nil, 0, err // the API lists no sessions of a meeting which does not exist
		}
		return nil, 0, fmt.Errorf("meeting %s has had no session in that time, so nobody attended; widen started_after and started_before, or ask list_meeting_participants who was added", meetingID)
	}
	found := page.Items
	slices.SortFunc(found, func(a, b client.Session) int { return a.StartedAt.Compare(b.StartedAt) })
	if !q.All {
		found = found[len(found)-1:]
	}
	for i := range found {
		found[i].MeetingID = meetingID
	}
	return found, max(page.Total, len(page.Items)), nil
}
