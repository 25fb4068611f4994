// Command picture runs the demo and draws what it prints as a terminal, for
// light and for dark pages. Run it in the folder docs, as go generate does:
//
//	go generate ./docs
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// command is what the picture shows being run.
const command = "go run ./cmd/mcp-realtimekit demo"

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	// Without the state of the repository in its version, the demo prints the same for every commit.
	cmd := exec.CommandContext(ctx, "go", "run", "-buildvcs=false", "./cmd/mcp-realtimekit", "demo")
	cmd.Dir = ".."
	cmd.Env = append(slices.DeleteFunc(os.Environ(), isOurs), "LC_ALL=C.UTF-8") // else bars may be ASCII
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, stderr.Bytes())
	}
	shown, err := excerpt(stdout.String())
	if err != nil {
		return err
	}
	for file, colors := range map[string]palette{"demo-light.svg": light, "demo-dark.svg": dark} {
		if err := os.WriteFile(file, []byte(draw(shown, colors)), 0o644); err != nil { //nolint:gosec // it is published
			return err
		}
	}
	return nil
}

// isOurs reports whether a variable configures the server, as that of a time zone would.
func isOurs(variable string) bool {
	for _, prefix := range []string{"CLOUDFLARE_", "REALTIMEKIT_", "OTEL_"} {
		if strings.HasPrefix(variable, prefix) {
			return true
		}
	}
	return false
}

// moment is a date with a time of day, unlike the date that names a revision of MCP.
var moment = regexp.MustCompile(`\b(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}Z)`)

// pictured replaces the date of the sample meeting, which was always yesterday.
// Otherwise the picture would change every day.
const pictured = "2026-11-23"

// bars begins what the demo draws after its calls.
const bars = "\nThe first meeting again, drawn:\n\n"

// excerpt is the output of the demo up to the end of its first call, and what it draws at
// the end, as of a fixed day.
func excerpt(output string) (string, error) {
	const call = "\n> "
	first := strings.Index(output, call)
	if first < 0 {
		return "", errors.New("the demo shows no call")
	}
	length := strings.Index(output[first+len(call):], call)
	if length < 0 {
		return "", errors.New("the demo shows no second call")
	}
	_, drawn, found := strings.Cut(output, bars)
	if !found {
		return "", errors.New("the demo draws nothing")
	}
	drawn, _, _ = strings.Cut(drawn, "\n\n")
	shown := strings.TrimSpace(output[:first+len(call)+length])
	days := map[string]bool{}
	for _, m := range moment.FindAllStringSubmatch(shown, -1) {
		days[m[1]] = true
	}
	if len(days) > 1 {
		return "", fmt.Errorf("the demo's first call names several days, of which the picture can fix only one: %v", days)
	}
	return moment.ReplaceAllString(shown, pictured+" $2") + "\n\n… and two more calls\n" + bars + drawn, nil
}
