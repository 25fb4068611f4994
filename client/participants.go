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
	CreatedAt time.Time // when they were added
	UpdatedAt time.Time
}

// Participants yields a meeting's roster page by page, in the API's order. A
// participant may appear twice where the roster changes meanwhile.
func (c *Client) Participants(ctx context.Context, app AppRef, meetingID string) iter.Seq2[Page[Participant], error] {
	return walk(ctx, func(ctx context.Context, r PageRequest) (Page[Participant], error) {
		return c.ParticipantsPage(ctx, app, meetingID, r)
	})
}

// ParticipantsPage returns one page of a meeting's roster in exactly one request
// (retries aside).
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/meetings/methods/get_meeting_participants/
func (c *Client) ParticipantsPage(ctx context.Context, app AppRef, meetingID string, r PageRequest) (Page[Participant], error) {
	var page Page[Participant]
	if err := app.checkMeeting(meetingID); err != nil {
		return page, err
	}
	var p realtime_kit.MeetingGetMeetingParticipantsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	p.PageNo.Value, p.PageNo.Present = number(r.No)
	p.PerPage.Value, p.PerPage.Present = number(r.Per)
	var out struct {
		Data   []wireParticipant `json:"data"`
		Paging wirePaging        `json:"paging"`
	}
	_, err := call(ctx, c, "the participants of meeting "+meetingID, func(ctx context.Context, o ...option.RequestOption) (*realtime_kit.MeetingGetMeetingParticipantsResponse, error) {
		return c.meetings.GetMeetingParticipants(ctx, app.AppID, meetingID, p, append(o, option.WithResponseBodyInto(&out))...)
	})
	if err != nil {
		return page, err
	}
	page.Total, page.Start, page.End = out.Paging.offsets()
	page.Items = make([]Participant, len(out.Data))
	for i, d := range out.Data {
		page.Items[i] = Participant{
			ID: d.ID, Name: d.Name, Picture: d.Picture, CustomID: d.CustomID,
			Preset: d.Preset, CreatedAt: moment(d.CreatedAt), UpdatedAt: moment(d.UpdatedAt),
		}
	}
	return page, nil
}
