package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

func TestDemoCommand(t *testing.T) {
	t.Parallel()
	out, logs, code := once(t, nil, "demo")
	if code != 0 {
		t.Fatal(logs)
	}
	for _, want := range []string{
		"> get_meeting_attendance",
		"7 of 9 invited attended the 42-minute session; 2 did not; 1 not on the roster (any more).",
		"> find_meetings",
		"> list_meeting_participants",
		"Ines Moreau",
		"山田 太郎",
		"sample data",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in: %s", want, out)
		}
	}
}

func TestCallCommand(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		args        []string
		code        int
		out, logged string
	}{
		{"text", []string{"call", "list_apps"}, 0, "The account has 3 RealtimeKit apps.", ""},
		{"arguments", []string{"call", "find_meetings", "meeting=stand-up", "limit=1"}, 0, "Daily stand-up: Platform", ""},
		{"tool error", []string{"call", "get_meeting", "meeting_id=x"}, 1, "", "no meeting has"},
		{"no such tool", []string{"call", "drop_tables"}, 2, "", "find_meetings"},
		{"not key=value", []string{"call", "list_apps", "foo"}, 2, "", "KEY=VALUE"},
		{"log level", []string{"--log-level=info", "call", "list_apps"}, 0, "Production", "tool=list_apps"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			out, logs, code := once(t, nil, append([]string{"--demo"}, tc.args...)...)
			if code != tc.code || !strings.Contains(out, tc.out) || !strings.Contains(logs, tc.logged) ||
				tc.logged == "" && logs != "" {
				t.Errorf("code %d, out %q, logs %q", code, out, logs)
			}
			if code != 0 && strings.Count(logs, "\n") != 1 {
				t.Errorf("not one line: %q", logs)
			}
		})
	}
	out, _, _ := once(t, nil, "--demo", "call", "list_apps", "--json")
	var v struct{ Apps []struct{ ID string } }
	if err := json.Unmarshal([]byte(out), &v); err != nil || len(v.Apps) != 3 || v.Apps[0].ID != demoapi.AppID {
		t.Errorf("%v in %s", err, out)
	}
}

func TestToolsCommand(t *testing.T) {
	t.Parallel()
	out, _, code := once(t, nil, "tools")
	var list []struct {
		Name                      string
		InputSchema, OutputSchema map[string]any
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 || len(list) < 4 {
		t.Fatalf("code %d, %v: %.300s", code, err, out)
	}
	for _, tool := range list {
		if tool.InputSchema["type"] != "object" || tool.OutputSchema["type"] != "object" {
			t.Errorf("%s lacks a schema", tool.Name)
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{"--help": "CLOUDFLARE_ACCOUNT_ID", "--version": "\n"} {
		out, logs, code := once(t, nil, flag)
		if code != 0 || !strings.Contains(out, want) || logs != "" {
			t.Errorf("%s: code %d, %q, %q", flag, code, out, logs)
		}
	}
}

func TestMalformedConfiguration(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		env  []string
		args []string
		want string
	}{
		"account":       {env: []string{"CLOUDFLARE_ACCOUNT_ID", "short"}, want: "CLOUDFLARE_ACCOUNT_ID"},
		"app":           {env: []string{"REALTIMEKIT_APP_ID", "a/b"}, want: "REALTIMEKIT_APP_ID"},
		"plain http":    {env: []string{"CLOUDFLARE_BASE_URL", "http://api.example.com"}, want: "https"},
		"base URL":      {env: []string{"CLOUDFLARE_BASE_URL", "::"}, want: "base URL must look like"},
		"token":         {env: []string{"CLOUDFLARE_API_TOKEN", "two words"}, want: "CLOUDFLARE_API_TOKEN"},
		"no token file": {env: []string{"CLOUDFLARE_API_TOKEN_FILE", "/no/such/file"}, want: "CLOUDFLARE_API_TOKEN_FILE"},
		"empty file":    {env: []string{"CLOUDFLARE_API_TOKEN_FILE", empty}, want: "is empty"},
		"timeout":       {args: []string{"--timeout=soon"}, want: "--timeout"},
		"no timeout":    {args: []string{"--timeout=0s"}, want: "positive"},
		"rate limit":    {args: []string{"--rate-limit=many"}, want: "1200/5m"},
		"cache":         {args: []string{"--cache-ended=-1s"}, want: "--cache-ended"},
		"subscriptions": {args: []string{"--subscription-interval=0s"}, want: "for example 30s"},
		"level":         {args: []string{"--log-level=loud"}, want: "--log-level"},
		"format":        {args: []string{"--log-format=xml"}, want: "--log-format"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, logs, code := once(t, with(map[string]string{}, tc.env...), tc.args...)
			if code != 2 || out != "" || strings.Count(logs, "\n") != 1 || !strings.Contains(logs, tc.want) {
				t.Errorf("code %d, stdout %q, stderr %q", code, out, logs)
			}
			if strings.Contains(logs, "two words") {
				t.Error("the token was printed")
			}
		})
	}
}

func TestFlagsWinOverEnvironment(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(demoapi.Token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := with(environment(sample(t, demoapi.Options{})), "CLOUDFLARE_API_TOKEN", "", "REALTIMEKIT_APP_ID",
		"no-such-app", "CLOUDFLARE_API_TOKEN_FILE", file)
	if _, logs, code := once(t, env, "call", "find_meetings"); code != 1 || !strings.Contains(logs, "App not found") {
		t.Errorf("environment: code %d, %s", code, logs)
	}
	if out, logs, code := once(t, env, "--app-id", demoapi.StagingAppID, "call", "find_meetings"); code != 0 ||
		!strings.Contains(out, "Load test") {
		t.Errorf("flag: code %d, %s%s", code, out, logs)
	}
}
