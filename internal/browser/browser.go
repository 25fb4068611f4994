// Package browser opens a file in the browser of the user. It is a few lines, while
// libraries for it print to the standard output, which is ours to write to, or have no
// releases.
package browser

import (
	"context"
	"os/exec"
	"runtime"
	"time"
)

// patience is how long a program may take to say that it cannot open a file. One that
// runs for longer is the browser itself.
const patience = 3 * time.Second

// Open opens a file with the program that the system has for its kind.
func Open(ctx context.Context, path string) error {
	return open(ctx, opener(runtime.GOOS), path)
}

func opener(system string) []string {
	switch system {
	case "darwin", "ios":
		return []string{"open"}
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	return []string{"xdg-open"}
}

func open(ctx context.Context, program []string, path string) error {
	// The browser has to outlive the program, so the context does not end it.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), program[0], append(program[1:], path)...) //nolint:gosec // fixed programs
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
	case <-ctx.Done():
	}
	return nil
}
