package doctor

import (
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Probe watches the client's own requests. So what doctor says about DNS, TLS and
// headers holds for the requests of every tool, even through a proxy.
type Probe struct {
	mu   sync.Mutex
	seen seen
}

type seen struct {
	host      string // of the last request
	plain     bool   // whether it was without TLS
	lookup    string // the host that was looked up, or ""
	lookupErr error
	addresses int
	connected bool
	tls       *tls.ConnectionState
	tlsErr    error
	header    http.Header // of the last response
	status    int
	received  time.Time
	took      time.Duration
}

// Wrap returns a RoundTripper that notes the requests through next. It is for
// client.Options.WrapTransport.
func (p *Probe) Wrap(next http.RoundTripper) http.RoundTripper { return &watched{p, next} }

func (p *Probe) note(f func(*seen)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.seen)
}

func (p *Probe) result() seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

type watched struct {
	probe *Probe
	next  http.RoundTripper
}

// CloseIdleConnections closes those of the transport below.
func (w *watched) CloseIdleConnections() {
	if c, ok := w.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// RoundTrip makes the request and notes its steps.
func (w *watched) RoundTrip(req *http.Request) (*http.Response, error) {
	p := w.probe
	trace := &httptrace.ClientTrace{
		DNSStart: func(i httptrace.DNSStartInfo) { p.note(func(s *seen) { s.lookup = i.Host }) },
		DNSDone: func(i httptrace.DNSDoneInfo) {
			p.note(func(s *seen) { s.lookupErr, s.addresses = i.Err, len(i.Addrs) })
		},
		GotConn: func(httptrace.GotConnInfo) { p.note(func(s *seen) { s.connected = true }) },
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			p.note(func(s *seen) { s.tls, s.tlsErr = &state, err })
		},
	}
	p.note(func(s *seen) { s.host, s.plain = req.URL.Hostname(), req.URL.Scheme == "http" })
	begin := time.Now()
	res, err := w.next.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err == nil {
		p.note(func(s *seen) {
			s.header, s.status, s.received, s.took = res.Header, res.StatusCode, time.Now(), time.Since(begin)
		})
	}
	return res, err
}

// quota is the state of the tightest of the API's rate limits; zero fields are unknown.
type quota struct {
	known     bool
	remaining int
	limit     int
	window    time.Duration
	reset     time.Duration
}

// parseQuota reads the headers Ratelimit (`"default";r=50;t=30`) and
// Ratelimit-Policy (`"default";q=1200;w=300`), which are lists of named items.
func parseQuota(h http.Header) quota {
	var best quota
	policies := items(h.Values("Ratelimit-Policy"))
	for _, item := range items(h.Values("Ratelimit")) {
		remaining, ok := item.numbers["r"]
		if !ok || best.known && remaining >= best.remaining {
			continue
		}
		best = quota{known: true, remaining: remaining, reset: seconds(item.numbers["t"])}
		at := slices.IndexFunc(policies, func(p listItem) bool { return p.name == item.name })
		if at < 0 && len(policies) == 1 {
			at = 0 // the names differ in Cloudflare's own example
		}
		if at >= 0 {
			best.limit, best.window = policies[at].numbers["q"], seconds(policies[at].numbers["w"])
		}
	}
	return best
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// listItem is an item of such a header: a name with numbers.
type listItem struct {
	name    string
	numbers map[string]int
}

func items(values []string) []listItem {
	var out []listItem
	for one := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name, params, ok := strings.Cut(one, ";")
		if !ok {
			continue
		}
		numbers := map[string]int{}
		for param := range strings.SplitSeq(params, ";") {
			key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
			if n, err := strconv.Atoi(value); err == nil && n >= 0 && n < 1e9 {
				numbers[key] = n
			}
		}
		out = append(out, listItem{strings.TrimSpace(name), numbers})
	}
	return out
}
