// Package doctor finds out why the server cannot do its work: it checks each
// step of a request and says how to fix what fails. What refusals mean is the
// client's to say.
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
	Detail string `json:"detail,omitempty"` // empty if it was not checked
	Remedy string `json:"remedy,omitempty"`
}

// Report holds every check, in the order in which a request meets them.
type Report struct {
	Healthy bool    `json:"healthy"` // no check failed
	Checks  []Check `json:"checks"`

	Webhooks *Webhooks `json:"webhooks,omitempty"` // of the app, if that was found
}

// Subject is what is examined.
type Subject struct {
	API       *client.Client // made with Probe.Wrap
	Probe     *Probe
	BaseURL   string
	TokenFrom string // variable or file that holds the token; "" without one
	AccountID string
	AppID     string
	Limit     client.Limit // zero: the default
	Demo      bool

	WebhookURL string // to which webhooks may be sent; "" to ask about any
}

// Limits at which a check warns.
const (
	skew       = 30 * time.Second
	expirySoon = 14 * 24 * time.Hour
	lowQuota   = 10 // percent
)

// order has the name of every check. One that could not be made is skipped.
var order = []string{
	"configuration",
	"dns",
	"tls",
	"api",
	"token",
	"account",
	"permission",
	"app",
	"rate limit",
	"clock",
}

// Run examines the subject with a handful of requests.
func Run(ctx context.Context, s Subject) Report {
	e := &examination{Subject: s, found: map[string]Check{}}
	if e.configuration() && e.reach(ctx) {
		e.permissions(ctx)
	}
	e.headers()
	r := e.report()
	r.Webhooks = e.webhooks(ctx)
	return r
}

type examination struct {
	Subject
	found map[string]Check
	ref   client.AppRef // of the app, once it was read from

	accounts []client.Account // what listAccounts found, if it did
}

// listAccounts asks once: several checks need the accounts.
func (e *examination) listAccounts(ctx context.Context) ([]client.Account, error) {
	if e.accounts != nil {
		return e.accounts, nil
	}
	var err error
	e.accounts, _, err = e.API.Accounts(ctx)
	return e.accounts, err
}

func (e *examination) say(name string, status Status, remedy, format string, a ...any) {
	e.found[name] = Check{
		Name:   name,
		Status: status,
		Detail: untrusted.Line(fmt.Sprintf(format, a...), 1000),
		Remedy: untrusted.Line(remedy, 2000),
	}
}

// fail takes fact and remedy from the client's error.
func (e *examination) fail(name string, err error) {
	var known *client.Error
	if causeOf(err) == client.CauseRate {
		name = "rate limit" // the error says nothing about the check
	}
	switch {
	case !errors.As(err, &known) || known.What == "":
		e.say(name, Fail, "", "%v", err)
	case known.Status == 0:
		e.say(name, Fail, known.Remedy, "%s", known.Message)
	default:
		e.say(name, Fail, known.Remedy, "%s", known.Fact())
	}
}

// causeOf returns the cause of a client's error, or "" if the client names none.
func causeOf(err error) client.Cause {
	var known *client.Error
	if !errors.As(err, &known) {
		return ""
	}
	return known.Cause
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

const createToken = "Create one with the permission Realtime (read is enough) at " +
	"https://dash.cloudflare.com/profile/api-tokens. Then set CLOUDFLARE_API_TOKEN to it, or " +
	"CLOUDFLARE_API_TOKEN_FILE to a file that contains it."

func (e *examination) configuration() bool {
	if e.Demo {
		e.say("configuration", OK, "", "the embedded sample account; credentials and ids are ignored")
		return true
	}
	if e.TokenFrom == "" {
		e.say("configuration", Fail, createToken, "no API token is configured")
		return false
	}
	e.say("configuration", OK, "", "token from %s, account %s, app %s, API %s",
		e.TokenFrom, cmp.Or(e.AccountID, "looked up"), cmp.Or(e.AppID, "looked up"), e.BaseURL)
	return true
}

// reach makes the first request, which is about the token, and reports what it
// says about the network and what about the token. It returns whether to go on.
func (e *examination) reach(ctx context.Context) bool {
	status, err := e.API.VerifyToken(ctx, "")
	e.network(err)
	if e.failed("dns", "tls", "api") {
		return false
	}
	if refused(err) {
		status, err = e.accountToken(ctx, err)
	}
	switch {
	case errors.Is(err, errUnverified):
		e.say("token", Skip, "", "it may be an account-owned token, which only its account can verify")
		e.say("account", Fail, client.AccountRemedy(0), "no account is configured, and the token cannot list accounts")
		return false
	case err != nil:
		e.fail("token", err)
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
		e.say("dns", OK, "", "the proxy %s resolves to %s", s.lookup, addresses(s.addresses))
	default:
		e.say("dns", OK, "", "%s resolves to %s", s.lookup, addresses(s.addresses))
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
	if err == nil || slices.Contains(answers, causeOf(err)) {
		e.say("api", OK, "", "answered in %s", s.took.Round(time.Millisecond))
		return
	}
	e.fail("api", err)
}

func addresses(n int) string {
	if n == 1 {
		return "1 address"
	}
	return fmt.Sprintf("%d addresses", n)
}

// answers are the causes of errors that the API itself has answered with.
var answers = []client.Cause{
	client.CauseToken, client.CausePermission, client.CauseAccount, client.CauseArgument, client.CauseRate,
}

// certificate checks the certificate of the connection.
func (e *examination) certificate(state *tls.ConnectionState) {
	version := tls.VersionName(state.Version)
	if len(state.PeerCertificates) == 0 {
		e.say("tls", OK, "", "%s", version)
		return
	}
	end := state.PeerCertificates[0].NotAfter
	if time.Until(end) < expirySoon {
		e.say("tls", Warn, "Ask whoever runs this address, or the proxy in front of it, to renew the certificate.",
			"%s, the certificate is trusted, but only until %s", version, end.UTC().Format(time.DateOnly))
		return
	}
	e.say("tls", OK, "", "%s, the certificate is trusted until %s", version, end.UTC().Format(time.DateOnly))
}

// refused reports whether the API refuses the token as one of a user's.
func refused(err error) bool {
	cause := causeOf(err)
	return cause == client.CauseToken || cause == client.CausePermission
}

// errUnverified means that there was nobody to ask about the token.
var errUnverified = errors.New("the token was not verified")

// accountToken asks the account about a token that no user owns.
func (e *examination) accountToken(ctx context.Context, before error) (client.TokenStatus, error) {
	account := e.AccountID
	if account == "" {
		accounts, err := e.listAccounts(ctx)
		switch {
		case causeOf(err) == client.CauseAccount, err == nil && len(accounts) == 0:
			return client.TokenStatus{}, errUnverified
		case err != nil:
			return client.TokenStatus{}, err // if refused too, it says more than the first refusal
		}
		account = accounts[0].ID // an account's own token reaches no other
	}
	status, err := e.API.VerifyToken(ctx, account)
	if refused(err) || causeOf(err) == client.CauseBetween { // for example if the account has no such address
		return status, before
	}
	return status, err
}

func (e *examination) token(t client.TokenStatus) bool {
	const renew = "Renew it at https://dash.cloudflare.com/profile/api-tokens " +
		"(an account-owned token: under Manage Account, Account API Tokens)."
	now := time.Now()
	switch {
	case t.Status == "disabled" || t.Status == "expired":
		e.say("token", Fail, renew, "the token is %s", t.Status)
		return false
	case t.Status != "active":
		e.say("token", Fail, renew, "the API does not report the token as active")
		return false
	case t.NotBefore.After(now):
		e.say("token", Fail, "Wait until then, or create another token.",
			"the token is not valid before %s", t.NotBefore.Format(time.RFC3339))
		return false
	case t.ExpiresOn.IsZero():
		e.say("token", OK, "", "active, does not expire")
	case t.ExpiresOn.Sub(now) < expirySoon:
		e.say("token", Warn, renew, "active, but only until %s", t.ExpiresOn.Format(time.DateOnly))
	default:
		e.say("token", OK, "", "active until %s", t.ExpiresOn.Format(time.DateOnly))
	}
	return true
}

// permissions finds account and app, and reads from RealtimeKit.
func (e *examination) permissions(ctx context.Context) {
	accounts, listErr := e.listAccounts(ctx)
	account := e.AccountID
	switch {
	case account != "":
	case listErr != nil:
		e.fail("account", listErr)
		return
	case len(accounts) == 1:
		account = accounts[0].ID
	case len(accounts) == 0:
		e.say("account", Fail, client.AccountRemedy(0), "no account is configured, and the token lists none")
		return
	default:
		e.say("account", Warn, client.AccountRemedy(len(accounts))+" Then run doctor again.",
			"the token reaches %d accounts: %s", len(accounts), accountChoices(accounts))
		return
	}
	listed, name := false, ""
	for _, a := range accounts {
		if a.ID == account {
			listed, name = true, " ("+a.Name+")"
		}
	}
	apps, _, err := e.API.Apps(ctx, account)
	unreached := causeOf(err) == client.CausePermission || client.NotFound(err)
	if unreached && listErr == nil && len(accounts) > 0 && !listed {
		e.say("account", Fail, "Correct CLOUDFLARE_ACCOUNT_ID, or give the token access to this account.",
			"the token does not reach account %s; it lists %s", account, accountChoices(accounts))
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
		e.say("app", Warn, client.AppRemedy(0), "the account has no RealtimeKit app")
		return
	case len(apps) == 0:
		e.say("app", Fail, client.AppRemedy(0), "the account has no RealtimeKit app, so it does not have %s", app.ID)
		return
	case e.AppID == "" && len(apps) > 1:
		e.say("app", Warn, client.AppRemedy(len(apps)), "the account has %d apps: %s", len(apps), list)
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
		e.say("app", Fail, "Correct REALTIMEKIT_APP_ID.", "the account has no app %s; it has %s", app.ID, list)
		return
	}
	one := 1
	ref := client.AppRef{AccountID: account, AppID: app.ID}
	page, err := e.API.MeetingsPage(ctx, ref, client.MeetingFilter{}, client.PageRequest{Per: &one})
	if err != nil {
		e.fail("app", err)
		return
	}
	e.ref = ref
	e.say("app", OK, "", "%s (%s), %d meetings", app.ID, app.Name, page.Total)
}

// headers judges the headers of the last response.
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
		e.say("clock", Skip, "", "the API sent no Date header")
		return
	}
	off := s.received.Sub(at).Round(time.Second)
	if off.Abs() > skew {
		side := "ahead of"
		if off < 0 {
			side = "behind"
		}
		const remedy = "Set this machine's clock, for example with NTP. " +
			"Until then, times that you ask for and see are wrong."
		e.say("clock", Warn, remedy, "this machine's clock is %s %s the API's", span(off.Abs()), side)
		return
	}
	e.say("clock", OK, "", "within %s of the API's", max(off.Abs(), time.Second))
}

func (e *examination) rateLimit(q quota) {
	if !q.known {
		e.say("rate limit", Skip, "", "the API sent no Ratelimit header; %s", e.pace())
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
		remedy := fmt.Sprintf("Wait %s, and check what else uses this user's tokens.", span(q.reset))
		e.say("rate limit", Warn, remedy, "only %s", left)
		return
	}
	e.say("rate limit", OK, "", "%s", left)
}

// pace says how fast this program sends requests.
func (e *examination) pace() string {
	if e.Limit == (client.Limit{}) {
		return "requests stay within the limits that it documents"
	}
	return fmt.Sprintf("requests stay within --rate-limit, %d in %s", e.Limit.Requests, span(e.Limit.Window))
}

// span formats a duration, five minutes as 5m and not 5m0s.
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
		if name = untrusted.Line(name, 80); name != "" {
			id += " (" + name + ")"
		}
		list = append(list, id)
	}
	if more := len(all) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

func accountChoices(all []client.Account) string {
	return choices(all, func(a client.Account) (string, string) { return a.ID, a.Name })
}
