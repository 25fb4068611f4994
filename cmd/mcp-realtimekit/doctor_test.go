package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// TestDoctor names for each trouble the checks that are not OK, and what doctor
// has to say of it.
func TestDoctor(t *testing.T) {
	t.Parallel()
	selfSigned := httptest.NewUnstartedServer(http.NotFoundHandler())
	selfSigned.Config.ErrorLog = log.New(io.Discard, "", 0)
	selfSigned.StartTLS()
	t.Cleanup(selfSigned.Close)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(demoapi.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	const rest = " account permission app"
	other := strings.Repeat("f", 32)
	for _, tc := range []struct {
		name    string
		options demoapi.Options
		env     []string
		fail    string // checks, by name
		warn    string
		skip    string
		want    []string
	}{
		{name: "all well", want: []string{demoapi.AccountID + " (Northwind Demo)", demoapi.AppID + " (Production)", "token from CLOUDFLARE_API_TOKEN"}},
		{name: "token file", env: []string{"CLOUDFLARE_API_TOKEN", "", "CLOUDFLARE_API_TOKEN_FILE", file}, want: []string{"token from " + file}},
		{name: "no token", env: []string{"CLOUDFLARE_API_TOKEN", ""}, fail: "configuration", skip: "dns tls api token" + rest + " rate-limit clock", want: []string{"https://dash.cloudflare.com/profile/api-tokens"}},
		{name: "wrong token", env: []string{"CLOUDFLARE_API_TOKEN", "wrong"}, fail: "token", skip: rest, want: []string{"HTTP 401", "CLOUDFLARE_API_TOKEN"}},
		{name: "token expired", options: demoapi.Options{TokenStatus: "expired"}, fail: "token", skip: rest, want: []string{"the token is expired", "Renew"}},
		{name: "token expires", options: demoapi.Options{TokenExpires: time.Now().Add(50 * time.Hour)}, warn: "token", want: []string{"only until", "Renew"}},
		{name: "token for long", options: demoapi.Options{TokenExpires: time.Now().AddDate(1, 0, 0)}, want: []string{"active until"}},
		{name: "an account's token", options: demoapi.Options{AccountToken: true}, want: []string{"active"}},
		{name: "an account's token, account not given", options: demoapi.Options{AccountToken: true}, env: []string{"CLOUDFLARE_ACCOUNT_ID", ""}, want: []string{"active"}},
		{name: "an account's token, another account given", options: demoapi.Options{AccountToken: true}, env: []string{"CLOUDFLARE_ACCOUNT_ID", other}, fail: "token", skip: rest, want: []string{"Invalid API Token"}},
		{name: "another account", env: []string{"CLOUDFLARE_ACCOUNT_ID", other}, fail: "account", skip: "permission app", want: []string{"does not reach account " + other, demoapi.AccountID, "CLOUDFLARE_ACCOUNT_ID"}},
		{name: "several accounts", options: demoapi.Options{Accounts: 3}, env: []string{"CLOUDFLARE_ACCOUNT_ID", ""}, warn: "account", skip: "permission app", want: []string{"reaches 3 accounts", demoapi.AccountID, "CLOUDFLARE_ACCOUNT_ID"}},
		{name: "no permission", options: demoapi.Options{Faults: demoapi.Faults{Status: 403, FailAll: true, OnPath: "/apps", Cloudflare: true}}, fail: "permission", skip: "app", want: []string{"HTTP 403", "give it Realtime"}},
		{name: "403 everywhere", options: demoapi.Options{Faults: demoapi.Faults{Status: 403, FailAll: true}}, fail: "token", skip: rest, want: []string{"HTTP 403"}},
		{name: "another app", env: []string{"REALTIMEKIT_APP_ID", "no-such-app"}, fail: "app", want: []string{"no app no-such-app", demoapi.AppID, "REALTIMEKIT_APP_ID"}},
		{name: "several apps", env: []string{"REALTIMEKIT_APP_ID", ""}, warn: "app", want: []string{"3 apps", demoapi.StagingAppID, "REALTIMEKIT_APP_ID"}},
		{name: "one app", options: demoapi.Options{Apps: 1}, env: []string{"REALTIMEKIT_APP_ID", ""}, want: []string{demoapi.AppID}},
		{name: "the app cannot be read", options: demoapi.Options{Faults: demoapi.Faults{Status: 400, FailAll: true, OnPath: "/meetings", Message: "no\u202e\nmeetings"}}, fail: "app", want: []string{"no meetings (HTTP 400"}},
		{name: "rate limit reached", options: demoapi.Options{Faults: demoapi.Faults{Status: 429, FailAll: true, RetryAfter: "120"}}, fail: "rate-limit", skip: "token" + rest, want: []string{"try again in 2m0s"}},
		{name: "rate limit near", options: demoapi.Options{Quota: 8}, want: []string{"4 of 8 requests left in 5m"}},
		{name: "rate limit nearer", options: demoapi.Options{Quota: 4}, warn: "rate-limit", want: []string{"only 0 of 4", "Wait 5m"}},
		{name: "DNS", env: []string{"CLOUDFLARE_BASE_URL", "https://no-such-host.invalid/client/v4"}, fail: "dns", skip: "tls api token" + rest + " rate-limit clock", want: []string{"could not be resolved"}},
		{name: "TLS", env: []string{"CLOUDFLARE_BASE_URL", selfSigned.URL + "/client/v4"}, fail: "tls", skip: "api token" + rest + " rate-limit clock", want: []string{"SSL_CERT_FILE"}},
		{name: "unreachable", env: []string{"CLOUDFLARE_BASE_URL", "http://127.0.0.1:1/client/v4"}, fail: "api", skip: "tls token" + rest + " rate-limit clock", want: []string{"could not be reached", "HTTPS_PROXY"}},
		{name: "another path", env: []string{"CLOUDFLARE_BASE_URL", "URL/v5"}, fail: "api", skip: "token" + rest, want: []string{"not that of Cloudflare's API", "CLOUDFLARE_BASE_URL"}},
		{name: "HTML", options: demoapi.Options{Faults: demoapi.Faults{HTML: true}}, fail: "api", skip: "token" + rest, want: []string{"not the JSON", "proxy"}},
		{name: "HTML 403", options: demoapi.Options{Faults: demoapi.Faults{HTML: true, Status: 403}}, fail: "api", skip: "token" + rest, want: []string{"a body that is not JSON"}},
		{name: "503", options: demoapi.Options{Faults: demoapi.Faults{Status: 503, FailAll: true}}, fail: "api", skip: "token" + rest, want: []string{"try again later"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			api := sample(t, tc.options)
			for i := range tc.env {
				tc.env[i] = strings.Replace(tc.env[i], "URL/", strings.TrimSuffix(api.URL, "/client/v4")+"/", 1)
			}
			examine(t, with(environment(api), tc.env...), tc.fail, tc.warn, tc.skip, tc.want)
			if n := api.API.Requests(); n > 6 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// examine runs doctor and compares the statuses; checks not named are OK.
func examine(t *testing.T, env map[string]string, fail, warn, skip string, want []string) {
	t.Helper()
	out, logs, code := once(t, env, "doctor", "--json")
	var report struct {
		Healthy bool
		Checks  []struct{ Name, Status, Detail, Remedy string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Checks) != 10 {
		t.Fatalf("%v: %s%s", err, out, logs)
	}
	if wrong := fail != ""; (code == 1) != wrong || (code == 0) == wrong || report.Healthy == wrong || (logs != "") != wrong {
		t.Errorf("code %d, healthy %t, logs %q", code, report.Healthy, logs)
	}
	var all strings.Builder
	for _, c := range report.Checks {
		expected := "OK"
		for status, names := range map[string]string{"FAIL": fail, "WARN": warn, "SKIP": skip} {
			for _, name := range strings.Fields(names) {
				if strings.ReplaceAll(name, "-", " ") == c.Name {
					expected = status
				}
			}
		}
		if c.Status != expected {
			t.Errorf("%s is %s, want %s: %s", c.Name, c.Status, expected, c.Detail)
		}
		if (c.Status == "FAIL" || c.Status == "WARN") && c.Remedy == "" {
			t.Errorf("%s does not say what to do", c.Name)
		}
		all.WriteString(c.Detail + " " + c.Remedy + "\n")
	}
	for _, w := range want {
		if !strings.Contains(all.String(), w) {
			t.Errorf("%q is not in %s", w, all.String())
		}
	}
}

// TestDoctorHeaders changes what the API says beside its answers.
func TestDoctorHeaders(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header, value string
		warn, skip    string
		want          string
	}{
		"clock ahead":   {"Date", time.Now().UTC().Add(-time.Hour).Format(http.TimeFormat), "clock", "", "clock is 1h0m"},
		"no date":       {"Date", "", "", "clock", "did not tell its time"},
		"no rate limit": {"Ratelimit", "", "", "rate-limit", "no Ratelimit header"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := demoapi.New(demoapi.Options{})
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				api.ServeHTTP(&rewriter{w, tc.header, tc.value}, r)
			}))
			t.Cleanup(front.Close)
			examine(t, environment(&demoapi.Server{URL: front.URL + "/client/v4"}), "", tc.warn, tc.skip, []string{tc.want})
		})
	}
}

// rewriter replaces a header, or leaves it out.
type rewriter struct {
	http.ResponseWriter
	header, value string
}

func (w *rewriter) Write(b []byte) (int, error) {
	w.Header()[w.header] = []string{w.value}
	if w.value == "" {
		w.Header()[w.header] = nil
	}
	return w.ResponseWriter.Write(b)
}

func TestDoctorText(t *testing.T) {
	t.Parallel()
	out, logs, code := once(t, nil, "--demo", "doctor")
	if code != 0 || logs != "" || strings.Count(out, "\nOK ") != 9 || !strings.Contains(out, "10 OK, 0 WARN, 0 FAIL") {
		t.Errorf("code %d: %s%s", code, out, logs)
	}
	out, logs, code = once(t, nil, "doctor")
	if code != 1 || strings.Count(logs, "\n") != 1 || !strings.HasPrefix(out, "FAIL  configuration") || !strings.Contains(out, "not checked therefore: dns") {
		t.Errorf("code %d: %s%s", code, out, logs)
	}
}
