// Package client is a typed, read-only client for RealtimeKit on top of the
// Cloudflare SDK. It validates ids before it builds a path, reads lists page by
// page, and turns every failure into an *Error that says what to do.
//
// API reference: https://developers.cloudflare.com/api/resources/realtime_kit/
package client

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/download"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

// DefaultBaseURL is Cloudflare's public API.
const DefaultBaseURL = "https://api.cloudflare.com/client/v4"

// DefaultTimeout bounds one call of a Client's method, retries and waits included,
// unless the context ends sooner.
const DefaultTimeout = 30 * time.Second

// ErrNoToken is returned by every call of a client without a token.
var ErrNoToken = errors.New("no Cloudflare API token is configured; create one with the permission " +
	"Realtime (read suffices) at " + tokenPage + " and set CLOUDFLARE_API_TOKEN, or CLOUDFLARE_API_TOKEN_FILE to a file " +
	"that holds it")

// Limit is how many requests one API token may make in any window of time.
// Its zero value stands for all of Cloudflare's documented limits together:
// 1,200 in 5 minutes and 250 in 10 seconds.
//
// https://developers.cloudflare.com/fundamentals/api/reference/limits/
type Limit = traffic.Limit

// Options configures a Client. The zero value of each field but Token is usable.
type Options struct {
	Token   string        // API token; without one every call fails with ErrNoToken
	BaseURL string        // default DefaultBaseURL; see ValidateBaseURL
	Timeout time.Duration // of one call with its retries; default DefaultTimeout
	Limit   Limit         // of each API token's requests; default all that Cloudflare documents

	// CacheEnded is how long to remember ended sessions and their peers, which
	// no longer change. Rosters are remembered for a minute, titles and apps for
	// five, but no longer than this. Zero remembers nothing.
	CacheEnded time.Duration

	// WrapTransport, if not nil, wraps the transport of all API requests. It sees
	// each retry, but no download.
	WrapTransport func(http.RoundTripper) http.RoundTripper
}

// Client reads RealtimeKit. It is safe for concurrent use.
type Client struct {
	token      string
	timeout    time.Duration
	http       *http.Client
	apps       *realtime_kit.AppService
	meetings   *realtime_kit.MeetingService
	active     *realtime_kit.ActiveSessionService
	sessions   *realtime_kit.SessionService
	recordings *realtime_kit.RecordingService
	webhooks   *realtime_kit.WebhookService
	memory     memory
	pool       *traffic.Pool

	downloads *download.Downloader
}

// New returns a client, or an error if the base URL or the limit is not acceptable.
func New(o Options) (*Client, error) {
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	if err := ValidateBaseURL(o.BaseURL); err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Limit != (Limit{}) && !o.Limit.Valid() {
		return nil, fmt.Errorf("a limit of %s is too low: at least 2 in a positive time", o.Limit)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 128 // calls run concurrently; the default of 2 would reconnect for most
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	transport.OnProxyConnectResponse = proxyConnected
	var base http.RoundTripper = transport
	if o.WrapTransport != nil {
		base = o.WrapTransport(transport)
	}
	httpClient := &http.Client{
		Transport:     traffic.NewTransport(proxyAnswers{base}, o.Limit, o.Timeout),
		CheckRedirect: sameHost,
	}
	opts := []option.RequestOption{
		option.WithBaseURL(strings.TrimSuffix(o.BaseURL, "/") + "/"),
		option.WithHTTPClient(httpClient),
	}
	c := &Client{
		token:      o.Token,
		timeout:    o.Timeout,
		http:       httpClient,
		apps:       realtime_kit.NewAppService(opts...),
		meetings:   realtime_kit.NewMeetingService(opts...),
		active:     realtime_kit.NewActiveSessionService(opts...),
		sessions:   realtime_kit.NewSessionService(opts...),
		recordings: realtime_kit.NewRecordingService(opts...),
		webhooks:   realtime_kit.NewWebhookService(opts...),
		memory:     newMemory(o.CacheEnded),
		pool:       traffic.NewPool(),
		downloads: download.New(download.Options{
			Loopback:               strings.HasPrefix(o.BaseURL, "http://"), // ValidateBaseURL allows http on loopback only
			OnProxyConnectResponse: proxyConnected,
			BeforeRequest:          traffic.Count,
		}),
	}
	return c, nil
}

// Close releases idle connections.
func (c *Client) Close() {
	c.http.CloseIdleConnections()
	c.downloads.CloseIdleConnections()
}

// ValidateBaseURL accepts https anywhere and http on loopback only, so that the
// token never crosses a network in the clear.
func ValidateBaseURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("base URL must look like %s", DefaultBaseURL)
	}
	if u.Scheme == "https" {
		return nil
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return errors.New("base URL must be https (http is accepted on loopback only)")
}

// redirected is a redirect that would take the token to another host.
type redirected struct{ host string }

func (e *redirected) Error() string { return "redirect to another host refused (" + e.host + ")" }

func sameHost(req *http.Request, via []*http.Request) error {
	if req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
		return &redirected{req.URL.Hostname()}
	}
	if len(via) > 5 {
		return errors.New("more than 5 redirects")
	}
	return nil
}

// call runs one SDK request under the client's deadline and turns its failure into *Error.
// what names the thing asked for, in the words of a user: "meeting <id>".
//
// It repeats a request once if its answer breaks off; the SDK repeats only those
// that got no answer at all.
func call[R any](
	ctx context.Context, c *Client, what string, do func(context.Context, ...option.RequestOption) (R, error),
) (R, error) {
	var zero R
	token := c.tokenFor(ctx)
	if token == "" {
		return zero, &Error{Remedy: ErrNoToken.Error(), Err: ErrNoToken}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	for again := false; ; again = true {
		e := &exchange{}
		res, err := do(ctx, option.WithAPIToken(token), option.WithMiddleware(e.observe))
		if err == nil || errors.Is(err, ErrUndocumented) {
			err = cmp.Or(e.unsuccessful(), err)
		}
		if err == nil {
			return res, nil
		}
		if again || ctx.Err() != nil || !e.brokeOff(err) {
			err = sealed(e.explain(ctx, what, c.timeout, err), token)
			if Refused(err) {
				c.memory.forget(token)
			}
			return zero, err
		}
	}
}

// CountRequests returns a context whose calls add their upstream requests,
// retries included, through add. A request that several calls share is counted
// by the one that began it. add may be called from several goroutines, even after
// a call was cancelled. An outer counter counts on.
func CountRequests(ctx context.Context, add func()) context.Context {
	return traffic.CountRequests(ctx, add)
}
