package deliver

import (
	"context"
	"io"
	"sync"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// Lines writes each event as one line of JSON, in a single Write. It is safe for
// concurrent use.
type Lines struct {
	mu   sync.Mutex
	out  io.Writer
	lost func(error)
}

// NewLines returns a sink that writes to out, which must not buffer. If a line cannot be
// written, lost is called: mostly nobody reads them any more.
func NewLines(out io.Writer, lost func(error)) *Lines { return &Lines{out: out, lost: lost} }

// Deliver implements event.Sink.
func (l *Lines) Deliver(ctx context.Context, e event.Event) error {
	line, err := encode(e)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := l.out.Write(line); err != nil {
		err = &Error{What: "the event could not be written", Err: err}
		l.lost(err)
		return err
	}
	return nil
}
