// Package doctor finds out why the server cannot do its work: it goes the way
// of a tool's call step by step and says of each what is wrong and what to do.
package doctor

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Status of a check. Skip is for what could not be found out, mostly because an
// earlier check failed.
type Status string

// The statuses; only Fail makes a report bad.
const (
	OK   Status = "OK"
	Warn Status = "WARN"
	Fail Status = "FAIL"
	Skip Status = "SKIP"
)

// Check is one finding.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Detail string `json:"detail,omitempty"` // empty where it was not checked
	Remedy string `json:"remedy,omitempty"`
}

// Report is every check, in the order of the way.
type Report struct {
	Healthy bool    `json:"healthy"` // no check failed
	Checks  []Check `json:"checks"`
}

// Subject is what is examined.
type Subject struct {
	API       *client.Client // made with Probe.Wrap
	Probe     *Probe
	BaseURL   string
	TokenFrom string // variable or file that holds the token; "" without one
	AccountID string
	AppID     string
	Demo      bool
}

// Limits beyond which a check warns.
const (
	skew       = 30 * time.Second
	expirySoon = 14 * 24 * time.Hour
	lowQuota   = 10 // percent
)

// order is every check's name; those that never came to be are skipped.
var order = []string{"configuration", "dns", "tls", "api", "token", "account", "permission", "app", "rate limit", "clock"}

// Run examines the subject with a handful of requests.
func Run(ctx context.Context, s Subject) Report {
	e := &examination{Subject: s, found: map[string]Check{}}
	if e.configuration() && e.reach(ctx) {
		e.permissions(ctx)
	}
	e.headers()
	return e.report()
}

type examination struct {
	Subject
	found map[string]Check
}

func (e *examination) say(name string, status Status, remedy, format string, a ...any) {
	e.found[name] = Check{Name: name, Status: status, Detail: untrusted.Line(fmt.Sprintf(format, a...), 1000), Remedy: untrusted.Line(remedy, 2000)}
}

// fail takes fact and remedy from the client's error.
func (e *examination) fail(name string, err error) {
	var known *client.Error
	if tooMany(err) {
		name = "rate limit" // it says nothing of what was asked for
	}
	switch {
	case !errors.As(err, &known) || known.What == "":
		e.say(name, Fail, "", "%v", err)
	case known.Status == 0:
		e.say(name, Fail, known.Remedy, "%s", known.Message)
	default:
		bare := *known
		bare.Remedy = ""
		e.say(name, Fail, known.Remedy, "%s", strings.TrimSuffix(bare.Error(), ". "))
	}
}

func (e *examination) report() Report {
	r := Report{Healthy: true}
	for _, name := range order {
		c, ok := e.found[name]
		if !ok {
			c = Check{Name: name, Status: Skip}
		}
		r.Healthy = r.Healthy && c.Status != Fail
		r.Checks = append(r.Checks, c)
	}
	return r
}

func (e *examination) configuration() bool {
	if e.Demo {
		e.say("configuration", OK, "", "the embedded sample account; credentials and ids are ignored")
		return true
	}
	if e.TokenFrom == "" {
		e.say("configuration", Fail, client.ErrNoToken.Error(), "there is no API token")
		return false
	}
	e.say("configuration", OK, "", "token from %s, account %s, app %s, API %s", e.TokenFrom, cmp.Or(e.AccountID, "to be found out"), cmp.Or(e.AppID, "to be found out"), e.BaseURL)
	return true
}

// reach makes the first request, about the token, and tells the network's part
// of it apart. It reports whether to go on.
func (e *examination) reach(ctx context.Context) bool {
	status, err := e.API.VerifyToken(ctx, "")
	e.network(err)
	if e.failed("dns", "tls", "api") {
		return false
	}
	if refused(err) {
		status, err = e.accountToken(ctx, err)
	}
	if err != nil {
		e.fail("token", malformed(err))
		return false
	}
	return e.token(status)
}

func (e *examination) failed(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return e.found[n].Status == Fail })
}

func (e *examination) network(err error) {
	s := e.Probe.result()
	switch {
	case err != nil && s.lookupErr != nil:
		e.fail("dns", err)
		return
	case s.lookup == "":
		e.say("dns", OK, "", "not needed for %s", s.host)
	case s.lookup != s.host:
		e.say("dns", OK, "", "%s, a proxy, has %d addresses", s.lookup, s.addresses)
	default:
		e.say("dns", OK, "", "%s has %d addresses", s.lookup, s.addresses)
	}
	switch {
	case err != nil && s.tlsErr != nil:
		e.fail("tls", err)
		return
	case s.tls != nil:
		e.certificate(s.tls)
	case s.plain && s.connected:
		e.say("tls", OK, "", "not needed on loopback")
	}
	var known *client.Error
	switch {
	case errors.As(err, &known) && known.Status == http.StatusNotFound:
		e.say("api", Fail, "Unset CLOUDFLARE_BASE_URL, or let it end as "+client.DefaultBaseURL+" does.", "the address is not that of Cloudflare's API (HTTP 404)")
	case err == nil, known != nil && known.Status >= 400 && known.Status < 500 && known.Code != 0: // it is the API that refuses
		e.say("api", OK, "", "answered in %s", s.took.Round(time.Millisecond))
	default:
		e.fail("api", err)
	}
}

// certificate judges the one that the connection was made with.
func (e *examination) certificate(state *tls.ConnectionState) {
	version := tls.VersionName(state.Version)
	if len(state.PeerCertificates) == 0 {
		e.say("tls", OK, "", "%s", version)
		return
	}
	end := state.PeerCertificates[0].NotAfter
	if time.Until(end) < expirySoon {
		e.say("tls", Warn, "Whoever runs this address, or the proxy before it, has to renew the certificate.",
			"%s, the certificate is trusted, but only until %s", version, end.UTC().Format(time.DateOnly))
		return
	}
	e.say("tls", OK, "", "%s, the certificate is trusted until %s", version, end.UTC().Format(time.DateOnly))
}

func refused(err error) bool {
	var known *client.Error
	return errors.As(err, &known) && (known.Status == http.StatusUnauthorized || known.Status == http.StatusForbidden || known.Status == http.StatusBadRequest)
}

// malformed turns the API's 400, which it gives to what does not look like a
// token (code 6003), from a matter of arguments into one of the token.
func malformed(err error) error {
	var known *client.Error
	if !errors.As(err, &known) || known.Status != http.StatusBadRequest {
		return err
	}
	out := *known
	out.Remedy = "The API does not take this for a token: copy it again, without quotes or the word Bearer; a global API key is not one. " +
		"Or create one at https://dash.cloudflare.com/profile/api-tokens."
	return &out
}

func tooMany(err error) bool {
	var known *client.Error
	return errors.As(err, &known) && known.Status == http.StatusTooManyRequests
}

// accountToken asks the account about a token which no user owns.
func (e *examination) accountToken(ctx context.Context, before error) (client.TokenStatus, error) {
	account := e.AccountID
	if account == "" {
		accounts, _, err := e.API.Accounts(ctx)
		if tooMany(err) {
			return client.TokenStatus{}, err
		}
		if err != nil || len(accounts) == 0 {
			return client.TokenStatus{}, before
		}
		account = accounts[0].ID // an account's own token reaches no other
	}
	status, err := e.API.VerifyToken(ctx, account)
	if refused(err) {
		return status, before
	}
	return status, err
}

func (e *examination) token(t client.TokenStatus) bool {
	const renew = "Renew it at https://dash.cloudflare.com/profile/api-tokens (an account's own: Manage Account, Account API Tokens)."
	now := time.Now()
	switch {
	case t.Status != "active":
		e.say("token", Fail, renew, "the token is %s", t.Status)
		return false
	case t.NotBefore.After(now):
		e.say("token", Fail, "Wait, or create another one.", "the token is not valid before %s", t.NotBefore.Format(time.RFC3339))
		return false
	case t.ExpiresOn.IsZero():
		e.say("token", OK, "", "active, without an end")
	case t.ExpiresOn.Sub(now) < expirySoon:
		e.say("token", Warn, renew, "active, but only until %s", t.ExpiresOn.Format(time.DateOnly))
	default:
		e.say("token", OK, "", "active until %s", t.ExpiresOn.Format(time.DateOnly))
	}
	return true
}

// permissions finds account and app, and reads from RealtimeKit.
func (e *examination) permissions(ctx context.Context) {
	accounts, _, listErr := e.API.Accounts(ctx)
	account := e.AccountID
	switch {
	case account != "":
	case listErr != nil:
		e.fail("account", listErr)
		return
	case len(accounts) == 1:
		account = accounts[0].ID
	case len(accounts) == 0:
		e.say("account", Fail, "Set CLOUDFLARE_ACCOUNT_ID: the dashboard shows the id.", "the token lists no account")
		return
	default:
		e.say("account", Warn, "Set CLOUDFLARE_ACCOUNT_ID to one of them, or pass account_id in each call; then run doctor again.",
			"the token reaches %d accounts: %s", len(accounts), choices(accounts, func(a client.Account) (string, string) { return a.ID, a.Name }))
		return
	}
	listed, name := false, ""
	for _, a := range accounts {
		if a.ID == account {
			listed, name = true, " ("+a.Name+")"
		}
	}
	apps, _, err := e.API.Apps(ctx, account)
	var known *client.Error
	if errors.As(err, &known) && (known.Status == http.StatusForbidden || known.Status == http.StatusNotFound) && listErr == nil && !listed {
		e.say("account", Fail, "Correct CLOUDFLARE_ACCOUNT_ID, or let the token reach this account.", "the token does not reach account %s; it lists %s",
			account, cmp.Or(choices(accounts, func(a client.Account) (string, string) { return a.ID, a.Name }), "none"))
		return
	}
	if err == nil || listed {
		e.say("account", OK, "", "%s%s", account, name)
	}
	if err != nil {
		e.fail("permission", err)
		return
	}
	e.say("permission", OK, "", "the token reads RealtimeKit")
	e.app(ctx, account, apps)
}

func (e *examination) app(ctx context.Context, account string, apps []client.App) {
	list := choices(apps, func(a client.App) (string, string) { return a.ID, a.Name })
	app := client.App{ID: e.AppID}
	switch {
	case len(apps) == 0 && e.AppID == "":
		e.say("app", Warn, "Create one in the dashboard, under Realtime.", "the account has no RealtimeKit app")
		return
	case e.AppID == "" && len(apps) > 1:
		e.say("app", Warn, "Set REALTIMEKIT_APP_ID to one of them, or pass app_id in each call.", "the account has %d apps: %s", len(apps), list)
		return
	case e.AppID == "":
		app = apps[0]
	}
	for _, a := range apps {
		if a.ID == app.ID {
			app.Name = a.Name
		}
	}
	if app.Name == "" {
		e.say("app", Fail, "Correct REALTIMEKIT_APP_ID.", "the account has no app %s; it has %s", app.ID, cmp.Or(list, "none"))
		return
	}
	one := 1
	page, err := e.API.MeetingsPage(ctx, client.AppRef{AccountID: account, AppID: app.ID}, client.MeetingFilter{}, client.PageRequest{Per: &one})
	if err != nil {
		e.fail("app", err)
		return
	}
	e.say("app", OK, "", "%s (%s), %d meetings", app.ID, app.Name, page.Total)
}

// headers judges what the last response said besides its body.
func (e *examination) headers() {
	s := e.Probe.result()
	if s.header == nil {
		return
	}
	if !e.failed("rate limit") {
		e.rateLimit(parseQuota(s.header))
	}
	at, err := http.ParseTime(s.header.Get("Date"))
	if err != nil {
		e.say("clock", Skip, "", "the API did not tell its time")
		return
	}
	off := s.received.Sub(at).Round(time.Second)
	if off.Abs() > skew {
		e.say("clock", Warn, "Let the machine set its clock (NTP): times asked for and shown would be wrong.", "this machine's clock is %s off the API's", off)
		return
	}
	e.say("clock", OK, "", "within %s of the API's", max(off.Abs(), time.Second))
}

func (e *examination) rateLimit(q quota) {
	if !q.known {
		e.say("rate limit", Skip, "", "the API sent no Ratelimit header; in general 1,200 requests in 5 minutes are allowed")
		return
	}
	left := fmt.Sprintf("%d requests left", q.remaining)
	if q.limit > 0 {
		left = fmt.Sprintf("%d of %d requests left", q.remaining, q.limit)
	}
	if q.window > 0 {
		left += " in " + span(q.window)
	}
	if q.remaining == 0 || q.remaining*100 < q.limit*lowQuota {
		e.say("rate limit", Warn, fmt.Sprintf("Wait %s, and see what else uses this user's tokens.", span(q.reset)), "only %s", left)
		return
	}
	e.say("rate limit", OK, "", "%s", left)
}

// span is 5m and not 5m0s.
func span(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	return s
}

func choices[T any](all []T, describe func(T) (id, name string)) string {
	var list []string
	for _, one := range all[:min(len(all), 10)] {
		id, name := describe(one)
		list = append(list, fmt.Sprintf("%s (%s)", id, untrusted.Line(name, 80)))
	}
	return strings.Join(list, ", ")
}
