// Package download reads texts behind untrusted links: only over https, only from
// public addresses, up to a number of bytes and without credentials.
package download

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
)

// MaxBytes bounds a text, after decompression.
const MaxBytes = 16 << 20

const maxRedirects = 3

// Causes of an *Error.
var (
	ErrNotHTTPS       = errors.New("the link is not https")
	ErrPrivateAddress = errors.New("the link leads to an address which is not public")
	ErrManyRedirects  = errors.New("the link redirects too often")
	// ErrCompression means a text that is compressed in an unknown way or damaged.
	ErrCompression = errors.New("the text is compressed in an unknown way")
	ErrTooLarge    = errors.New("the text is too large")
	// ErrCutOff means that the connection ended before the answer did, twice.
	ErrCutOff = errors.New("the connection ended too early")
)

// Error is why a text could not be downloaded. It never contains the link.
type Error struct {
	Status int   // of HTTP, 0 if no answer came
	Err    error // nil if the status says it all
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("HTTP %d", e.Status)
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Options configures a Downloader. The zero value is for the public internet.
type Options struct {
	// Loopback allows links to this machine too, and plain http there.
	Loopback bool

	// DialTimeout bounds one attempt to connect; default 10 s.
	DialTimeout time.Duration

	// Proxy chooses the proxy of a request; default http.ProxyFromEnvironment.
	Proxy func(*http.Request) (*url.URL, error)

	// OnProxyConnectResponse is that of http.Transport.
	OnProxyConnectResponse func(context.Context, *url.URL, *http.Request, *http.Response) error

	// BeforeRequest, if given, is called before each request; redirects are part of one.
	BeforeRequest func(context.Context)
}

// Downloader reads texts behind links. It is safe for concurrent use.
type Downloader struct {
	options Options
	http    *http.Client
}

// New returns a Downloader.
func New(o Options) *Downloader {
	if o.DialTimeout <= 0 {
		o.DialTimeout = 10 * time.Second
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	d := &Downloader{options: o}
	d.http = d.newHTTPClient()
	return d
}

// CloseIdleConnections does what http.Client's method of that name does.
func (d *Downloader) CloseIdleConnections() { d.http.CloseIdleConnections() }

// Reader reads a text to its end.
type Reader func(text io.Reader, contentType string) error

// Get opens the text behind a link and calls read with it. The link is not trusted:
// it must be https and lead to a public address (the one that is dialled, after DNS
// resolution, at each redirect), and at most MaxBytes are read. If the connection
// breaks, Get calls read once more, from the beginning of the text, so its result
// counts only if Get returns nil.
//
// Get returns an error of read as it is; any other error is an *Error.
func (d *Downloader) Get(ctx context.Context, link string, read Reader) error {
	status, err := d.fetch(ctx, link, read)
	if errors.Is(err, ErrCutOff) && ctx.Err() == nil {
		status, err = d.fetch(ctx, link, read)
	}
	var failed *readError
	switch {
	case errors.As(err, &failed):
		return failed.err
	case err == nil && status == http.StatusOK:
		return nil
	}
	return &Error{Status: status, Err: withoutURL(err)}
}

// classified adds ErrCutOff or ErrCompression to an error that means it.
func classified(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("%w: %w", ErrCutOff, err)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return fmt.Errorf("%w: %w", ErrCompression, err)
	}
	return err
}

// withoutURL removes the signed URL that net/http adds to an error.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func (d *Downloader) fetch(ctx context.Context, link string, read Reader) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return 0, ErrNotHTTPS
	}
	if err := d.downloadable(req); err != nil {
		return 0, err
	}
	if d.options.BeforeRequest != nil {
		d.options.BeforeRequest(ctx)
	}
	res, err := d.http.Do(req)
	if err != nil {
		return 0, classified(withoutURL(err))
	}
	defer func() { _ = res.Body.Close() }() // read, or no longer wanted
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNoContent {
		return res.StatusCode, nil
	}
	res.StatusCode = http.StatusOK // no content is an empty text
	body := &arriving{ctx: ctx, left: MaxBytes}
	if body.r, err = expanded(res); err != nil {
		return res.StatusCode, classified(err)
	}
	err = read(body, res.Header.Get("Content-Type"))
	switch {
	case body.err != nil:
		return res.StatusCode, classified(body.err) // why read failed, or what it did not say
	case err != nil:
		return res.StatusCode, &readError{err}
	}
	return res.StatusCode, nil
}

// readError is an error of a Reader.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }

// expanded decompresses what net/http did not: a file that is compressed itself.
func expanded(res *http.Response) (io.Reader, error) {
	switch e := strings.ToLower(res.Header.Get("Content-Encoding")); e {
	case "", "identity", "gzip", "x-gzip", "aws-chunked":
	default:
		return nil, ErrCompression
	}
	r := bufio.NewReaderSize(res.Body, 4096)
	if head, _ := r.Peek(3); string(head) != "\x1f\x8b\x08" { // Read returns the error again
		return r, nil
	}
	return gzip.NewReader(r)
}

// arriving is a body of at most MaxBytes that remembers why it failed.
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
		n, err = 0, ErrTooLarge
	}
	if err != nil && err != io.EOF {
		a.err = err
	}
	return n, err
}

// downloadable checks a link or a redirect. A proxy would resolve the name itself,
// so if one is set, the name is resolved and checked here too.
func (d *Downloader) downloadable(req *http.Request) error {
	secure := req.URL.Scheme == "https" || req.URL.Scheme == "http" && d.options.Loopback
	if req.URL.Host == "" || req.URL.User != nil || !secure {
		return ErrNotHTTPS
	}
	proxy, err := d.options.Proxy(req)
	if err != nil || proxy == nil {
		return err // the dialler checks the address
	}
	addresses, err := net.DefaultResolver.LookupNetIP(req.Context(), "ip", req.URL.Hostname())
	if err != nil {
		return err
	}
	for _, a := range addresses {
		if !d.mayDial(a) {
			return ErrPrivateAddress
		}
	}
	return nil
}

// newHTTPClient returns a client that shares no connections or cookies with others.
func (d *Downloader) newHTTPClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	direct := &net.Dialer{Timeout: d.options.DialTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil || !d.mayDial(a.Addr()) {
			return ErrPrivateAddress
		}
		return nil
	}}
	transport.DialContext = direct.DialContext
	transport.Proxy = nil
	viaProxy := http.DefaultTransport.(*http.Transport).Clone()
	viaProxy.Proxy = d.options.Proxy
	viaProxy.OnProxyConnectResponse = d.options.OnProxyConnectResponse
	return &http.Client{
		Transport: byProxy{proxy: d.options.Proxy, direct: transport, proxied: viaProxy},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			req.Header.Del("Referer") // it holds the signed URL
			if len(via) > maxRedirects {
				return ErrManyRedirects
			}
			return d.downloadable(req)
		},
	}
}

// byProxy uses the guarded transport unless a proxy is set: the proxy's own address
// is the user's choice and usually private.
type byProxy struct {
	proxy           func(*http.Request) (*url.URL, error)
	direct, proxied *http.Transport
}

func (t byProxy) RoundTrip(req *http.Request) (*http.Response, error) {
	if proxy, err := t.proxy(req); err == nil && proxy != nil {
		return t.proxied.RoundTrip(req)
	}
	return t.direct.RoundTrip(req)
}

// CloseIdleConnections implements what http.Client.CloseIdleConnections calls.
func (t byProxy) CloseIdleConnections() {
	t.direct.CloseIdleConnections()
	t.proxied.CloseIdleConnections()
}

func (d *Downloader) mayDial(a netip.Addr) bool {
	a = a.Unmap()
	return public(a) || d.options.Loopback && a.IsLoopback()
}
