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
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/setting"
)

// Config holds an operator's settings.
type Config struct {
	Addr           string // host:port to listen on
	TLSCert        string // files, which are read again when they change
	TLSKey         string
	BehindProxy    bool // a proxy speaks TLS with the clients
	AllowedHosts   []string
	AllowedOrigins []string
	Secret         string // callers must know it; "" if it is in SecretFile or there is none
	SecretFile     string
	OAuthResource  string
	OAuthServers   []string
	Demo           bool // the sample account is served
	Log            *slog.Logger
}

// Identity says whose token the API sees.
type Identity string

// The identities. Only for Sample need callers send no token.
const (
	Caller Identity = "each caller's own API token"
	Server Identity = "shared secret"
	Sample Identity = "none: sample account on loopback"
)

// Plan is a Config that Prepare has checked.
type Plan struct {
	Identity Identity
	Options  Options     // with Auth for Server; for Caller it is OwnToken, which the caller of Prepare sets
	TLS      *tls.Config // nil for plain HTTP

	addr     string
	loopback bool
}

const minSecret = 16 // characters, because a shorter secret can be guessed

// Prepare reads the files of a Config. It returns an error if the server would be
// exposed.
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
		const remedy = "give --tls-cert and --tls-key, or --behind-proxy if a proxy speaks TLS"
		return nil, fmt.Errorf(
			"%s is not loopback, and tokens must not cross a network in the clear: %s", c.Addr, remedy)
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

// Listen listens on the address. It refuses a name for loopback that resolves to
// another address.
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

// URL returns the URL of Path on a listener.
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
	// A secret that bearer does not read could never be matched.
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
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Scheme+"://"+u.Host != o {
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
		if !isIssuer(raw) {
			const rule = "--oauth-resource and --oauth-authorization-server take https URLs " +
				"such as https://mcp.example.com/mcp, not %q"
			return nil, fmt.Errorf(rule, raw)
		}
	}
	return &OAuth{Resource: resource, AuthorizationServers: servers}, nil
}

// isIssuer reports whether raw is a plain https URL, or an http one of loopback.
func isIssuer(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	if strings.ContainsAny(raw, "\"\\{} ") {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(hostname(u.Host))
}
