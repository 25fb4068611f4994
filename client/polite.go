package client

import (
	"crypto/sha256"
	"net/http"
	"time"

	"github.com/jellydator/ttlcache/v3"
)

// maxTokens bounds how many API tokens are remembered. Beyond it the token
// unused for longest is forgotten, and with it what it has spent.
const maxTokens = 10_000

// tokenHash stands for an API token, which is kept nowhere but in its request.
type tokenHash [sha256.Size]byte

// polite is the transport of all requests, where retries and redirects count
// too. For each API token it keeps the limit and merges what is asked twice at a
// time. Nothing is shared between tokens.
type polite struct {
	next   http.RoundTripper
	limit  Limit
	slack  time.Duration // see flights.get
	tokens *ttlcache.Cache[tokenHash, *perToken]
	big    slot
}

type perToken struct {
	budget  *budget
	flights flights
}

func newPolite(next http.RoundTripper, l Limit, timeout time.Duration) *polite {
	// An idle token is forgotten when its bucket is long full again and no pause is left.
	idle := 2 * max(l.recovery(), maxPause)
	return &polite{next: next, limit: l, slack: timeout / 10, big: make(slot, 1),
		tokens: ttlcache.New(ttlcache.WithTTL[tokenHash, *perToken](idle), ttlcache.WithCapacity[tokenHash, *perToken](maxTokens))}
}

// RoundTrip implements http.RoundTripper.
func (p *polite) RoundTrip(req *http.Request) (*http.Response, error) {
	t := p.token(sha256.Sum256([]byte(req.Header.Get("Authorization"))))
	send := func(req *http.Request) (*http.Response, error) { return p.send(t.budget, req) }
	if req.Method != http.MethodGet {
		return send(req)
	}
	return t.flights.get(req, p.slack, send)
}

func (p *polite) token(h tokenHash) *perToken {
	item, known := p.tokens.GetOrSetFunc(h, func() *perToken { return &perToken{budget: newBudget(p.limit), flights: flights{big: p.big}} })
	if !known {
		p.tokens.DeleteExpired()
	}
	return item.Value()
}

func (p *polite) send(b *budget, req *http.Request) (*http.Response, error) {
	ahead, err := b.admit(req.Context())
	if err != nil {
		return nil, err
	}
	if add, ok := req.Context().Value(requestCounter{}).(func()); ok {
		add()
	}
	res, err := p.next.RoundTrip(req)
	b.answered(res, ahead)
	return res, err
}

// CloseIdleConnections is what http.Client's method of that name looks for.
func (p *polite) CloseIdleConnections() {
	if c, ok := p.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
