package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// proxyRefused is a proxy's refusal to CONNECT. From net/http alone there would be
// only the words of the status line, and the SDK would take it for a broken
// connection and retry, which may lock an account of the proxy.
type proxyRefused struct{ status int }

func (e *proxyRefused) Error() string { return "a proxy refused to connect" }

// proxyConnected is for http.Transport.OnProxyConnectResponse.
func proxyConnected(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyRefused{res.StatusCode}
}

// proxyAnswers turns a proxy's refusal into a response, as from any other server.
type proxyAnswers struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (p proxyAnswers) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := p.next.RoundTrip(req)
	if refused, ok := errors.AsType[*proxyRefused](err); ok {
		return refused.response(req), nil
	}
	return res, err
}

// CloseIdleConnections implements what http.Client.CloseIdleConnections calls.
func (p proxyAnswers) CloseIdleConnections() {
	if c, ok := p.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func (e *proxyRefused) response(req *http.Request) *http.Response {
	h := http.Header{"Content-Type": {"text/plain"}}
	if e.status < 500 {
		h.Set("X-Should-Retry", "false")
	}
	body := io.NopCloser(strings.NewReader(e.Error()))
	return &http.Response{StatusCode: e.status, Header: h, Body: body, ContentLength: -1, Request: req}
}

// explain fills in an Error of a download, which has no exchange.
func (e *proxyRefused) explain(ctx context.Context, out *Error) {
	out.Status = e.status
	r := refusal{envelope: envelope{kind: textBody, message: e.Error()}, status: e.status, foreign: true}
	r.explain(ctx, out)
}
