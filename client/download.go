package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// MaxDownload bounds a downloaded text, in bytes.
const MaxDownload = 16 << 20

const maxRedirects = 3

const linkRemedy = "Links last a short time: repeat the call, which gets a new one."

var (
	errNotHTTPS       = errors.New("the link is not https")
	errPrivateAddress = errors.New("the link leads to an address which is not public")
	errManyRedirects  = errors.New("the link redirects too often")
)

// Download returns the text behind a link. The URL comes from an answer, so it
// is not trusted: https only, public addresses only (checked on the address
// that is dialled, after DNS resolution, for each redirect), at most MaxDownload
// bytes, within the client's timeout, and without any credentials. A client of a
// loopback API may also download from loopback, over http too.
func (c *Client) Download(ctx context.Context, l *Link) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if !l.Expires.IsZero() && time.Now().After(l.Expires) {
		return nil, &Error{What: l.what, Message: "the download link has expired", Remedy: linkRemedy}
	}
	body, status, err := c.fetch(ctx, l.URL)
	switch {
	case err == nil && status == http.StatusOK:
		return body, nil
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, context.Canceled
	}
	out := &Error{What: l.what, Status: status, Err: withoutURL(err)}
	switch {
	case ctx.Err() != nil:
		out.Message, out.Remedy = fmt.Sprintf("no answer from the download's host within %s", c.timeout), "Try again; if it persists, raise --timeout."
	case err == nil && (status == http.StatusForbidden || status == http.StatusUnauthorized || status == http.StatusGone):
		out.Message, out.Remedy = "the download link has expired or is refused", linkRemedy
	case err == nil && status == http.StatusNotFound:
		out.Message, out.Remedy = "the text is gone from where it was kept", "RealtimeKit keeps such texts for some days only; there is nothing left to fetch."
	case err == nil:
		out.Message, out.Remedy = "the download failed", "Try again later."
	case errors.Is(err, ErrBodyTooLarge):
		out.Message, out.Remedy = fmt.Sprintf("the text is larger than %d MiB", MaxDownload>>20), "It cannot be read through this tool."
	case errors.Is(err, errNotHTTPS), errors.Is(err, errPrivateAddress), errors.Is(err, errManyRedirects):
		out.Message, out.Remedy = out.Err.Error(), "It was refused for safety; a proxy or a wrong CLOUDFLARE_BASE_URL may have changed the answer."
	default:
		out.Message, out.Remedy = "the download's host could not be reached", "Check that the network lets this machine reach it, then try again."
	}
	return nil, sealed(out, l.URL, c.tokenFor(ctx))
}

// withoutURL drops what net/http adds to an error: the signed URL.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (c *Client) fetch(ctx context.Context, link string) ([]byte, int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, 0, errNotHTTPS
	}
	if err := c.downloadable(req); err != nil {
		return nil, 0, err
	}
	if add, ok := ctx.Value(requestCounter{}).(func()); ok {
		add()
	}
	res, err := c.downloads.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = res.Body.Close() }() // read or given up
	if res.StatusCode != http.StatusOK {
		return nil, res.StatusCode, nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxDownload+1))
	if err == nil && len(body) > MaxDownload {
		err = ErrBodyTooLarge
	}
	return body, res.StatusCode, err
}

// downloadable checks a link and each redirect of it. Where a proxy is set, the
// proxy resolves the name, so that it is resolved here too and checked.
func (c *Client) downloadable(req *http.Request) error {
	if req.URL.Host == "" || req.URL.User != nil || req.URL.Scheme != "https" && (req.URL.Scheme != "http" || !c.loopback) {
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
