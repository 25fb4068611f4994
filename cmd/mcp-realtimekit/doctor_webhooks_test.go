package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// webhookReport is what doctor says about webhooks.
type webhookReport struct {
	Webhooks *struct {
		Registered []struct {
			Enabled, Asked bool
			Missing        []string `json:"missing_events"`
		}
		Unknown, Command string
	}
}

func askAboutWebhooks(t *testing.T, env map[string]string, args ...string) (r webhookReport, out string) {
	t.Helper()
	out, logs, code := once(t, env, append([]string{"doctor", "--json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 {
		t.Fatalf("code %d, %v: %s%s", code, err, out, logs)
	}
	return r, out
}

func TestDoctorWebhooks(t *testing.T) {
	t.Parallel()
	env := environment(sample(t, demoapi.Options{}))
	for url, want := range map[string]struct {
		asked, missing int
		command        bool
	}{
		"":                                    {0, 0, false},
		"https://hooks.northwind.example/crm": {1, 4, false},
		"https://hooks.northwind.example/archive": {1, 7, true}, // it is disabled
		"https://hooks.northwind.example/other":   {0, 0, true},
	} {
		r, out := askAboutWebhooks(t, env, "--webhook-url", url)
		if r.Webhooks == nil || len(r.Webhooks.Registered) != 3 || r.Webhooks.Unknown != "" {
			t.Fatalf("%s: %s", url, out)
		}
		asked, missing := 0, 0
		for _, one := range r.Webhooks.Registered {
			if one.Asked {
				asked, missing = asked+1, len(one.Missing)
			}
		}
		if asked != want.asked || missing != want.missing || (r.Webhooks.Command != "") != want.command {
			t.Errorf("%s: %s", url, out)
		}
		if strings.Contains(strings.ReplaceAll(out, r.Webhooks.Command, ""), "/crm") || strings.Contains(out, demoapi.Token) {
			t.Errorf("%s: a URL or the token is in %s", url, out)
		}
	}
	for _, url := range []string{"http://hooks.example.com/x", "hooks.example.com", "https://me:word@hooks.example.com/"} {
		out, logs, code := once(t, env, "doctor", "--webhook-url", url)
		if code != 2 || out != "" || !strings.Contains(logs, "--webhook-url must be the https URL") {
			t.Errorf("%s: code %d, %s%s", url, code, out, logs)
		}
	}
}

// TestDoctorWebhooksUnread holds that webhooks which cannot be read are no failed check,
// and not none.
func TestDoctorWebhooksUnread(t *testing.T) {
	t.Parallel()
	env := environment(sample(t, demoapi.Options{
		Faults: demoapi.Faults{Status: 403, FailAll: true, OnPath: "/webhooks", Cloudflare: true},
	}))
	r, out := askAboutWebhooks(t, env)
	if r.Webhooks == nil || r.Webhooks.Unknown == "" || r.Webhooks.Command != "" {
		t.Error(out)
	}
	text, logs, code := once(t, env, "doctor")
	if code != 0 || !strings.Contains(text, "\nWebhooks: ") || strings.Contains(text, "none") {
		t.Errorf("code %d: %s%s", code, text, logs)
	}
}

// TestDoctorWebhookCommand runs the command that doctor prints, as it is.
func TestDoctorWebhookCommand(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
	api := demoapi.New(demoapi.Options{})
	var posted, path, token string
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			body, _ := io.ReadAll(r.Body)
			posted, path, token = string(body), r.URL.Path, r.Header.Get("Authorization")
		case strings.HasSuffix(r.URL.Path, "/webhooks"):
			_, _ = io.WriteString(w, `{"success": true, "data": []}`)
		default:
			api.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	const url = "https://hooks.example.com/it's?a=b&c=$HOME`id`"
	env := environment(&demoapi.Server{URL: front.URL + "/client/v4"})
	text, logs, code := once(t, env, "doctor", "--webhook-url", url)
	_, command, ok := strings.Cut(text, "this program only reads:\n\n")
	if code != 0 || !ok || !strings.Contains(text, "the app has none.") || strings.Contains(text, demoapi.Token) {
		t.Fatalf("code %d: %s%s", code, text, logs)
	}
	cmd := exec.Command("sh", "-c", command)
	cmd.Env = []string{"CLOUDFLARE_API_TOKEN=" + demoapi.Token, "PATH=/usr/local/bin:/usr/bin:/bin"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got struct {
		Name, URL string
		Events    []string
		Enabled   bool
	}
	if err := json.Unmarshal([]byte(posted), &got); err != nil || got.URL != url || !got.Enabled || got.Name == "" {
		t.Errorf("%v: %s", err, posted)
	}
	if len(got.Events) != 8 || !slices.Contains(got.Events, "meeting.ended") {
		t.Errorf("events %q", got.Events)
	}
	want := "/client/v4/accounts/" + demoapi.AccountID + "/realtime/kit/" + demoapi.AppID + "/webhooks"
	if path != want || token != "Bearer "+demoapi.Token {
		t.Errorf("posted to %s with %q", path, token)
	}
}
