package client

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const (
	testToken   = "cfut_Zk3nQ8vT1xW5yB7dF9gH2jK4mN6pR0sU"
	testAccount = "0123456789abcdef0123456789abcdef"
	kit         = "/client/v4/accounts/" + testAccount + "/realtime/kit/"
)

// explained is the Error that an answer becomes.
func explained(path string, status int, header http.Header, body string) *Error {
	e := &exchange{head: body, response: &http.Response{
		StatusCode: status, Header: header, Request: httptest.NewRequest(http.MethodGet, path, nil),
	}}
	var out *Error
	errors.As(sealed(e.explain(context.Background(), "it", time.Second, errUnsuccessful), testToken), &out)
	return out
}

func cloudflare(code int, message string) string {
	return fmt.Sprintf(`{"success":false,"errors":[{"code":%d,"message":%q}],"messages":[],"result":null}`, code, message)
}

const (
	meetingPath  = kit + "app/meetings/m"
	sessionPath  = kit + "app/sessions/s/participants"
	verifyPath   = "/client/v4/user/tokens/verify"
	accountsPath = "/client/v4/accounts"

	filterPage = "<!DOCTYPE html><html><head><title>Web\n filter &amp; more</title></head></html>"
)

var (
	withRay    = http.Header{"Cf-Ray": {"8f2a-FRA"}}
	challenged = http.Header{"Cf-Ray": {"8f2a-FRA"}, "Cf-Mitigated": {"challenge"}}
)

// product is an error of the product's own.
func product(status int) string {
	return fmt.Sprintf(`{"success":false,"error":{"code":%d,"message":"no"}}`, status)
}

type adviceCase struct {
	path   string
	status int
	header http.Header
	body   string
	cause  Cause
	want   string // of the text, separated by |
	not    string
}

var adviceCases = map[string]adviceCase{
	"malformed": {
		meetingPath, 400, nil, cloudflare(6003, "Invalid request headers"), CauseToken,
		"malformed|without quotes|code 6003|Invalid request headers", "",
	},
	"malformed in a chain": {
		meetingPath, 400, nil,
		`{"success":false,"errors":[{"code":1,"message":"a","error_chain":[{"code":6111,"message":"Invalid format ` +
			`for Authorization header"}]}]}`, CauseToken, "malformed|a; Invalid format", "",
	},
	"address filter": {
		meetingPath, 403, nil, cloudflare(9109, "Cannot use the access token from location: 192.0.2.1"), CauseToken,
		"not allowed from this IP address|192.0.2.1", "permission|Realtime",
	},
	"address filter for 401": {meetingPath, 401, nil, cloudflare(9109, "no"), CauseToken, "IP address", "expired"},
	"9109 of a resource": {
		meetingPath, 403, nil, cloudflare(9109, "Unauthorized to access requested resource"), CausePermission,
		"Realtime|IP address", "",
	},
	"9109 of a wrong token": {
		meetingPath, 403, nil, cloudflare(9109, "Invalid access token"), CauseToken, "wrong, expired", "",
	},
	"10000 and 401": {
		meetingPath, 401, nil, cloudflare(10000, "Authentication error"), CauseToken,
		"wrong, expired or revoked|set CLOUDFLARE_API_TOKEN", "",
	},
	"10000 and 403": {
		meetingPath, 403, nil, cloudflare(10000, "Authentication error"), CausePermission, "give it Realtime|account_id", "",
	},
	"10000 under 200": {
		meetingPath, 200, nil, cloudflare(10000, "Authentication error"), CauseToken, "wrong, expired|HTTP 200", "",
	},
	"10001": {
		meetingPath, 403, nil, cloudflare(10001, "Unable to authenticate request"), CauseToken, "not global keys", "lacks",
	},
	"1000": {
		meetingPath, 400, nil, cloudflare(1000, "Invalid API Token"), CauseToken, "wrong, expired", "",
	},
	"code as a text": {
		meetingPath, 401, nil, `{"success":false,"errors":[{"code":"10000","message":"Authentication error"}]}`, CauseToken,
		"code 10000", "",
	},
	"error as a text": {
		meetingPath, 500, nil, `{"success":false,"error":"upstream unavailable"}`, CauseAPI,
		"upstream unavailable|try again later", "",
	},
	"message on top": {
		meetingPath, 400, nil, `{"success":false,"message":"per_page must be at most 200"}`, CauseArgument,
		"per_page must be at most 200|correct the arguments|find_meetings", "",
	},
	"problem details": {
		sessionPath, 400, http.Header{"Content-Type": {"application/problem+json"}},
		`{"title":"Bad request","detail":"page_no must be positive"}`, CauseArgument,
		"Bad request: page_no must be positive|list_sessions", "",
	},
	"JSON as plain text": {
		meetingPath, 400, http.Header{"Content-Type": {"text/plain"}}, cloudflare(7003, "Could not route"), CauseArgument,
		"Could not route|code 7003|account_id", "",
	},
	"JSON as HTML": {
		meetingPath, 403, http.Header{"Content-Type": {"text/html"}}, cloudflare(10000, "Authentication error"),
		CausePermission, "Authentication error", "",
	},
	"several errors": {
		meetingPath, 400, nil,
		`{"errors":[{"code":5,"message":"one"},{"code":6003,"message":"two"},{"message":"one"},"three"]}`, CauseToken,
		"one; two; three (HTTP 400, code 5)", "",
	},
	"errors by field": {
		meetingPath, 422, nil, `{"errors":{"per_page":["must be a number"],"page_no":["too low","odd"]}}`, CauseArgument,
		"per_page: must be a number; page_no: too low, odd|argument", "",
	},
	"a field in a path": {
		meetingPath, 422, nil,
		`{"success":false,"errors":[{"code":422,"message":"must be a number","path":["query","per_page"]},` +
			`{"message":"is too low","field":"page_no"},{"message":"is odd","source":{"pointer":"/data/0/id"}}]}`,
		CauseArgument,
		"query.per_page: must be a number; page_no: is too low; data.0.id: is odd (HTTP 422)", "",
	},
	"a field on top": {
		meetingPath, 422, nil, `{"statusCode":422,"message":"must be a number","path":["per_page"]}`, CauseArgument,
		"per_page: must be a number (HTTP 422)", "",
	},
	"a field named twice": {
		meetingPath, 422, nil, `{"success":false,"error":{"code":422,"message":"\"per_page\" is odd","path":"per_page"}}`,
		CauseArgument, `: "per_page" is odd (HTTP 422)`, "per_page: ",
	},
	"a path of the request": {
		meetingPath, 404, nil, `{"status":404,"error":{"message":"no route","path":"/client/v4/x?a=b"}}`, CauseNotFound,
		"no route (HTTP 404)", "client/v4",
	},
	"a list of texts on top": {
		meetingPath, 400, nil, `{"statusCode":400,"error":"Bad Request","message":["a must be b","c"]}`, CauseArgument,
		"Bad Request; a must be b; c", "",
	},
	"a code without words": {
		meetingPath, 403, nil, `{"errors":[{"code":9109}]}`, CauseToken,
		"the API answered forbidden|code 9109|IP address", "",
	},
	"BOM": {meetingPath, 400, nil, "\ufeff" + cloudflare(6003, "x"), CauseToken, "malformed", ""},
	"cut JSON": {
		meetingPath, 400, nil, `{"success":false,"errors":[{"code":6003,"message":"Invalid request headers"},{"co`,
		CauseToken,
		"malformed|Invalid request", "",
	},
	"bot challenge": {
		meetingPath, 403, challenged, filterPage, CauseBetween, "Bot protection|cf-ray 8f2a-FRA|Give the cf-ray",
		"permission|Realtime",
	},
	"bot challenged, not cf-ray": {
		meetingPath, 403, http.Header{"Cf-Mitigated": {"challenge"}}, "", CauseBetween, "Bot protection|no cf-ray",
		"permission",
	},
	"bot challenge under 429": {meetingPath, 429, challenged, filterPage, CauseBetween, "Bot protection", "rate limit"},
	"a page under 403": {
		meetingPath, 403, withRay, filterPage, CauseBetween, `a page titled "Web filter & more"|network|cf-ray`,
		"permission|Realtime",
	},
	"a page under 401": {meetingPath, 401, nil, filterPage, CauseBetween, "proxy|CLOUDFLARE_BASE_URL", "expired"},
	"a page under 404": {meetingPath, 404, nil, filterPage, CauseBetween, "proxy", "find_meetings"},
	"a page under 302": {meetingPath, 302, nil, filterPage, CauseBetween, "proxy", ""},
	"text under 403": {
		meetingPath, 403, nil, "Blocked by policy", CauseBetween, "Blocked by policy|network", "permission",
	},
	"nothing under 403":          {meetingPath, 403, nil, "", CauseBetween, "network", "permission"},
	"nothing, but of Cloudflare": {meetingPath, 403, withRay, "", CausePermission, "permission", ""},
	"an edge's block": {
		meetingPath, 403, withRay, "error code: 1020", CauseBetween, "Bot protection", "permission",
	},
	"an edge's block as a page": {
		meetingPath, 403, withRay, `<title>Access denied</title><span class="cf-error-code">1006</span>`, CauseBetween,
		"code 1006|network", "permission",
	},
	"proxy credentials": {
		meetingPath, 407, nil, filterPage, CauseBetween, "the proxy wants credentials|HTTPS_PROXY",
		"permission|correct the arg",
	},
	"sign-in": {meetingPath, 511, nil, filterPage, CauseBetween, "Sign in to the network", ""},
	"1015": {
		meetingPath, 429, withRay, "error code: 1015", CauseRate, "rate limit|wait some minutes|code 1015", "1,200",
	},
	"1015 as problem details": {
		meetingPath, 429, withRay,
		`{"title":"Error 1015: You are being rate ` +
			`limited","status":429,"detail":"wait","error_code":1015,"cloudflare_error":true,"retry_after":30}`, CauseRate,
		"try again in 30s|code 1015", "1,200",
	},
	"429": {
		meetingPath, 429, http.Header{"Retry-After": {"90"}}, product(429), CauseRate,
		"A rate limit is reached|try again in 1m30s",
		"1,200|250",
	},
	"429 under 200": {meetingPath, 200, nil, product(429), CauseRate, "rate limit", ""},
	"accounts' own tokens": {
		accountsPath, 400, nil, cloudflare(1001, "List accounts endpoint does not support account owned tokens."),
		CauseAccount,
		"CLOUDFLARE_ACCOUNT_ID|account_id|https://dash.cloudflare.com", "",
	},
	"accounts refused": {
		accountsPath, 403, nil, cloudflare(10000, "Authentication error"), CauseAccount, "CLOUDFLARE_ACCOUNT_ID",
		"lacks permission",
	},
	"accounts, filtered": {
		accountsPath, 403, nil, cloudflare(9109, "Cannot use the access token from location: ::1"), CauseToken, "IP address",
		"CLOUDFLARE_ACCOUNT_ID",
	},
	"accounts with 401": {
		accountsPath, 401, nil, cloudflare(10000, "Authentication error"), CauseToken, "expired|CLOUDFLARE_ACCOUNT_ID", "",
	},
	"verify 400": {
		verifyPath, 400, nil, cloudflare(10400, "Invalid request headers"), CauseToken, "malformed", "",
	},
	"verify 404": {
		verifyPath, 404, nil, cloudflare(7003, "Could not route"), CauseBetween,
		"not that of Cloudflare's API|" + DefaultBaseURL, "",
	},
	"no such account": {kit + "apps", 404, nil, product(404), CauseNotFound, "account_id", "find_meetings"},
	"no such app": {
		kit + "app/meetings", 404, nil, product(404), CauseNotFound, "list_apps|REALTIMEKIT_APP_ID", "",
	},
	"no such meeting":   {meetingPath, 404, nil, product(404), CauseNotFound, "find_meetings|list_apps", ""},
	"no such session":   {sessionPath, 404, nil, product(404), CauseNotFound, "list_sessions|list_apps", "find_meetings"},
	"no such recording": {kit + "app/recordings/r", 404, nil, product(404), CauseNotFound, "Check the id", ""},
	"no live recording": {
		kit + "app/recordings/active-recording/m", 404, nil, product(404), CauseNotFound, "find_meetings", "",
	},
	"422": {
		sessionPath, 422, nil, `{"success":false,"error":{"code":422,"message":"\"per_page\" must be a number"}}`,
		CauseArgument, `"per_page" must be a number (HTTP 422)|argument|list_sessions`, "",
	},
	"408": {meetingPath, 408, nil, "", CauseAPI, "try again", ""},
	"409": {meetingPath, 409, nil, product(409), CauseAPI, "try again", ""},
	"410": {sessionPath, 410, nil, product(410), CauseNotFound, "gone", ""},
	"414": {meetingPath, 414, nil, "", CauseArgument, "too long", ""},
	"451": {meetingPath, 451, nil, "", CauseBetween, "another network", ""},
	"418": {meetingPath, 418, nil, product(418), CauseArgument, "correct the arguments", ""},
	"500": {meetingPath, 500, withRay, cloudflare(10500, "no"), CauseAPI, "Cloudflare's side", ""},
	"502 of a proxy": {
		meetingPath, 502, nil, filterPage, CauseBetween, "A proxy or gateway|not JSON|try again later", "Cloudflare's side",
	},
	"502 of Cloudflare": {meetingPath, 502, withRay, filterPage, CauseAPI, "Cloudflare's side|try again later", ""},
	"503 as text": {
		meetingPath, 503, nil, "no healthy upstream", CauseBetween, "no healthy upstream|gateway", "",
	},
	"522":               {meetingPath, 522, withRay, filterPage, CauseAPI, "origin|CLOUDFLARE_BASE_URL", ""},
	"526":               {meetingPath, 526, withRay, "error code: 526", CauseAPI, "HTTP 526|CLOUDFLARE_BASE_URL", ""},
	"530 without words": {meetingPath, 530, withRay, "", CauseAPI, "could not reach the origin", ""},
	"530 and 1016": {
		meetingPath, 530, withRay, "error code: 1016", CauseBetween, "code 1016|CLOUDFLARE_BASE_URL", "",
	},
	"unknown": {
		meetingPath, 200, nil, `{"success":false,"errors":[{"code":77,"message":"odd"}]}`, "",
		"odd (HTTP 200, code 77)|Try again", "",
	},
	"absurd codes": {
		meetingPath, 400, nil,
		`{"errors":[{"code":1e300,"message":"a"},{"code":-1},{"code":"x"},{"code":null},{"code":99999999999999999999}]}`,
		CauseArgument, "a (HTTP 400)", "code",
	},
	"a number": {
		meetingPath, 500, http.Header{"Content-Type": {"application/json"}}, "7", CauseAPI, "internal server error",
		"not JSON",
	},
	"a text as JSON": {meetingPath, 500, nil, `"broken"`, CauseAPI, "broken (HTTP 500)", ""},
}

// check holds a text against the words that it must and must not have.
func (tc adviceCase) check(t *testing.T, text string) {
	t.Helper()
	for want := range strings.SplitSeq(tc.want, "|") {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in: %s", want, text)
		}
	}
	for not := range strings.SplitSeq(tc.not, "|") {
		if not != "" && strings.Contains(text, not) {
			t.Errorf("%q is in: %s", not, text)
		}
	}
}

// TestTable holds each kind of refusal against the cause and words of its advice.
func TestTable(t *testing.T) {
	for name, tc := range adviceCases {
		t.Run(name, func(t *testing.T) {
			if tc.header == nil {
				tc.header = http.Header{}
			}
			e := explained(tc.path, tc.status, tc.header, tc.body)
			if e.Cause != tc.cause {
				t.Errorf("cause %q, want %q", e.Cause, tc.cause)
			}
			text := e.Error()
			tc.check(t, text)
			if strings.ContainsAny(text, "{}\n") || len(text) > 600 || !strings.HasSuffix(text, ".") {
				t.Errorf("not one clean line: %s", text)
			}
		})
	}
}

// TestTableRows holds that each row can be reached, and that the last fits all.
func TestTableRows(t *testing.T) {
	last := table[len(table)-1]
	if !last.fits(&refusal{status: 299}) || last.remedy == "" {
		t.Error("the last row does not fit everything")
	}
	for i, row := range table {
		r := refusal{envelope: envelope{kind: row.body, codes: row.codes, edge: row.edge, message: row.says},
			status: max(row.from, row.to), about: row.about, foreign: row.foreign, mark: row.mark}
		if row.from == 0 {
			r.status = 418
		}
		for j := range table {
			if table[j].fits(&r) {
				if j < i && i < len(table)-1 && table[j].remedy != row.remedy && row.about == 0 && row.body == anyBody {
					t.Errorf("row %d (%+v) is hidden by row %d", i, row, j)
				}
				break
			}
		}
		if remedy := fill(t.Context(), row.remedy, &Error{}, row.about); !strings.HasSuffix(remedy, ".") {
			t.Errorf("row %d has no whole sentence: %q", i, row.remedy)
		}
	}
}

// TestSecretsAreRemoved echoes the token as an API or a proxy might.
func TestSecretsAreRemoved(t *testing.T) {
	encoded := ""
	for _, c := range []byte(testToken) {
		encoded += fmt.Sprintf("%%%02x", c)
	}
	quoted, err := json.Marshal(`Authorization: Bearer "` + testToken + `"`)
	if err != nil {
		t.Fatal(err)
	}
	echoes := map[string]string{
		"plain":                 testToken,
		"bearer":                "Bearer " + testToken,
		"upper case":            strings.ToUpper(testToken),
		"lower case":            strings.ToLower(testToken),
		"query":                 "/x?token=" + url.QueryEscape(testToken) + "&y=1",
		"percent":               encoded,
		"twice percent":         url.QueryEscape(encoded),
		"hex":                   hex.EncodeToString([]byte(testToken)),
		"base64":                base64.StdEncoding.EncodeToString([]byte(testToken)),
		"base64 of a header":    base64.StdEncoding.EncodeToString([]byte("Bearer " + testToken)),
		"base64 of two":         base64.URLEncoding.EncodeToString([]byte("user:" + testToken + ":x")),
		"entities":              strings.ReplaceAll(testToken, "_", "&#95;"),
		"invisible":             testToken[:9] + "\u200b" + testToken[9:],
		"cut":                   "the token is " + testToken[:len(testToken)-6],
		"cut short, at the end": "the token is " + testToken[:9],
		"late":                  strings.Repeat("x", maxMessage-20) + testToken,
		"quoted":                string(quoted),
	}
	shapes := map[string]func(string) (http.Header, string){
		"cloudflare": func(s string) (http.Header, string) { return nil, cloudflare(6003, s) },
		"product": func(s string) (http.Header, string) {
			return nil, fmt.Sprintf(`{"error":{"code":400,"message":%q}}`, s)
		},
		"text":    func(s string) (http.Header, string) { return nil, "bad: " + s },
		"page":    func(s string) (http.Header, string) { return nil, "<title>" + s + "</title>" },
		"problem": func(s string) (http.Header, string) { return nil, fmt.Sprintf(`{"title":"x","detail":%q}`, s) },
		"chain": func(s string) (http.Header, string) {
			return nil, fmt.Sprintf(`{"errors":[{"message":"m","error_chain":[{"message":%q}]}]}`, s)
		},
		"ray": func(s string) (http.Header, string) { return http.Header{"Cf-Ray": {s}}, "{}" },
	}
	for how, echo := range echoes {
		for where, shape := range shapes {
			for _, status := range []int{200, 400, 403, 407, 502} {
				header, body := shape(echo)
				if header == nil {
					header = http.Header{}
				}
				e := explained(kit+"app/meetings/m", status, header, body)
				text := strings.Join([]string{e.Error(), e.Message, e.RequestID, e.Err.Error(), fmt.Sprintf("%+v", e)}, "\n")
				if leaked := leak(text); leaked != "" {
					t.Errorf("%s in %s under %d: %q is in %s", how, where, status, leaked, text)
				}
			}
		}
	}
}

// leak is what a text still holds of the token, in whatever form it was echoed.
func leak(text string) string {
	folded := strings.ToLower(text)
	for _, form := range []string{testToken, hex.EncodeToString([]byte(testToken)),
		base64.RawStdEncoding.EncodeToString([]byte(testToken))[:40],
		base64.RawStdEncoding.EncodeToString([]byte("Bearer " + testToken))[11:40],
		base64.RawURLEncoding.EncodeToString([]byte("user:" + testToken))[8:40], "%63%66", "%2563", "&#95;"} {
		for from := 0; from+8 <= len(form); from++ {
			if part := strings.ToLower(form[from : from+8]); strings.Contains(folded, part) {
				return part
			}
		}
		if len(form) < 8 && strings.Contains(folded, form) {
			return form
		}
	}
	return ""
}

func TestSignedLinksAreRemoved(t *testing.T) {
	for text, want := range map[string]string{
		"see https://user:pw@h.example/a/b.csv?X-Amz-Signature=abc&x=1, or not": "see https://h.example/a/b.csv?" +
			removed + " or not",
		"see https://h.example/a":               "see https://h.example/a",
		"X-Amz-Signature=abc123&page_no=2":      "X-Amz-Signature=" + removed + "&page_no=2",
		"is per_page = 5? no, page_no=6":        "is per_page = 5? no, page_no=6",
		`"https://h.example/?sig=a" is refused`: `"https://h.example/?` + removed + `" is refused`,
	} {
		if got := newRedactor(nil).clean(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// TestCausesSayNothing holds that a cause can be asked for, and not be read.
func TestCausesSayNothing(t *testing.T) {
	err := sealed(&Error{Err: fmt.Errorf("Bearer %s: %w", testToken, io.ErrUnexpectedEOF)}, testToken)
	if !errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(errors.Unwrap(err).Error(), testToken) {
		t.Errorf("%v", errors.Unwrap(err))
	}
	//nolint:errorlint // it must be the same
	if sealed(context.Canceled, testToken) != context.Canceled || sealed(nil) != nil {
		t.Error("what is no *Error was changed")
	}
}

func TestCallersOwnToken(t *testing.T) {
	e := &exchange{
		response: &http.Response{StatusCode: 401, Header: http.Header{}},
		head:     cloudflare(10000, "Authentication error"),
	}
	err := e.explain(WithToken(t.Context(), testToken), "it", time.Second, errUnsuccessful)
	if strings.Contains(err.Error(), "CLOUDFLARE_API_TOKEN") || !strings.Contains(err.Error(), "let your client send it") {
		t.Error(err)
	}
}

// FuzzEnvelope explains whatever may come, in bounded words and without the token.
func FuzzEnvelope(f *testing.F) {
	for _, body := range []string{
		cloudflare(6003, testToken), "<title>" + testToken, `{"error":"x"}`, `{"errors":{"a":["b"]}}`,
		`[1,"a",{"message":[]}]`, `"`, "{", "error code: 1015", `{"errors":[[[[[[[["deep"]]]]]]]]}`,
		`{"message":"a","path":["b",1]}`,
	} {
		f.Add(403, "text/html", body)
	}
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		e := explained(kit+"app/meetings/m", status, http.Header{"Content-Type": {kind}, "Cf-Ray": {body}}, body)
		text := e.Error()
		leaks := strings.Contains(strings.ToLower(text), strings.ToLower(testToken))
		empty := e.Remedy == "" || e.Message == ""
		if leaks || empty || utf8.RuneCountInString(text) > 900 || strings.Contains(text, "\n") {
			t.Errorf("%d %q: %s", status, body, text)
		}
	})
}
