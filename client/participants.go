package client

import (
	"context"
	"iter"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"
)

// Participant is somebody who was added to a meeting: the roster. It does not
// say that they came. Name, Picture and CustomID are untrusted and may be empty.
type Participant struct {
	ID        string
	Name      string
	Picture   string
	CustomID  string
	Preset    string
	CreatedAt time.Time // when they were added; zero if unknown
}

// Participants yields a meeting's roster page by page, in the API's order, each
// participant once.
func (c *Client) Participants(ctx context.Context, app AppRef, meetingID string) iter.Seq2[Page[Participant], error] {
	return walk(ctx, func(ctx context.Context, r PageRequest) (Page[Participant], error) {
		return c.ParticipantsPage(ctx, app, meetingID, r)
	})
}

// ParticipantsPage returns one page of a meeting's roster in exactly one request
// (retries aside).
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/meetings/methods/get_meeting_participants/
func (c *Client) ParticipantsPage(
	ctx context.Context, app AppRef, meetingID string, r PageRequest,
) (Page[Participant], error) {
	if err := app.checkMeeting(meetingID); err != nil {
		return Page[Participant]{}, err
	}
	var p realtime_kit.MeetingGetMeetingParticipantsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	p.PageNo.Value, p.PageNo.Present = given(r.No)
	p.PerPage.Value, p.PerPage.Present = given(r.Per)
	send := func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.meetings.GetMeetingParticipants(ctx, app.AppID, meetingID, p, o...)
		return err
	}
	return listOf(ctx, c, "the participants of meeting "+meetingID, "data", participantOf, send)
}
