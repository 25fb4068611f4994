package deliver

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/mattn/go-shellwords"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// Exit statuses of a command that mean something; every other one is a failure after
// which the event is delivered again later.
const (
	ExitDelivered = 0
	ExitUnwanted  = 65 // EX_DATAERR of sysexits.h: do not deliver this event again
)

// Defaults of CommandOptions.
const (
	DefaultCommandTimeout  = 5 * time.Minute
	DefaultCommandParallel = 4
)

// killDelay is how long a command that is told to end may take for it.
const killDelay = 5 * time.Second

// CommandOptions are the settings of a Command.
type CommandOptions struct {
	Line     string        // the command and its arguments, in the quotes of a POSIX shell
	Timeout  time.Duration // of one run; default 5 minutes
	Parallel int           // runs at one time; default 4
	Environ  []string      // what commands inherit, such as os.Environ(); secrets are taken out
	Secrets  []string      // values that no variable may contain
	Output   io.Writer     // gets a bounded part of what commands print; nil for none
}

// Command runs a program for each event, with the event as JSON on stdin. It is safe for
// concurrent use.
type Command struct {
	args    []string
	path    string
	environ []string
	timeout time.Duration
	output  io.Writer
	slots   chan struct{}
	delay   time.Duration
}

// NewCommand splits the command line into arguments, once, and finds its program.
func NewCommand(o CommandOptions) (*Command, error) {
	args, err := split(o.Line)
	if err != nil {
		return nil, err
	}
	path, err := exec.LookPath(args[0])
	if err != nil {
		return nil, fmt.Errorf("the program of the command cannot be run: %w", err)
	}
	c := &Command{
		args:    args,
		path:    path,
		environ: cleaned(o.Environ, o.Secrets),
		timeout: cmp.Or(o.Timeout, DefaultCommandTimeout),
		slots:   make(chan struct{}, cmp.Or(o.Parallel, DefaultCommandParallel)),
		delay:   killDelay,
	}
	if o.Output != nil {
		c.output = &prints{to: o.Output}
	}
	return c, nil
}

// split returns the arguments of a command line. It refuses what only a shell can do,
// because a shell would do it and this program does not.
func split(line string) ([]string, error) {
	p := shellwords.NewParser() // as it is, it replaces no variables and runs nothing
	args, err := p.Parse(line)
	const rule = "the command runs without a shell: close every quote, put ; & | < > ( ) into quotes, and what needs a " +
		"shell into a script"
	switch {
	case err != nil || p.Position != -1:
		return nil, errors.New(rule)
	case len(args) == 0 || args[0] == "":
		return nil, errors.New("the command is empty")
	}
	return args, nil
}

// Deliver implements event.Sink. It runs the command to its end, or until its time is up.
func (c *Command) Deliver(ctx context.Context, e event.Event) error {
	input, err := encode(e)
	if err != nil {
		return err
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return c.run(ctx, input, variables(e))
}

func (c *Command) run(ctx context.Context, input []byte, extra []string) error {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, c.path, c.args[1:]...) //nolint:gosec // the user gave the command
	cmd.Args[0] = c.args[0]
	cmd.Env = append(append([]string{}, c.environ...), extra...)
	cmd.Stdin = bytes.NewReader(input)
	cmd.WaitDelay = c.delay
	if c.output != nil {
		out := newExcerpt(c.output)
		defer out.end()
		cmd.Stdout, cmd.Stderr = out, out
	}
	tree := newTree(cmd)
	if err := tree.start(); err != nil {
		return &Error{What: "the command could not be started", Err: err}
	}
	err := cmd.Wait()
	stopped := limited.Err() != nil && !cmd.ProcessState.Success()
	tree.end(stopped)
	switch {
	case stopped && ctx.Err() != nil:
		return ctx.Err()
	case stopped:
		return &Error{What: fmt.Sprintf("the command took longer than %s and was ended", c.timeout)}
	}
	return verdict(cmd.ProcessState.ExitCode(), err)
}

// verdict is what the exit status of a command means. An error beside status 0 says only
// that something the command has started is still using its output.
func verdict(status int, err error) error {
	switch status {
	case ExitDelivered:
		return nil
	case ExitUnwanted:
		return &Error{What: fmt.Sprintf("the command refused the event with status %d", status), Final: true}
	case -1:
		return &Error{What: "the command was ended", Err: err}
	}
	return &Error{What: fmt.Sprintf("the command ended with status %d", status)}
}
