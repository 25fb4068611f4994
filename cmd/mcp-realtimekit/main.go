// Command mcp-realtimekit is an MCP server for Cloudflare RealtimeKit. Without
// a command it serves over stdio; it only reads.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // for machines without a time zone database

	"github.com/spf13/cobra"
)

// Exit codes: 1 for what failed at work, 2 for what was asked wrongly.
const (
	exitFailed = 1
	exitUsage  = 2
)

// errUsage marks an error of the command line.
var errUsage = errors.New("usage")

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, in io.Reader, out, logs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	context.AfterFunc(ctx, func() { // a second signal ends the program at once
		stop()
		signal.Ignore(syscall.SIGHUP) // but not this one, which systemd sends after SIGTERM
	})
	c, working := &config{}, false
	root := rootCommand(c, &streams{in, out, logs})
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(logs)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := fromEnvironment(cmd.Flags()); err != nil {
			return err
		}
		err := c.validate()
		working = err == nil
		return err
	}
	switch err := root.ExecuteContext(ctx); {
	case err == nil:
		return 0
	case !working || errors.Is(err, errUsage):
		return complain(logs, err, exitUsage)
	default:
		return complain(logs, err, exitFailed)
	}
}

// endings are the signals that ask the program to end. Under nohup the end of
// the terminal is none.
func endings() []os.Signal {
	if signal.Ignored(syscall.SIGHUP) {
		return []os.Signal{os.Interrupt, syscall.SIGTERM}
	}
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
}

// rootCommand serves when no other command is given.
func rootCommand(c *config, s *streams) *cobra.Command {
	root := serveCommand(c, s)
	root.Use = "mcp-realtimekit"
	root.Short = "MCP server for Cloudflare RealtimeKit: who was in that meeting? It only reads."
	root.Long = root.Short + "\n\nWithout a command it serves MCP over stdio, or HTTP with --http."
	root.Version = version()
	root.SilenceErrors, root.SilenceUsage, root.DisableSuggestions = true, true, true
	root.CompletionOptions.DisableDefaultCmd = true
	c.register(root.PersistentFlags())
	root.AddCommand(serveCommand(c, s), demoCommand(s), callCommand(c, s), attendanceCommand(c, s), toolsCommand(c, s), configureCommand(c, s), doctorCommand(c, s))
	return root
}

// complain prints one line.
func complain(w io.Writer, err error, code int) int {
	_, _ = fmt.Fprintln(w, "mcp-realtimekit:", strings.Join(strings.Fields(err.Error()), " "))
	return code
}

type streams struct {
	in   io.Reader
	out  io.Writer
	logs io.Writer
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
