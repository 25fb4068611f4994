package client

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
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
	ID   string
	Name string // untrusted
}

// Apps returns all apps of the account.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/apps/methods/get/
func (c *Client) Apps(ctx context.Context, accountID string) ([]App, Coverage, error) {
	if err := CheckAccountID(accountID); err != nil {
		return nil, Coverage{}, err
	}
	return all(walk(ctx, func(ctx context.Context, r PageRequest) (Page[App], error) {
		var p realtime_kit.AppGetParams
		p.AccountID.Value, p.AccountID.Present = accountID, true
		p.PageNo.Value, p.PageNo.Present = int64(*r.No), true
		p.PerPage.Value, p.PerPage.Present = int64(*r.Per), true
		send := func(ctx context.Context, o ...option.RequestOption) error {
			_, err := c.apps.Get(ctx, p, o...)
			return err
		}
		return listOf(ctx, c, "the account's apps", "data", appOf, send)
	}))
}

// accountsPerPage is the most that the API gives.
const accountsPerPage = 50

// Accounts returns all accounts that the token can reach.
// https://developers.cloudflare.com/api/resources/accounts/methods/list/
func (c *Client) Accounts(ctx context.Context) ([]Account, Coverage, error) {
	fetch := func(ctx context.Context, r PageRequest) (Page[Account], error) {
		query := url.Values{"page": {strconv.Itoa(*r.No)}, "per_page": {strconv.Itoa(*r.Per)}}
		return listOf(ctx, c, "the token's accounts", "result", accountOf, c.sendTo("/accounts", query))
	}
	return all(source[Account]{per: accountsPerPage, fetch: fetch}.pages(ctx))
}

// all gathers the rows of a walk.
func all[T any](pages iter.Seq2[Page[T], error]) (rows []T, c Coverage, err error) {
	for page, err := range pages {
		if err != nil {
			return nil, Coverage{}, err
		}
		rows, c = append(rows, page.Items...), page.Coverage
	}
	return rows, c, nil
}

// TokenStatus is what the API says of the token itself.
type TokenStatus struct {
	Status    string // active, disabled or expired
	ExpiresOn time.Time
	NotBefore time.Time
}

// VerifyToken asks about the token in use. An account's own token is known to
// that account only; without an account id the token is taken for a user's.
// https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/
// https://developers.cloudflare.com/api/resources/accounts/subresources/tokens/methods/verify/
func (c *Client) VerifyToken(ctx context.Context, accountID string) (TokenStatus, error) {
	path := "/user/tokens/verify"
	if accountID != "" {
		if err := CheckAccountID(accountID); err != nil {
			return TokenStatus{}, err
		}
		path = "/accounts/" + accountID + "/tokens/verify"
	}
	const what = "the token's status"
	return answerOf(ctx, c, what, func(a answer) (TokenStatus, error) {
		s := TokenStatus{
			Status:    textOf(a.result.Get("status")),
			ExpiresOn: instant(a.result.Get("expires_on")),
			NotBefore: instant(a.result.Get("not_before")),
		}
		if s.Status == "" {
			return s, fmt.Errorf("%w: it does not hold %s", ErrUndocumented, what)
		}
		return s, nil
	}, c.sendTo(path, nil))
}

// sendTo gets a path of the API that is not RealtimeKit's. The SDK's packages for it would link
// far more than these few requests, so they go through the apps service with
// its path replaced: auth, retries and errors stay the SDK's.
func (c *Client) sendTo(path string, query url.Values) sendFunc {
	replace := func(req *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		u := *req.URL
		u.Path = strings.TrimSuffix(u.Path, "/accounts/any/realtime/kit/apps") + path
		u.RawQuery = query.Encode()
		req.URL = &u
		return next(req)
	}
	return func(ctx context.Context, o ...option.RequestOption) error {
		var p realtime_kit.AppGetParams
		p.AccountID.Value, p.AccountID.Present = "any", true
		_, err := c.apps.Get(ctx, p, append(o, option.WithMiddleware(replace))...)
		return err
	}
}
