package client

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"
	"github.com/tidwall/gjson"
)

// Session is one time that people met in a meeting. A live one has no EndedAt.
type Session struct {
	ID               string
	MeetingID        string // of an old meeting a room name such as abcdef-ghijkl
	Title            string // of the meeting; untrusted
	Status           string // LIVE or ENDED
	Type             string // meeting, livestream or participant; empty if the API gave none
	StartedAt        time.Time
	EndedAt          time.Time // zero while live, and if unknown; see Live
	LiveParticipants int
	MaxConcurrent    int
	MinutesConsumed  float64 // of all participants together, as the API counts

	Rooms        []string // ids of its breakout rooms' sessions; nil if not asked for (see Client.Session)
	RoomMeetings []string // ids of its breakout rooms' meetings, as far as the API names them
	RoomsLeft    int      // breakout rooms that cannot be looked into: without an id, or too many
}

// Live reports whether the session goes on. One without a status is taken for
// live until it has an end.
func (s Session) Live() bool { return s.EndedAt.IsZero() && s.Status != "ENDED" }

// SessionFilter narrows a list of sessions; zero fields do not.
type SessionFilter struct {
	MeetingID     string
	Status        string    // LIVE or ENDED
	After, Before time.Time // when it started: at or after, and before
	SortBy        string    // createdAt (default) or minutesConsumed
	Ascending     bool      // oldest, or least, first
}

// Peer is one joining of a session: the same person is another peer at each
// reconnect and device. Name and CustomID are untrusted and may be empty.
type Peer struct {
	ID       string // new at each joining
	UserID   string // Participant.ID, if they are on the roster
	CustomID string
	Name     string
	Preset   string
	JoinedAt time.Time // zero if unknown
	LeftAt   time.Time // zero while present, or if unknown
	Minutes  float64   // of presence, as the API counts

	Events []PeerEvent // in order of time; nil unless PeerFilter.Events asked for them
}

// PeerEvent is a coming or going within one joining: a reconnect keeps its row.
type PeerEvent struct {
	At      time.Time
	Leaving bool
}

// PeerFilter narrows and sorts the peers of a session; zero fields do not.
type PeerFilter struct {
	Search       string // part of the name, or an id
	SortBy       string // joinedAt or duration
	SortOrder    string // ASC or DESC
	Consolidated bool   // with breakout rooms: one row a person, their minutes added up by the API
	Events       bool   // with Peer.Events
}

// Sessions yields the app's sessions page by page, in the order of SessionsPage.
func (c *Client) Sessions(ctx context.Context, app AppRef, f SessionFilter) iter.Seq2[Page[Session], error] {
	fetch := func(ctx context.Context, r PageRequest) (Page[Session], error) {
		return c.anySessions(ctx, app, f, r)
	}
	return source[Session]{per: PerPage, keep: f.keep, fetch: fetch}.pages(ctx)
}

// SessionsPage returns one page of the app's sessions, newest first unless the
// filter says otherwise. If the API gives sessions that the filter excludes, they
// are dropped and Page.Total is 0: how many others there are, only Sessions finds out.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_sessions/
func (c *Client) SessionsPage(ctx context.Context, app AppRef, f SessionFilter, r PageRequest) (Page[Session], error) {
	page, err := c.anySessions(ctx, app, f, r)
	n := len(page.Items)
	page.Items = slices.DeleteFunc(page.Items, func(s Session) bool { return !f.keep(s) })
	if len(page.Items) < n {
		page.Total = 0
	}
	return page, err
}

// keep reports whether a session may be one that was asked for. What the API
// makes of a filter is documented nowhere, so it may have made nothing of it.
func (f SessionFilter) keep(s Session) bool {
	switch {
	case f.MeetingID != "" && anotherMeeting(f.MeetingID, s.MeetingID):
		return false
	case f.Status != "" && s.Status != "" && !strings.EqualFold(s.Status, f.Status):
		return false
	case s.StartedAt.IsZero():
		return true
	}
	return (f.After.IsZero() || !s.StartedAt.Before(f.After)) && (f.Before.IsZero() || s.StartedAt.Before(f.Before))
}

// anotherMeeting reports whether a session's meeting is surely not the one wanted:
// an old meeting has the name of a room in place of its id.
func anotherMeeting(want, got string) bool {
	return got != "" && isUUID(want) == isUUID(got) && !strings.EqualFold(got, want)
}

// anySessions leaves the filter to the API.
func (c *Client) anySessions(ctx context.Context, app AppRef, f SessionFilter, r PageRequest) (Page[Session], error) {
	if err := app.check(); err != nil {
		return Page[Session]{}, err
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
	p.PageNo.Value, p.PageNo.Present = given(r.No)
	p.PerPage.Value, p.PerPage.Present = given(r.Per)
	send := func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.sessions.GetSessions(ctx, app.AppID, p, o...)
		return err
	}
	page, err := listOf(ctx, c, "the app's sessions", "data.sessions", sessionOf, send)
	ended := c.remembered(ctx)
	for _, s := range page.Items {
		ended.keepSession(endedKey{app: app, session: s.ID}, s)
	}
	return page, err
}

// RecentSession is Session, or what it gave before if the session had ended.
func (c *Client) RecentSession(ctx context.Context, app AppRef, id string) (Session, error) {
	if s, ok := c.remembered(ctx).session(endedKey{app: app, session: id}); ok && s.Rooms != nil {
		return s, nil
	}
	return c.Session(ctx, app, id)
}

// Session returns one session with the ids of its breakout rooms.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_details/
func (c *Client) Session(ctx context.Context, app AppRef, id string) (Session, error) {
	if err := app.checkSession(id); err != nil {
		return Session{}, err
	}
	ended, key := c.remembered(ctx), endedKey{app: app, session: id}
	var p realtime_kit.SessionGetSessionDetailsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	p.IncludeBreakoutRooms.Value, p.IncludeBreakoutRooms.Present = true, true
	read := func(data gjson.Result) (Session, bool) {
		s, ok := detailsOf(data)
		return s, ok && strings.EqualFold(s.ID, id) // another session is no answer
	}
	send := func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.sessions.GetSessionDetails(ctx, app.AppID, id, p, o...)
		return err
	}
	s, err := objectOf(ctx, c, "session "+id, read, send)
	if err != nil {
		return Session{}, err
	}
	s.ID = id // perhaps in another case
	ended.keepSession(key, s)
	return s, nil
}

// detailsOf reads a session with its breakout rooms: data itself, or as the API
// answered before May 2026, data.session.
func detailsOf(data gjson.Result) (Session, bool) {
	row := data
	if older := data.Get("session"); older.IsObject() {
		row = older
	}
	s := sessionOf(row)
	rooms := row.Get("breakout_rooms")
	if !rooms.Exists() {
		rooms = data.Get("breakout_rooms")
	}
	s.Rooms, s.RoomMeetings, s.RoomsLeft = roomsOf(rooms)
	return s, s.ID != ""
}

// maxRooms bounds how many breakout rooms of a session are looked into.
const maxRooms = 50

// peersPerPage is the most that the API gives.
const peersPerPage = 200

// Peers yields the peers of a session page by page.
func (c *Client) Peers(ctx context.Context, app AppRef, sessionID string, f PeerFilter) iter.Seq2[Page[Peer], error] {
	return source[Peer]{per: peersPerPage, fetch: func(ctx context.Context, r PageRequest) (Page[Peer], error) {
		return c.PeersPage(ctx, app, sessionID, f, r)
	}}.pages(ctx)
}

// PeersPage returns one page of a session's peers. Its paging is not in the
// reference's schema; Page.Total is 0 if the API gives none.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_participants/
func (c *Client) PeersPage(
	ctx context.Context, app AppRef, sessionID string, f PeerFilter, r PageRequest,
) (Page[Peer], error) {
	if err := app.checkSession(sessionID); err != nil {
		return Page[Peer]{}, err
	}
	ended, key := c.remembered(ctx), endedKey{app: app, session: sessionID}
	session, final := ended.session(key) // asked before the request: what it brings cannot change any more
	key.filter = f
	if page, ok := ended.peers(key, r); ok {
		return page, nil
	}
	var p realtime_kit.SessionGetSessionParticipantsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	p.Search.Value, p.Search.Present = f.Search, f.Search != ""
	p.SortBy.Value = realtime_kit.SessionGetSessionParticipantsParamsSortBy(f.SortBy)
	p.SortBy.Present = f.SortBy != ""
	p.SortOrder.Value = realtime_kit.SessionGetSessionParticipantsParamsSortOrder(f.SortOrder)
	p.SortOrder.Present = f.SortOrder != ""
	p.View.Value, p.View.Present = realtime_kit.SessionGetSessionParticipantsParamsViewConsolidated, f.Consolidated
	p.IncludePeerEvents.Value, p.IncludePeerEvents.Present = f.Events, f.Events
	p.PageNo.Value, p.PageNo.Present = given(r.No)
	p.PerPage.Value, p.PerPage.Present = given(r.Per)
	send := func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.sessions.GetSessionParticipants(ctx, app.AppID, sessionID, p, o...)
		return err
	}
	page, err := listOf(ctx, c, "the participants of session "+sessionID, "data.participants", peerOf, send)
	if err != nil {
		return page, err
	}
	if final {
		ended.keepPeers(key, r, session.EndedAt, page)
	}
	return page, nil
}

// fillGaps takes the times that the API has otherwise. The last change of an
// ended session is about its end; one before its start is no time at all.
func (s *Session) fillGaps(created, updated time.Time) {
	if s.StartedAt.IsZero() {
		s.StartedAt = created
	}
	if s.EndedAt.IsZero() || s.EndedAt.Before(s.StartedAt) {
		s.EndedAt = time.Time{}
		if s.Status == "ENDED" && !updated.Before(s.StartedAt) {
			s.EndedAt = updated
		}
	}
	if !s.EndedAt.IsZero() {
		s.Status = "ENDED" // a status may lag behind, be missing, or be none that is documented
	}
}
