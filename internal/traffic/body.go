package traffic

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
)

// Bounds of one response body, in bytes.
const (
	// MaxBody leaves room for an API that gives a list of 50,000 people in one page.
	MaxBody = 32 << 20

	// LargeBody is the size from which on bodies are read one at a time.
	LargeBody = 1 << 20

	maxRefusal = 64 << 10 // of an error, which is never long
	headSize   = 4096     // of a body that is too large, what is kept to say what it was
)

// ErrBodyTooLarge is the cause if a response exceeds MaxBody.
var ErrBodyTooLarge = errors.New("response body too large")

// gate lets in one large body at a time, so that a few of them do not fill the
// memory. A nil gate is open.
type gate chan struct{}

func (s gate) enter(ctx context.Context) error {
	if s == nil {
		return nil
	}
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s gate) leave() {
	if s != nil {
		<-s
	}
}

// readBody reads up to MaxBody, but only the beginning of a refusal, which is all
// that is needed. If a body is larger, it returns only its head. If it returns a body
// of at least LargeBody, big is held, and the caller has to leave it.
func readBody(ctx context.Context, res *http.Response, big gate) (string, error) {
	length := res.ContentLength
	var head strings.Builder
	switch {
	case res.StatusCode >= http.StatusBadRequest:
		_, err := io.Copy(&head, io.LimitReader(res.Body, maxRefusal))
		return head.String(), err
	case length >= 0 && length < LargeBody:
		head.Grow(int(length))
		_, err := io.CopyN(&head, res.Body, length)
		return head.String(), cutOff(err)
	}
	n, err := io.CopyN(&head, res.Body, LargeBody)
	if errors.Is(err, io.EOF) && length < 0 && n < LargeBody {
		return head.String(), nil
	}
	if err != nil {
		return head.String(), cutOff(err)
	}
	if err := big.enter(ctx); err != nil {
		return "", err
	}
	body, err := readBig(res.Body, head.String(), length)
	if len(body) < LargeBody {
		big.leave()
	}
	return body, err
}

// cutOff is err if more of a body was to come.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readBig allocates once: growing would leave several copies behind, and pages that
// are never touched cost no memory. Answers so large are rare, and it is cheaper to
// collect the one before than to hold both.
func readBig(r io.Reader, head string, length int64) (string, error) {
	if length < 0 {
		length = MaxBody
	}
	if length > MaxBody {
		return strings.Clone(head[:headSize]), ErrBodyTooLarge
	}
	runtime.GC()
	var body strings.Builder
	body.Grow(int(length))
	body.WriteString(head)
	_, err := io.CopyN(&body, r, length-int64(len(head)))
	switch {
	case errors.Is(err, io.EOF):
		return body.String(), nil
	case err != nil:
		return body.String(), err
	}
	switch n, err := io.CopyN(io.Discard, r, 1); {
	case n > 0:
		return strings.Clone(head[:headSize]), ErrBodyTooLarge
	case !errors.Is(err, io.EOF):
		return body.String(), err
	}
	return body.String(), nil
}
