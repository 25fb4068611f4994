package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/deliver"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/setting"
)

const (
	postSecretVariable = "MCP_REALTIMEKIT_POST_SECRET"
	postSecretFile     = postSecretVariable + "_FILE (--post-secret-file)"
)

// sinkFlags say where events go besides standard output. The signing secret itself has
// no flag.
type sinkFlags struct {
	command  string
	timeout  time.Duration
	parallel int
	url      string
	secret   string // file
}

func (f *sinkFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.command, "exec", "", "run `COMMAND` for each event, without a shell, with the event as JSON on stdin")
	fs.DurationVar(&f.timeout, "exec-timeout", deliver.DefaultCommandTimeout, "end COMMAND after `TIME`")
	fs.IntVar(&f.parallel, "exec-parallel", deliver.DefaultCommandParallel, "run COMMAND up to `N` times at one time")
	fs.StringVar(&f.url, "post", "", "post each event to `URL`, https or http on loopback, signed after Standard Webhooks")
	fs.StringVar(&f.secret, "post-secret-file", "", "read the signing secret from the file at `PATH`, if $"+
		postSecretVariable+" is not set")
	fallBackTo(fs, "post-secret-file", postSecretVariable+"_FILE")
}

// open returns the sinks, standard output as the last: what was printed was delivered. If
// that is lost, nobody reads the lines any more, and fail is called. The caller has to call
// done.
func (f *sinkFlags) open(c *config, s *streams, log *slog.Logger, fail context.CancelCauseFunc) (
	sinks []event.Sink, done func(), err error,
) {
	lost := func(err error) { fail(&ending{"the events could not be printed", err}) }
	done = func() {}
	secret, err := f.readSecret()
	if err != nil {
		return nil, done, err
	}
	if f.command != "" {
		command, err := f.openCommand(s.logs, c.token, secret)
		if err != nil {
			return nil, done, usage("--exec: %w", err)
		}
		sinks = append(sinks, deliver.NewWilling(command, log))
	}
	if f.url != "" {
		post, err := deliver.NewPost(deliver.PostOptions{
			URL:       f.url,
			Secret:    secret,
			UserAgent: "mcp-realtimekit/" + version(),
		})
		if err != nil {
			return nil, done, usage("--post: %w", err)
		}
		done = post.Close
		sinks = append(sinks, deliver.NewWilling(post, log))
	}
	return append(sinks, deliver.NewLines(s.out, lost)), done, nil
}

func (f *sinkFlags) openCommand(logs io.Writer, secrets ...string) (*deliver.Command, error) {
	switch {
	case f.timeout <= 0:
		return nil, errors.New("--exec-timeout must be positive, for example 5m")
	case f.parallel < 1:
		return nil, errors.New("--exec-parallel must be at least 1")
	}
	return deliver.NewCommand(deliver.CommandOptions{
		Line:     f.command,
		Timeout:  f.timeout,
		Parallel: f.parallel,
		Environ:  os.Environ(),
		Secrets:  append(secrets, os.Getenv(sharedSecretVariable)),
		Output:   logs,
	})
}

// readSecret takes the signing secret from the variable or, if that is blank, from the file.
func (f *sinkFlags) readSecret() (string, error) {
	if f.url == "" {
		return "", nil
	}
	secret, err := setting.Secret(postSecretVariable, os.Getenv(postSecretVariable))
	if err != nil {
		return "", usage("%s: %w", postSecretVariable, err)
	}
	if secret == "" && f.secret != "" {
		if secret, err = secretIn(f.secret); err != nil {
			return "", usage("%s: %w", postSecretFile, err)
		}
	}
	if secret == "" {
		return "", usage("--post needs a secret to sign with: give --post-secret-file, or set %s", postSecretVariable)
	}
	if err := deliver.CheckSecret(secret); err != nil {
		return "", usage("--post: %w", err)
	}
	return secret, nil
}

func secretIn(file string) (string, error) {
	path, err := setting.Path(file)
	if err != nil {
		return "", err
	}
	text, err := setting.ReadFile(path)
	if err != nil {
		return "", err
	}
	return setting.Secret(postSecretVariable, text)
}

// ending is why watching ended, if it was no signal.
type ending struct {
	what string
	err  error
}

func (e *ending) Error() string { return e.what + ": " + e.err.Error() }

func (e *ending) Unwrap() error { return e.err }
