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

	"github.com/alecthomas/kong"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
)

type cli struct {
	config

	Serve  serveCommand  `cmd:"" default:"withargs" help:"Serve MCP over stdio (what happens without a command)."`
	Demo   demoCommand   `cmd:"" help:"Show the main job on the embedded sample account; needs no credentials."`
	Call   callCommand   `cmd:"" help:"Run one tool once and print its answer."`
	Tools  toolsCommand  `cmd:"" help:"Print the tools with their schemas as JSON."`
	Doctor doctorCommand `cmd:"" help:"Check configuration, network, token, permission, account and app, and say what to do."`

	Version kong.VersionFlag `help:"Print the version and exit."`
}

// Exit codes: 1 for what failed at work, 2 for what was asked wrongly.
const (
	exitFailed = 1
	exitUsage  = 2
)

// errUsage marks an error of the command line.
var errUsage = errors.New("usage")

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, in io.Reader, out, logs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	exit := -1
	parser, err := kong.New(&c, kong.Name("mcp-realtimekit"), kong.Writers(out, logs), kong.UsageOnError(),
		kong.Description("MCP server for Cloudflare RealtimeKit: who was in that meeting? It only reads."),
		kong.Exit(func(code int) { exit = code }), // --help and --version end here, and Parse goes on
		kong.Vars{"base": client.DefaultBaseURL, "version": version()},
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&streams{in, out, logs}))
	if err != nil {
		return complain(logs, err, exitFailed)
	}
	k, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		return complain(logs, err, exitUsage)
	}
	switch err := k.Run(&c.config); {
	case errors.Is(err, errUsage):
		return complain(logs, err, exitUsage)
	case err != nil:
		return complain(logs, err, exitFailed)
	}
	return 0
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
