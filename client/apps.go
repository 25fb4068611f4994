package client

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"
)

// App is a workspace of an account, such as staging or production.
type App struct {
	ID        string
	Name      string // untrusted
	CreatedAt time.Time
}

// Account is an account which the token can reach.
type Account struct {
	ID   string `json:"id"`
	Name string `json:"name"` // untrusted
}

// Apps returns all apps of the account in one request.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/apps/methods/get/
func (c *Client) Apps(ctx context.Context, accountID string) ([]App, error) {
	if err := CheckAccountID(accountID); err != nil {
		return nil, err
	}
	var p realtime_kit.AppGetParams
	p.AccountID.Value, p.AccountID.Present = accountID, true
	res, err := call(ctx, c, "the account's apps", func(ctx context.Context, o ...option.RequestOption) (*realtime_kit.AppGetResponse, error) {
		return c.apps.Get(ctx, p, o...)
	})
	if err != nil {
		return nil, err
	}
	apps := make([]App, len(res.Data))
	for i, a := range res.Data {
		apps[i] = App{ID: a.ID, Name: a.Name, CreatedAt: a.CreatedAt.UTC()}
	}
	return apps, nil
}

// Accounts returns up to 50 accounts that the token can reach.
// https://developers.cloudflare.com/api/resources/accounts/methods/list/
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	var out struct {
		Result []Account `json:"result"`
	}
	err := c.elsewhere(ctx, "the token's accounts", "/accounts", url.Values{"per_page": {"50"}}, &out)
	return out.Result, err
}

// TokenStatus is what the API says of the token itself.
type TokenStatus struct {
	Status    string    `json:"status"` // active, disabled or expired
	ExpiresOn time.Time `json:"expires_on"`
	NotBefore time.Time `json:"not_before"`
}

// VerifyToken asks about the token in use. An account's own token is known to
// that account only; without an account id the token is taken for a user's.
// https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/
// https://developers.cloudflare.com/api/resources/accounts/subresources/tokens/methods/verify/
func (c *Client) VerifyToken(ctx context.Context, accountID string) (TokenStatus, error) {
	var out struct {
		Result TokenStatus `json:"result"`
	}
	path := "/user/tokens/verify"
	if accountID != "" {
		if err := CheckAccountID(accountID); err != nil {
			return TokenStatus{}, err
		}
		path = "/accounts/" + accountID + "/tokens/verify"
	}
	err := c.elsewhere(ctx, "the token's status", path, nil, &out)
	return out.Result, err
}

// elsewhere gets what is not RealtimeKit's. The SDK's packages for it would link
// far more than these few requests, so they go through the apps service with
// its path replaced: auth, retries and errors stay the SDK's.
func (c *Client) elsewhere(ctx context.Context, what, path string, query url.Values, out any) error {
	var p realtime_kit.AppGetParams
	p.AccountID.Value, p.AccountID.Present = "any", true
	replace := func(req *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		u := *req.URL
		u.Path = strings.TrimSuffix(u.Path, "/accounts/any/realtime/kit/apps") + path
		u.RawQuery = query.Encode()
		req.URL = &u
		return next(req)
	}
	_, err := call(ctx, c, what, func(ctx context.Context, o ...option.RequestOption) (*realtime_kit.AppGetResponse, error) {
		return c.apps.Get(ctx, p, append(o, option.WithMiddleware(replace), option.WithResponseBodyInto(out))...)
	})
	return err
}
