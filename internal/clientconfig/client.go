// Package clientconfig writes this server into the configuration of MCP
// clients: each client's format and place, an edit which keeps everything else
// of the file as it was, and an atomic write with a backup.
package clientconfig

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

const (
	tokenVar     = "CLOUDFLARE_API_TOKEN"
	tokenFileVar = "CLOUDFLARE_API_TOKEN_FILE"
	inputID      = "cloudflare-api-token"
)

// Client is one MCP client.
type Client struct {
	ID, Title string
	servers   string   // member that holds the servers
	fixed     []member // what each server says besides how to start it
	token     string   // the value of CLOUDFLARE_API_TOKEN: how the client takes a secret
	asks      bool     // the token is one of the file's inputs, which VS Code asks for
	hint      string   // what to do about the token
	path      func(System) []string
}

// System is what decides where a client keeps its configuration.
type System struct {
	OS        string // as runtime.GOOS
	Home      string
	AppData   string // %APPDATA%, on Windows
	XDGConfig string // $XDG_CONFIG_HOME, on Linux
}

// An empty token counts as none: the server starts, and its tools say what to set.
const (
	pasteHint = `Put the API token into "` + tokenVar + `", or keep it out of this file: --token-file=PATH.`
	envHint   = "The API token stays out of this file: set " + tokenVar + " where %s starts from, or use --token-file=PATH."
)

var clients = []Client{
	{
		ID: "claude-desktop", Title: "Claude Desktop", servers: "mcpServers", hint: pasteHint,
		path: func(s System) []string { return []string{s.config(), "Claude", "claude_desktop_config.json"} },
	},
	{
		ID: "claude-code", Title: "Claude Code", servers: "mcpServers", fixed: []member{{"type", "stdio"}},
		token: "${" + tokenVar + ":-}", hint: fmt.Sprintf(envHint, "Claude Code"),
		path: func(s System) []string { return []string{s.Home, ".claude.json"} },
	},
	{
		ID: "vscode", Title: "VS Code", servers: "servers", fixed: []member{{"type", "stdio"}},
		token: "${input:" + inputID + "}", asks: true, hint: "VS Code asks for the API token when the server first starts, and keeps it out of this file.",
		path: func(s System) []string { return []string{s.config(), "Code", "User", "mcp.json"} },
	},
	{
		ID: "cursor", Title: "Cursor", servers: "mcpServers",
		token: "${env:" + tokenVar + "}", hint: fmt.Sprintf(envHint, "Cursor"),
		path: func(s System) []string { return []string{s.Home, ".cursor", "mcp.json"} },
	},
	{
		ID: "windsurf", Title: "Windsurf", servers: "mcpServers",
		token: "${env:" + tokenVar + "}", hint: fmt.Sprintf(envHint, "Windsurf"),
		path: func(s System) []string { return []string{s.Home, ".codeium", "windsurf", "mcp_config.json"} },
	},
	{
		ID: "zed", Title: "Zed", servers: "context_servers", hint: pasteHint,
		path: func(s System) []string {
			switch s.OS {
			case "windows":
				return []string{s.AppData, "Zed", "settings.json"}
			case "darwin":
				return []string{s.Home, ".config", "zed", "settings.json"}
			}
			return []string{s.config(), "zed", "settings.json"}
		},
	},
}

// config is the folder for configuration of desktop programs.
func (s System) config() string {
	switch {
	case s.OS == "windows":
		return s.AppData
	case s.OS == "darwin":
		return filepath.Join(s.Home, "Library", "Application Support")
	case s.XDGConfig != "":
		return s.XDGConfig
	case s.Home == "":
		return ""
	}
	return filepath.Join(s.Home, ".config")
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
		return Client{}, fmt.Errorf("no client %q; there are %s", id, strings.Join(IDs(), ", "))
	}
	return clients[i], nil
}

// Path is where the client keeps the configuration of its user.
func (c Client) Path(s System) (string, error) {
	parts := c.path(s)
	if !filepath.IsAbs(parts[0]) {
		return "", fmt.Errorf("the home folder is unknown; give the file of %s with --path", c.Title)
	}
	return filepath.Join(parts...), nil
}

// Hint says in one line what is left to do about the token.
func (c Client) Hint(s Server) string {
	switch {
	case s.Demo:
		return "This is the sample account; it needs no token. Without --demo, the same command switches to your own account."
	case s.TokenFile != "":
		return "The API token is read from " + s.TokenFile + "."
	}
	return c.hint
}
