package setting

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

const (
	name = "CLOUDFLARE_API_TOKEN"
	tok  = "cfut_abcDEF-123_xyz"
)

func utf16le(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u & 0xff))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func utf16be(s string) string {
	raw := []byte(utf16le(s))
	for i := 0; i < len(raw); i += 2 {
		raw[i], raw[i+1] = raw[i+1], raw[i]
	}
	return string(raw)
}

func TestTokenIsRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		tok, " " + tok + "\t\r\n", "\u00a0\u200b" + tok + "\u2060\u3000", "\ufeff" + tok,
		"cfut_abcDEF\u200b-123_xyz", `"` + tok + `"`, "'" + tok + "'", "“" + tok + "”",
		"„" + tok + "“", "«" + tok + "»", "`" + tok + "`", `\"` + tok + `\"`, `" ` + tok + ` "`, `"'` + tok + `'"`,
		"Bearer " + tok, "bearer\u00a0" + tok, "BEARER: " + tok, `"Bearer ` + tok + `"`, `Bearer "` + tok + `"`,
		"Authorization: Bearer " + tok, "Bearer Bearer " + tok,
		name + "=" + tok, "export " + name + "=" + tok + ";", "export " + name + `="` + tok + `"`,
		"set " + name + "=" + tok, `set "` + name + "=" + tok + `"`,
		`"` + name + "=" + tok + `"`, "setx " + name + " " + tok, "$env:" + name + ` = "` + tok + `"`,
		name + ": " + tok, `"` + name + `": "` + tok + `",`,
		"cloudflare_api_token = '" + tok + "'", name + "=" + tok + " # mine", tok + " # mine", name + "=Bearer " + tok,
		"# of the staging account\r\n\r\n" + tok + "\r\n",
		"\ufeffOTHER=1\r\n# x\r\nexport " + name + "=" + tok + "\r\nREALTIMEKIT_APP_ID=abc\r\n",
		"[cloudflare]\n" + name + "=" + tok, name + "=old\n" + name + "=" + tok, "OTHER=1\u2028" + name + "=" + tok,
		"\xff\xfe" + utf16le(tok+"\r\n"), "\xfe\xff" + utf16be(tok+"\r\n"), utf16le(tok + "\r\n"), utf16be(tok),
		"\xff\xfe" + utf16le(name+"="+tok+"\r\nX=é\r\n"), "\xff\xfe" + tok,
	} {
		if got, err := Token(name, text); got != tok || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", " \r\n", `""`, "''", "\ufeff", "\u00a0", "\xff\xfe"} {
		if got, err := Token(name, text); got != "" || err != nil {
			t.Errorf("%q is not blank: %q, %v", text, got, err)
		}
	}
	for _, plain := range []string{
		"tok", "wrong", "my-token", "test-token", "abc==", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "bearertok",
		strings.Repeat("a", 32),
	} {
		if got, err := Token(name, plain); got != plain || err != nil {
			t.Errorf("%q: %q, %v", plain, got, err)
		}
	}
}

func TestPlaceholdersAreRefused(t *testing.T) {
	t.Parallel()
	list := []string{
		"${env:" + name + "}", `"${X}"`, "Bearer ${X}", name + "=${X}", "${X:-" + tok + "}", "${{ secrets.TOKEN }}",
		"$" + name, "$token", "$$TOKEN", `\$TOKEN`, "$env:" + name,
		"%" + name + "%", "%%TOKEN%%", "!TOKEN!", "{{token}}", "{{ cloudflare.token }}", "{env:X}", "{TOKEN}",
		"<your token>", "<TOKEN>", "[your-token]", "[[token]]", "#{TOKEN}#",
		"@TOKEN@", "__TOKEN__", "<%= token %>", "$(cat ~/.token)", "$(op read op://a/b/c)", "op://vault/item/field",
		"!secret cloudflare_token", "env:X", "${input:token}",
		"${user_config.api_token}", "process.env.TOKEN", "secrets.TOKEN", "ref+vault://x", "vault:secret/data/x#token",
		"YOUR_API_TOKEN", "your-token-here", "your_api_token_here", "YOUR TOKEN HERE", "yourtoken",
		"YOUR_CLOUDFLARE_API_TOKEN", "paste-your-token", "insert token here", "token-here",
		"REPLACE_ME", "replace-with-token", "CHANGE_ME", "changeme", "API_TOKEN", "TOKEN", name, "undefined",
		"null", "None", "TODO", "[object Object]", "<redacted>", "placeholder",
		"xxxx", "XXXXXXXX-XXXX", "xxx", "***", "********", "abcd****", "••••••", "cfut_abc...",
		"cfut_" + strings.Repeat("x", 40), "cfut_abc…",
	}
	var cases []string
	if err := json.Unmarshal(scripted.Case(t, "placeholders.json"), &cases); err != nil {
		t.Fatal(err)
	}
	for _, text := range append(list, cases...) {
		got, err := Token(name, text)
		if got == "tok" || got == "tok_in_quotes" {
			continue // read without what was around it
		}
		if err == nil || !strings.Contains(err.Error(), "placeholder") || strings.Contains(err.Error(), tok) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestTokenIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"two words": "white space", "cfut_é": "U+00E9", `"` + tok: "one end only", tok + "”": "one end only",
		"Bearer": "no token", name + "=": "to nothing",
		tok + "\n" + tok: "several lines", "OTHER=" + tok: "no line " + name, "A=1\nB=2": "no line " + name,
		tok + "\nA=1": "no line " + name, "# x": "only comments",
		strings.Repeat("a1", 18) + "f": "Global API Key", "cfk_" + strings.Repeat("a", 44): "Global API Key",
		"v1.0-abc-def":       "Origin CA",
		"/run/secrets/token": name + "_FILE", "~/.token": name + "_FILE", "me@example.com": "which no token has",
		"a\x00b": "not text", "a\x00b\x00c": "not text",
	} {
		got, err := Token(name, text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), tok) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestSecret(t *testing.T) {
	t.Parallel()
	const secret = "MCP_REALTIMEKIT_SHARED_SECRET"
	for _, own := range []string{
		"#starts-like-a-comment", "$ecretpassword12345", "a=b;c=d,e:f", "!important-secret;", "x<y>z%20",
		"correct-horse-battery", "K7+/base64padding==",
	} {
		if got, err := Secret(secret, own+"\r\n"); got != own || err != nil {
			t.Errorf("%q: %q, %v", own, got, err)
		}
	}
	for _, text := range []string{
		`"correct-horse"`, "\ufeffcorrect-horse", secret + "=correct-horse", "# x\ncorrect-horse", "Bearer correct-horse",
	} {
		if got, err := Secret(secret, text); got != "correct-horse" || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"$MCP_SECRET", "${MCP_SECRET}", "<secret>", "CHANGE_ME_PLEASE_NOW", "%SECRET%"} {
		if got, err := Secret(secret, text); err == nil {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	const account, app = "0123456789abcdef0123456789abcdef", "2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1"
	for _, text := range []string{
		account, " '" + account + "' ", "CLOUDFLARE_ACCOUNT_ID=" + account,
		"https://dash.cloudflare.com/" + account + "/realtime/kit", "https://dash.cloudflare.com/" + account,
	} {
		if got, err := AccountID("CLOUDFLARE_ACCOUNT_ID", text); got != account || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	const dashboard = "https://dash.cloudflare.com/"
	for _, text := range []string{
		app, "“" + app + "”", dashboard + account + "/realtime/kit/" + app + "?tab=x", "short-id",
	} {
		if got, err := AppID("REALTIMEKIT_APP_ID", text); got != app && got != text || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"${user_config.account_id}", "$X", "%X%", "<id>", "YOUR_ACCOUNT_ID", "ACCOUNT_ID", "undefined", dashboard,
		"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
	} {
		if got, err := AppID("REALTIMEKIT_APP_ID", text); err == nil {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestPath(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	if runtime.GOOS == "windows" {
		t.Skip("the home folder is another variable there")
	}
	for _, tc := range []struct{ in, want string }{
		{"~", "/home/me"}, {"~/x", "/home/me/x"}, {` "~/x y" `, "/home/me/x y"}, {"/a/~/b", "/a/~/b"},
		{"~me/x", "~me/x"}, {"rel", "rel"}, {"%USERPROFILE%/x", "%USERPROFILE%/x"}, {"", ""},
	} {
		if got, err := Path(tc.in); got != tc.want || err != nil {
			t.Errorf("%q: %q, %v", tc.in, got, err)
		}
	}
	for _, in := range []string{"${HOME}/x", "$HOME/x", "${userHome}/x", "{{x}}", "<path>"} {
		if got, err := Path(in); err == nil || !strings.Contains(err.Error(), "placeholder") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	t.Setenv("USERPROFILE_OF_TEST", `C:\Users\me`)
	for in, want := range map[string]string{
		`%USERPROFILE_OF_TEST%\x`: `C:\Users\me\x`, `100%\x`: `100%\x`, `%NOT_SET_HERE%\x`: `%NOT_SET_HERE%\x`,
	} {
		if got := expandPercent(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if got, err := ReadFile(write("ok", "x\n")); got != "x\n" || err != nil {
		t.Error(got, err)
	}
	for path, want := range map[string]string{
		dir: "folder", write("empty", " \n"): "is empty",
		write("huge", strings.Repeat("x", maxFile+1)): "larger than 64 KiB",
		filepath.Join(dir, "none"):                    "no such file",
	} {
		if runtime.GOOS == "windows" && want == "no such file" {
			want = "cannot find"
		}
		if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// FuzzToken holds that whatever is returned is a bearer token, stays one when
// read again, and is in no error.
func FuzzToken(f *testing.F) {
	for _, s := range []string{
		tok, `export A="b"`, "\xff\xfea\x00", "${a}", "Bearer Bearer x", "a\nb=c", "\\\"x\\\"", "'", "=", "[", "%", "$env:",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Token(name, text)
		if err != nil {
			if v != "" || strings.ContainsAny(err.Error(), "\r\n") {
				t.Fatalf("%q: %q, %v", text, v, err)
			}
			return
		}
		if strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=") != "" {
			t.Fatalf("%q became %q", text, v)
		}
		if again, err := Token(name, v); again != v || err != nil {
			t.Fatalf("%q became %q, then %q, %v", text, v, again, err)
		}
		if _, err := Secret(name, text); err != nil && v != "" && !strings.Contains(text, v) {
			t.Fatalf("%q: %q was made up", text, v)
		}
		_, _ = Path(text)
	})
}
