// Package traffic is what keeps the requests of many callers within an API's
// limits: a budget for each API token, one request for all who ask the same at a
// time, a bound of what calls hold in memory together, and a memory of answers
// that change no more.
package traffic

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"github.com/jellydator/ttlcache/v3"
)

// maxTokens bounds how many API tokens are remembered. Beyond it the token
// unused for longest is forgotten, and with it what it has spent.
const maxTokens = 10_000

// tokenHash stands for an API token, which is kept nowhere but in its request.
type tokenHash [sha256.Size]byte

// Transport is the transport of all requests, where retries and redirects count
// too. For each API token it keeps the limit and merges what is asked twice at a
// time. Nothing is shared between tokens.
type Transport struct {
	next   http.RoundTripper
	limit  Limit
	slack  time.Duration // see flights.get
	tokens *ttlcache.Cache[tokenHash, *perToken]
	big    gate
}

type perToken struct {
	budget  *budget
	flights flights
}

// NewTransport sends through next what l allows; the zero Limit is what
// Cloudflare documents. Callers have about timeout for a request.
func NewTransport(next http.RoundTripper, l Limit, timeout time.Duration) *Transport {
	// An idle token is forgotten when its bucket is long full again and no pause is left.
	slowest := l
	if l == (Limit{}) {
		slowest = wholeAPI()
	}
	idle := 2 * max(slowest.recovery(), maxPause)
	return &Transport{
		next:  next,
		limit: l,
		slack: timeout / 10,
		big:   make(gate, 1),
		tokens: ttlcache.New(
			ttlcache.WithTTL[tokenHash, *perToken](idle),
			ttlcache.WithCapacity[tokenHash, *perToken](maxTokens),
		),
	}
}

// RoundTrip implements http.RoundTripper. The response to a GET has a *Body.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	token := t.token(sha256.Sum256([]byte(req.Header.Get("Authorization"))))
	send := func(req *http.Request) (*http.Response, error) { return t.send(token.budget, req) }
	if req.Method != http.MethodGet {
		return send(req)
	}
	return token.flights.get(req, t.slack, send)
}

func (t *Transport) token(h tokenHash) *perToken {
	item, known := t.tokens.GetOrSetFunc(h, func() *perToken {
		return &perToken{budget: newBudget(t.limit), flights: flights{big: t.big}}
	})
	if !known {
		t.tokens.DeleteExpired()
	}
	return item.Value()
}

func (t *Transport) send(b *budget, req *http.Request) (*http.Response, error) {
	r := &request{recordings: strings.Contains(req.URL.Path, "/recordings")}
	if err := b.admit(req.Context(), r); err != nil {
		return nil, err
	}
	Count(req.Context())
	res, err := t.next.RoundTrip(req)
	b.answered(res, r)
	return res, err
}

// CloseIdleConnections is what http.Client's method of that name looks for.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

type requestCounter struct{}

// CountRequests returns a context whose calls add their upstream requests,
// retries included, through add. A request that several calls share is counted
// by the one which began it. add may be called from several goroutines, and after
// a call that was cancelled. An outer counter counts on.
func CountRequests(ctx context.Context, add func()) context.Context {
	both := add
	if outer, ok := ctx.Value(requestCounter{}).(func()); ok {
		both = func() { outer(); add() }
	}
	return context.WithValue(ctx, requestCounter{}, both)
}

// Count counts a request that is made outside of a Transport.
func Count(ctx context.Context) {
	if add, ok := ctx.Value(requestCounter{}).(func()); ok {
		add()
	}
}
