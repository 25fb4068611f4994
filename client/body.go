package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"syscall"
)

// Bounds of one response body, in bytes.
const (
	// MaxBody leaves room for an API that gives a list of 50,000 people in one page.
	MaxBody = 32 << 20

	maxObject  = 4 << 20  // of an answer that is not a list
	maxRefusal = 64 << 10 // of an error, which is never long
	usualBody  = 1 << 20  // larger ones are read one at a time
)

// ErrBodyTooLarge is the cause where a response exceeds MaxBody.
var ErrBodyTooLarge = errors.New("response body too large")

// slot lets one body of more than usualBody be in memory at a time, so that a few
// of them do not fill it. A nil slot does not wait.
type slot chan struct{}

func (s slot) enter(ctx context.Context) error {
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

func (s slot) leave() {
	if s != nil {
		<-s
	}
}

// readBody reads up to MaxBody; of a refusal the beginning, which tells all. Of
// a body that is larger only the head is kept, for nobody will use more. Who is
// given a body of at least usualBody holds big and has to give it back.
func readBody(ctx context.Context, res *http.Response, big slot) ([]byte, error) {
	length := res.ContentLength
	switch {
	case res.StatusCode >= http.StatusBadRequest:
		return io.ReadAll(io.LimitReader(res.Body, maxRefusal))
	case length >= 0 && length < usualBody:
		body := make([]byte, length)
		n, err := io.ReadFull(res.Body, body)
		if err == io.EOF && length > 0 {
			err = io.ErrUnexpectedEOF
		}
		return body[:n], err
	}
	var head bytes.Buffer
	n, err := io.CopyN(&head, res.Body, usualBody)
	if errors.Is(err, io.EOF) && length < 0 && n < usualBody {
		return head.Bytes(), nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return head.Bytes(), err
	}
	if err := big.enter(ctx); err != nil {
		return nil, err
	}
	body, err := readBig(res.Body, head.Bytes(), length)
	if len(body) < usualBody {
		big.leave()
	}
	return body, err
}

// readBig makes room once: growing would leave several copies behind. What is
// not used of it costs no memory. Answers so large are rare, and it is cheaper to
// collect the one before than to have both.
func readBig(r io.Reader, head []byte, length int64) ([]byte, error) {
	if length < 0 {
		length = MaxBody
	}
	if length > MaxBody {
		return bytes.Clone(head[:headSize]), ErrBodyTooLarge
	}
	runtime.GC()
	body := append(make([]byte, 0, length+1), head...)
	for {
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case len(body) > MaxBody:
			return bytes.Clone(body[:headSize]), ErrBodyTooLarge
		case err == io.EOF:
			return body, nil
		case err != nil:
			return body, err
		}
	}
}

// wholeBody is the body of an answer to one caller, without a copy if it can be had so.
func wholeBody(ctx context.Context, res *http.Response) ([]byte, error) {
	l, ok := res.Body.(*limited)
	if !ok {
		return readBody(ctx, res, nil)
	}
	shared, ok := l.ReadCloser.(*sharedBody)
	if !ok {
		return readBody(ctx, res, nil)
	}
	if shared.tail != nil {
		return nil, broken(shared.tail)
	}
	return shared.all, nil
}

// broken says what an error means that came in the middle of an answer, or in
// its place.
func broken(err error) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrBodyTooLarge):
		return err
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("%w: %w", ErrReset, err)
	default:
		return fmt.Errorf("%w: %w", ErrCutOff, err)
	}
}
