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

// Exit statuses: 1 if the work failed, 2 if the command line or the configuration is wrong.
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
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	complain(logs, cmd, err)
	if !working || errors.Is(err, errUsage) {
		return exitUsage
	}
	return exitFailed
}

// endings are the signals that ask the program to end. Under nohup, the end of
// the terminal does not.
func endings() []os.Signal {
	if signal.Ignored(syscall.SIGHUP) {
		return []os.Signal{os.Interrupt, syscall.SIGTERM}
	}
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
}

// rootCommand serves if no other command is given.
func rootCommand(c *config, s *streams) *cobra.Command {
	root := serveCommand(c, s)
	root.Use = "mcp-realtimekit"
	root.Short = "MCP server for Cloudflare RealtimeKit: who was in that meeting?"
	root.Long = `mcp-realtimekit is an MCP server for Cloudflare RealtimeKit. It tells an assistant who
was in a meeting, who was late or left early, and what was said. It only reads.

Without a command it serves MCP over stdio, as a client starts it, or over HTTP with
--http.`
	root.Example = `  mcp-realtimekit demo                            # see it work, without an account
  mcp-realtimekit config claude-desktop --write   # connect a client
  mcp-realtimekit doctor                          # find out why it does not work`
	root.Version = version()
	root.SilenceErrors, root.SilenceUsage, root.DisableSuggestions = true, true, true
	root.CompletionOptions.DisableDefaultCmd = true
	c.register(root.PersistentFlags())
	group(root, "Set up", demoCommand(c, s), configureCommand(c, s), doctorCommand(c, s))
	group(root, "Ask", attendanceCommand(c, s), callCommand(c, s), toolsCommand(c, s))
	group(root, "Serve", serveCommand(c, s))
	group(root, "Automate", watchCommand(c, s))
	root.SetUsageFunc(printUsage)
	root.SetFlagErrorFunc(flagError)
	prepare(root)
	root.Flags().BoolP("version", "v", false, "print the version")
	return root
}

// group adds commands that the help lists together.
func group(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, cmd := range commands {
		cmd.GroupID = title
		prepare(cmd)
	}
	root.AddCommand(commands...)
}

// prepare keeps the flags in the order in which they were defined, for the help.
func prepare(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.PersistentFlags().SortFlags = false
	cmd.Flags().BoolP("help", "h", false, "print this help")
}

// complain says what is wrong in one line and, if that does not say what to do,
// in a second one where to read it.
func complain(w io.Writer, cmd *cobra.Command, err error) {
	what := strings.TrimPrefix(err.Error(), errUsage.Error()+": ")
	_, _ = fmt.Fprintln(w, "mcp-realtimekit:", strings.Join(strings.Fields(what), " "))
	if _, ok := errors.AsType[misuse](err); ok {
		_, _ = fmt.Fprintf(w, "Run \"%s --help\" for usage.\n", cmd.CommandPath())
	}
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
