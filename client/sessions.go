package client

import (
	"cmp"
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

	Rooms []string // ids of its breakout rooms' sessions; nil where not asked for (see Client.Session)
}

// SessionFilter narrows a list of sessions; zero fields do not.
type SessionFilter struct {
	MeetingID     string
	Status        string // LIVE or ENDED
	After, Before time.Time
	SortBy        string // createdAt (default) or minutesConsumed
	Ascending     bool   // oldest, or least, first
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
	Minutes  float64   // of presence, as the API counts
}

// PeerFilter narrows and sorts the peers of a session; zero fields do not.
type PeerFilter struct {
	Search       string // part of the name, or an id
	SortBy       string // joinedAt or duration
	SortOrder    string // ASC or DESC
	Consolidated bool   // with breakout rooms: one row a person, their minutes added up by the API
}

// Sessions yields the app's sessions page by page, in the order of SessionsPage.
func (c *Client) Sessions(ctx context.Context, app AppRef, f SessionFilter) iter.Seq2[Page[Session], error] {
	return walk(ctx, func(ctx context.Context, r PageRequest) (Page[Session], error) {
		return c.SessionsPage(ctx, app, f, r)
	})
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
	p.SortBy.Value, p.SortBy.Present = realtime_kit.SessionGetSessionsParamsSortBy(cmp.Or(f.SortBy, "createdAt")), true
	p.SortOrder.Value, p.SortOrder.Present = realtime_kit.SessionGetSessionsParamsSortOrderDesc, true
	if f.Ascending {
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

// Session returns one session with the ids of its breakout rooms.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_details/
func (c *Client) Session(ctx context.Context, app AppRef, id string) (Session, error) {
	if err := app.checkSession(id); err != nil {
		return Session{}, err
	}
	key := c.endedKey(ctx, app, id)
	if s, ok := c.ended.session(key); ok && s.Rooms != nil {
		return s, nil
	}
	var p realtime_kit.SessionGetSessionDetailsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	p.IncludeBreakoutRooms.Value, p.IncludeBreakoutRooms.Present = true, true
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
	s.Rooms = roomIDs(out.Data.Session.BreakoutRooms)
	c.ended.keepSession(key, s)
	return s, nil
}

// maxRooms bounds how many breakout rooms of a session are looked into.
const maxRooms = 50

// roomIDs reads what the API's schema leaves open: objects with an id, or ids.
func roomIDs(rooms []any) []string {
	ids := []string{}
	for _, room := range rooms[:min(len(rooms), maxRooms)] {
		if object, ok := room.(map[string]any); ok {
			room = object["id"]
		}
		if id, ok := room.(string); ok && CheckID("session_id", id) == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// Peers yields the peers of a session page by page.
func (c *Client) Peers(ctx context.Context, app AppRef, sessionID string, f PeerFilter) iter.Seq2[Page[Peer], error] {
	return walk(ctx, func(ctx context.Context, r PageRequest) (Page[Peer], error) {
		return c.PeersPage(ctx, app, sessionID, f, r)
	})
}

// PeersPage returns one page of a session's peers. Its paging is not in the
// reference's schema; Page.Total is 0 where the API gives none.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_participants/
func (c *Client) PeersPage(ctx context.Context, app AppRef, sessionID string, f PeerFilter, r PageRequest) (Page[Peer], error) {
	if err := app.checkSession(sessionID); err != nil {
		return Page[Peer]{}, err
	}
	key := c.endedKey(ctx, app, sessionID)
	key.filter = f
	if page, ok := c.ended.peers(key, r); ok {
		return page, nil
	}
	_, final := c.ended.session(c.endedKey(ctx, app, sessionID)) // asked before the request: what it brings cannot change any more
	var p realtime_kit.SessionGetSessionParticipantsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	p.Search.Value, p.Search.Present = f.Search, f.Search != ""
	p.SortBy.Value, p.SortBy.Present = realtime_kit.SessionGetSessionParticipantsParamsSortBy(f.SortBy), f.SortBy != ""
	p.SortOrder.Value, p.SortOrder.Present = realtime_kit.SessionGetSessionParticipantsParamsSortOrder(f.SortOrder), f.SortOrder != ""
	p.View.Value, p.View.Present = realtime_kit.SessionGetSessionParticipantsParamsViewConsolidated, f.Consolidated
	p.PageNo.Value, p.PageNo.Present = number(r.No)
	p.PerPage.Value, p.PerPage.Present = number(r.Per)
	page, err := listOf(ctx, c, "the participants of session "+sessionID, "data.participants", peerOf, func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.sessions.GetSessionParticipants(ctx, app.AppID, sessionID, p, o...)
		return err
	})
	if err != nil {
		return page, err
	}
	if final {
		c.ended.keepPeers(key, r, page)
	}
	return page, nil
}

// sessionOf fills gaps: an ended session without a readable end must not pass
// for a live one.
func sessionOf(s realtime_kit.SessionGetSessionsResponseDataSession) Session {
	out := Session{ID: s.ID, MeetingID: s.AssociatedID, Title: s.MeetingDisplayName, Status: string(s.Status), StartedAt: moment(s.StartedAt), EndedAt: moment(s.EndedAt),
		LiveParticipants: int(s.LiveParticipants), MaxConcurrent: int(s.MaxConcurrentParticipants), MinutesConsumed: s.MinutesConsumed}
	if out.StartedAt.IsZero() {
		out.StartedAt = moment(s.CreatedAt)
	}
	if out.EndedAt.IsZero() && out.Status == "ENDED" {
		out.EndedAt = moment(s.UpdatedAt)
		if out.EndedAt.Before(out.StartedAt) {
			out.EndedAt = out.StartedAt
		}
	}
	return out
}

// moment is zero where the API's text is no RFC 3339 time.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
