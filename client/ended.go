package client

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

const maxCacheBytes = 8 << 20

// endedCache holds ended sessions and pages of their peers, which no longer change.
type endedCache = traffic.Cache[endedKey, endedValue]

// remembered is one API token's part of a cache.
type remembered struct {
	cache *endedCache
	token string
}

// endedKey names a session, or with peers set one page of its peers.
type endedKey struct {
	app     AppRef
	session string
	peers   bool
	filter  PeerFilter
	no, per int // -1 if the choice was the API's
}

type endedValue struct {
	session Session
	peers   Page[Peer]
}

func (c *Client) remembered(ctx context.Context) remembered {
	return remembered{c.memory.ended, c.tokenFor(ctx)}
}

func (m remembered) session(k endedKey) (Session, bool) {
	v, ok := m.cache.Get(m.token, k)
	return v.session, ok
}

func (m remembered) peers(k endedKey, r PageRequest) (Page[Peer], bool) {
	v, ok := m.cache.Get(m.token, k.page(r))
	return v.peers, ok
}

// keepSession keeps s if it has ended and is the session of k.
func (m remembered) keepSession(k endedKey, s Session) {
	if m.cache == nil || s.Status != "ENDED" || s.EndedAt.IsZero() || !strings.EqualFold(s.ID, k.session) {
		return
	}
	if old, known := m.session(k); known && old.Rooms != nil && s.Rooms == nil {
		return // a list has no breakout rooms
	}
	m.cache.Set(m.token, k, endedValue{session: s})
	for _, room := range s.Rooms { // a breakout room is over when its session is
		key := endedKey{app: k.app, session: room}
		if _, known := m.session(key); !known {
			m.cache.Set(m.token, key, endedValue{session: Session{ID: room, Status: s.Status, EndedAt: s.EndedAt}})
		}
	}
}

// settled is how long after a session's end its peers no longer change, even if the
// API does not tell when some of them left.
const settled = 10 * time.Minute

// keepPeers keeps a page of a session that had ended before it was asked for. It does
// not trust an empty first page, nor soon after the end a page with a peer that has
// not left.
func (m remembered) keepPeers(k endedKey, r PageRequest, ended time.Time, p Page[Peer]) {
	first := r.No == nil || *r.No <= 1
	if m.cache == nil || first && len(p.Items) == 0 || r.No != nil && *r.No > maxRemembered {
		return
	}
	open := slices.ContainsFunc(p.Items, func(q Peer) bool { return q.LeftAt.IsZero() })
	if open && time.Since(ended) < settled {
		return
	}
	m.cache.Set(m.token, k.page(r), endedValue{peers: p})
}

func (k endedKey) page(r PageRequest) endedKey {
	k.peers, k.no, k.per = true, -1, -1
	if r.No != nil {
		k.no = *r.No
	}
	if r.Per != nil {
		k.per = *r.Per
	}
	return k
}

// Own implements traffic.Cached. A substring would keep the whole string in memory.
func (k endedKey) Own() endedKey {
	k.session, k.filter.Search = strings.Clone(k.session), strings.Clone(k.filter.Search)
	k.app = AppRef{strings.Clone(k.app.AccountID), strings.Clone(k.app.AppID)}
	return k
}

// Size implements traffic.Cached.
func (k endedKey) Size() int {
	return shallow[endedKey]() + len(k.session) + len(k.app.AccountID) + len(k.app.AppID) + len(k.filter.Search)
}

// Own implements traffic.Cached.
func (v endedValue) Own() endedValue {
	v.session.Rooms, v.session.RoomMeetings = slices.Clone(v.session.Rooms), slices.Clone(v.session.RoomMeetings)
	v.peers.Items = slices.Clone(v.peers.Items)
	for i := range v.peers.Items {
		v.peers.Items[i].Events = slices.Clone(v.peers.Items[i].Events)
	}
	return v
}

// Size implements traffic.Cached.
func (v endedValue) Size() int {
	s := &v.session
	n := shallow[endedValue]() + len(s.ID) + len(s.MeetingID) + len(s.Title) + len(s.Status) + len(s.Type)
	for _, ids := range [][]string{s.Rooms, s.RoomMeetings} {
		for _, id := range ids {
			n += shallow[string]() + len(id)
		}
	}
	for i := range v.peers.Items {
		q := &v.peers.Items[i]
		n += shallow[Peer]() + len(q.ID) + len(q.UserID) + len(q.CustomID) + len(q.Name) + len(q.Preset)
		n += shallow[PeerEvent]() * len(q.Events)
	}
	return n
}

// shallow is the size of a T in bytes, without what it points to.
func shallow[T any]() int { return int(reflect.TypeFor[T]().Size()) }
