package traffic

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
)

// Bounds of one response body, in bytes.
const (
	// MaxBody leaves room for an API that gives a list of 50,000 people in one page.
	MaxBody = 32 << 20

	// LargeBody is the size from which bodies are read one at a time.
	LargeBody = 1 << 20

	maxRefusal = 64 << 10 // of an error, which is never long
	headSize   = 4096     // of a body that is too large, what is kept to say what it was
)

// ErrBodyTooLarge is the cause if a response exceeds MaxBody.
var ErrBodyTooLarge = errors.New("response body too large")

// slot lets one body of more than LargeBody be in memory at a time, so that a few
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
// given a body of at least LargeBody holds big and has to give it back.
func readBody(ctx context.Context, res *http.Response, big slot) ([]byte, error) {
	length := res.ContentLength
	switch {
	case res.StatusCode >= http.StatusBadRequest:
		return io.ReadAll(io.LimitReader(res.Body, maxRefusal))
	case length >= 0 && length < LargeBody:
		body := make([]byte, length)
		n, err := io.ReadFull(res.Body, body)
		if err == io.EOF && length > 0 {
			err = io.ErrUnexpectedEOF
		}
		return body[:n], err
	}
	var head bytes.Buffer
	n, err := io.CopyN(&head, res.Body, LargeBody)
	if errors.Is(err, io.EOF) && length < 0 && n < LargeBody {
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
	if len(body) < LargeBody {
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
