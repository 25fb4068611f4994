// Package traffic keeps the requests of many callers within an API's limits and
// their answers within bounds of memory. A Transport has a budget for each API
// token and merges identical requests; a Pool bounds what large calls hold at a
// time; a Cache remembers answers that no longer change.
package traffic

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"github.com/jellydator/ttlcache/v3"
)

// maxTokens bounds how many API tokens are remembered. Beyond it the least recently
// used one is forgotten, and what it has spent.
const maxTokens = 10_000

// tokenHash stands for an API token, which is kept nowhere but in its request.
type tokenHash [sha256.Size]byte

// Transport is an http.RoundTripper for the requests of many API tokens, each told
// by its Authorization header. For each token it keeps the limit, which retries and
// redirects count against, and merges identical requests. Tokens share nothing.
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

// NewTransport returns a Transport that sends requests through next as the limit
// allows; the zero Limit is what Cloudflare documents. timeout is how long callers
// usually wait for an answer: two of them may share a request if their deadlines
// differ by at most a tenth of it.
func NewTransport(next http.RoundTripper, l Limit, timeout time.Duration) *Transport {
	// An idle token is forgotten long after its bucket is full again and any pause is over.
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

// CloseIdleConnections implements what http.Client.CloseIdleConnections calls.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

type requestCounter struct{}

// CountRequests returns a context whose calls add their upstream requests,
// retries included, through add. A request that several calls share is counted
// by the one that began it. add may be called from several goroutines, even after
// a call was cancelled. An outer counter counts on.
func CountRequests(ctx context.Context, add func()) context.Context {
	both := add
	if outer, ok := ctx.Value(requestCounter{}).(func()); ok {
		both = func() { outer(); add() }
	}
	return context.WithValue(ctx, requestCounter{}, both)
}

// Count adds a request that was made without a Transport.
func Count(ctx context.Context) {
	if add, ok := ctx.Value(requestCounter{}).(func()); ok {
		add()
	}
}
