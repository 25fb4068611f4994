package httpserve

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/setting"
)

// Auth reports whether a caller's bearer token, which is never empty, is accepted,
// and returns the context for the call.
type Auth func(ctx context.Context, bearer string) (context.Context, bool)

// OwnToken accepts any token and passes it on with the function given, because the
// API checks it. The token is kept no longer than the request.
func OwnToken(with func(ctx context.Context, token string) context.Context) Auth {
	return func(ctx context.Context, bearer string) (context.Context, bool) {
		return with(ctx, bearer), true
	}
}

// SharedSecret accepts callers who know the secret. It compares hashes, which have the
// same length, in constant time, so the time reveals neither content nor length.
func SharedSecret(secret string) Auth {
	want := sha256.Sum256([]byte(secret))
	return func(ctx context.Context, bearer string) (context.Context, bool) {
		got := sha256.Sum256([]byte(bearer))
		return ctx, subtle.ConstantTimeCompare(got[:], want[:]) == 1
	}
}

const maxToken = 4096 // bytes, because an OAuth access token may be long

// bearer returns the token of a request, or "" if it does not have exactly one. The
// error says what the client has sent instead, such as a placeholder.
func bearer(r *http.Request) (string, error) {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return "", nil
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || len(token) > maxToken {
		return "", nil
	}
	token, err := setting.Secret("CLOUDFLARE_API_TOKEN", token)
	if err != nil || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", err
	}
	return token, nil
}

// authenticate returns the request with the caller's context, or answers 401.
func (h *Handler) authenticate(w http.ResponseWriter, r *http.Request) (*http.Request, bool) {
	if h.o.Auth == nil {
		return r, true
	}
	token, err := bearer(r)
	if err != nil {
		h.challenge(w, "invalid_token", "the bearer token: "+err.Error())
		return nil, false
	}
	if token == "" {
		h.challenge(w, "", "this server needs a token: send the header Authorization: Bearer TOKEN")
		return nil, false
	}
	ctx, ok := h.o.Auth(r.Context(), token)
	if !ok {
		h.challenge(w, "invalid_token", "the bearer token is wrong")
		return nil, false
	}
	return r.WithContext(ctx), true
}

func (h *Handler) challenge(w http.ResponseWriter, code, message string) {
	value := `Bearer realm="mcp-realtimekit"`
	if code != "" {
		value += `, error="` + code + `"`
	}
	if h.o.OAuth != nil {
		value += `, resource_metadata="` + h.o.OAuth.metadataURL() + `"`
	}
	w.Header().Set("WWW-Authenticate", value)
	refuse(w, http.StatusUnauthorized, mcp.INVALID_REQUEST, message)
}

// metadataURL returns the URL at which RFC 9728 puts the metadata of the resource.
func (o *OAuth) metadataURL() string {
	u, err := url.Parse(o.Resource)
	if err != nil {
		return "" // cannot happen, because Prepare has parsed it
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: server.ProtectedResourceMetadataPath(o.Resource)}).String()
}
