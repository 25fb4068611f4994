package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

func openCaching(t *testing.T, ttl time.Duration) (*Client, *demoapi.API, AppRef) {
	t.Helper()
	s, err := demoapi.Start(t.Context(), demoapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Token: demoapi.Token, BaseURL: s.URL, CacheEnded: ttl})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	return c, s.API, AppRef{demoapi.AccountID, demoapi.AppID}
}

// requests is how many a function causes.
func requests(api *demoapi.API, f func()) int {
	before := api.Requests()
	f()
	return api.Requests() - before
}

func readPeers(t *testing.T, c *Client, app AppRef, session string) (peers []Peer) {
	t.Helper()
	for page, err := range c.Peers(t.Context(), app, session, PeerFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		peers = append(peers, page.Items...)
		clear(page.Items) // what a caller does to its own must not reach the next
	}
	return peers
}

func latest(t *testing.T, c *Client, app AppRef, meeting string) Session {
	t.Helper()
	page, err := c.SessionsPage(t.Context(), app, SessionFilter{MeetingID: meeting}, PageRequest{})
	if err != nil || len(page.Items) == 0 {
		t.Fatal(err)
	}
	return page.Items[0]
}

func TestEndedSessionsAreRemembered(t *testing.T) {
	c, api, app := openCaching(t, time.Minute)
	s := latest(t, c, app, demoapi.ReviewMeetingID)
	first := readPeers(t, c, app, s.ID)
	if n := requests(api, func() {
		for range 2 {
			if again := readPeers(t, c, app, s.ID); len(first) < 9 || fmt.Sprint(again) != fmt.Sprint(first) {
				t.Errorf("%v, then %v", first, again)
			}
		}
	}); n != 0 {
		t.Errorf("%d requests for what is remembered", n)
	}
	// A list does not tell the breakout rooms: these are asked for once, and not forgotten by another list.
	if n := requests(api, func() {
		for range 3 {
			got, err := c.RecentSession(t.Context(), app, s.ID)
			if err != nil || got.Rooms == nil || len(got.Rooms) != 0 || got.StartedAt != s.StartedAt {
				t.Errorf("%+v, %v, want %+v", got, err, s)
			}
			latest(t, c, app, demoapi.ReviewMeetingID)
		}
	}); n != 1+3 {
		t.Errorf("%d requests for a session and three lists", n)
	}
}

func TestRememberedSelections(t *testing.T) {
	c, api, app := openCaching(t, time.Minute)
	s := latest(t, c, app, demoapi.ReviewMeetingID)
	if n := requests(api, func() {
		for _, f := range []PeerFilter{{Search: "dana"}, {Search: "sofia"}, {Search: "dana"}, {Consolidated: true}} {
			page, err := c.PeersPage(t.Context(), app, s.ID, f, PageRequest{})
			if err != nil || f.Search == "dana" && len(page.Items) != 1 {
				t.Errorf("%+v: %v, %v", f, page, err)
			}
		}
	}); n != 3 {
		t.Errorf("%d requests for three selections", n)
	}
	readPeers(t, c, app, s.ID)
	per := 5
	if n := requests(api, func() {
		_, _ = c.PeersPage(t.Context(), app, s.ID, PeerFilter{}, PageRequest{Per: &per})
	}); n != 1 {
		t.Errorf("%d requests for another page", n)
	}
	if n := requests(api, func() {
		_, _ = c.Session(t.Context(), AppRef{app.AccountID, demoapi.EventsAppID}, s.ID)
	}); n != 1 {
		t.Errorf("%d requests for another app", n)
	}
}

func TestRememberedForOneToken(t *testing.T) {
	c, _, app := openCaching(t, time.Minute)
	s := latest(t, c, app, demoapi.ReviewMeetingID)
	readPeers(t, c, app, s.ID)
	if _, err := c.Session(t.Context(), app, s.ID); err != nil {
		t.Error(err)
	}
	other := WithToken(t.Context(), "another")
	var e *Error
	if _, err := c.Session(other, app, s.ID); !errors.As(err, &e) || e.Status != http.StatusUnauthorized {
		t.Errorf("another token: %v", err)
	}
	_, err := c.PeersPage(other, app, s.ID, PeerFilter{}, PageRequest{})
	if !errors.As(err, &e) || e.Status != http.StatusUnauthorized {
		t.Errorf("another token: %v", err)
	}
	if _, err := c.Session(WithToken(t.Context(), ""), app, s.ID); !errors.Is(err, ErrNoToken) {
		t.Errorf("no token: %v", err)
	}
}

func TestNothingElseIsRemembered(t *testing.T) {
	c, api, app := openCaching(t, time.Minute)
	live := latest(t, c, app, demoapi.LiveMeetingID)
	ended := latest(t, c, app, demoapi.ReviewMeetingID)
	for name, ask := range map[string]func(){
		"live session": func() { _, _ = c.Session(t.Context(), app, live.ID) },
		"live peers":   func() { _, _ = c.PeersPage(t.Context(), app, live.ID, PeerFilter{}, PageRequest{}) },
		"roster":       func() { _, _ = c.ParticipantsPage(t.Context(), app, demoapi.ReviewMeetingID, PageRequest{}) },
		"sessions":     func() { _, _ = c.SessionsPage(t.Context(), app, SessionFilter{}, PageRequest{}) },
		"no session":   func() { _, _ = c.Session(t.Context(), app, "no-such-session") },
	} {
		if n := requests(api, func() { ask(); ask() }); n != 2 {
			t.Errorf("%s: %d requests for 2 calls", name, n)
		}
	}
	api.SetFaults(demoapi.Faults{Status: 400, FailAll: true})
	if _, err := c.PeersPage(t.Context(), app, ended.ID, PeerFilter{}, PageRequest{}); err == nil {
		t.Error("no error")
	}
	api.SetFaults(demoapi.Faults{})
	page, err := c.PeersPage(t.Context(), app, ended.ID, PeerFilter{}, PageRequest{})
	if err != nil || len(page.Items) == 0 {
		t.Errorf("an error was remembered: %v", err)
	}

	c, api, app = openCaching(t, 0)
	s := latest(t, c, app, demoapi.ReviewMeetingID)
	if n := requests(api, func() { readPeers(t, c, app, s.ID); readPeers(t, c, app, s.ID) }); n != 2 {
		t.Errorf("off: %d requests for 2 calls", n)
	}
}

// TestPeersOfUnknownSessions asks for peers before anything said that the session has ended.
func TestPeersOfUnknownSessions(t *testing.T) {
	c, api, app := openCaching(t, time.Minute)
	s := latest(t, c, app, demoapi.ReviewMeetingID)
	c.memory.ended.Clear()
	if n := requests(api, func() { readPeers(t, c, app, s.ID); readPeers(t, c, app, s.ID) }); n != 2 {
		t.Errorf("%d requests for 2 calls", n)
	}
	if n := requests(api, func() {
		_, _ = c.Session(t.Context(), app, s.ID)
		readPeers(t, c, app, s.ID)
		readPeers(t, c, app, s.ID)
	}); n != 2 {
		t.Errorf("%d requests once the session is known to have ended, want 2", n)
	}
}

func TestCacheBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 100_000
		c := remembered{cache: traffic.NewCache[endedKey, endedValue](time.Minute, limit)}
		at := time.Now()
		k := endedKey{session: "s"}
		c.keepSession(k, Session{ID: "s", Status: "LIVE", EndedAt: at})
		c.keepSession(k, Session{ID: "s", Status: "ENDED"})
		c.keepPeers(k, PageRequest{}, at, Page[Peer]{})
		open := Page[Peer]{Items: []Peer{{LeftAt: at}, {}}}
		c.keepPeers(k, PageRequest{}, at, open)
		if n := c.cache.Len(); n != 0 {
			t.Errorf("%d things were kept that may change", n)
		}
		if c.keepPeers(k, PageRequest{}, at.Add(-time.Hour), open); c.cache.Len() != 1 {
			t.Error("peers that never left were not kept long after the end")
		}
		c.cache.Clear()
		page := Page[Peer]{Items: []Peer{{Name: strings.Repeat("x", 10_000), LeftAt: at}}}
		for no := range 50 {
			c.keepPeers(k, PageRequest{No: &no}, at, page)
		}
		if n := c.cache.Len(); n < 8 || n > 9 {
			t.Errorf("%d pages of 10 kB in 100 kB", n)
		}
		huge := Page[Peer]{Items: []Peer{{Name: strings.Repeat("x", limit), LeftAt: at}}}
		c.keepPeers(k, PageRequest{}, at, huge)
		if _, ok := c.peers(k, PageRequest{}); ok {
			t.Error("more than the limit was kept")
		}
		c.keepSession(k, Session{ID: "s", Status: "ENDED", EndedAt: at})
		for range 5 { // use does not make it live longer
			if _, ok := c.session(k); !ok {
				t.Error("forgotten too early")
			}
			time.Sleep(11 * time.Second)
		}
		time.Sleep(6 * time.Second)
		if _, ok := c.session(k); ok {
			t.Error("kept for too long")
		}
	})
}

// TestCacheKeepsWhatItWasGiven has what is new in sessions and peers, and nothing
// under the wrong key.
func TestCacheKeepsWhatItWasGiven(t *testing.T) {
	c := remembered{cache: traffic.NewCache[endedKey, endedValue](time.Minute, maxCacheBytes)}
	at, k := time.Now(), endedKey{session: "s"}
	c.keepSession(k, Session{ID: "another", Status: "ENDED", EndedAt: at})
	c.keepSession(endedKey{}, Session{Status: "LIVE", EndedAt: at})
	if n := c.cache.Len(); n != 0 {
		t.Errorf("%d sessions under the id of another", n)
	}
	s := Session{
		ID:           "s",
		Type:         "livestream",
		Status:       "ENDED",
		EndedAt:      at,
		Rooms:        []string{"r"},
		RoomMeetings: []string{"m"},
	}
	c.keepSession(k, s)
	s.Rooms[0], s.RoomMeetings[0] = "x", "x"
	for range 2 {
		got, ok := c.session(k)
		if !ok || fmt.Sprint(got.Type, got.Rooms, got.RoomMeetings) != "livestream[r] [m]" {
			t.Errorf("%+v, %v", got, ok)
		}
		got.Rooms[0], got.RoomMeetings[0] = "y", "y"
	}
	page := Page[Peer]{Items: []Peer{{LeftAt: at, Events: []PeerEvent{{At: at, Leaving: true}}}}}
	k.filter.Events = true
	c.keepPeers(k, PageRequest{}, at, page)
	page.Items[0].Events[0].Leaving = false
	for range 2 {
		got, ok := c.peers(k, PageRequest{})
		if !ok || !got.Items[0].Events[0].Leaving {
			t.Errorf("%+v, %v", got, ok)
		}
		got.Items[0].Events[0].Leaving = false
	}
	k.filter.Events = false
	if _, ok := c.peers(k, PageRequest{}); ok {
		t.Error("peers without events were not asked for")
	}
	one, two := 1, 2
	c.keepPeers(k, PageRequest{No: &one}, at, Page[Peer]{})
	c.keepPeers(k, PageRequest{No: &two}, at, Page[Peer]{})
	if _, ok := c.peers(k, PageRequest{No: &one}); ok {
		t.Error("nobody, for ever")
	}
	if _, ok := c.peers(k, PageRequest{No: &two}); !ok {
		t.Error("the end of a list was forgotten")
	}
}

// TestRecent has what may change remembered for a short time, and nothing once the
// API has refused the token.
func TestRecent(t *testing.T) {
	c, api, app := openCaching(t, time.Hour)
	ask := func() {
		for range c.RecentParticipants(t.Context(), app, demoapi.ReviewMeetingID) {
		}
		_, _ = c.RecentMeetings(t.Context(), app, "design", 1)
		_, _, _ = c.RecentApps(t.Context(), app.AccountID)
		_, _, _ = c.RecentAccounts(t.Context())
	}
	first := requests(api, ask)
	if again := requests(api, ask); first != 4 || again != 0 {
		t.Errorf("%d requests, then %d", first, again)
	}
	if n := requests(api, func() {
		for range c.Participants(t.Context(), app, demoapi.ReviewMeetingID) {
		}
		_, _ = c.RecentMeetings(t.Context(), app, "no such title", 1)
		_, _ = c.RecentMeetings(t.Context(), app, "no such title", 1)
	}); n != 3 {
		t.Errorf("%d requests for a list, and twice for nothing", n)
	}
	api.SetFaults(demoapi.Faults{Status: http.StatusForbidden, FailAll: true})
	if _, err := c.Meeting(t.Context(), app, demoapi.ReviewMeetingID); !Refused(err) {
		t.Fatal(err)
	}
	api.SetFaults(demoapi.Faults{})
	if n := requests(api, ask); n != 4 {
		t.Errorf("%d requests after a refusal", n)
	}
}
