package httpserve

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
)

// guard keeps web pages out. A page whose name was rebound to this server's address
// shows in Host, and any other page in Origin. Programs send the right Host and no
// Origin.
type guard struct {
	hosts    []string
	loopback bool
	origins  []string
}

func newGuard(o Options) guard {
	g := guard{loopback: o.Loopback || len(o.AllowedHosts) == 0, origins: o.AllowedOrigins}
	for _, h := range o.AllowedHosts {
		g.hosts = append(g.hosts, hostname(h))
	}
	return g
}

func (g guard) refusal(r *http.Request) string {
	if !g.host(r.Host) {
		return "the Host header names another server; an operator allows a name with --allowed-host"
	}
	origins := r.Header.Values("Origin")
	if len(origins) == 0 || len(origins) == 1 && (slices.Contains(g.origins, origins[0]) || own(r, origins[0])) {
		return ""
	}
	return "web pages of this Origin may not call this server; an operator allows one with --allowed-origin"
}

// own reports whether an origin is this server's own on loopback, which serves no
// pages. Host has been checked, so the name is not rebound.
func own(r *http.Request, origin string) bool {
	return r.TLS == nil && isLoopback(hostname(r.Host)) && origin == "http://"+r.Host
}

func (g guard) host(header string) bool {
	name := hostname(header)
	return slices.Contains(g.hosts, name) || g.loopback && isLoopback(name)
}

// probe accepts any IP address as the Host if the server serves more than loopback:
// machines scrape by address, and only a name can be rebound.
func (g guard) probe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := netip.ParseAddr(hostname(r.Host))
		if !g.host(r.Host) && (err != nil || len(g.hosts) == 0) {
			refuse(w, http.StatusForbidden, mcp.INVALID_REQUEST, "the Host header names another server")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// cors lets an allowed web page read answers. It reports whether it has answered the
// request itself, which a browser sends before it sends a token.
func (g guard) cors(w http.ResponseWriter, r *http.Request) bool {
	if len(g.origins) == 0 {
		return false
	}
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	w.Header().Set("Access-Control-Allow-Methods", http.MethodPost)
	w.Header().Set("Access-Control-Allow-Headers", strings.Join([]string{
		"Authorization",
		"Content-Type",
		"Mcp-Session-Id",
		mcp.HeaderProtocolVersion,
		mcp.HeaderMethod,
		mcp.HeaderName,
	}, ", "))
	w.WriteHeader(http.StatusNoContent)
	return true
}

// hostname returns the host of a Host header or of an address, without the port.
func hostname(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
