package client

import (
	"context"
	"iter"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"
)

// Session is one time that people met in a meeting. A live one has no EndedAt.
type Session struct {
	ID               string
	MeetingID        string
	Title            string // of the meeting; untrusted
	Status           string // LIVE or ENDED
	StartedAt        time.Time
	EndedAt          time.Time // zero while live
	LiveParticipants int
	MaxConcurrent    int
	MinutesConsumed  float64 // of all participants together, as the API counts
}

// SessionFilter narrows a list of sessions; zero fields do not.
type SessionFilter struct {
	MeetingID     string
	Status        string // LIVE or ENDED
	After, Before time.Time
	OldestFirst   bool
}

// Peer is one joining of a session: the same person is another peer at each
// reconnect and device. Name and CustomID are untrusted and may be empty.
type Peer struct {
	ID       string // new at each joining
	UserID   string // Participant.ID of who is on the roster
	CustomID string
	Name     string
	Preset   string
	JoinedAt time.Time // zero where the API gave no RFC 3339 time
	LeftAt   time.Time // zero while present
}

// SessionsPage returns one page of the app's sessions, newest first unless the filter says otherwise.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_sessions/
func (c *Client) SessionsPage(ctx context.Context, app AppRef, f SessionFilter, r PageRequest) (Page[Session], error) {
	var page Page[Session]
	if err := app.check(); err != nil {
		return page, err
	}
	var p realtime_kit.SessionGetSessionsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	p.AssociatedID.Value, p.AssociatedID.Present = f.MeetingID, f.MeetingID != ""
	p.Status.Value, p.Status.Present = realtime_kit.SessionGetSessionsParamsStatus(f.Status), f.Status != ""
	p.StartTime.Value, p.StartTime.Present = f.After, !f.After.IsZero()
	p.EndTime.Value, p.EndTime.Present = f.Before, !f.Before.IsZero()
	p.SortBy.Value, p.SortBy.Present = realtime_kit.SessionGetSessionsParamsSortByCreatedAt, true
	p.SortOrder.Value, p.SortOrder.Present = realtime_kit.SessionGetSessionsParamsSortOrderDesc, true
	if f.OldestFirst {
		p.SortOrder.Value = realtime_kit.SessionGetSessionsParamsSortOrderAsc
	}
	p.PageNo.Value, p.PageNo.Present = number(r.No)
	p.PerPage.Value, p.PerPage.Present = number(r.Per)
	res, err := call(ctx, c, "the app's sessions", func(ctx context.Context, o ...option.RequestOption) (*realtime_kit.SessionGetSessionsResponse, error) {
		return c.sessions.GetSessions(ctx, app.AppID, p, o...)
	})
	if err != nil {
		return page, err
	}
	page.Total, page.Start, page.End = int(res.Paging.TotalCount), int(res.Paging.StartOffset), int(res.Paging.EndOffset)
	page.Items = make([]Session, len(res.Data.Sessions))
	for i, s := range res.Data.Sessions {
		page.Items[i] = sessionOf(s)
		c.ended.keepSession(c.endedKey(ctx, app, page.Items[i].ID), page.Items[i])
	}
	return page, nil
}

// Session returns one session.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_details/
func (c *Client) Session(ctx context.Context, app AppRef, id string) (Session, error) {
	if err := app.checkSession(id); err != nil {
		return Session{}, err
	}
	key := c.endedKey(ctx, app, id)
	if s, ok := c.ended.session(key); ok {
		return s, nil
	}
	var p realtime_kit.SessionGetSessionDetailsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	var out struct {
		Data struct {
			Session *realtime_kit.SessionGetSessionsResponseDataSession `json:"session"`
		} `json:"data"`
	}
	_, err := call(ctx, c, "session "+id, func(ctx context.Context, o ...option.RequestOption) (*realtime_kit.SessionGetSessionDetailsResponse, error) {
		return c.sessions.GetSessionDetails(ctx, app.AppID, id, p, append(o, option.WithResponseBodyInto(&out))...)
	})
	if err != nil {
		return Session{}, err
	}
	if out.Data.Session == nil {
		return Session{}, &Error{What: "session " + id, Message: "the answer holds no session", Remedy: proxyRemedy}
	}
	s := sessionOf(*out.Data.Session)
	c.ended.keepSession(key, s)
	return s, nil
}

// Peers yields the peers of a session page by page.
func (c *Client) Peers(ctx context.Context, app AppRef, sessionID string) iter.Seq2[Page[Peer], error] {
	return walk(ctx, func(ctx context.Context, r PageRequest) (Page[Peer], error) {
		return c.PeersPage(ctx, app, sessionID, r)
	})
}

// PeersPage returns one page of a session's peers. Its paging is not in the
// reference's schema; Page.Total is 0 where the API gives none.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_participants/
func (c *Client) PeersPage(ctx context.Context, app AppRef, sessionID string, r PageRequest) (Page[Peer], error) {
	var page Page[Peer]
	if err := app.checkSession(sessionID); err != nil {
		return page, err
	}
	key := c.endedKey(ctx, app, sessionID)
	if page, ok := c.ended.peers(key, r); ok {
		return page, nil
	}
	_, final := c.ended.session(key) // asked before the request: what it brings cannot change any more
	var p realtime_kit.SessionGetSessionParticipantsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	p.PageNo.Value, p.PageNo.Present = number(r.No)
	p.PerPage.Value, p.PerPage.Present = number(r.Per)
	var out struct {
		Paging realtime_kit.SessionGetSessionsResponsePaging `json:"paging"`
		Data   struct {
			Participants []realtime_kit.SessionGetSessionParticipantsResponseDataParticipant `json:"participants"`
		} `json:"data"`
	}
	_, err := call(ctx, c, "the participants of session "+sessionID, func(ctx context.Context, o ...option.RequestOption) (*realtime_kit.SessionGetSessionParticipantsResponse, error) {
		return c.sessions.GetSessionParticipants(ctx, app.AppID, sessionID, p, append(o, option.WithResponseBodyInto(&out))...)
	})
	if err != nil {
		return page, err
	}
	page.Total, page.Start, page.End = int(out.Paging.TotalCount), int(out.Paging.StartOffset), int(out.Paging.EndOffset)
	page.Items = make([]Peer, len(out.Data.Participants))
	for i, d := range out.Data.Participants {
		page.Items[i] = Peer{ID: d.ID, UserID: d.UserID, CustomID: d.CustomParticipantID, Name: d.DisplayName, Preset: d.PresetName,
			JoinedAt: moment(d.JoinedAt), LeftAt: moment(d.LeftAt)}
	}
	if final {
		c.ended.keepPeers(key, r, page)
	}
	return page, nil
}

func sessionOf(s realtime_kit.SessionGetSessionsResponseDataSession) Session {
	return Session{ID: s.ID, MeetingID: s.AssociatedID, Title: s.MeetingDisplayName, Status: string(s.Status), StartedAt: moment(s.StartedAt), EndedAt: moment(s.EndedAt),
		LiveParticipants: int(s.LiveParticipants), MaxConcurrent: int(s.MaxConcurrentParticipants), MinutesConsumed: s.MinutesConsumed}
}

// moment is zero where the API's text is no RFC 3339 time.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
