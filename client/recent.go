package client

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

// What changes is remembered for a short time only, and only where a call needs it
// to find out what is meant or who was invited. A call that lists it asks the API.
const (
	rosterTime     = time.Minute
	titleTime      = 5 * time.Minute
	maxRosterBytes = 4 << 20
	maxTitleBytes  = 1 << 20

	// maxRemembered bounds the pages of a list that are remembered: more would only
	// push each other out.
	maxRemembered = 50
)

// recentKey names a page of a list.
type recentKey struct {
	app     AppRef
	of      string // a meeting's id, or what titles were searched for
	no, per int
}

// Own implements traffic.Cached.
func (k recentKey) Own() recentKey {
	k.app = AppRef{strings.Clone(k.app.AccountID), strings.Clone(k.app.AppID)}
	k.of = strings.Clone(k.of)
	return k
}

// Size implements traffic.Cached.
func (k recentKey) Size() int {
	return shallow[recentKey]() + len(k.app.AccountID) + len(k.app.AppID) + len(k.of)
}

// rosterPage is a page of a roster.
type rosterPage struct{ Page[Participant] }

// Own implements traffic.Cached.
func (p rosterPage) Own() rosterPage {
	p.Items = slices.Clone(p.Items)
	return p
}

// Size implements traffic.Cached.
func (p rosterPage) Size() int {
	n := shallow[rosterPage]()
	for i := range p.Items {
		q := &p.Items[i]
		n += shallow[Participant]() + len(q.ID) + len(q.Name) + len(q.Picture) + len(q.CustomID) + len(q.Preset)
	}
	return n
}

// titlePage is a page of meetings.
type titlePage struct{ Page[Meeting] }

// Own implements traffic.Cached.
func (p titlePage) Own() titlePage {
	p.Items = slices.Clone(p.Items)
	return p
}

// Size implements traffic.Cached.
func (p titlePage) Size() int {
	n := shallow[titlePage]()
	for i := range p.Items {
		m := &p.Items[i]
		n += shallow[Meeting]() + len(m.ID) + len(m.Title) + len(m.Status)
	}
	return n
}

// appList is all apps of an account, or all accounts of a token.
type appList struct {
	apps     []App
	accounts []Account
	cover    Coverage
}

// Own implements traffic.Cached.
func (l appList) Own() appList {
	l.apps, l.accounts = slices.Clone(l.apps), slices.Clone(l.accounts)
	return l
}

// Size implements traffic.Cached.
func (l appList) Size() int {
	n := shallow[appList]()
	for _, a := range l.apps {
		n += shallow[App]() + len(a.ID) + len(a.Name)
	}
	for _, a := range l.accounts {
		n += shallow[Account]() + len(a.ID) + len(a.Name)
	}
	return n
}

// memory is all that a Client remembers, for each token by itself. Nil caches
// remember nothing.
type memory struct {
	ended   *endedCache
	rosters *traffic.Cache[recentKey, rosterPage]
	titles  *traffic.Cache[recentKey, titlePage]
	apps    *traffic.Cache[recentKey, appList]
}

func newMemory(ended time.Duration) memory {
	if ended <= 0 {
		return memory{}
	}
	return memory{
		ended:   traffic.NewCache[endedKey, endedValue](ended, maxCacheBytes),
		rosters: traffic.NewCache[recentKey, rosterPage](min(ended, rosterTime), maxRosterBytes),
		titles:  traffic.NewCache[recentKey, titlePage](min(ended, titleTime), maxTitleBytes),
		apps:    traffic.NewCache[recentKey, appList](min(ended, titleTime), maxTitleBytes),
	}
}

// forget empties what was remembered for a token: it may see less than before.
func (m memory) forget(token string) {
	m.ended.Forget(token)
	m.rosters.Forget(token)
	m.titles.Forget(token)
	m.apps.Forget(token)
}

// RecentParticipants is Participants, or what it gave up to a minute before.
func (c *Client) RecentParticipants(
	ctx context.Context, app AppRef, meetingID string,
) iter.Seq2[Page[Participant], error] {
	token := c.tokenFor(ctx)
	return walk(ctx, func(ctx context.Context, r PageRequest) (Page[Participant], error) {
		key := recentKey{app, meetingID, *r.No, *r.Per}
		if page, ok := c.memory.rosters.Get(token, key); ok {
			return page.Page, nil
		}
		page, err := c.ParticipantsPage(ctx, app, meetingID, r)
		if err == nil && *r.No <= maxRemembered {
			c.memory.rosters.Set(token, key, rosterPage{page})
		}
		return page, err
	})
}

// RecentMeetings is one page of the meetings that the API's search finds, or what
// it gave up to five minutes before. It does not remember that nothing was found.
func (c *Client) RecentMeetings(ctx context.Context, app AppRef, search string, no int) (Page[Meeting], error) {
	per := PerPage
	token, key := c.tokenFor(ctx), recentKey{app, search, no, per}
	if page, ok := c.memory.titles.Get(token, key); ok {
		return page.Page, nil
	}
	page, err := c.MeetingsPage(ctx, app, MeetingFilter{Search: search}, PageRequest{No: &no, Per: &per})
	if err == nil && len(page.Items) > 0 {
		c.memory.titles.Set(token, key, titlePage{page})
	}
	return page, err
}

// RecentApps is Apps, or what it gave up to five minutes before.
func (c *Client) RecentApps(ctx context.Context, accountID string) ([]App, Coverage, error) {
	token, key := c.tokenFor(ctx), recentKey{app: AppRef{AccountID: accountID}}
	if l, ok := c.memory.apps.Get(token, key); ok {
		return l.apps, l.cover, nil
	}
	apps, cover, err := c.Apps(ctx, accountID)
	if err == nil && len(apps) > 0 {
		c.memory.apps.Set(token, key, appList{apps: apps, cover: cover})
	}
	return apps, cover, err
}

// RecentAccounts is Accounts, or what it gave up to five minutes before.
func (c *Client) RecentAccounts(ctx context.Context) ([]Account, Coverage, error) {
	token := c.tokenFor(ctx)
	if l, ok := c.memory.apps.Get(token, recentKey{}); ok {
		return l.accounts, l.cover, nil
	}
	accounts, cover, err := c.Accounts(ctx)
	if err == nil && len(accounts) > 0 {
		c.memory.apps.Set(token, recentKey{}, appList{accounts: accounts, cover: cover})
	}
	return accounts, cover, err
}
