package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/clientconfig"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/setting"
)

// configuration is what the config command is asked for.
type configuration struct {
	client   string
	write    bool
	path     string
	name     string
	command  string
	url      string
	tokenEnv string
}

func configureCommand(c *config, s *streams) *cobra.Command {
	var w configuration
	cmd := &cobra.Command{
		Use:   "config CLIENT",
		Short: "Print the configuration to add to an MCP client, or write it",
		Args:  oneArgument("CLIENT"),
		Long: `Print the configuration to add to an MCP client, and where it belongs; with --write,
merge it into the client's file. The API token is never part of it. With --demo the
client connects to the sample account.

CLIENT is one of:

` + clientList(),
		Example: `  mcp-realtimekit config claude-desktop --demo --write
  mcp-realtimekit config codex --write
  mcp-realtimekit config gemini --url https://meetings.example.com/mcp --write`,
		ValidArgs: clientconfig.IDs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			w.client = args[0]
			for _, flag := range []string{"demo", "command", "token-file"} {
				if w.url != "" && cmd.Flags().Changed(flag) {
					return fmt.Errorf("%w: --url is of a server that runs elsewhere; give --%s there", errUsage, flag)
				}
			}
			return w.run(cmd.Context(), c, s)
		},
	}
	fs := cmd.Flags()
	fs.BoolVar(&w.write, "write", false,
		"merge it into the client's file, and keep a backup beside it; the rest of the file stays as it is")
	fs.StringVar(&w.path, "path", "",
		"the client's file is at `PATH`, for example .vscode/mcp.json, not where it usually is")
	fs.StringVar(&w.name, "name", "realtimekit", "call the server `NAME` in the client")
	fs.StringVar(&w.command, "command", "", "start the server with the program at `PATH` (default: this program)")
	fs.StringVar(&w.url, "url", "",
		"connect to a server that runs with --http at `URL`, for example https://HOST/mcp, instead of starting one")
	fs.StringVar(&w.tokenEnv, "token-env", "", "with --url, send the bearer token in the variable `NAME`, for example "+
		"MCP_REALTIMEKIT_SHARED_SECRET (default CLOUDFLARE_API_TOKEN)")
	return cmd
}

// clientList is a line for each client, for the help.
func clientList() string {
	var b strings.Builder
	for _, id := range clientconfig.IDs() {
		title := "any other client"
		if to, err := clientconfig.Lookup(id); err == nil && id != "json" {
			title = to.Title
		}
		fmt.Fprintf(&b, "  %-15s  %s\n", id, title)
	}
	return b.String()
}

// run prints or writes the configuration of one client. The token is in neither.
func (w configuration) run(ctx context.Context, c *config, s *streams) error {
	to, err := clientconfig.Lookup(w.client)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := w.check(); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if w.command, err = setting.Path(w.command); err != nil {
		return fmt.Errorf("%w: --command: %w", errUsage, err)
	}
	server, err := w.server(c)
	if err != nil {
		return err
	}
	edit := func(file []byte) ([]byte, error) { return to.Merge(file, server) }
	path, err := absolute(w.path)
	if err != nil {
		return fmt.Errorf("%w: --path: %w", errUsage, err)
	}
	if path == "" {
		path, err = to.Path(system())
		if err != nil && w.write {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	if !w.write {
		text, err := edit(nil)
		if err != nil {
			return err
		}
		if path == "" {
			path = "the configuration of " + to.Title
		}
		_, err = s.out.Write(text)
		_, logErr := fmt.Fprintf(s.logs, "Add this to %s; --write merges it there.\n%s\n", path, to.Hint(server))
		return errors.Join(err, logErr)
	}
	res, err := clientconfig.Write(ctx, path, edit)
	if err != nil {
		return err
	}
	return errors.Join(reportWritten(s.logs, res, to, to.Hint(server)), warnOfBOM(s.logs, res, to))
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (w configuration) check() error {
	switch {
	case strings.TrimSpace(w.name) == "":
		return errors.New("--name must not be empty")
	case w.tokenEnv != "" && w.url == "":
		return errors.New("--token-env goes with --url only")
	case w.tokenEnv != "" && !variableName.MatchString(w.tokenEnv):
		return errors.New("--token-env takes the name of a variable, never the token itself")
	case w.url == "":
		return nil
	}
	if err := checkServerURL(w.url); err != nil {
		return fmt.Errorf("--url: %w", err)
	}
	return nil
}

// checkServerURL refuses what would send a token in the clear, or hold one.
func checkServerURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("it must look like https://HOST/mcp, without user, query or fragment")
	}
	ip := net.ParseIP(u.Hostname())
	loopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback):
		return errors.New("it must be https (http is accepted on loopback only)")
	case strings.Trim(u.Path, "/") == "":
		return fmt.Errorf("the server answers at /mcp: %s/mcp", strings.TrimRight(raw, "/"))
	}
	return nil
}

// reportWritten says what was written and what is left to do.
func reportWritten(logs io.Writer, res clientconfig.Result, to clientconfig.Client, hint string) (err error) {
	switch {
	case !res.Changed:
		_, err = fmt.Fprintln(logs, res.Path, "says so already; nothing changed.")
	case res.Backup == "":
		_, err = fmt.Fprintf(logs, "Wrote %s. Restart %s.\n%s\n", res.Path, to.Title, hint)
	default:
		_, err = fmt.Fprintf(logs, "Wrote %s; the file as it was is %s. Restart %s.\n%s\n",
			res.Path, res.Backup, to.Title, hint)
	}
	return err
}

// warnOfBOM says why a client may ignore its file. The mark stays, for it was not
// this program's, and other programs may want it.
func warnOfBOM(logs io.Writer, res clientconfig.Result, to clientconfig.Client) error {
	if !res.BOM {
		return nil
	}
	_, err := fmt.Fprintf(logs, "Warning: %s begins with a byte order mark (BOM), which %s may fail to read; "+
		"save it as UTF-8 without one.\n", res.Path, to.Title)
	return err
}

func (w configuration) server(c *config) (clientconfig.Server, error) {
	if w.url != "" {
		return clientconfig.Server{Name: w.name, URL: w.url, TokenEnv: w.tokenEnv}, nil
	}
	server := clientconfig.Server{Name: w.name, Command: w.command, Demo: c.SampleData}
	if server.Command == "" {
		server.Command = self()
	}
	if c.SampleData {
		return server, nil
	}
	server.AccountID, server.AppID = c.AccountID, c.AppID
	if c.BaseURL != client.DefaultBaseURL {
		server.BaseURL = c.BaseURL
	}
	if c.TokenFile != "" {
		var err error
		if server.TokenFile, err = filepath.Abs(c.TokenFile); err != nil {
			return server, err
		}
	}
	return server, nil
}

// self is this program's full path, since clients often lack a shell's PATH.
func self() string {
	const name = "mcp-realtimekit"
	path, err := os.Executable()
	if err != nil || strings.Contains(path, "go-build") { // "go run" deletes it afterwards
		return name
	}
	// A link on PATH outlives an update, unlike what it points to.
	if found, err := exec.LookPath(name); err == nil && filepath.IsAbs(found) {
		a, errA := os.Stat(found)
		b, errB := os.Stat(path)
		if errA == nil && errB == nil && os.SameFile(a, b) {
			return found
		}
	}
	return path
}

// absolute also expands a leading ~, which not every shell does after a "=".
func absolute(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	path, err := setting.Path(path)
	if err != nil || path == "" {
		return "", err
	}
	return filepath.Abs(path)
}

func system() clientconfig.System {
	home, _ := os.UserHomeDir() // what needs it and lacks it asks for --path
	return clientconfig.System{
		OS:           runtime.GOOS,
		Home:         home,
		AppData:      os.Getenv("APPDATA"),
		LocalAppData: os.Getenv("LOCALAPPDATA"),
		XDGConfig:    os.Getenv("XDG_CONFIG_HOME"),
		Getenv:       func(name string) string { return strings.TrimSpace(os.Getenv(name)) },
	}
}
