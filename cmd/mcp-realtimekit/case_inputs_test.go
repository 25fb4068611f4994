package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// authorized is an API with one app which notes the tokens that it is sent.
type authorized struct {
	*scripted.API
	mu   sync.Mutex
	seen []string
}

func startAuthorized(t testing.TB) *authorized {
	t.Helper()
	a := &authorized{API: scripted.Start(t)}
	answer := func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.seen = append(a.seen, r.Header.Get("Authorization"))
		a.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"success":true,"data":[{"id":"` + scripted.AppID + `","name":"Only"}]}`))
	}
	a.Handle("//client/v4/accounts/"+scripted.AccountID+"/realtime/kit/apps", answer)
	return a
}

// tokens are those sent since the last call, each once.
func (a *authorized) tokens() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	sent := map[string]bool{}
	for _, s := range a.seen {
		sent[s] = true
	}
	a.seen = nil
	list := make([]string, 0, len(sent))
	for s := range sent {
		list = append(list, s)
	}
	return strings.Join(list, " and ")
}

// Each placeholder is refused in one line before any request, or read without
// what was around the token.
func TestCasePlaceholders(t *testing.T) {
	t.Parallel()
	cases := unmarshal[[]string](t, scripted.Case(t, "placeholders.json"))
	if len(cases) < 11 {
		t.Fatal(cases)
	}
	cases = append(cases, "{{token}}", "$env:TOKEN", "YOUR_API_TOKEN", "your-token-here", "***", "xxxx", "REPLACE_ME",
		"op://vault/item/field", "!secret token", "${user_config.account_id}", "undefined", "$(cat token)", "[your token]")
	api := startAuthorized(t)
	dir := t.TempDir()
	for _, text := range cases {
		file := filepath.Join(dir, "token")
		if err := os.WriteFile(file, []byte(text+"\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]string{{"CLOUDFLARE_API_TOKEN", text}, {"CLOUDFLARE_API_TOKEN_FILE", file}} {
			refusesOrReadsToken(t, api, pair[0], pair[1], text)
		}
		for _, name := range []string{"CLOUDFLARE_ACCOUNT_ID", "REALTIMEKIT_APP_ID", "CLOUDFLARE_BASE_URL"} {
			if strings.Contains(text, "tok") && !strings.ContainsAny(text, "{<([!") {
				continue // is read
			}
			refusesPlaceholder(t, api, name, text)
		}
	}
}

// refusesOrReadsToken sets a variable to a value that is a text or names its file.
func refusesOrReadsToken(t *testing.T, api *authorized, name, value, text string) {
	t.Helper()
	env := with(api.Environment(), "CLOUDFLARE_API_TOKEN", "", name, value)
	out, logs, code := once(t, env, "call", "list_apps")
	sent := api.tokens()
	if code == 0 && (sent == "Bearer tok" || sent == "Bearer tok_in_quotes") {
		return
	}
	if code != 2 || out != "" || sent != "" || strings.Count(logs, "\n") != 1 ||
		!strings.Contains(logs, name) || !strings.Contains(logs, "placeholder") {
		t.Errorf("%s=%s: code %d, sent %q, %s%s", name, text, code, sent, out, logs)
	}
}

// refusesPlaceholder sets a variable to a placeholder.
func refusesPlaceholder(t *testing.T, api *authorized, name, text string) {
	t.Helper()
	_, logs, code := once(t, with(api.Environment(), name, text), "call", "list_apps")
	sent := api.tokens()
	if code != 2 || sent != "" || !strings.Contains(logs, name) || !strings.Contains(logs, "placeholder") {
		t.Errorf("%s=%s: code %d, sent %q, %s", name, text, code, sent, logs)
	}
}

// A server that is started with a placeholder says so and makes no request.
func TestServeRefusesPlaceholder(t *testing.T) {
	t.Parallel()
	api := startAuthorized(t)
	_, logs, code := once(t, with(api.Environment(), "CLOUDFLARE_API_TOKEN", "${user_config.api_token}"))
	if code != 2 || logs != "mcp-realtimekit: CLOUDFLARE_API_TOKEN: the client did not fill in the placeholder ${...}; "+
		"put the value itself there, or set the variable that it names where the client starts\n" || len(api.Requests()) != 0 {
		t.Errorf("code %d, %s%v", code, logs, api.Requests())
	}
}

// TestTokensAsPeopleWriteThem reads the token from variables and files of many makers.
func TestTokensAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	const tok, name = "cfut_own-Token_1", "CLOUDFLARE_API_TOKEN"
	api := startAuthorized(t)
	home := t.TempDir()
	wide := func(s string) string { // as PowerShell's > writes it
		out := "\xff\xfe"
		for i := range len(s) {
			out += s[i:i+1] + "\x00"
		}
		return out
	}
	for i, text := range []string{
		" \u00a0" + tok + "\u200b\r\n", "\ufeff" + tok, `"` + tok + `"`, "“" + tok + "”", "Bearer " + tok,
		"Authorization: Bearer " + tok, "export " + name + "='" + tok + "'",
		"# staging\r\nCLOUDFLARE_ACCOUNT_ID=0\r\nexport " + name + "=\"" + tok + "\" # mine\r\nREALTIMEKIT_APP_ID=x\r\n",
		wide(tok + "\r\n"), wide("A=1\r\n" + name + "=" + tok + "\r\n"), tok + "\n\n# a comment\n",
	} {
		if err := os.WriteFile(filepath.Join(home, "token"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		const file = name + "_FILE"
		envs := []map[string]string{{file: "~/token"}, {file: `"` + filepath.Join(home, "token") + `" `}}
		if !strings.Contains(text, "\x00") {
			envs = append(envs, map[string]string{name: text})
		}
		for _, own := range envs {
			env := with(api.Environment(), name, "", "HOME", home, "CLOUDFLARE_BASE_URL", `"`+api.URL+`"`)
			env["CLOUDFLARE_ACCOUNT_ID"] = " '" + scripted.AccountID + "'\t"
			maps.Copy(env, own)
			_, logs, code := once(t, env, "call", "list_apps")
			if sent := api.tokens(); code != 0 || sent != "Bearer "+tok {
				t.Errorf("%d %q: code %d, sent %q, %s", i, own, code, sent, logs)
			}
		}
	}
}

// TestMalformedCredentials names variable and cause, and never a token.
func TestMalformedCredentials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const file, tok = "CLOUDFLARE_API_TOKEN_FILE", "real-token-value"
	for name, tc := range map[string]struct{ variable, value, want string }{
		"folder":         {file, dir, "is a folder"},
		"huge":           {file, write("huge", strings.Repeat("x\n", 1<<20)), "larger than 64 KiB"},
		"endless":        {file, "/dev/zero", "larger than 64 KiB"},
		"only a BOM":     {file, write("bom", "\ufeff\r\n"), "is empty"},
		"only quotes":    {file, write("quotes", `""`), "no token is in the file"},
		"another name":   {file, write("env", "A="+tok+"\nB=2\n"), "no line CLOUDFLARE_API_TOKEN=value"},
		"several lines":  {file, write("lines", tok+"\n"+tok+"2\n"), "several lines"},
		"binary":         {file, write("binary", "\x7fELF\x00\x00\x01"), "not text"},
		"home variable":  {file, "${HOME}/token", "placeholder"},
		"path as token":  {"CLOUDFLARE_API_TOKEN", "/run/secrets/token", file},
		"global key":     {"CLOUDFLARE_API_TOKEN", strings.Repeat("ab", 18) + "c", "Global API Key"},
		"new global key": {"CLOUDFLARE_API_TOKEN", "cfk_" + strings.Repeat("a", 44), "Global API Key"},
		"default":        {"CLOUDFLARE_API_TOKEN", "${X:-" + tok + "}", "placeholder"},
		"cut":            {"CLOUDFLARE_API_TOKEN", `"` + tok, "quotation mark"},
		"space":          {"CLOUDFLARE_API_TOKEN", tok + " " + tok, "white space"},
		"account": {
			"CLOUDFLARE_ACCOUNT_ID",
			"YOUR_ACCOUNT_ID",
			"CLOUDFLARE_ACCOUNT_ID (--account-id): the placeholder",
		},
		"rate": {"REALTIMEKIT_RATE_LIMIT", "${user_config.rate}", "placeholder"},
	} {
		if runtime.GOOS == "windows" && name == "endless" {
			continue
		}
		out, logs, code := once(t, map[string]string{tc.variable: tc.value})
		if code != 2 || out != "" || strings.Count(logs, "\n") != 1 || strings.Contains(logs, tok) ||
			!strings.Contains(logs, tc.variable) || !strings.Contains(logs, tc.want) {
			t.Errorf("%s: code %d, %q%s", name, code, out, logs)
		}
	}
	// Blank optional values count as absent, and so does a blank token.
	p := start(t, map[string]string{
		"CLOUDFLARE_API_TOKEN": " ", "CLOUDFLARE_ACCOUNT_ID": `""`, "REALTIMEKIT_APP_ID": " \t", "CLOUDFLARE_BASE_URL": "''",
		"REALTIMEKIT_CACHE_ENDED": " ",
	})
	if r := p.call("list_apps", args{}); !r.IsError || !strings.Contains(r.text(), "CLOUDFLARE_API_TOKEN") {
		t.Error(r.text())
	}
}

// TestAccountIDFromDashboard reads the id in an address.
func TestAccountIDFromDashboard(t *testing.T) {
	t.Parallel()
	api := startAuthorized(t)
	const address = "https://dash.cloudflare.com/" + scripted.AccountID + "/realtime/kit"
	env := with(api.Environment(), "CLOUDFLARE_ACCOUNT_ID", address)
	if out, logs, code := once(t, env, "call", "list_apps"); code != 0 || !strings.Contains(out, "Only") {
		t.Errorf("code %d, %s%s", code, out, logs)
	}
}

// Over HTTP the same mistakes happen in a header and in the secret's file.
func TestHTTPTokensAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	s := serveHTTP(t, environment(api))
	for _, around := range [][2]string{{`"`, `"`}, {"Bearer ", ""}, {"CLOUDFLARE_API_TOKEN=", ""}} {
		if r := s.must(s.listApps(around[0] + demoapi.Token + around[1])); !r.works() {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	before := api.API.Requests()
	cases := unmarshal[[]string](t, scripted.Case(t, "placeholders.json"))
	for _, text := range append(cases, "YOUR_API_TOKEN", "{{token}}") {
		if strings.Contains(text, "tok") && !strings.ContainsAny(text, "{<") {
			continue // is read
		}
		r := s.must(s.listApps(text))
		if r.status != http.StatusUnauthorized || !strings.Contains(r.body, "placeholder") {
			t.Errorf("%s: %d %s", text, r.status, r.body)
		}
	}
	if api.API.Requests() != before {
		t.Error("a placeholder was sent")
	}
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "secret"), []byte("\ufeff\""+secret+"\"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = serveHTTP(t, with(environment(api), "HOME", home), "--shared-secret-file=~/secret")
	if r := s.must(s.listApps(secret)); !r.works() {
		t.Errorf("%d %s", r.status, r.body)
	}
	env := with(environment(api), "MCP_REALTIMEKIT_SHARED_SECRET", "${MCP_REALTIMEKIT_SHARED_SECRET}")
	_, logs, code := once(t, env, "--http=127.0.0.1:0")
	if code != 2 || !strings.Contains(logs, "MCP_REALTIMEKIT_SHARED_SECRET: the client did not fill in the placeholder") {
		t.Errorf("code %d, %s", code, logs)
	}
}

// TestConfigExpandsHome writes whole paths of what was given with a ~.
func TestConfigExpandsHome(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "token"), []byte("tok"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HOME": home}
	_, logs, code := once(t, env, "config", "cursor", "--write", "--path=~/mcp.json", "--token-file=~/token")
	raw, err := os.ReadFile(filepath.Join(home, "mcp.json"))
	if code != 0 || err != nil || !json.Valid(raw) ||
		!strings.Contains(string(raw), `"`+filepath.Join(home, "token")+`"`) {
		t.Errorf("code %d, %s%v %s", code, logs, err, raw)
	}
}

// contents are the names of a folder with what is in the files.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range list {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(raw)
	}
	return files
}

// TestConfigAtOnce writes one file from many processes: each entry is there in the
// end, each backup is what one write replaced, and nothing else is left.
func TestConfigAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "mcp.json")
	const n = 24
	ids := []string{"claude-desktop", "vscode", "cursor", "zed"} // three words for the list of servers
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			id, name := ids[i%len(ids)], "server"+strconv.Itoa(i)
			_, logs, code := once(t, nil, "config", id, "--write", "--path", file, "--name", name)
			if code != 0 || !strings.Contains(logs, "Wrote ") {
				t.Errorf("%d: code %d, %s", i, code, logs)
			}
		})
	}
	all.Wait()
	files := contents(t, dir)
	for i := range n {
		if !strings.Contains(files["mcp.json"], `"server`+strconv.Itoa(i)+`": {`) {
			t.Errorf("server%d is lost", i)
		}
	}
	seen := map[string]bool{}
	for name, text := range files {
		if seen[text] || !json.Valid([]byte(text)) || !strings.HasPrefix(name, "mcp.json") {
			t.Errorf("%s is left, or twice there: %s", name, text)
		}
		seen[text] = true
	}
	if len(files) != n { // the first write had nothing to keep
		t.Errorf("%d files, want %d", len(files), n)
	}
}

// TestConfigKilled ends writes at any moment: the file is whole, holds what was
// reported as written, and the next write is locked out by nothing.
func TestConfigKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "mcp.json")
	var done []string
	for i := range 40 {
		name := "server" + strconv.Itoa(i)
		cmd := command(t, nil, "config", "cursor", "--write", "--path", file, "--name", name)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Duration(i)*time.Millisecond/2, func() { _ = cmd.Process.Kill() })
		if cmd.Wait() == nil {
			done = append(done, name)
		}
		kill.Stop()
		if raw, err := os.ReadFile(file); err == nil && !json.Valid(raw) {
			t.Fatalf("after %d: %s", i, raw)
		}
	}
	if _, logs, code := once(t, nil, "config", "cursor", "--write", "--path", file, "--name", "last"); code != 0 {
		t.Errorf("code %d, %s", code, logs)
	}
	files := contents(t, dir)
	for _, name := range append(done, "last") {
		if !strings.Contains(files["mcp.json"], `"`+name+`": {`) {
			t.Errorf("%s is lost", name)
		}
	}
	for name, text := range files {
		same := name != "mcp.json" && text == files["mcp.json"]
		if !strings.HasPrefix(name, "mcp.json") || !json.Valid([]byte(text)) || same {
			t.Errorf("%s is left: %s", name, text)
		}
	}
}

// TestConfigOddFiles covers a byte order mark, line ends, and what is refused.
func TestConfigOddFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "mcp.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"config", "claude-desktop", "--write", "--path", file}
	write("\ufeff{\r\n  \"mcpServers\": {}\r\n}\r\n")
	for range 2 { // also where nothing is to be done
		_, logs, code := once(t, nil, args...)
		text := contents(t, dir)["mcp.json"]
		if code != 0 || !strings.Contains(logs, file+" begins with a byte order mark") ||
			!strings.HasPrefix(text, "\ufeff{\r\n") || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
			t.Errorf("code %d, %s%q", code, logs, text)
		}
	}
	if err := os.Remove(file + ".bak"); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"\xff\xfe{\x00}\x00", "{", "[]", "{\x00}\x00"} {
		write(text)
		_, logs, code := once(t, nil, args...)
		files := contents(t, dir)
		if code != 1 || strings.Count(logs, "\n") != 1 || !strings.Contains(logs, file) || len(files) != 1 ||
			files["mcp.json"] != text {
			t.Errorf("%q: code %d, %s%q", text, code, logs, files)
		}
	}
}
