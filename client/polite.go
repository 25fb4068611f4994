package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
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
	slowest := l
	if l == (Limit{}) {
		slowest = wholeAPI()
	}
	idle := 2 * max(slowest.recovery(), maxPause)
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
	item, known := p.tokens.GetOrSetFunc(h, func() *perToken {
		return &perToken{budget: newBudget(p.limit), flights: flights{big: p.big}}
	})
	if !known {
		p.tokens.DeleteExpired()
	}
	return item.Value()
}

func (p *polite) send(b *budget, req *http.Request) (*http.Response, error) {
	r := &request{recordings: strings.Contains(req.URL.Path, "/recordings")}
	if err := b.admit(req.Context(), r); err != nil {
		return nil, err
	}
	if add, ok := req.Context().Value(requestCounter{}).(func()); ok {
		add()
	}
	res, err := p.next.RoundTrip(req)
	var refused *proxyRefused
	if errors.As(err, &refused) {
		res, err = refused.response(req), nil
	}
	b.answered(res, r)
	return res, err
}

// proxyRefused is a proxy's answer to CONNECT. Of it net/http would keep the
// words of the status line alone, and the SDK would take it for a broken
// connection and ask again, which may lock an account of the proxy.
type proxyRefused struct{ status int }

func (e *proxyRefused) Error() string { return "a proxy refused to connect" }

// proxyConnected is for http.Transport.OnProxyConnectResponse.
func proxyConnected(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyRefused{res.StatusCode}
}

func (e *proxyRefused) response(req *http.Request) *http.Response {
	h := http.Header{"Content-Type": {"text/plain"}}
	if e.status < 500 {
		h.Set("X-Should-Retry", "false")
	}
	body := io.NopCloser(strings.NewReader(e.Error()))
	return &http.Response{StatusCode: e.status, Header: h, Body: body, ContentLength: -1, Request: req}
}

// explain is for what is got without the SDK.
func (e *proxyRefused) explain(ctx context.Context, out *Error) {
	out.Status = e.status
	r := refusal{envelope: envelope{kind: textBody, message: e.Error()}, status: e.status, foreign: true}
	r.explain(ctx, out)
}

// CloseIdleConnections is what http.Client's method of that name looks for.
func (p *polite) CloseIdleConnections() {
	if c, ok := p.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
