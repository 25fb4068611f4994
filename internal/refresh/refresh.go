// Package refresh shows an answer that changes, again and again, until it is final.
package refresh

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// Frame is an answer at one moment.
type Frame struct {
	Text  string
	State string // what has to change before it is news: not the minutes that go by
	Final bool   // it will not change any more
}

// Options say how frames are shown.
type Options struct {
	Every  time.Duration // from one answer to the next question
	Redraw bool          // each in place of the last: the output is a terminal. Else only news are shown
	Logs   io.Writer     // gets a line for each time that there was no answer
}

// What begins a frame: clearing the terminal, or a line between two frames.
const (
	clearing  = "\x1b[H\x1b[2J"
	separator = "\n----\n\n"
)

// Run shows the answers of ask until one is final or the context ends, neither of which
// is an error. If the first question fails, so does Run; later it tries again after the
// usual time.
func Run(ctx context.Context, out io.Writer, o Options, ask func(context.Context) (Frame, error)) error {
	var last Frame
	for first := true; ; first = false {
		frame, err := ask(ctx)
		if ended(ctx) { // and err, if any, says no more
			return nil
		}
		switch {
		case err != nil && first:
			return err
		case err != nil:
			what := strings.Join(strings.Fields(err.Error()), " ")
			if _, err := fmt.Fprintf(o.Logs, "Not refreshed, trying again in %s: %s\n", o.Every, what); err != nil {
				return err
			}
		case o.Redraw || first || frame.State != last.State || frame.Final:
			if _, err := io.WriteString(out, o.begin(first)+frame.Text); err != nil {
				return err
			}
			last = frame
		}
		if err == nil && frame.Final {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(o.Every):
		}
	}
}

func ended(ctx context.Context) bool { return ctx.Err() != nil }

func (o Options) begin(first bool) string {
	switch {
	case o.Redraw:
		return clearing
	case first:
		return ""
	}
	return separator
}
