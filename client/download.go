package client

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

// MaxDownload bounds a downloaded text, in bytes after decompression.
const MaxDownload = 16 << 20

const maxRedirects = 3

const linkRemedy = "Links last a short time: repeat the call, which gets a new one."

var (
	errNotHTTPS       = errors.New("the link is not https")
	errPrivateAddress = errors.New("the link leads to an address which is not public")
	errManyRedirects  = errors.New("the link redirects too often")
)

// errNotText is the cause where an answer is compressed in a way that nobody asked for.
var errNotText = errors.New("the text is compressed in an unknown way")

// Download opens the text behind a link and has read read it to its end. The URL
// comes from an answer, so it is not trusted: https only, public addresses only
// (checked on the address that is dialled, after DNS resolution, for each
// redirect), at most MaxDownload bytes, within the client's timeout, and without
// any credentials. A client of a loopback API may also download from loopback,
// over http too. After a connection that broke, read is called once more, from
// the beginning of the text; so its result counts only if Download returns nil.
func (c *Client) Download(ctx context.Context, l *Link, read func(text io.Reader, contentType string) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if !l.Expires.IsZero() && time.Now().After(l.Expires) {
		return &Error{What: l.what, Message: "the download link has expired", Remedy: linkRemedy}
	}
	status, err := c.fetch(ctx, string(l.URL), read)
	if cutOff(err) && ctx.Err() == nil {
		status, err = c.fetch(ctx, string(l.URL), read)
	}
	var failed *readError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	case errors.As(err, &failed):
		return failed.err
	case err == nil && status == http.StatusOK:
		return nil
	}
	return c.explainDownload(ctx, l, status, withoutURL(err))
}

func (c *Client) explainDownload(ctx context.Context, l *Link, status int, err error) error {
	out := &Error{What: l.what, Status: status, Err: err}
	if status == http.StatusOK {
		out.Status = 0
	}
	out.Message, out.Remedy = c.downloadAdvice(ctx, status, err)
	var proxy *proxyRefused
	if errors.As(err, &proxy) {
		proxy.explain(ctx, out)
	}
	return sealed(out, string(l.URL), c.tokenFor(ctx))
}

func (c *Client) downloadAdvice(ctx context.Context, status int, err error) (message, remedy string) {
	switch {
	case ctx.Err() != nil:
		return fmt.Sprintf("no whole answer from the download's host within %s", c.timeout),
			"Try again; if it persists, raise --timeout."
	case err == nil && (status == http.StatusForbidden || status == http.StatusUnauthorized || status == http.StatusGone):
		return "the download link has expired or is refused", linkRemedy
	case err == nil && status == http.StatusNotFound:
		return "the text is gone from where it was kept",
			"RealtimeKit keeps such texts for some days only; there is nothing left to fetch."
	case err == nil:
		return "the download failed", "Try again later."
	case errors.Is(err, ErrBodyTooLarge):
		return fmt.Sprintf("the text is larger than %d MiB", MaxDownload>>20), "It cannot be read through this tool."
	case errors.Is(err, errNotText), errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), corrupt(err):
		return "the text is compressed in a way that cannot be read",
			"Try again; if it persists, look for a proxy that changes answers."
	case errors.Is(err, errNotHTTPS), errors.Is(err, errPrivateAddress), errors.Is(err, errManyRedirects):
		return err.Error(),
			"It was refused for safety; a proxy or a wrong CLOUDFLARE_BASE_URL may have changed the answer."
	case cutOff(err) && status != 0:
		return "the download was cut off, twice", "Try again; if it persists, look for a proxy that cuts connections."
	}
	return "the download's host could not be reached",
		"Check that the network lets this machine reach it, then try again."
}

// cutOff reports whether a connection ended before its answer did.
func cutOff(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)
}

func corrupt(err error) bool {
	var c flate.CorruptInputError
	return errors.As(err, &c)
}

// withoutURL drops what net/http adds to an error: the signed URL.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (c *Client) fetch(ctx context.Context, link string, read func(io.Reader, string) error) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return 0, errNotHTTPS
	}
	if err := c.downloadable(req); err != nil {
		return 0, err
	}
	traffic.Count(ctx)
	res, err := c.downloads.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }() // read or given up
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNoContent {
		return res.StatusCode, nil
	}
	res.StatusCode = http.StatusOK // no content is an empty text
	body := &arriving{ctx: ctx, left: MaxDownload}
	if body.r, err = expanded(res); err != nil {
		return res.StatusCode, err
	}
	err = read(body, res.Header.Get("Content-Type"))
	switch {
	case body.err != nil:
		return res.StatusCode, body.err // why read failed, or what it did not say
	case err != nil:
		return res.StatusCode, &readError{err}
	}
	return res.StatusCode, nil
}

// readError is an error of who reads a download.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }

// expanded decompresses what net/http did not: a file that is compressed itself.
func expanded(res *http.Response) (io.Reader, error) {
	switch e := strings.ToLower(res.Header.Get("Content-Encoding")); e {
	case "", "identity", "gzip", "x-gzip", "aws-chunked":
	default:
		return nil, errNotText
	}
	r := bufio.NewReaderSize(res.Body, 4096)
	if head, _ := r.Peek(3); string(head) != "\x1f\x8b\x08" { // an error comes again at Read
		return r, nil
	}
	return gzip.NewReader(r)
}

// arriving is a body that ends at MaxDownload bytes and remembers why it failed.
type arriving struct {
	ctx  context.Context
	r    io.Reader
	left int
	err  error
}

func (a *arriving) Read(p []byte) (int, error) {
	if a.err == nil {
		a.err = a.ctx.Err()
	}
	if a.err != nil {
		return 0, a.err
	}
	n, err := a.r.Read(p)
	if a.left -= n; a.left < 0 {
		n, err = 0, ErrBodyTooLarge
	}
	if err != nil && err != io.EOF {
		a.err = err
	}
	return n, err
}

// downloadable checks a link and each redirect of it. Where a proxy is set, the
// proxy resolves the name, so that it is resolved here too and checked.
func (c *Client) downloadable(req *http.Request) error {
	secure := req.URL.Scheme == "https" || req.URL.Scheme == "http" && c.loopback
	if req.URL.Host == "" || req.URL.User != nil || !secure {
		return errNotHTTPS
	}
	proxy, err := http.ProxyFromEnvironment(req)
	if err != nil || proxy == nil {
		return err // the dialler checks the address
	}
	addresses, err := net.DefaultResolver.LookupNetIP(req.Context(), "ip", req.URL.Hostname())
	if err != nil {
		return err
	}
	for _, a := range addresses {
		if !c.mayDial(a) {
			return errPrivateAddress
		}
	}
	return nil
}

// newDownloader returns the client for downloads: it shares nothing with the
// one that carries the token.
func (c *Client) newDownloader() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	direct := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil || !c.mayDial(a.Addr()) {
			return errPrivateAddress
		}
		return nil
	}}
	transport.DialContext = direct.DialContext
	transport.Proxy = nil
	viaProxy := http.DefaultTransport.(*http.Transport).Clone()
	viaProxy.OnProxyConnectResponse = proxyConnected
	return &http.Client{
		Transport: byProxy{direct: transport, proxied: viaProxy},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			req.Header.Del("Referer") // it holds the signed URL
			if len(via) > maxRedirects {
				return errManyRedirects
			}
			return c.downloadable(req)
		},
	}
}

// byProxy takes the connection that is guarded unless a proxy is set, whose own
// address, chosen by who runs this program, is usually private.
type byProxy struct{ direct, proxied *http.Transport }

func (t byProxy) RoundTrip(req *http.Request) (*http.Response, error) {
	if proxy, err := http.ProxyFromEnvironment(req); err == nil && proxy != nil {
		return t.proxied.RoundTrip(req)
	}
	return t.direct.RoundTrip(req)
}

// CloseIdleConnections is what http.Client calls.
func (t byProxy) CloseIdleConnections() {
	t.direct.CloseIdleConnections()
	t.proxied.CloseIdleConnections()
}

func (c *Client) mayDial(a netip.Addr) bool {
	a = a.Unmap()
	return public(a) || c.loopback && a.IsLoopback()
}

// public reports whether an address is one of the internet's, and none that
// leads, translated or tunnelled, back into a private network.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// special is what the IANA registries of special-purpose addresses hold beyond
// what net/netip knows.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("5f00::/16"), netip.MustParsePrefix("fec0::/10"),
}
