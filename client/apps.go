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
//
// The SDK's accounts package would link far more than this one request, so it
// goes through the apps service with its path replaced: auth, retries and
// errors stay the SDK's.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	var out struct {
		Result []Account `json:"result"`
	}
	var p realtime_kit.AppGetParams
	p.AccountID.Value, p.AccountID.Present = "any", true
	path := func(req *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		u := *req.URL
		u.Path = strings.TrimSuffix(u.Path, "/any/realtime/kit/apps")
		u.RawQuery = url.Values{"per_page": {"50"}}.Encode()
		req.URL = &u
		return next(req)
	}
	_, err := call(ctx, c, "the token's accounts", func(ctx context.Context, o ...option.RequestOption) (*realtime_kit.AppGetResponse, error) {
		return c.apps.Get(ctx, p, append(o, option.WithMiddleware(path), option.WithResponseBodyInto(&out))...)
	})
	return out.Result, err
}
