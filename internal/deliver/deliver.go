// Package deliver has the sinks of events: a command that is run for each, a URL to which
// each is posted, and lines on a stream. A sink tries once. Its error says whether trying
// again is of use, and who calls it does that in its own time, so that the order of a
// session's events holds and a restart loses none.
package deliver

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// Error is why an event was not delivered. Its text holds neither the event nor the
// command or URL that it was for, either of which may contain a secret.
type Error struct {
	What  string        // such as "the command ended with status 1"
	Final bool          // the receiver does not want this event, now or later
	After time.Duration // how long the receiver asks to wait; 0 if it does not say
	Err   error         // the cause, if there is one
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.What
	}
	return e.What + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// RetryAfter returns how long the receiver asks to wait, 0 if it does not say.
func (e *Error) RetryAfter() time.Duration { return e.After }

// Permanent reports whether it is useless to try again after err.
func Permanent(err error) bool {
	known, ok := errors.AsType[*Error](err)
	return ok && known.Final
}

// encode returns the event as JSON in one line, with a line break at its end.
func encode(e event.Event) ([]byte, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, &Error{What: "the event cannot be written as JSON", Final: true, Err: err}
	}
	return append(raw, '\n'), nil
}
