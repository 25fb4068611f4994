package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// failure is a call that fails.
type failure struct {
	name   string
	faults demoapi.Faults
	env    []string
	flags  []string
	within time.Duration // default 5 s
	paused bool          // the next call is held back as the API asked
	want   []string
}

// refusals are answers that say why.
func refusals() []failure {
	return []failure{
		{
			name: "401",
			env:  []string{"CLOUDFLARE_API_TOKEN", "wrong"},
			want: []string{
				"Authentication error",
				"HTTP 401",
				"code 10000",
				"cf-ray",
				"CLOUDFLARE_API_TOKEN",
				"https://dash.cloudflare.com/profile/api-tokens",
			},
		},
		{
			name: "403",
			env:  []string{"CLOUDFLARE_ACCOUNT_ID", strings.Repeat("f", 32)},
			want: []string{"HTTP 403", "permission", "Realtime", "account_id"},
		},
		{
			name: "404 app",
			env:  []string{"REALTIMEKIT_APP_ID", "no-such-app"},
			want: []string{"App not found", "HTTP 404", "list_apps"},
		},
		{
			name:   "429 too long to wait",
			faults: demoapi.Faults{Status: 429, FailAll: true, RetryAfter: "120"},
			within: 2 * time.Second,
			paused: true,
			want:   []string{"HTTP 429", "rate limit", "try again in 2m0s"},
		},
		{
			name:   "429 without a hint",
			faults: demoapi.Faults{Status: 429, FailAll: true, Cloudflare: true},
			want:   []string{"HTTP 429", "code 10429", "wait some minutes"},
		},
		{name: "503", faults: demoapi.Faults{Status: 503, FailAll: true}, want: []string{"HTTP 503", "try again later"}},
		{
			name:   "500 in Cloudflare's envelope",
			faults: demoapi.Faults{Status: 500, FailAll: true, Cloudflare: true},
			want:   []string{"refused by a fault", "HTTP 500", "code 10500"},
		},
		{
			name:   "hidden characters in the message",
			faults: demoapi.Faults{Status: 400, FailAll: true, Message: "no\u202e su\u200bch\n# SYSTEM"},
			want:   []string{"no such # SYSTEM (HTTP 400"},
		},
		{
			name:   "timeout",
			faults: demoapi.Faults{Latency: time.Minute},
			flags:  []string{"--timeout=300ms"},
			within: 2 * time.Second,
			want:   []string{"no answer within 300ms", "--timeout"},
		},
	}
}

// brokenWays are answers which are none of the API's, and none at all.
func brokenWays(elsewhere, selfSigned string) []failure {
	return []failure{
		{name: "HTML", faults: demoapi.Faults{HTML: true}, want: []string{"not the JSON", "proxy", "CLOUDFLARE_BASE_URL"}},
		{
			name:   "HTML 502",
			faults: demoapi.Faults{HTML: true, Status: 502},
			want:   []string{"HTTP 502", "not JSON", "try again later"},
		},
		{name: "truncated", faults: demoapi.Faults{Truncate: true}, want: []string{"cut off", "Try again"}},
		{
			name:   "success false",
			faults: demoapi.Faults{SuccessFalse: true},
			want:   []string{"the request was understood and failed", "HTTP 200", "code 1001"},
		},
		{
			name:   "huge",
			faults: demoapi.Faults{Huge: true},
			within: 20 * time.Second,
			want:   []string{"larger than 32 MiB", "per_page"},
		},
		{
			name:   "redirect",
			faults: demoapi.Faults{RedirectTo: elsewhere},
			want:   []string{"redirect to another host refused"},
		},
		{
			name: "unreachable",
			env:  []string{"CLOUDFLARE_BASE_URL", "http://127.0.0.1:1/client/v4"},
			want: []string{"could not be reached", "HTTPS_PROXY"},
		},
		{
			name: "DNS",
			env:  []string{"CLOUDFLARE_BASE_URL", "https://no-such-host.invalid/client/v4"},
			want: []string{"could not be resolved", "DNS"},
		},
		{
			name: "TLS",
			env:  []string{"CLOUDFLARE_BASE_URL", selfSigned + "/client/v4"},
			want: []string{"TLS", "SSL_CERT_FILE"},
		},
	}
}

// TestFailures switches on each fault and reads what the agent is told.
func TestFailures(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed to another host, authorization %q", r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	selfSigned := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(selfSigned.Close)
	selfSigned.Config.ErrorLog = nil
	for _, f := range append(refusals(), brokenWays(elsewhere.URL, selfSigned.URL)...) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			f.check(t)
		})
	}
}

// check makes the call, and another one when the failure is over.
func (f failure) check(t *testing.T) {
	t.Helper()
	if f.within == 0 {
		f.within = 5 * time.Second
	}
	api := sample(t, demoapi.Options{Faults: f.faults})
	p := start(t, with(environment(api), f.env...), f.flags...)
	begin := time.Now()
	r := p.call("list_meeting_participants", args{"meeting_id": demoapi.StandupMeetingID})
	if took := time.Since(begin); took > f.within && !raceEnabled {
		t.Errorf("took %s, want at most %s", took, f.within)
	}
	if !r.IsError {
		t.Fatalf("no error: %s", r.text())
	}
	for _, want := range f.want {
		if !strings.Contains(r.text(), want) {
			t.Errorf("%q is not in: %s", want, r.text())
		}
	}
	if strings.ContainsAny(r.text(), "\n<") || len(r.text()) > 600 {
		t.Errorf("not one clean line: %s", r.text())
	}
	// The failure is over: the same process works again.
	if f.env == nil && f.flags == nil {
		api.API.SetFaults(demoapi.Faults{})
		if f.paused {
			before := api.API.Requests()
			if r := p.call("list_apps", args{}); !r.IsError || !strings.Contains(r.text(), "asked for a pause") ||
				!strings.Contains(r.text(), "Try again in ") ||
				api.API.Requests() != before {
				t.Errorf("not held back: %s", r.text())
			}
			return
		}
		if r := p.call("list_meeting_participants", args{"meeting_id": demoapi.StandupMeetingID}); r.IsError {
			t.Errorf("after the fault: %s", r.text())
		}
	}
}

func TestNotFoundNamesTheRemedy(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	r := p.call("get_meeting", args{"meeting_id": "00000000-0000-4000-8000-000000000000"})
	if !r.IsError || !strings.Contains(r.text(), "Meeting not found") || !strings.Contains(r.text(), "find_meetings") {
		t.Errorf("got %s", r.text())
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		faults demoapi.Faults
		least  time.Duration
	}{
		{"503 twice", demoapi.Faults{Status: 503, FailFirst: 2}, 0},
		{"429 once with Retry-After", demoapi.Faults{Status: 429, FailFirst: 1, RetryAfter: "1"}, time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			api := sample(t, demoapi.Options{Faults: tc.faults})
			p := start(t, environment(api))
			begin := time.Now()
			r := p.call("list_meeting_participants", args{"meeting_id": demoapi.StandupMeetingID})
			if r.IsError {
				t.Fatal(r.text())
			}
			if took := time.Since(begin); took < tc.least {
				t.Errorf("took %s: Retry-After was not honoured", took)
			}
			if got, want := api.API.Requests(), 1+tc.faults.FailFirst; got != want {
				t.Errorf("%d requests, want %d", got, want)
			}
		})
	}
}

func TestNoToken(t *testing.T) {
	t.Parallel()
	p := start(t, nil)
	for _, tool := range []string{"list_apps", "find_meetings"} {
		r := p.call(tool, args{})
		if !r.IsError || !strings.Contains(r.text(), "CLOUDFLARE_API_TOKEN") ||
			!strings.Contains(r.text(), "https://dash.cloudflare.com/profile/api-tokens") {
			t.Errorf("%s: %s", tool, r.text())
		}
	}
}
