package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

// MaxBody bounds one response body, in bytes.
const MaxBody = traffic.MaxBody

// maxObject bounds an answer that is not a list, in bytes.
const maxObject = 4 << 20

// ErrBodyTooLarge is the cause if a response exceeds MaxBody.
var ErrBodyTooLarge = traffic.ErrBodyTooLarge

// wholeBody is the body of an answer, without a copy if it can be had so.
func wholeBody(res *http.Response) (string, error) {
	var shared *traffic.Body
	if l, ok := res.Body.(*countedBody); ok {
		shared, _ = l.ReadCloser.(*traffic.Body)
	}
	if shared == nil {
		body, err := io.ReadAll(io.LimitReader(res.Body, maxObject))
		return string(body), err
	}
	if err := shared.Err(); err != nil {
		return "", broken(err)
	}
	return shared.Text(), nil
}

// broken says what an error means that came in the middle of an answer, or in
// its place.
func broken(err error) error {
	switch {
	case err == nil,
		errors.Is(err, context.Canceled),
		errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, ErrBodyTooLarge):
		return err
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("%w: %w", ErrReset, err)
	default:
		return fmt.Errorf("%w: %w", ErrCutOff, err)
	}
}
