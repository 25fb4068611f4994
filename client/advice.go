package client

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// advice is one row of the table of failures: what a refusal looks like, what has to
// change, and what to do. Zero fields match any refusal; the first matching row
// counts.
type advice struct {
	from, to int // HTTP status; without to, that one alone
	codes    []int
	edge     bool // codes are those of Cloudflare's edge; otherwise they are the API's
	body     bodyKind
	about    subject // any of these
	says     string  // part of the API's message, in lower case
	foreign  bool    // no cf-ray: the answer is not Cloudflare's
	mark     bool    // the header cf-mitigated says challenge

	cause   Cause
	message string // if the API gave none
	remedy  string // with {wait}, {ray}, {token}, {base} and {next} to be filled in
}

const (
	tokenPage   = "https://dash.cloudflare.com/profile/api-tokens"
	statusPage  = "https://www.cloudflarestatus.com"
	cutRemedy   = "Try again; if it persists, look for a proxy or firewall which cuts connections."
	proxyRemedy = "A proxy or a wrong CLOUDFLARE_BASE_URL may have led to another server; unset it or check the proxy, " +
		"then try again."
	accountID = "the dashboard (https://dash.cloudflare.com) shows the id, 32 letters and digits, in the address " +
		"of the account's pages"
	findAccount = "Set CLOUDFLARE_ACCOUNT_ID, or pass account_id: " + accountID + ". An account's own token cannot " +
		"list accounts."

	malformedRemedy = "The token is malformed: copy it again, without quotes, placeholder or the word Bearer; " +
		"a global API key is not one. Or create one at " + tokenPage + "."
	wrongRemedy = "The API token is wrong, expired or revoked: create one at " + tokenPage + " and {token}."
	ownToken    = " An account's own token cannot list accounts: if it is one, set CLOUDFLARE_ACCOUNT_ID too."
	blockRemedy = "Bot protection or the network blocks the request: without a VPN or proxy, or from another network, " +
		"the same call may pass. {ray}"
	originRemedy = "The address behind CLOUDFLARE_BASE_URL is at fault, not the request: unset it, or try again later; " +
		"for Cloudflare's own see " + statusPage + "."
	gatewayRemedy = "A proxy or gateway could not get an answer from the API: check it, or try again later."
	wrongAddress  = "The address is not that of Cloudflare's API: unset CLOUDFLARE_BASE_URL, or let it end as {base} does."
)

// table is in order of precedence: what answered in place of the API, then what an
// API code says, then what the status says.
//
// https://developers.cloudflare.com/support/troubleshooting/http-status-codes/
// https://developers.cloudflare.com/fundamentals/api/troubleshooting/
var table = []advice{
	{mark: true, cause: CauseBetween, message: "bot protection answered in place of the API", remedy: blockRemedy},
	{from: 407, cause: CauseBetween, message: "the proxy wants credentials",
		remedy: "The proxy wants credentials: put user and password into HTTPS_PROXY " +
			"(http://USER:PASSWORD@HOST:PORT), or ask whoever runs it."},
	{from: 511, cause: CauseBetween, message: "the network wants a sign-in",
		remedy: "Sign in to the network with a browser, then try again."},
	{codes: []int{1015}, edge: true, cause: CauseRate, remedy: "A rate limit is reached: {wait}."},
	{codes: []int{1015}, cause: CauseRate, remedy: "A rate limit is reached: {wait}."},
	{from: 429, cause: CauseRate, remedy: "A rate limit is reached: {wait}."},
	{codes: []int{1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1020, 1106}, edge: true, cause: CauseBetween,
		message: "Cloudflare's edge blocks this address or program", remedy: blockRemedy},
	{
		codes: []int{1000, 1001, 1002, 1003, 1014, 1016, 1018, 1023, 1033}, edge: true, cause: CauseBetween,
		remedy: originRemedy,
	},
	{from: 403, body: pageBody, cause: CauseBetween, remedy: blockRemedy},
	{from: 200, to: 499, body: pageBody, cause: CauseBetween, remedy: proxyRemedy},
	{from: 300, to: 399, cause: CauseBetween, remedy: proxyRemedy},

	{codes: []int{6003, 6102, 6103, 6111, 9106}, cause: CauseToken, remedy: malformedRemedy},
	{codes: []int{9109}, says: "invalid access token", cause: CauseToken, remedy: wrongRemedy},
	{codes: []int{9109}, says: "requested resource", about: aboutAccounts, cause: CauseAccount, remedy: findAccount},
	{codes: []int{9109}, says: "requested resource", cause: CausePermission,
		remedy: "The token may not read this: give it Realtime (or Realtime Admin) for this account, check account_id, " +
			"and see whether the token is limited to other IP addresses."},
	{codes: []int{9109}, cause: CauseToken,
		remedy: "The token is not allowed from this IP address: at " + tokenPage +
			" (an account's own: Manage Account, Account API Tokens) change its Client IP Address Filtering, or call " +
			"from an allowed address."},
	{from: 400, about: aboutAccounts, cause: CauseAccount, remedy: findAccount},
	{from: 403, about: aboutAccounts, cause: CauseAccount, remedy: findAccount},
	{from: 404, about: aboutToken, cause: CauseBetween, remedy: wrongAddress},
	{from: 405, about: aboutToken, cause: CauseBetween, remedy: wrongAddress},
	{codes: []int{7000, 7003}, about: aboutToken | aboutAccounts, cause: CauseBetween, remedy: wrongAddress},
	{codes: []int{7000, 7003}, cause: CauseArgument,
		remedy: "The API does not know this address: check account_id and app_id (list_apps lists the apps), and " +
			"CLOUDFLARE_BASE_URL."},
	{from: 400, to: 403, codes: []int{1000}, about: aboutAccounts, cause: CauseToken, remedy: wrongRemedy + ownToken},
	{from: 400, to: 403, codes: []int{1000}, cause: CauseToken, remedy: wrongRemedy},
	{codes: []int{10001}, cause: CauseToken,
		remedy: "The API could not authenticate with this token: it takes API tokens, not global keys; copy it again, " +
			"or create one at " + tokenPage + " and {token}."},

	{from: 401, about: aboutAccounts, cause: CauseToken, remedy: wrongRemedy + ownToken},
	{from: 401, cause: CauseToken, remedy: wrongRemedy},
	{from: 400, about: aboutToken, cause: CauseToken, remedy: malformedRemedy},
	{from: 403, body: textBody, foreign: true, cause: CauseBetween, remedy: blockRemedy},
	{from: 403, body: noBody, foreign: true, cause: CauseBetween, remedy: blockRemedy},
	{from: 403, cause: CausePermission,
		remedy: "The token lacks permission: give it Realtime (or Realtime Admin) for this account, and check account_id."},
	{codes: []int{10000}, cause: CauseToken, remedy: wrongRemedy},
	{
		from: 404, about: aboutAccount, cause: CauseNotFound,
		remedy: "Check account_id (CLOUDFLARE_ACCOUNT_ID): " + accountID + ".",
	},
	{from: 404, about: aboutApp, cause: CauseNotFound,
		remedy: "Check app_id (REALTIMEKIT_APP_ID) and account_id: list_apps lists the account's apps."},
	{from: 404, about: aboutMeeting, cause: CauseNotFound,
		remedy: "Check the meeting_id, and that it belongs to this app and account: find_meetings finds meetings, " +
			"list_apps the apps."},
	{from: 404, about: aboutSession, cause: CauseNotFound,
		remedy: "Check the session_id, and that it belongs to this app and account: list_sessions lists a meeting's " +
			"sessions, list_apps the apps."},
	{from: 404, cause: CauseNotFound,
		remedy: "Check the id, and that it belongs to this app and account: find_meetings finds meetings, list_apps " +
			"the apps."},
	{from: 405, cause: CauseBetween, remedy: proxyRemedy},
	{
		from: 408, cause: CauseAPI,
		remedy: "The API gave up waiting, and retries did not help: try again, or ask for fewer rows with per_page.",
	},
	{
		from: 409, cause: CauseAPI,
		remedy: "Something changed at the same time, and retries did not help: try again in a moment.",
	},
	{
		from: 410, cause: CauseNotFound,
		remedy: "It is gone; RealtimeKit keeps much of its data only for some days. There is nothing left to fetch.{next}",
	},
	{from: 413, to: 414, cause: CauseArgument, remedy: "The request is too long: shorten its arguments."},
	{
		from: 422, cause: CauseArgument,
		remedy: "The API refused an argument: correct the one that its message names.{next}",
	},
	{
		from: 431, cause: CauseArgument,
		remedy: "The request's headers are too long: check the token, and what a proxy adds.",
	},
	{
		from: 451, cause: CauseBetween,
		remedy: "The network refuses this address for legal reasons: use another network. {ray}",
	},

	{
		from: 525, to: 526, cause: CauseAPI, message: "Cloudflare found no valid TLS certificate at the origin",
		remedy: originRemedy,
	},
	{from: 520, to: 524, cause: CauseAPI, message: "Cloudflare got no good answer from the origin", remedy: originRemedy},
	{from: 527, to: 530, cause: CauseAPI, message: "Cloudflare could not reach the origin", remedy: originRemedy},
	{from: 502, to: 504, body: pageBody, foreign: true, cause: CauseBetween, remedy: gatewayRemedy},
	{from: 502, to: 504, body: textBody, foreign: true, cause: CauseBetween, remedy: gatewayRemedy},
	{from: 500, to: 599, cause: CauseAPI,
		remedy: "The fault is on Cloudflare's side and retries did not help: try again later, or see " + statusPage + "."},
	{
		from: 400, to: 499, cause: CauseArgument,
		remedy: "The API refused the request: correct the arguments as its message says.{next}",
	},
	{remedy: "Try again; if it persists, give the cf-ray to Cloudflare's support."},
}

// refusal is what the table is asked about.
type refusal struct {
	envelope
	status  int
	about   subject
	foreign bool
	mark    bool
}

func (a *advice) fits(r *refusal) bool {
	status := a.from == 0 || r.status >= a.from && r.status <= max(a.from, a.to)
	coded := a.codes == nil ||
		a.edge == r.edge && slices.ContainsFunc(r.codes, func(c int) bool { return slices.Contains(a.codes, c) })
	return status && coded &&
		(a.body == anyBody || a.body == r.kind) &&
		(a.about == 0 || a.about&r.about != 0) &&
		(!a.foreign || r.foreign) && (!a.mark || r.mark) &&
		strings.Contains(lower(r.message), a.says)
}

// refused explains an answer that reports a failure.
func refused(ctx context.Context, out *Error, res *http.Response, head string) {
	r := refusal{
		envelope: readEnvelope(res.Header, head), status: res.StatusCode,
		foreign: out.RequestID == "", mark: strings.EqualFold(res.Header.Get("Cf-Mitigated"), "challenge"),
	}
	if res.Request != nil && res.Request.URL != nil {
		r.about = subjectOf(res.Request.URL.Path)
	}
	r.explain(ctx, out)
}

// explain fills in what the table says.
func (r *refusal) explain(ctx context.Context, out *Error) {
	if len(r.codes) > 0 {
		out.Code = r.codes[0]
		r.status = out.Meant()
	}
	if out.RetryAfter == 0 {
		out.RetryAfter = r.after
	}
	row := &table[slices.IndexFunc(table, func(a advice) bool { return a.fits(r) })] // the last one fits any
	out.Cause = row.cause
	out.Message = cmp.Or(strings.TrimRight(untrusted.Line(r.message, maxForeign), "."), row.message, r.wordless())
	out.Remedy = fill(ctx, row.remedy, out, r.about)
}

// wordless is the message for an answer without one.
func (r *refusal) wordless() string {
	text := strings.ToLower(http.StatusText(r.status))
	message := "the API answered " + cmp.Or(text, fmt.Sprintf("with the status %d", r.status))
	switch {
	case r.kind == pageBody && r.title != "":
		return message + ` with a body that is not JSON but a page titled "` + r.title + `"`
	case r.kind != jsonBody:
		return message + " with a body that is not JSON"
	}
	return message
}

func fill(ctx context.Context, remedy string, e *Error, about subject) string {
	wait := "wait some minutes before the next call"
	if e.RetryAfter > 0 {
		wait = fmt.Sprintf("try again in %s", wholeSeconds(e.RetryAfter))
	}
	who := "Give the cf-ray to whoever runs the network, or to Cloudflare's support."
	if e.RequestID == "" {
		who = "The answer has no cf-ray, so it may not come from Cloudflare: ask whoever runs the network."
	}
	token := "set CLOUDFLARE_API_TOKEN"
	if _, theirs := ctx.Value(tokenKey{}).(string); theirs {
		token = "let your client send it"
	}
	return strings.NewReplacer("{wait}", wait, "{ray}", who, "{token}", token, "{base}", DefaultBaseURL,
		"{next}", about.next()).Replace(remedy)
}

// wholeSeconds rounds up, so that a client which waits exactly this long is not early.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// subject is what a request is about, by its path.
type subject int

const (
	aboutToken    subject = 1 << iota // whether it is valid
	aboutAccounts                     // the list of those that the token reaches
	aboutAccount                      // its apps
	aboutApp                          // its meetings, sessions or recordings
	aboutMeeting
	aboutSession
)

// next names the tool that finds the right id.
func (s subject) next() string {
	switch s {
	case aboutMeeting:
		return " find_meetings gives the ids of meetings."
	case aboutSession:
		return " list_sessions gives the ids of sessions."
	case aboutApp:
		return " list_apps gives the ids of apps."
	}
	return ""
}

func subjectOf(path string) subject {
	if strings.HasSuffix(path, "/tokens/verify") {
		return aboutToken
	}
	if strings.HasSuffix(path, "/accounts") {
		return aboutAccounts
	}
	_, kit, ok := strings.Cut(path, "/realtime/kit/")
	if !ok {
		return 0
	}
	parts := strings.Split(kit, "/") // app, collection, id, ...
	switch {
	case len(parts) == 1:
		return aboutAccount
	case len(parts) == 2:
		return aboutApp
	case parts[1] == "meetings":
		return aboutMeeting
	case parts[1] == "sessions":
		return aboutSession
	case parts[1] == "recordings" && len(parts) == 4:
		return aboutMeeting // active-recording/{meeting}
	}
	return 0
}

// AccountRemedy is what to do if no account is configured and the token reaches this
// number of them, which is not 1.
func AccountRemedy(accounts int) string {
	if accounts == 0 {
		return findAccount
	}
	return "Pass one of their ids as account_id, or set CLOUDFLARE_ACCOUNT_ID."
}

// AppRemedy is what to do if no app is configured and the account has this number of
// them, which is not 1.
func AppRemedy(apps int) string {
	if apps == 0 {
		return "Create one in the dashboard, under Realtime, or pass the account_id of another account " +
			"(CLOUDFLARE_ACCOUNT_ID)."
	}
	return "Pass one of their ids as app_id, or set REALTIMEKIT_APP_ID."
}
