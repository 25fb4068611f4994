// Package clientconfig writes this server into the configuration of MCP
// clients: each client's format and place, an edit that keeps everything else
// of the file as it was, and an atomic write with a backup.
package clientconfig

import (
	"fmt"
	"slices"
	"strings"
)

const (
	tokenVar     = "CLOUDFLARE_API_TOKEN"
	tokenFileVar = "CLOUDFLARE_API_TOKEN_FILE"
)

// Client is one MCP client.
type Client struct {
	ID, Title string
	servers   string    // member, or TOML table, that holds the servers
	local     []member  // what each server says besides how to start it
	env       string    // member that holds the server's environment
	oneList   bool      // "command" is a list that holds the arguments, too
	toml      bool      // the file is TOML, as Codex has it
	token     reference // how the client takes a secret; empty where a person puts it into the file
	asks      bool      // the token is one of the file's inputs, which VS Code asks for
	hint      string    // what to do about the token, with %s for the name of its variable
	remote    remote
	path      func(System) (string, error)
}

// remote is how a client reaches a server over HTTP.
type remote struct {
	fixed []member
	url   string // member that holds the URL
	none  string // why there is none
}

// reference is how a client names a variable, which stands here as NAME.
type reference string

func (r reference) to(variable string) string {
	return strings.ReplaceAll(string(r), "NAME", variable)
}

// matches says whether text is a reference to some variable.
func (r reference) matches(text string) bool {
	before, after, ok := strings.Cut(string(r), "NAME")
	return ok && len(text) > len(before)+len(after) && strings.HasPrefix(text, before) && strings.HasSuffix(text, after)
}

// An empty token counts as none: the server starts, and its tools say what to set.
const (
	pasteHint = `Put the API token into "%s", or keep it out of this file: --token-file=PATH.`
	envHint   = "The API token stays out of this file: set %s where CLIENT starts from, " +
		"or use --token-file=PATH."
)

func environmentOf(client string) string { return strings.ReplaceAll(envHint, "CLIENT", client) }

var clients = []Client{
	{
		ID: "claude-desktop", Title: "Claude Desktop", servers: "mcpServers", env: "env",
		hint: pasteHint, path: claudeDesktop,
		remote: remote{none: "Claude Desktop reads local servers only from its file; " +
			"add the URL at Settings > Connectors, which asks for OAuth, or leave --url out"},
	},
	{
		ID: "claude-code", Title: "Claude Code", servers: "mcpServers", env: "env", local: []member{{"type", "stdio"}},
		token: "${NAME:-}", hint: environmentOf("Claude Code"), path: claudeCode,
		remote: remote{url: "url", fixed: []member{{"type", "http"}}},
	},
	{
		ID: "vscode", Title: "VS Code", servers: "servers", env: "env", local: []member{{"type", "stdio"}},
		token: "${input:NAME}", asks: true, path: vsCode,
		hint:   "VS Code asks for the API token when the server first starts, and keeps it out of this file.",
		remote: remote{url: "url", fixed: []member{{"type", "http"}}},
	},
	{
		ID: "cursor", Title: "Cursor", servers: "mcpServers", env: "env",
		token: "${env:NAME}", hint: environmentOf("Cursor"), path: below(home, ".cursor", "mcp.json"),
		remote: remote{url: "url"},
	},
	{
		ID: "windsurf", Title: "Windsurf", servers: "mcpServers", env: "env",
		token: "${env:NAME}", hint: environmentOf("Windsurf"), path: below(home, ".codeium", "windsurf", "mcp_config.json"),
		remote: remote{url: "serverUrl"},
	},
	{
		ID: "zed", Title: "Zed", servers: "context_servers", env: "env", hint: pasteHint, path: zed,
		remote: remote{url: "url"},
	},
	{
		// It starts servers with a handful of variables, and adds those that env_vars names.
		ID: "codex", Title: "Codex", servers: "mcp_servers", toml: true,
		hint: environmentOf("Codex"), path: below(variableOr("CODEX_HOME", home, ".codex"), "config.toml"),
		remote: remote{url: "url"},
	},
	{
		// It takes variables with TOKEN in their names away from servers, unless env names them.
		ID: "gemini", Title: "Gemini CLI", servers: "mcpServers", env: "env",
		token: "${NAME:-}", hint: environmentOf("Gemini CLI"),
		path:   below(variableOr("GEMINI_CLI_HOME", home), ".gemini", "settings.json"),
		remote: remote{url: "httpUrl"},
	},
	{
		ID: "copilot", Title: "Copilot CLI", servers: "mcpServers", env: "env", local: []member{{"type", "local"}},
		token: "${NAME:-}", hint: environmentOf("Copilot CLI"),
		path:   below(variableOr("COPILOT_HOME", home, ".copilot"), "mcp-config.json"),
		remote: remote{url: "url", fixed: []member{{"type", "http"}}},
	},
	{
		ID: "opencode", Title: "OpenCode", servers: "mcp", env: "environment", oneList: true,
		token: "{env:NAME}", hint: environmentOf("OpenCode"), path: openCode, local: []member{{"type", "local"}},
		remote: remote{url: "url", fixed: []member{{"type", "remote"}}},
	},
	{
		// Its extension and its command line share the file, and only the extension fills in variables.
		ID: "cline", Title: "Cline", servers: "mcpServers", env: "env",
		token: "${env:NAME}", path: cline,
		hint: "Cline in VS Code takes the API token from %s where VS Code starts from. " +
			"Its command line fills in no variables: for that use --token-file=PATH.",
		remote: remote{url: "url", fixed: []member{{"type", "streamableHttp"}}},
	},
	{
		ID: "kiro", Title: "Kiro", servers: "mcpServers", env: "env",
		token: "${NAME}", path: below(variableOr("KIRO_HOME", home, ".kiro"), "settings", "mcp.json"),
		hint: "The API token stays out of this file: set %[1]s where Kiro starts from, and approve %[1]s when Kiro asks " +
			"(setting Mcp Approved Env Vars); or use --token-file=PATH.",
		remote: remote{url: "url"},
	},
	{
		ID: "json", Title: "your MCP client", servers: "mcpServers", env: "env", hint: pasteHint, path: nowhere,
		remote: remote{url: "url", fixed: []member{{"type", "http"}}},
	},
}

// IDs lists the clients.
func IDs() []string {
	ids := make([]string, len(clients))
	for i, c := range clients {
		ids[i] = c.ID
	}
	return ids
}

// Lookup finds a client by its id.
func Lookup(id string) (Client, error) {
	i := slices.IndexFunc(clients, func(c Client) bool { return c.ID == id })
	if i < 0 {
		return Client{}, fmt.Errorf("no client %q; there are %s, and json for any other", id, strings.Join(IDs(), ", "))
	}
	return clients[i], nil
}

// Hint says in one line what is left to do about the token.
func (c Client) Hint(s Server) string {
	switch {
	case s.URL != "":
		return c.remoteHint(s)
	case s.Demo:
		return "This is the sample account; it needs no token. Without --demo, the same command switches to your own account."
	case s.TokenFile != "":
		return "The API token is read from " + s.TokenFile + "."
	case strings.Contains(c.hint, "%"):
		return fmt.Sprintf(c.hint, tokenVar)
	}
	return c.hint
}

func (c Client) remoteHint(s Server) string {
	switch {
	case c.asks:
		return "VS Code asks for the bearer token when it first connects, and keeps it out of this file."
	case c.ID == "cline":
		return "Cline in VS Code sends " + s.bearer() + " from its environment as bearer token; " +
			"its command line fills in no variables."
	case c.ID == "kiro":
		return "Kiro sends " + s.bearer() + " from its environment as bearer token, " +
			"once you approve it (setting Mcp Approved Env Vars)."
	case c.token == "" && !c.toml:
		return `Put the bearer token in place of "` + placeholder(s) + `".`
	}
	return c.Title + " sends " + s.bearer() + " from its environment as bearer token; the token stays out of this file."
}
