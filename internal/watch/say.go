package watch

import (
	"errors"
	"fmt"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// say logs what is wrong with something, unless that was said last of it.
func (e *Engine) say(about, what, message string, args ...any) {
	e.mu.Lock()
	known := e.said[about] == what
	e.said[about] = what
	e.mu.Unlock()
	if !known {
		e.o.Log.Warn(message, args...)
	}
}

// settled logs that nothing is wrong with something any more, if something was.
func (e *Engine) settled(about, message string, args ...any) {
	e.mu.Lock()
	_, was := e.said[about]
	delete(e.said, about)
	e.mu.Unlock()
	if was {
		e.o.Log.Info(message, args...)
	}
}

// forget lets go of what was said of something that is gone.
func (e *Engine) forget(about string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.said, about)
}

// kindOf tells failures apart that need to be said again.
func kindOf(err error) string {
	if failure, ok := errors.AsType[*client.Error](err); ok {
		return fmt.Sprintf("%s %d %d", failure.Cause, failure.Meant(), failure.Code)
	}
	return err.Error()
}

// shown is an error as a log has it.
func shown(err error) string { return untrusted.Line(err.Error(), 400) }
