package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// trouble is what can be wrong with a setup.
type trouble struct {
	name    string
	options demoapi.Options
	env     []string // names and values; URL is that of the sample account
	fail    string   // checks, by name; those not named are OK
	warn    string
	skip    string
	want    []string // of what doctor has to say
}

const (
	afterToken       = " account permission app"
	strangersAccount = "ffffffffffffffffffffffffffffffff"
)

func tokenTroubles(file string) []trouble {
	return []trouble{
		{
			name: "all well",
			want: []string{
				demoapi.AccountID + " (Northwind Demo)",
				demoapi.AppID + " (Production)",
				"token from CLOUDFLARE_API_TOKEN",
			},
		},
		{
			name: "token file",
			env:  []string{"CLOUDFLARE_API_TOKEN", "", "CLOUDFLARE_API_TOKEN_FILE", file},
			want: []string{"token from " + file},
		},
		{
			name: "no token",
			env:  []string{"CLOUDFLARE_API_TOKEN", ""},
			fail: "configuration",
			skip: "dns tls api token" + afterToken + " rate-limit clock",
			want: []string{"https://dash.cloudflare.com/profile/api-tokens"},
		},
		{
			name: "wrong token",
			env:  []string{"CLOUDFLARE_API_TOKEN", "wrong"},
			fail: "token",
			skip: afterToken,
			want: []string{"HTTP 401", "CLOUDFLARE_API_TOKEN"},
		},
		{
			name:    "token expired",
			options: demoapi.Options{TokenStatus: "expired"},
			fail:    "token",
			skip:    afterToken,
			want:    []string{"the token is expired", "Renew"},
		},
		{
			name:    "token expires",
			options: demoapi.Options{TokenExpires: time.Now().Add(50 * time.Hour)},
			warn:    "token",
			want:    []string{"only until", "Renew"},
		},
		{
			name:    "token for long",
			options: demoapi.Options{TokenExpires: time.Now().AddDate(1, 0, 0)},
			want:    []string{"active until"},
		},
	}
}

func accountTroubles() []trouble {
	return []trouble{
		{name: "an account's token", options: demoapi.Options{AccountToken: true}, want: []string{"active"}},
		{
			name:    "an account's token, account not given",
			options: demoapi.Options{AccountToken: true},
			env:     []string{"CLOUDFLARE_ACCOUNT_ID", ""},
			want:    []string{"active"},
		},
		{
			name:    "an account's token, another account given",
			options: demoapi.Options{AccountToken: true},
			env:     []string{"CLOUDFLARE_ACCOUNT_ID", strangersAccount},
			fail:    "token",
			skip:    afterToken,
			want:    []string{"Invalid API Token"},
		},
		{
			name: "another account",
			env:  []string{"CLOUDFLARE_ACCOUNT_ID", strangersAccount},
			fail: "account",
			skip: "permission app",
			want: []string{"does not reach account " + strangersAccount, demoapi.AccountID, "CLOUDFLARE_ACCOUNT_ID"},
		},
		{
			name:    "several accounts",
			options: demoapi.Options{Accounts: 3},
			env:     []string{"CLOUDFLARE_ACCOUNT_ID", ""},
			warn:    "account",
			skip:    "permission app",
			want:    []string{"reaches 3 accounts", demoapi.AccountID, "CLOUDFLARE_ACCOUNT_ID"},
		},
		{
			name:    "no permission",
			options: demoapi.Options{Faults: demoapi.Faults{Status: 403, FailAll: true, OnPath: "/apps", Cloudflare: true}},
			fail:    "permission",
			skip:    "app",
			want:    []string{"HTTP 403", "give it Realtime"},
		},
		{
			name:    "403 everywhere",
			options: demoapi.Options{Faults: demoapi.Faults{Status: 403, FailAll: true}},
			fail:    "token",
			skip:    afterToken,
			want:    []string{"HTTP 403"},
		},
	}
}

func otherTroubles() []trouble {
	return []trouble{
		{
			name: "not a token",
			options: demoapi.Options{Faults: demoapi.Faults{
				Status:     400,
				FailAll:    true,
				OnPath:     "/tokens/verify",
				Cloudflare: true,
				Message:    "Invalid request headers",
			}},
			fail: "token",
			skip: afterToken,
			want: []string{"Invalid request headers (HTTP 400", "copy it again"},
		},
		{
			name: "another app",
			env:  []string{"REALTIMEKIT_APP_ID", "no-such-app"},
			fail: "app",
			want: []string{"no app no-such-app", demoapi.AppID, "REALTIMEKIT_APP_ID"},
		},
		{
			name: "several apps",
			env:  []string{"REALTIMEKIT_APP_ID", ""},
			warn: "app",
			want: []string{"3 apps", demoapi.StagingAppID, "REALTIMEKIT_APP_ID"},
		},
		{
			name:    "one app",
			options: demoapi.Options{Apps: 1},
			env:     []string{"REALTIMEKIT_APP_ID", ""},
			want:    []string{demoapi.AppID},
		},
		{
			name: "the app cannot be read",
			options: demoapi.Options{Faults: demoapi.Faults{
				Status:  400,
				FailAll: true,
				OnPath:  "/meetings",
				Message: "no\u202e\nmeetings",
			}},
			fail: "app",
			want: []string{"no meetings (HTTP 400"},
		},
	}
}

func rateTroubles() []trouble {
	return []trouble{
		{
			name:    "rate limit reached",
			options: demoapi.Options{Faults: demoapi.Faults{Status: 429, FailAll: true, RetryAfter: "120"}},
			fail:    "rate-limit",
			skip:    "token" + afterToken,
			want:    []string{"try again in 2m0s"},
		},
		{
			name:    "rate limit reached on the way",
			options: demoapi.Options{Faults: demoapi.Faults{Status: 429, FailAll: true, OnPath: "/apps", RetryAfter: "120"}},
			fail:    "rate-limit",
			skip:    "permission app",
			want:    []string{"try again in 2m0s"},
		},
		{
			name: "rate limit reached while the token's account is sought",
			options: demoapi.Options{
				AccountToken: true,
				Faults:       demoapi.Faults{Status: 429, FailAll: true, OnPath: "/accounts", RetryAfter: "120"},
			},
			env:  []string{"CLOUDFLARE_ACCOUNT_ID", ""},
			fail: "rate-limit",
			skip: "token" + afterToken,
			want: []string{"try again in 2m0s"},
		},
		{name: "rate limit near", options: demoapi.Options{Quota: 8}, want: []string{"4 of 8 requests left in 5m"}},
		{
			name:    "rate limit nearer",
			options: demoapi.Options{Quota: 4},
			warn:    "rate-limit",
			want:    []string{"only 0 of 4", "Wait 5m"},
		},
	}
}

func networkTroubles(selfSigned string) []trouble {
	return []trouble{
		{
			name: "DNS",
			env:  []string{"CLOUDFLARE_BASE_URL", "https://no-such-host.invalid/client/v4"},
			fail: "dns",
			skip: "tls api token" + afterToken + " rate-limit clock",
			want: []string{"could not be resolved"},
		},
		{
			name: "TLS",
			env:  []string{"CLOUDFLARE_BASE_URL", selfSigned + "/client/v4"},
			fail: "tls",
			skip: "api token" + afterToken + " rate-limit clock",
			want: []string{"SSL_CERT_FILE"},
		},
		{
			name: "unreachable",
			env:  []string{"CLOUDFLARE_BASE_URL", "http://127.0.0.1:1/client/v4"},
			fail: "api",
			skip: "tls token" + afterToken + " rate-limit clock",
			want: []string{"could not be reached", "HTTPS_PROXY"},
		},
		{
			name: "another path",
			env:  []string{"CLOUDFLARE_BASE_URL", "URL/v5"},
			fail: "api",
			skip: "token" + afterToken,
			want: []string{"not that of Cloudflare's API", "CLOUDFLARE_BASE_URL"},
		},
		{
			name:    "HTML",
			options: demoapi.Options{Faults: demoapi.Faults{HTML: true}},
			fail:    "api",
			skip:    "token" + afterToken,
			want:    []string{"not the JSON", "proxy"},
		},
		{
			name:    "HTML 403",
			options: demoapi.Options{Faults: demoapi.Faults{HTML: true, Status: 403}},
			fail:    "api",
			skip:    "token" + afterToken,
			want:    []string{"a body that is not JSON"},
		},
		{
			name:    "503",
			options: demoapi.Options{Faults: demoapi.Faults{Status: 503, FailAll: true}},
			fail:    "api",
			skip:    "token" + afterToken,
			want:    []string{"try again later"},
		},
	}
}

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
	for _, tc := range slices.Concat(tokenTroubles(file), accountTroubles(), otherTroubles(), rateTroubles(),
		networkTroubles(selfSigned.URL)) {
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
	if wrong := fail != ""; (code == 1) != wrong || (code == 0) == wrong || report.Healthy == wrong ||
		(logs != "") != wrong {
		t.Errorf("code %d, healthy %t, logs %q", code, report.Healthy, logs)
	}
	var all strings.Builder
	for _, c := range report.Checks {
		if expected := expectedStatus(c.Name, fail, warn, skip); c.Status != expected {
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

// expectedStatus is that of a check, by the names of those that are not OK.
func expectedStatus(check, fail, warn, skip string) string {
	for status, names := range map[string]string{"FAIL": fail, "WARN": warn, "SKIP": skip} {
		for name := range strings.FieldsSeq(names) {
			if strings.ReplaceAll(name, "-", " ") == check {
				return status
			}
		}
	}
	return "OK"
}

// TestDoctorHeaders changes what the API says beside its answers.
func TestDoctorHeaders(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header, value string
		warn, skip    string
		want          string
	}{
		"clock ahead":   {"Date", anHourAgo, "clock", "", "clock is 1h0m"},
		"no date":       {"Date", "", "", "clock", "sent no Date header"},
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

// anHourAgo stands for the time of each answer, less an hour.
const anHourAgo = "an hour ago"

// rewriter replaces a header, or leaves it out.
type rewriter struct {
	http.ResponseWriter
	header, value string
}

func (w *rewriter) Write(b []byte) (int, error) {
	value := w.value
	if value == anHourAgo {
		value = time.Now().UTC().Add(-time.Hour).Format(http.TimeFormat)
	}
	w.Header()[w.header] = []string{value}
	if w.value == "" {
		w.Header()[w.header] = nil
	}
	return w.ResponseWriter.Write(b)
}

// TestDoctorCertificate serves the API under a certificate that the program is
// told to trust.
func TestDoctorCertificate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("SSL_CERT_FILE is read on Linux")
	}
	now := time.Now()
	for name, tc := range map[string]struct {
		from, to         time.Time
		fail, warn, skip string
		want             string
	}{
		"for long": {
			now.Add(-time.Hour),
			now.AddDate(1, 0, 0),
			"",
			"",
			"",
			"trusted until " + now.AddDate(1, 0, 0).UTC().Format(time.DateOnly),
		},
		"expires": {now.Add(-time.Hour), now.Add(72 * time.Hour), "", "tls", "", "only until"},
		"expired": {
			now.Add(-48 * time.Hour),
			now.Add(-24 * time.Hour),
			"tls",
			"",
			"api token account permission app rate-limit clock",
			"this machine's clock",
		},
		"not valid yet": {
			now.Add(24 * time.Hour),
			now.Add(48 * time.Hour),
			"tls",
			"",
			"api token account permission app rate-limit clock",
			"this machine's clock",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			front := httptest.NewUnstartedServer(demoapi.New(demoapi.Options{}))
			front.Config.ErrorLog = log.New(io.Discard, "", 0)
			file := filepath.Join(t.TempDir(), "cert.pem")
			front.TLS = &tls.Config{
				Certificates: []tls.Certificate{certificate(t, file, tc.from, tc.to)},
				MinVersion:   tls.VersionTLS12,
			}
			front.StartTLS()
			t.Cleanup(front.Close)
			env := with(environment(&demoapi.Server{URL: front.URL + "/client/v4"}), "SSL_CERT_FILE", file)
			examine(t, env, tc.fail, tc.warn, tc.skip, []string{tc.want})
		})
	}
}

// certificate is one for loopback, also written to file.
func certificate(t *testing.T, file string, from, to time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

// TestDoctorText compares the output with docs/commands.md, except for what is measured.
func TestDoctorText(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(docs), "## Check your set-up\n")
	_, after, _ = strings.Cut(after, "```\n")
	golden, _, _ := strings.Cut(after, "```\n")
	measured := regexp.MustCompile(`(answered in|within) [0-9.]+m?s`)
	mask := func(s string) string { return measured.ReplaceAllString(s, "$1 SOME") }
	out, logs, code := once(t, nil, "--demo", "doctor")
	if code != 0 || logs != "" || mask(out) != mask(golden) {
		t.Errorf("code %d, got:\n%s%s\ndocs/commands.md has:\n%s", code, out, logs, golden)
	}
	out, logs, code = once(t, nil, "doctor")
	if code != 1 || strings.Count(logs, "\n") != 1 || !strings.HasPrefix(out, "FAIL  configuration") ||
		!strings.Contains(out, "not checked: dns") {
		t.Errorf("code %d: %s%s", code, out, logs)
	}
}
