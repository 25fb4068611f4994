package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// pretend serves an API which answers everything so, and returns the
// configuration of a program that asks it.
func pretend(t testing.TB, h http.HandlerFunc) map[string]string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return map[string]string{
		"CLOUDFLARE_API_TOKEN": scripted.Token, "CLOUDFLARE_ACCOUNT_ID": scripted.AccountID, "REALTIMEKIT_APP_ID": scripted.AppID,
		"CLOUDFLARE_BASE_URL": s.URL + "/client/v4",
	}
}

// refusal is what a tool says where everything is refused.
func refusal(t testing.TB, env map[string]string) string {
	t.Helper()
	r := start(t, env).call("list_meeting_participants", args{"meeting_id": caseMeeting})
	if !r.IsError {
		t.Fatalf("no error: %s", r.text())
	}
	return withoutToken(t, r.text())
}

func withoutToken(t testing.TB, text string) string {
	t.Helper()
	for _, form := range []string{
		scripted.Token,
		strings.ToUpper(scripted.Token),
		base64.StdEncoding.EncodeToString([]byte(scripted.Token))[:32],
	} {
		if strings.Contains(text, form) {
			t.Errorf("the token is in: %s", text)
		}
	}
	return text
}

// diagnosis is doctor's output for a reader, without the names of what it did not check.
func diagnosis(t *testing.T, env map[string]string) string {
	t.Helper()
	out, logs, code := once(t, env, "doctor")
	if code != 1 {
		t.Errorf("exit code %d: %s", code, out)
	}
	out = strings.ReplaceAll(out, "\n"+strings.Repeat(" ", 21), " ") // where a long line was wrapped
	out, _, _ = strings.Cut(out, "; not checked:")
	return withoutToken(t, out+logs)
}

func says(t testing.TB, text, want, not string) {
	t.Helper()
	for w := range strings.SplitSeq(want, "|") {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
			t.Errorf("%q is not in: %s", w, text)
		}
	}
	for n := range strings.SplitSeq(not, "|") {
		if n != "" && strings.Contains(strings.ToLower(text), strings.ToLower(n)) {
			t.Errorf("%q is in: %s", n, text)
		}
	}
}

// TestCaseErrors answers every request with a documented refusal.
func TestCaseErrors(t *testing.T) {
	t.Parallel()
	rows := unmarshal[[]struct {
		Status  int
		Type    string `json:"content_type"`
		Headers map[string]string
		Body    json.RawMessage
		Advice  string
	}](t, scripted.Case(t, "errors.json"))
	want := map[string]struct{ want, not string }{ // by the case's advice
		"the token is malformed: copy it again, without quotes, placeholder or the word Bearer": {
			"malformed|copy it again|quotes|placeholder|Bearer|code 6003", "arguments"},
		"code as a string is read":                   {"code 10000|Authentication error|token", ""},
		"title and detail are shown":                 {"Bad request|page_no must be positive", ""},
		"the proxy wants credentials":                {"the proxy wants credentials|HTTPS_PROXY", "permission"},
		"JSON under another content type is read":    {"Could not route|code 7003", "not JSON"},
		"the message is shown; correct the argument": {`"per_page" must be a number`, ""},
		"bot protection or the network stands between; give cf-ray; no word of permissions": {
			"bot protection|network|cf-ray 8f2a1b-FRA", "permission|Realtime (or",
		},
		"the message is shown/upstream unavailable": {
			"upstream unavailable|try again later", "",
		},
		"the message is shown/per_page must be at most 200": {
			"per_page must be at most 200", "",
		},
	}
	for i, row := range rows {
		expected, ok := want[row.Advice]
		for key, w := range want {
			if _, part, _ := strings.Cut(key, "/"); !ok && part != "" && strings.Contains(string(row.Body), part) {
				expected, ok = w, true
			}
		}
		if !ok {
			t.Fatalf("no expectation for %q", row.Advice)
		}
		t.Run(fmt.Sprint(i, " ", row.Status), func(t *testing.T) {
			t.Parallel()
			body := []byte(row.Body)
			var page string
			if json.Unmarshal(row.Body, &page) == nil {
				body = []byte(page)
			}
			env := pretend(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", row.Type)
				w.Header().Set("Cf-Ray", "8f2a1b-FRA")
				for k, v := range row.Headers {
					w.Header().Set(k, v)
				}
				w.WriteHeader(row.Status)
				_, _ = w.Write(body)
			})
			says(t, refusal(t, env), expected.want, expected.not)
			says(t, diagnosis(t, env), expected.want, expected.not)
		})
	}
}

// TestCaseCodes has tool and doctor give the same advice for the same refusal.
func TestCaseCodes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status    int
		kind      string
		body      string
		want, not string
	}{
		"address filter": {
			403, "application/json",
			`{"success":false,"errors":[{"code":9109,"message":"Cannot use the access token from location: 192.0.2.7"}]}`,
			"IP address|192.0.2.7", "permission",
		},
		"10001": {
			403, "application/json", `{"success":false,"errors":[{"code":10001,"message":"Unable to authenticate request"}]}`,
			"could not authenticate|code 10001", "",
		},
		"1015":    {429, "text/plain", "error code: 1015", "a rate limit|wait some minutes", "1,200|1200|250"},
		"portal":  {200, "text/html", "<html><title>Hotel Wi-Fi</title></html>", "Hotel Wi-Fi|not the JSON|proxy", ""},
		"gateway": {502, "text/html", "<html><title>Squid</title></html>", "Squid|gateway", "Cloudflare's side"},
		"empty":   {403, "", "", "network", "permission"},
		"origin":  {526, "text/html", "<title>Invalid SSL certificate</title>", "HTTP 526|CLOUDFLARE_BASE_URL", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := pretend(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tc.kind)
				w.Header().Set("X-Should-Retry", "false") // or the SDK waits for some seconds first
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			})
			says(t, refusal(t, env), tc.want, tc.not)
			says(t, diagnosis(t, env), tc.want, tc.not)
		})
	}
}

// TestCaseProxies puts a proxy between that refuses to connect.
func TestCaseProxies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status    string
		want, not string
	}{
		"407": {
			"407 Proxy Authentication Required", "the proxy wants credentials|HTTPS_PROXY|HTTP 407", "permission",
		},
		"407 in its words": {"407 authenticationrequired", "the proxy wants credentials", ""},
		"403":              {"403 Forbidden", "a proxy refused to connect|network", "permission"},
		"502":              {"502 Bad Gateway", "a proxy refused to connect|gateway", "Cloudflare's side"},
		"nobody is there":  {"", "the proxy could not be reached|HTTPS_PROXY", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var lc net.ListenConfig
			l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			address := l.Addr().String()
			if tc.status == "" {
				address = "127.0.0.1:1" // a port once used might be another test's by now
			}
			connects := make(chan string, 100)
			go refuseConnects(l, tc.status, connects)
			env := map[string]string{
				"CLOUDFLARE_API_TOKEN": scripted.Token, "CLOUDFLARE_ACCOUNT_ID": scripted.AccountID, "REALTIMEKIT_APP_ID": scripted.AppID,
				"HTTPS_PROXY": "http://someone:proxy-password@" + address,
			}
			text := refusal(t, env)
			says(t, text, tc.want, tc.not+"|proxy-password")
			if n := len(connects); strings.HasPrefix(tc.status, "4") && n != 1 {
				t.Errorf("the proxy was asked %d times, which may lock an account", n)
			}
			says(t, diagnosis(t, env), tc.want, tc.not+"|proxy-password")
		})
	}
}

// TestCaseProxyOfDownloads has a proxy that refuses to connect to where a text is kept.
func TestCaseProxyOfDownloads(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go refuseConnects(l, "407 Proxy Authentication Required", make(chan string, 100))
	api := scripted.Start(t)
	api.JSON("/sessions/"+caseSession, scripted.Case(t, "session-details-current.json"))
	api.JSON("/sessions/"+caseSession+"/participants", scripted.Case(t, "session-participants-paging-in-data.json"))
	api.JSON(
		"/sessions/"+caseSession+"/chat",
		[]byte(
			`{"success":true,"data":{"chat_download_url":"https://93.184.215.14/c.csv?X-Amz-Signature=5ecret",`+
				`"chat_download_url_expiry":"2099-01-01T00:00:00Z"}}`,
		),
	)
	env := with(api.Environment(), "HTTPS_PROXY", "http://someone:proxy-password@"+l.Addr().String())
	r := start(t, env).call("get_session_recap", args{"session_id": caseSession, "part": "chat"})
	says(t, withoutToken(t, r.text()), "the proxy wants credentials|HTTPS_PROXY|HTTP 407", "5ecret|93.184|proxy-password")
}

func refuseConnects(l net.Listener, status string, seen chan<- string) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		req, err := http.ReadRequest(bufio.NewReader(c))
		if err == nil && req.Method == http.MethodConnect {
			seen <- req.Host
			_, _ = fmt.Fprintf(c, "HTTP/1.1 %s\r\nContent-Length: 0\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n", status)
		}
		_ = c.Close()
	}
}

// TestCaseBrokenConnections ends connections early, each time.
func TestCaseBrokenConnections(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		begin string
		reset bool
		want  string
	}{
		"closed without a word": {"", false, "the connection was reset before an answer came, each time|try again"},
		"reset without a word":  {"", true, "the connection was reset before an answer came, each time|try again"},
		"closed in the middle": {
			"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"success\":tr",
			false,
			"cut off|try again",
		},
		"reset in the middle": {
			"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"success\":tr",
			true,
			"the connection was reset before the answer was complete, twice|try again",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := pretend(t, func(w http.ResponseWriter, _ *http.Request) {
				c, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = c.Write([]byte(tc.begin))
				if tcp, ok := c.(*net.TCPConn); ok && tc.reset {
					time.Sleep(50 * time.Millisecond) // in which the beginning arrives
					_ = tcp.SetLinger(0)
				}
				_ = c.Close()
			})
			says(t, refusal(t, env), tc.want, "not the JSON|could not be reached")
			says(t, diagnosis(t, env), "FAIL  api|try again", "not the JSON")
		})
	}
}

func TestCasePortalRedirects(t *testing.T) {
	t.Parallel()
	env := pretend(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://portal.example/login?back="+url.QueryEscape(r.Header.Get("Authorization")),
			http.StatusFound)
	})
	const want = "redirect to another host refused (portal.example)|sign-in|CLOUDFLARE_BASE_URL"
	says(t, refusal(t, env), want, "permission")
	says(t, diagnosis(t, env), want, "permission")
}

// TestCaseAccountToken has a token of the account's own, and no account configured.
func TestCaseAccountToken(t *testing.T) {
	t.Parallel()
	answer := func(w http.ResponseWriter, status int, body string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
	for name, accounts := range map[string]struct {
		status int
		body   string
	}{
		"400": {
			400,
			`{"success":false,"errors":[{"code":1001,"message":"List accounts endpoint does not support account owned ` +
				`tokens."}]}`,
		},
		"403":           {403, `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`},
		"an empty list": {200, `{"success":true,"errors":[],"messages":[],"result":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := pretend(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasSuffix(r.URL.Path, "/accounts"):
					answer(w, accounts.status, accounts.body)
				case strings.HasSuffix(r.URL.Path, "/accounts/"+scripted.AccountID+"/tokens/verify"):
					answer(w, 200, `{"success":true,"result":{"id":"x","status":"active"}}`)
				case strings.HasSuffix(r.URL.Path, "/user/tokens/verify"):
					answer(w, 401, `{"success":false,"errors":[{"code":1000,"message":"Invalid API Token"}]}`)
				case strings.HasSuffix(r.URL.Path, "/apps"):
					answer(w, 200, `{"success":true,"data":[]}`)
				default:
					answer(w, 404, `{"success":false,"error":{"code":404,"message":"no"}}`)
				}
			})
			const account = "CLOUDFLARE_ACCOUNT_ID|account_id|https://dash.cloudflare.com"
			without := with(env, "CLOUDFLARE_ACCOUNT_ID", "", "REALTIMEKIT_APP_ID", "")
			says(t, refusal(t, without), account, "0 accounts|expired|: .")
			says(t, diagnosis(t, without), account+"|FAIL  account", "FAIL  token|expired|0 accounts")

			// With the account, what is missing is an app.
			const app = "has no RealtimeKit app|create one in the dashboard"
			bare := with(env, "REALTIMEKIT_APP_ID", "")
			says(t, refusal(t, bare), app, "0 apps|: .")
			out, _, code := once(t, bare, "doctor")
			if says(t, out, app+"|OK    token|WARN  app", "0 apps"); code != 0 {
				t.Errorf("exit code %d", code)
			}
			says(t, diagnosis(t, env), app+"|FAIL  app", "it has none")
			if r := start(t, bare).call("list_apps", args{}); r.IsError || !strings.Contains(r.text(), "no RealtimeKit "+
				"app") || strings.Contains(r.text(), "|") {
				t.Errorf("list_apps: %s", r.text())
			}
		})
	}
}

// echoes are the shapes in which an answer may quote what it was sent.
func echoes() map[string]func(http.ResponseWriter, string) {
	write := func(status int, kind, format string) func(http.ResponseWriter, string) {
		return func(w http.ResponseWriter, s string) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("X-Should-Retry", "false") // or the SDK waits for some seconds first
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, format, s)
		}
	}
	const js = "application/json"
	return map[string]func(http.ResponseWriter, string){
		"cloudflare":    write(400, js, `{"success":false,"errors":[{"code":6003,"message":"header %s is wrong"}]}`),
		"chain":         write(401, js, `{"success":false,"errors":[{"code":1,"message":"a","error_chain":[{"message":"%s"}]}]}`),
		"product":       write(403, js, `{"success":false,"error":{"code":403,"message":"%s"}}`),
		"text error":    write(500, js, `{"success":false,"error":"%s"}`),
		"message":       write(422, js, `{"success":false,"message":"no: %s"}`),
		"problem":       write(400, "application/problem+json", `{"title":"%[1]s","detail":"%[1]s"}`),
		"success false": write(200, js, `{"success":false,"errors":[{"code":1,"message":"%s"}]}`),
		"plain":         write(502, "text/plain", "cannot forward: %s"),
		"page":          write(403, "text/html", "<title>%s</title>"),
		"page, 200":     write(200, "text/html", "<title>%s</title>"),
		"late":          write(400, js, `{"message":"`+strings.Repeat("x ", 85)+`%s"}`),
		"ray": func(w http.ResponseWriter, s string) {
			w.Header().Set("Cf-Ray", s)
			w.WriteHeader(http.StatusForbidden)
		},
		"redirect": func(w http.ResponseWriter, s string) {
			w.Header().Set("Location", "https://"+url.PathEscape(strings.TrimPrefix(s, "Bearer "))+".example/")
			w.WriteHeader(http.StatusFound)
		},
	}
}

// TestCaseEchoedToken has the API repeat the credentials in each of them.
func TestCaseEchoedToken(t *testing.T) {
	t.Parallel()
	for name, echo := range echoes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var form atomic.Value // in which the API repeats them
			env := pretend(t, func(w http.ResponseWriter, r *http.Request) {
				echo(w, form.Load().(func(string) string)(r.Header.Get("Authorization")))
			})
			p := start(t, env, "--log-level=debug")
			var texts []string
			for _, f := range []func(string) string{
				url.QueryEscape, strings.ToUpper,
				func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
				func(s string) string { return s },
			} {
				form.Store(f)
				r := p.call("list_meeting_participants", args{"meeting_id": caseMeeting})
				texts = append(texts, r.text(), string(r.Structured))
			}
			p.close(0)
			for _, text := range append(texts, p.logs.String(), diagnosis(t, env)) {
				if withoutToken(t, text); strings.Contains(text,
					base64.StdEncoding.EncodeToString([]byte("Bearer " + scripted.Token))[12:40]) {
					t.Error(text)
				}
			}
		})
	}
}

// TestCaseEchoedCallersToken does so with the token of a caller over HTTP.
func TestCaseEchoedCallersToken(t *testing.T) {
	t.Parallel()
	const callers = "another-callers-token" // every answer and log is searched for it
	for name, echo := range echoes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := pretend(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r.Header.Get("Authorization")) })
			delete(env, "CLOUDFLARE_API_TOKEN")
			s := serveHTTP(t, env)
			call := args{"name": "list_meeting_participants", "arguments": args{"meeting_id": caseMeeting}}
			r := s.must(s.rpc(callers, "tools/call", call))
			if r.status != http.StatusOK || !strings.Contains(r.body, `"isError":true`) ||
				!strings.Contains(r.body, "could not get the participants") {
				t.Errorf("%d %s", r.status, r.body)
			}
			s.clean("the answer", strings.ToLower(r.body))
		})
	}
}
