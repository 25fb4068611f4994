package client

import (
	"context"
	"iter"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"
	"github.com/tidwall/gjson"
)

// Meeting is a re-usable virtual room. It has no start or end: its sessions have.
type Meeting struct {
	ID        string
	Title     string // untrusted
	Status    string // ACTIVE or INACTIVE (nobody can join)
	CreatedAt time.Time
	UpdatedAt time.Time

	RecordOnStart, LiveStreamOnStart, PersistChat, SummarizeOnEnd, TranscribeOnEnd bool

	KeepAlive time.Duration // how long a session stays open after the last one left; 0 if unknown
}

// MeetingFilter narrows a list of meetings; zero fields do not.
type MeetingFilter struct {
	Search        string // part of the title, or an id
	Status        string // ACTIVE or INACTIVE
	After, Before time.Time
}

// Meetings yields the app's meetings page by page, in the API's order.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/meetings/methods/get/
func (c *Client) Meetings(ctx context.Context, app AppRef, f MeetingFilter) iter.Seq2[Page[Meeting], error] {
	return walk(ctx, func(ctx context.Context, r PageRequest) (Page[Meeting], error) {
		return c.MeetingsPage(ctx, app, f, r)
	})
}

// MeetingsPage returns one page of the app's meetings.
func (c *Client) MeetingsPage(ctx context.Context, app AppRef, f MeetingFilter, r PageRequest) (Page[Meeting], error) {
	if err := app.check(); err != nil {
		return Page[Meeting]{}, err
	}
	var p realtime_kit.MeetingGetParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	p.Search.Value, p.Search.Present = f.Search, f.Search != ""
	p.Status.Value, p.Status.Present = realtime_kit.MeetingGetParamsStatus(f.Status), f.Status != ""
	p.StartTime.Value, p.StartTime.Present = f.After, !f.After.IsZero()
	p.EndTime.Value, p.EndTime.Present = f.Before, !f.Before.IsZero()
	p.PageNo.Value, p.PageNo.Present = given(r.No)
	p.PerPage.Value, p.PerPage.Present = given(r.Per)
	send := func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.meetings.Get(ctx, app.AppID, p, o...)
		return err
	}
	return listOf(ctx, c, "the app's meetings", "data", meetingOf, send)
}

// Meeting returns one meeting.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/meetings/methods/get_meeting_by_id/
func (c *Client) Meeting(ctx context.Context, app AppRef, id string) (Meeting, error) {
	if err := app.checkMeeting(id); err != nil {
		return Meeting{}, err
	}
	var p realtime_kit.MeetingGetMeetingByIDParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	return objectOf(ctx, c, "meeting "+id, func(data gjson.Result) (Meeting, bool) {
		m := meetingOf(data)
		return m, m.ID != ""
	}, func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.meetings.GetMeetingByID(ctx, app.AppID, id, p, o...)
		return err
	})
}

// LiveSession is a meeting's session in progress.
type LiveSession struct {
	ID               string
	StartedAt        time.Time // zero if unknown
	LiveParticipants int
}

// LiveSession returns the meeting's live session, or nil if there is none.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/active_session/
func (c *Client) LiveSession(ctx context.Context, app AppRef, meetingID string) (*LiveSession, error) {
	if err := app.checkMeeting(meetingID); err != nil {
		return nil, err
	}
	var p realtime_kit.ActiveSessionGetActiveSessionParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	send := func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.active.GetActiveSession(ctx, app.AppID, meetingID, p, o...)
		return err
	}
	live, err := objectOf(ctx, c, "the live session of meeting "+meetingID, liveOf, send)
	if NotFound(err) {
		return nil, nil
	}
	return live, err
}

// liveOf reads data or, as session details used to have it, data.session. Null, an
// empty object or a session that has ended means that none is live.
func liveOf(data gjson.Result) (*LiveSession, bool) {
	row := data
	if older := data.Get("session"); older.Exists() {
		row = older
	}
	s := sessionOf(row)
	switch {
	case s.ID != "" && !s.Live():
		return nil, true
	case s.ID != "":
		return &LiveSession{ID: s.ID, StartedAt: s.StartedAt, LiveParticipants: s.LiveParticipants}, true
	case row.Type == gjson.Null && row.Exists(), emptyObject(row):
		return nil, true
	default:
		return nil, false
	}
}

func given(n *int) (float64, bool) {
	if n == nil {
		return 0, false
	}
	return float64(*n), true
}
