package deliver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// Defaults of PostOptions, and bounds of answers.
const (
	DefaultPostTimeout  = 30 * time.Second
	DefaultPostParallel = 8

	maxAnswer     = 16 << 10  // bytes that are read of an answer; its content is of no interest
	maxRetryAfter = time.Hour // a receiver may ask for no longer wait
)

// PostOptions are the settings of a Post.
type PostOptions struct {
	URL       string        // https, or http on loopback
	Secret    string        // whsec_ and the base64 of 24 to 64 bytes, as CheckSecret wants it
	Timeout   time.Duration // of one attempt, with its answer; default 30 seconds
	Parallel  int           // attempts at one time; default 8
	UserAgent string
	Transport http.RoundTripper // nil for one that keeps the rules of URL
}

// Post posts each event to a URL, signed as Standard Webhooks has it: the event's id is
// the message's, so a receiver can drop repeats. It is safe for concurrent use.
type Post struct {
	url    string
	signer *standardwebhooks.Webhook
	http   *http.Client
	agent  string
	slots  chan struct{}
}

// NewPost checks the options. Its errors have neither the URL nor the secret.
func NewPost(o PostOptions) (*Post, error) {
	u, err := target(o.URL)
	if err != nil {
		return nil, err
	}
	signer, err := newSigner(o.Secret)
	if err != nil {
		return nil, err
	}
	if o.Transport == nil {
		o.Transport = transport(u.Scheme == "http")
	}
	return &Post{
		url:    u.String(),
		signer: signer,
		http: &http.Client{
			Transport:     o.Transport,
			Timeout:       cmp.Or(o.Timeout, DefaultPostTimeout),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		agent: cmp.Or(o.UserAgent, "mcp-realtimekit"),
		slots: make(chan struct{}, cmp.Or(o.Parallel, DefaultPostParallel)),
	}, nil
}

// Close closes connections that are not in use.
func (p *Post) Close() { p.http.CloseIdleConnections() }

func target(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return nil, errors.New("it must be a URL such as https://hooks.example.com/meetings")
	case u.User != nil:
		return nil, errors.New("it must not hold a user name or a password; the receiver checks the signature instead")
	case u.Fragment != "":
		return nil, errors.New("it must not hold a fragment (#)")
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	}
	return nil, errors.New("it must be https, or http on loopback")
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// newSigner takes a secret as the specification wants it, so that it cannot be guessed and
// every library reads it in the same way.
func newSigner(secret string) (*standardwebhooks.Webhook, error) {
	const rule = "the signing secret must be whsec_ and the base64 of 24 to 64 random bytes, for example of " +
		`echo "whsec_$(openssl rand -base64 32)"`
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New(rule)
	}
	return standardwebhooks.NewWebhook(secret)
}

// CheckSecret returns an error unless NewPost would take the secret.
func CheckSecret(secret string) error {
	_, err := newSigner(secret)
	return err
}

// transport returns one that dials, for http, loopback addresses only: "localhost" may
// resolve to anything.
func transport(loopback bool) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	if !loopback {
		return t
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		if a, err := netip.ParseAddrPort(address); err != nil || !a.Addr().Unmap().IsLoopback() {
			return errors.New("the name resolves to an address that is not loopback")
		}
		return nil
	}}
	t.Proxy, t.DialContext = nil, dialer.DialContext
	return t
}

// Deliver implements event.Sink. It posts once and follows no redirect.
func (p *Post) Deliver(ctx context.Context, e event.Event) error {
	body, err := encode(e)
	if err != nil {
		return err
	}
	if !event.Safe(e.ID) {
		return &Error{What: "the event's id cannot be put into a header", Final: true}
	}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	req, err := p.request(ctx, e.ID, body)
	if err != nil {
		return &Error{What: "the event cannot be posted", Err: withoutURL(err)}
	}
	res, err := p.http.Do(req)
	switch {
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return &Error{What: "the receiver could not be reached", Err: withoutURL(err)}
	}
	defer func() { _ = res.Body.Close() }() // its status says it all
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer)
	return judge(res)
}

func (p *Post) request(ctx context.Context, id string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	at := time.Now()
	signature, err := p.signer.Sign(id, at, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", p.agent)
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return req, nil
}

// withoutURL removes the URL that net/http adds to an error: it may be a secret itself.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// judge is what an answer means. A receiver that has read the event and does not want it
// is not asked again. Whatever may be its set-up, such as a wrong secret (401), a path that
// is not there yet (404) or a redirect, is tried again: the event must outlive a mistake.
func judge(res *http.Response) error {
	status := res.StatusCode
	if status >= 200 && status < 300 {
		return nil
	}
	e := &Error{What: fmt.Sprintf("the receiver answered HTTP %d", status)}
	switch status {
	case http.StatusBadRequest,
		http.StatusConflict,
		http.StatusGone,
		http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity:
		e.Final = true
	default:
		e.After = retryAfter(res.Header.Get("Retry-After"), time.Now())
	}
	if status >= 300 && status < 400 {
		e.What += ", a redirect, which is not followed"
	}
	return e
}

// retryAfter reads the header of that name, seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	var wait time.Duration
	if n, err := strconv.ParseUint(header, 10, 32); err == nil {
		wait = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
