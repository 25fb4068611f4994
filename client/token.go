package client

import "context"

type tokenKey struct{}

// WithToken returns a context whose calls authenticate with this API token and
// not the client's own: for servers whose callers bring their own. An empty one
// makes every call fail with ErrNoToken.
func WithToken(ctx context.Context, token string) context.Context {
	return context.WithValue(ctx, tokenKey{}, token)
}

// tokenFor is the token of the context, else the client's own.
func (c *Client) tokenFor(ctx context.Context) string {
	if token, ok := ctx.Value(tokenKey{}).(string); ok {
		return token
	}
	return c.token
}

// Caller moves the token that WithToken gave one context to another, and to no more
// of it. Contexts with the same key make their calls with the same token. A key holds
// the token.
func Caller(from, to context.Context) (key string, moved context.Context) {
	token, ok := from.Value(tokenKey{}).(string)
	if !ok {
		return "", to
	}
	return "token " + token, WithToken(to, token)
}
