package download

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPublicAddresses(t *testing.T) {
	internet := []string{"1.1.1.1", "104.16.0.1", "2606:4700::1111", "::ffff:1.1.1.1"}
	private := []string{
		"127.0.0.1", "127.9.9.9", "::1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"169.254.169.254", "fe80::1", "fc00::1", "fd00:ec2::254", "0.0.0.0", "0.1.2.3", "::",
		"100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
		"ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1",
		"64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1", "fe80::1%eth0", "2606:4700::1%x",
	}
	d := New(Options{})
	for _, address := range slices.Concat(internet, private) {
		a, want := netip.MustParseAddr(address), slices.Contains(internet, address)
		if got := public(a.Unmap()); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
		if got := d.mayDial(a); got != want {
			t.Errorf("dial %s: %v, want %v", address, got, want)
		}
	}
	here := New(Options{Loopback: true})
	for address, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "1.1.1.1": true, "169.254.169.254": false, "10.0.0.1": false,
	} {
		if got := here.mayDial(netip.MustParseAddr(address)); got != want {
			t.Errorf("dial %s from loopback: %v, want %v", address, got, want)
		}
	}
}

// get reads a text whole.
func get(ctx context.Context, d *Downloader, link string) (text string, err error) {
	err = d.Get(ctx, link, func(r io.Reader, _ string) error {
		b, err := io.ReadAll(r)
		text = string(b)
		return err
	})
	return text, err
}

// serve returns the address of a server on loopback and a Downloader that may use it.
func serve(t *testing.T, o Options, h http.HandlerFunc) (*httptest.Server, *Downloader) {
	t.Helper()
	s := httptest.NewServer(h)
	o.Loopback = true
	d := New(o)
	t.Cleanup(func() { d.CloseIdleConnections(); s.Close() })
	return s, d
}

// TestRefusals is what a link may not be: on the public internet, and on a path
// that leads from there inside.
func TestRefusals(t *testing.T) {
	d := New(Options{})
	defer d.CloseIdleConnections()
	for link, want := range map[string]error{
		"http://1.1.1.1/x?signature=secret": ErrNotHTTPS,
		"file:///etc/passwd":                ErrNotHTTPS,
		"":                                  ErrNotHTTPS,
		"https://":                          ErrNotHTTPS,
		"https://user:pass@example.com/":    ErrNotHTTPS,
		"gopher://x\n":                      ErrNotHTTPS,
		"//example.com/x":                   ErrNotHTTPS,
		"https://169.254.169.254/latest/meta-data": ErrPrivateAddress,
		"https://[::1]:1/?signature=secret":        ErrPrivateAddress,
		"https://localhost:1/?signature=secret":    ErrPrivateAddress,
	} {
		_, err := get(t.Context(), d, link)
		var failed *Error
		if !errors.Is(err, want) || !errors.As(err, &failed) || failed.Status != 0 {
			t.Errorf("%q: %v, want %v", link, err, want)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(e.Error(), "secret") || strings.Contains(e.Error(), "signature") {
				t.Errorf("%q: the link is in the error: %v", link, e)
			}
		}
	}
}

func TestRedirects(t *testing.T) {
	var to string
	var referer atomic.Value
	s, d := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/end":
			referer.Store(r.Referer())
			_, _ = io.WriteString(w, "text") // a client gone is its own affair
		case "/once":
			http.Redirect(w, r, "/end", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			http.Redirect(w, r, to, http.StatusFound)
		}
	})
	text, err := get(t.Context(), d, s.URL+"/once?signature=secret")
	if text != "text" || err != nil || referer.Load() != "" {
		t.Errorf("%q, %v, referer %q", text, err, referer.Load())
	}
	if _, err := get(t.Context(), d, s.URL+"/loop"); !errors.Is(err, ErrManyRedirects) {
		t.Errorf("%v", err)
	}
	for address, want := range map[string]error{
		"https://10.0.0.1/": ErrPrivateAddress, "ftp://127.0.0.1/": ErrNotHTTPS, "https://u:p@127.0.0.1/": ErrNotHTTPS,
	} {
		to = address
		if _, err := get(t.Context(), d, s.URL); !errors.Is(err, want) {
			t.Errorf("to %s: %v, want %v", address, err, want)
		}
	}
}

// TestTexts reads answers that are whole, compressed, broken and too large.
func TestTexts(t *testing.T) {
	zip := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, text) // to memory
		_ = w.Close()
		return b.String()
	}
	for name, tc := range map[string]struct {
		status   int
		encoding string
		body     string
		length   string
		want     string
		failure  error
		requests int32
	}{
		"whole":           {status: 200, body: "text", want: "text"},
		"no content":      {status: 204},
		"zipped file":     {status: 200, body: zip("text"), want: "text"},
		"zipped, cut off": {status: 200, body: zip("text")[:15], failure: ErrCutOff, requests: 2},
		"zipped, broken":  {status: 200, body: zip("text")[:10] + "\xff\xff\xff\xff", failure: ErrCompression},
		"unknown":         {status: 200, encoding: "br", body: "text", failure: ErrCompression},
		"cut off":         {status: 200, body: "text", length: "10", failure: ErrCutOff, requests: 2},
		"too large":       {status: 200, body: strings.Repeat("x", MaxBytes+1), failure: ErrTooLarge},
		"a bomb":          {status: 200, body: zip(strings.Repeat("x", MaxBytes+1)), failure: ErrTooLarge},
	} {
		var counted, requests atomic.Int32
		s, d := serve(t, Options{BeforeRequest: func(context.Context) { counted.Add(1) }},
			func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				for header, value := range map[string]string{"Content-Encoding": tc.encoding, "Content-Length": tc.length} {
					if value != "" {
						w.Header().Set(header, value)
					}
				}
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body) // as above
			})
		text, err := get(t.Context(), d, s.URL)
		if !errors.Is(err, tc.failure) || tc.failure == nil && (err != nil || text != tc.want) {
			t.Errorf("%s: %.20q, %v, want %q, %v", name, text, err, tc.want, tc.failure)
		}
		if n := requests.Load(); n != max(1, tc.requests) || counted.Load() != n {
			t.Errorf("%s: %d requests, %d counted", name, n, counted.Load())
		}
	}
}

func TestFailures(t *testing.T) {
	s, d := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusGone)
			return
		}
		<-r.Context().Done()
	})
	var failed *Error
	_, err := get(t.Context(), d, s.URL+"/gone")
	if !errors.As(err, &failed) || failed.Status != http.StatusGone || failed.Err != nil {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := get(ctx, d, s.URL); !errors.As(err, &failed) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	s2, d2 := serve(t, Options{}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	own := io.ErrUnexpectedEOF // what read says is no failure of the connection
	if err := d2.Get(t.Context(), s2.URL, func(io.Reader, string) error { return own }); !errors.Is(err, own) {
		t.Errorf("%v, want the reader's own", err)
	}
}

// TestProxy has a proxy, on a private address itself, which refuses to connect;
// a host that it would resolve to a private address is refused before.
func TestProxy(t *testing.T) {
	refusal := errors.New("no")
	asked := ""
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.Host
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	d := New(Options{
		Proxy: http.ProxyURL(address),
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
			if res.StatusCode != http.StatusProxyAuthRequired {
				t.Errorf("status %d", res.StatusCode)
			}
			return refusal
		},
	})
	defer d.CloseIdleConnections()
	if _, err := get(t.Context(), d, "https://10.0.0.1/"); !errors.Is(err, ErrPrivateAddress) || asked != "" {
		t.Errorf("%v, asked %q", err, asked)
	}
	if _, err := get(t.Context(), d, "https://1.1.1.1/"); !errors.Is(err, refusal) || asked != "CONNECT 1.1.1.1:443" {
		t.Errorf("%v, asked %q", err, asked)
	}
}
