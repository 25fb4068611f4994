package deliver

import (
	"context"
	"log/slog"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// Willing is a sink that counts an event as delivered if the receiver does not want it, and
// logs that: else it would hold up the later events of its session for good.
type Willing struct {
	sink event.Sink
	log  *slog.Logger
}

// NewWilling returns a sink that delivers to another.
func NewWilling(sink event.Sink, log *slog.Logger) *Willing { return &Willing{sink, log} }

// Deliver implements event.Sink. Its errors are never permanent.
func (w *Willing) Deliver(ctx context.Context, e event.Event) error {
	err := w.sink.Deliver(ctx, e)
	if !Permanent(err) {
		return err
	}
	w.log.WarnContext(ctx, "an event was refused, and is not delivered again", "event", e.ID, "type", e.Type,
		"session", e.SessionID, "error", err)
	return nil
}
