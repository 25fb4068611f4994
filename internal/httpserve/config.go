package httpserve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/setting"
)

// Config is what an operator says.
type Config struct {
	Addr           string // host:port to listen on
	TLSCert        string // files, read anew when they change
	TLSKey         string
	BehindProxy    bool // a proxy on the way here speaks TLS with the clients
	AllowedHosts   []string
	AllowedOrigins []string
	Secret         string // callers must know it; "" where SecretFile or nobody's
	SecretFile     string
	OAuthResource  string
	OAuthServers   []string
	Demo           bool // the sample account is served
	Log            *slog.Logger
}

// Identity is whose token the API sees.
type Identity string

// The identities. Without a token to check, there is only the sample account's.
const (
	Caller Identity = "each caller's own API token"
	Server Identity = "shared secret"
	Sample Identity = "none: sample account on loopback"
)

// Plan is a Config that was found safe.
type Plan struct {
	Identity Identity
	Options  Options     // Auth is set but for Caller, which takes OwnToken
	TLS      *tls.Config // nil: plain HTTP

	addr     string
	loopback bool
}

const minSecret = 16 // characters; a shorter one can be guessed

// Prepare reads files and refuses what would expose the server.
func Prepare(c Config) (*Plan, error) {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return nil, fmt.Errorf("--http must be host:port, for example 127.0.0.1:8080: %w", err)
	}
	p := &Plan{addr: c.Addr, loopback: isLoopback(strings.ToLower(host))}
	if p.TLS, err = loadTLS(c.TLSCert, c.TLSKey, c.Log); err != nil {
		return nil, err
	}
	switch {
	case p.loopback:
	case p.TLS == nil && !c.BehindProxy:
		return nil, fmt.Errorf("%s is not loopback, and tokens must not cross a network in the clear: give --tls-cert and --tls-key, or --behind-proxy where a proxy speaks TLS", c.Addr)
	case len(c.AllowedHosts) == 0:
		return nil, fmt.Errorf("%s is not loopback: give the name by which clients reach it with --allowed-host", c.Addr)
	}
	p.Options = Options{AllowedHosts: c.AllowedHosts, Loopback: p.loopback, AllowedOrigins: c.AllowedOrigins}
	if err := errors.Join(checkHosts(c.AllowedHosts), checkOrigins(c.AllowedOrigins)); err != nil {
		return nil, err
	}
	if p.Options.OAuth, err = oauth(c.OAuthResource, c.OAuthServers); err != nil {
		return nil, err
	}
	secret, err := readSecret(c.Secret, c.SecretFile)
	if err != nil {
		return nil, err
	}
	switch {
	case secret != "":
		p.Identity, p.Options.Auth = Server, SharedSecret(secret)
	case !c.Demo:
		p.Identity = Caller
	case p.loopback && !c.BehindProxy:
		p.Identity = Sample
	default:
		return nil, errors.New("--demo beyond loopback needs a shared secret: give --shared-secret-file")
	}
	return p, nil
}

// Listen opens the address, and refuses one that only looked like loopback.
func (p *Plan) Listen(ctx context.Context) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.addr)
	if err != nil {
		return nil, err
	}
	if p.loopback && !isLoopback(hostname(l.Addr().String())) {
		_ = l.Close()
		return nil, fmt.Errorf("%s resolves to %s, which is not loopback", p.addr, l.Addr())
	}
	return l, nil
}

// URL is where a listener serves Path.
func (p *Plan) URL(l net.Listener) string {
	scheme := "http"
	if p.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + l.Addr().String() + Path
}

func readSecret(secret, file string) (string, error) {
	const variable = "MCP_REALTIMEKIT_SHARED_SECRET"
	source := variable
	secret, err := setting.Secret(variable, secret)
	if err == nil && secret == "" && file != "" {
		source = "--shared-secret-file"
		var text string
		if text, err = setting.ReadFile(file); err == nil {
			secret, err = setting.Secret(variable, text)
		}
		if err == nil && secret == "" {
			err = errors.New("no secret is in the file")
		}
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", source, err)
	}
	if secret == "" {
		return "", nil
	}
	// What bearer would not take could never be matched.
	probe := &http.Request{Header: http.Header{"Authorization": {"Bearer " + secret}}}
	if read, _ := bearer(probe); len(secret) < minSecret || read != secret {
		const want = "one word of %d to %d characters of printable ASCII, for example of openssl rand -hex 32"
		return "", fmt.Errorf("%s must be "+want, source, minSecret, maxToken)
	}
	return secret, nil
}

func checkHosts(hosts []string) error {
	for _, h := range hosts {
		if h == "" || strings.ContainsAny(h, "/*@ ") || strings.Contains(h, "://") {
			return fmt.Errorf("--allowed-host takes names such as mcp.example.com, not %q", h)
		}
	}
	return nil
}

func checkOrigins(origins []string) error {
	for _, o := range origins {
		u, err := url.Parse(o)
		if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Scheme+"://"+u.Host != o {
			return fmt.Errorf("--allowed-origin takes origins such as https://app.example.com, not %q", o)
		}
	}
	return nil
}

func oauth(resource string, servers []string) (*OAuth, error) {
	if resource == "" && len(servers) == 0 {
		return nil, nil
	}
	if resource == "" || len(servers) == 0 {
		return nil, errors.New("--oauth-resource and --oauth-authorization-server belong together")
	}
	for _, raw := range append([]string{resource}, servers...) {
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(raw, "\"\\{} ") ||
			u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(hostname(u.Host))) {
			return nil, fmt.Errorf("--oauth-resource and --oauth-authorization-server take https URLs such as https://mcp.example.com/mcp, not %q", raw)
		}
	}
	return &OAuth{Resource: resource, AuthorizationServers: servers}, nil
}
