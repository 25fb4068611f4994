package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/clientconfig"
)

type configureCommand struct {
	Client  string `arg:"" help:"claude-desktop, claude-code, vscode, cursor, windsurf or zed."`
	Write   bool   `help:"Merge it into the client's file, with a backup beside it; nothing else of the file changes."`
	Path    string `type:"path" placeholder:"PATH" help:"The client's file, where it is not the usual one, such as .vscode/mcp.json."`
	Name    string `default:"realtimekit" help:"Name of the server in the client."`
	Command string `placeholder:"PATH" help:"Command that starts the server; default this program."`
}

// Run prints or writes the configuration of one client. The token is in neither.
func (w configureCommand) Run(c *config, s *streams) error {
	to, err := clientconfig.Lookup(w.Client)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if strings.TrimSpace(w.Name) == "" {
		return fmt.Errorf("%w: --name must not be empty", errUsage)
	}
	server, err := w.server(c)
	if err != nil {
		return err
	}
	edit := func(file []byte) ([]byte, error) { return to.Merge(file, server) }
	path := w.Path
	if path == "" {
		path, err = to.Path(system())
		if err != nil && w.Write {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	if !w.Write {
		text, err := edit(nil)
		if err != nil {
			return err
		}
		_, err = s.out.Write(text)
		_, logErr := fmt.Fprintf(s.logs, "This belongs into %s; --write merges it there.\n%s\n", path, to.Hint(server))
		return errors.Join(err, logErr)
	}
	res, err := clientconfig.Write(path, edit)
	switch {
	case err != nil:
		return err
	case !res.Changed:
		_, err = fmt.Fprintln(s.logs, res.Path, "says so already; nothing changed.")
	case res.Backup == "":
		_, err = fmt.Fprintf(s.logs, "Wrote %s. Restart %s.\n%s\n", res.Path, to.Title, to.Hint(server))
	default:
		_, err = fmt.Fprintf(s.logs, "Wrote %s; the file as it was is %s. Restart %s.\n%s\n", res.Path, res.Backup, to.Title, to.Hint(server))
	}
	return err
}

func (w configureCommand) server(c *config) (clientconfig.Server, error) {
	server := clientconfig.Server{Name: w.Name, Command: w.Command, Demo: c.SampleData}
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

func system() clientconfig.System {
	home, _ := os.UserHomeDir() // what needs it and lacks it asks for --path
	return clientconfig.System{OS: runtime.GOOS, Home: home, AppData: os.Getenv("APPDATA"), XDGConfig: os.Getenv("XDG_CONFIG_HOME")}
}
