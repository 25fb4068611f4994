package client

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/jellydator/ttlcache/v3"
)

const maxCacheBytes = 16 << 20

// endedCache remembers ended sessions and pages of their peers, for these change
// no more. What a token fetched is for that token alone. A nil cache is empty.
type endedCache struct {
	items *ttlcache.Cache[endedKey, endedValue]
}

// endedKey names a session, or with peers set one page of its peers.
type endedKey struct {
	token   tokenHash
	app     AppRef
	session string
	peers   bool
	filter  PeerFilter
	no, per int // -1 where the choice was the API's
}

type endedValue struct {
	session Session
	peers   Page[Peer]
}

// newEndedCache keeps at most so many bytes, and each thing for ttl after it was
// fetched, however often it is used.
func newEndedCache(ttl time.Duration, bytes uint64) *endedCache {
	if ttl <= 0 {
		return nil
	}
	return &endedCache{ttlcache.New(
		ttlcache.WithTTL[endedKey, endedValue](ttl),
		ttlcache.WithDisableTouchOnHit[endedKey, endedValue](),
		ttlcache.WithMaxCost(bytes, func(i ttlcache.CostItem[endedKey, endedValue]) uint64 { return i.Key.size() + i.Value.size() }),
	)}
}

func (c *Client) endedKey(ctx context.Context, app AppRef, session string) endedKey {
	if c.ended == nil {
		return endedKey{}
	}
	return endedKey{token: sha256.Sum256([]byte(c.tokenFor(ctx))), app: app, session: session}
}

func (c *endedCache) session(k endedKey) (Session, bool) {
	v, ok := c.get(k)
	return v.session.own(), ok
}

func (c *endedCache) peers(k endedKey, r PageRequest) (Page[Peer], bool) {
	v, ok := c.get(k.page(r))
	v.peers.Items = slices.Clone(v.peers.Items) // the caller may change its own
	for i := range v.peers.Items {
		v.peers.Items[i].Events = slices.Clone(v.peers.Items[i].Events)
	}
	return v.peers, ok
}

// own is a session whose lists the caller may change.
func (s Session) own() Session {
	s.Rooms, s.RoomMeetings = slices.Clone(s.Rooms), slices.Clone(s.RoomMeetings)
	return s
}

// keepSession keeps s if it has ended and is the one that k names.
func (c *endedCache) keepSession(k endedKey, s Session) {
	if c == nil || s.Status != "ENDED" || s.EndedAt.IsZero() || !strings.EqualFold(s.ID, k.session) {
		return
	}
	if old, known := c.session(k); known && old.Rooms != nil && s.Rooms == nil {
		return // a list knows less of a session than what was asked for by id
	}
	c.set(k, endedValue{session: s.own()})
}

// keepPeers keeps a page of a session which had ended before it was asked for.
// A page that is empty, unless it is after others, or has somebody who has not
// left, is not to be trusted as the last word.
func (c *endedCache) keepPeers(k endedKey, r PageRequest, p Page[Peer]) {
	first := r.No == nil || *r.No <= 1
	if c == nil || first && len(p.Items) == 0 || slices.ContainsFunc(p.Items, func(q Peer) bool { return q.LeftAt.IsZero() }) {
		return
	}
	p.Items = slices.Clone(p.Items)
	for i := range p.Items {
		p.Items[i].Events = slices.Clone(p.Items[i].Events)
	}
	c.set(k.page(r), endedValue{peers: p})
}

func (c *endedCache) get(k endedKey) (endedValue, bool) {
	if c == nil {
		return endedValue{}, false
	}
	item := c.items.Get(k)
	if item == nil {
		return endedValue{}, false
	}
	return item.Value(), true
}

func (c *endedCache) set(k endedKey, v endedValue) {
	k.filter.Search = strings.Clone(k.filter.Search)
	k.session, k.app = strings.Clone(k.session), AppRef{strings.Clone(k.app.AccountID), strings.Clone(k.app.AppID)}
	c.items.DeleteExpired()
	c.items.Set(k, v, ttlcache.DefaultTTL)
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

// itemOverhead is an entry's share of the cache's own structures, roughly.
const itemOverhead = 512

func (k endedKey) size() uint64 {
	return itemOverhead + uint64(unsafe.Sizeof(k)) + uint64(len(k.session)+len(k.app.AccountID)+len(k.app.AppID)+len(k.filter.Search))
}

func (v endedValue) size() uint64 {
	n := uint64(unsafe.Sizeof(v)) + uint64(len(v.session.ID)+len(v.session.MeetingID)+len(v.session.Title)+len(v.session.Status)+len(v.session.Type))
	for _, ids := range [][]string{v.session.Rooms, v.session.RoomMeetings} {
		for _, id := range ids {
			n += uint64(unsafe.Sizeof(id)) + uint64(len(id))
		}
	}
	for _, q := range v.peers.Items {
		n += uint64(unsafe.Sizeof(q)) + uint64(len(q.ID)+len(q.UserID)+len(q.CustomID)+len(q.Name)+len(q.Preset)) + uint64(len(q.Events))*uint64(unsafe.Sizeof(PeerEvent{}))
	}
	return n
}
