// Package demoapi is an embedded sample account: an HTTP server with RealtimeKit's read
// endpoints, and with the API's parameters, paging, envelopes and authentication, for a
// company that does not exist. Dates are relative to the start, and everything else
// follows from the seed. Faults can be switched on.
package demoapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What a client needs to use the sample account.
const (
	AccountID   = "0d3a5e7f9b1c2d4e6f8091a2b3c4d5e6"
	AccountName = "Northwind Demo"
	Token       = "demo-token-not-a-secret"

	AppID        = "6f1c1e9a-53b0-4d0e-9a53-0c2f3b6d7a01" // Production
	StagingAppID = "6f1c1e9a-53b0-4d0e-9a53-0c2f3b6d7a02"
	EventsAppID  = "6f1c1e9a-53b0-4d0e-9a53-0c2f3b6d7a03"
)

// Options are the settings of the account. The zero value is the sample account as of
// now.
type Options struct {
	Now         time.Time // default: the time of the start
	Seed        uint64    // ids follow from it
	LargeRoster int       // participants of the meeting LargeMeetingID; 0 for no such meeting
	Accounts    int       // how many accounts the token reaches, all but the first empty; default 1
	Apps        int       // how many apps exist, the fourth and later ones empty; default 3
	MaxPerPage  int       // largest per_page; default 100, and 200 for the participants of a session
	Faults      Faults

	OlderShapes   bool // answer as before May 2026; see shape.go
	Sparse        bool // leave out the fields that the API's types call optional
	UnknownFields bool // add fields that no client knows, at every depth
	EnforceRate   bool // answer requests above a documented rate limit with 429 and Retry-After

	AccountToken bool      // the token is the account's own, not a user's
	TokenStatus  string    // status of the token; default active
	TokenExpires time.Time // zero for never
	Quota        int       // requests in 5 minutes that the headers name; default 1200

	// Clock, if not nil, has time pass: one more meeting, RetroMeetingID, begins, fills and
	// ends again and again as the clock goes. All others stay as they were at Now.
	Clock func() time.Time

	Observe func(*http.Request) // sees every request first; must be safe for concurrent use
}

// API is the sample account as an http.Handler.
type API struct {
	opts     Options
	mux      *http.ServeMux
	apps     []app
	meetings []*meeting

	limits      limits
	faults      atomic.Pointer[Faults]
	failed      atomic.Int64
	requests    atomic.Int64
	inFlight    atomic.Int64
	maxInFlight atomic.Int64
	cancelled   atomic.Int64
}

// New returns an account. It takes much less than a millisecond, because sessions are
// computed when they are read.
func New(o Options) *API {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	o.Now = o.Now.UTC().Truncate(time.Second)
	if o.Quota == 0 {
		o.Quota = 1200
	}
	a := &API{opts: o, mux: http.NewServeMux()}
	a.apps, a.meetings = company(o)
	a.SetFaults(o.Faults)
	a.routes()
	return a
}

// Requests returns how many requests came in.
func (a *API) Requests() int { return int(a.requests.Load()) }

// MaxInFlight returns the largest number of requests that were served at a time.
func (a *API) MaxInFlight() int { return int(a.maxInFlight.Load()) }

// Cancelled returns how many requests the caller gave up while they were delayed.
func (a *API) Cancelled() int { return int(a.cancelled.Load()) }

// ServeHTTP counts a request, applies the faults, checks the token and answers.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	no := a.requests.Add(1)
	if a.opts.Observe != nil {
		a.opts.Observe(r)
	}
	n := a.inFlight.Add(1)
	defer a.inFlight.Add(-1)
	for old := a.maxInFlight.Load(); n > old && !a.maxInFlight.CompareAndSwap(old, n); old = a.maxInFlight.Load() {
	}
	w.Header().Set("Cf-Ray", fmt.Sprintf("%016x-DEMO", no))
	// The headers are sent even if the limit is not enforced.
	w.Header().Set("Ratelimit", fmt.Sprintf(`"default";r=%d;t=300`, max(0, int64(a.opts.Quota)-no)))
	w.Header().Set("Ratelimit-Policy", fmt.Sprintf(`"default";q=%d;w=300`, a.opts.Quota))
	if a.fault(w, r) {
		return
	}
	if r.Method != http.MethodGet {
		cloudflareError(w, http.StatusMethodNotAllowed, 10405, "Method not allowed: the sample account is read-only")
		return
	}
	if strings.HasPrefix(r.URL.Path, "/downloads/") {
		a.download(w, r)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+Token {
		cloudflareError(w, http.StatusUnauthorized, 10000, "Authentication error")
		return
	}
	if a.opts.EnforceRate && a.limits.refuse(w, r) {
		return
	}
	a.mux.ServeHTTP(w, r)
}

// Server is an API that listens on a loopback port.
type Server struct {
	URL string // base URL, with the same path as Cloudflare's
	API *API

	http *http.Server
	once sync.Once
	done chan struct{}
}

// Start serves a new API on a free loopback port until Close.
func Start(ctx context.Context, o Options) (*Server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("sample account: %w", err)
	}
	api := New(o)
	s := &Server{
		URL:  "http://" + l.Addr().String() + prefix,
		API:  api,
		done: make(chan struct{}),
		http: &http.Server{Handler: api, ReadHeaderTimeout: 10 * time.Second},
	}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // nothing else closes the listener
		}
	}()
	return s, nil
}

// Close ends the server and its connections immediately.
func (s *Server) Close() {
	s.once.Do(func() { _ = s.http.Close() }) // nobody waits for what is pending
	<-s.done
}
