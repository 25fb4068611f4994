package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

// exchange remembers the last response of one call, because the SDK drops the
// status of answers that are not JSON.
type exchange struct {
	response *http.Response
	head     string
	body     string           // all of it, if it is a traffic.Body
	tooLong  *traffic.TooLong // why no request was sent
}

func (e *exchange) observe(req *http.Request, next option.MiddlewareNext) (*http.Response, error) {
	*e = exchange{}
	res, err := next(req)
	if errors.As(err, &e.tooLong) {
		// The SDK would take an error for a broken connection and retry.
		return &http.Response{
			StatusCode: http.StatusTooManyRequests,
			Header:     http.Header{"X-Should-Retry": {"false"}},
			Body:       http.NoBody,
			Request:    req,
		}, nil
	}
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(broken(err), ErrReset) {
			err = fmt.Errorf("%w: %w", ErrReset, err)
		}
		return res, err
	}
	e.response = res
	body := &countedBody{ReadCloser: res.Body, left: maxObject}
	if shared, ok := res.Body.(*traffic.Body); ok {
		e.body = shared.Text()
		e.head = e.body[:min(len(e.body), headSize)]
	} else {
		body.head = &e.head
	}
	res.Body = body
	// The SDK would sleep past the deadline; an error that says how long is better.
	if wait := traffic.RetryAfter(res); wait > 0 {
		if deadline, ok := req.Context().Deadline(); ok && time.Now().Add(wait).After(deadline) {
			res.Header.Set("X-Should-Retry", "false")
		}
	}
	return res, nil
}

// countedBody fails with ErrBodyTooLarge after a number of bytes.
type countedBody struct {
	io.ReadCloser
	left int64
	head *string // nil: not wanted
}

const headSize = 4096

func (l *countedBody) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.head != nil {
		*l.head += string(p[:min(n, headSize-len(*l.head))])
	}
	if l.left -= int64(n); l.left < 0 {
		return 0, ErrBodyTooLarge
	}
	if !errors.Is(err, io.EOF) {
		err = broken(err)
	}
	return n, err
}

var errUnsuccessful = errors.New("the API answered success: false")

// unsuccessful returns an error if the body says `success: false` despite a status
// of 200. What else it says of the failure may be anywhere in a long body and
// becomes the head.
func (e *exchange) unsuccessful() error {
	body := e.body
	if body == "" {
		body = e.head
	}
	if !denied(body) {
		return nil
	}
	e.head = refusalOf(body)
	return errUnsuccessful
}

// brokeOff reports whether an answer began but did not arrive whole.
func (e *exchange) brokeOff(err error) bool {
	broke := errors.Is(err, ErrCutOff) || errors.Is(err, ErrReset) || errors.Is(err, io.ErrUnexpectedEOF)
	return e.response != nil && broke
}

// explain builds the Error from the response seen last and the SDK's error.
func (e *exchange) explain(ctx context.Context, what string, timeout time.Duration, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	out := &Error{What: what, Err: err}
	// If time ran out while the SDK waited to retry, the refusal is the reason.
	late := ctx.Err() != nil && (e.response == nil || e.response.StatusCode < 300)
	if e.response != nil && !late {
		out.Status = e.response.StatusCode
		out.RequestID = e.response.Header.Get("Cf-Ray")
		out.RetryAfter = traffic.RetryAfter(e.response)
	}
	switch {
	case e.tooLong != nil:
		out.Cause = CauseRate
		out.Err, out.RetryAfter = e.tooLong, e.tooLong.Wait
		out.Message, out.Remedy = e.tooLong.Message(), fmt.Sprintf("Try again in %s.", wholeSeconds(e.tooLong.Wait))
	case late:
		out.Cause = CauseNetwork
		out.Message = fmt.Sprintf("no answer within %s", timeout)
		if errors.Is(context.Cause(ctx), errLongCall) {
			out.Message = fmt.Sprintf("the whole call took longer than %s", (Timeouts+1)*timeout)
		}
		out.Remedy = "Try again; if it persists, raise --timeout or check https://www.cloudflarestatus.com."
	case e.response == nil:
		unreachable(out, err)
	case out.Status >= 300 || errors.Is(err, errUnsuccessful):
		refused(ctx, out, e.response, e.head)
	case errors.Is(err, ErrBodyTooLarge):
		out.Message = fmt.Sprintf("the answer is larger than %d MiB", MaxBody>>20)
		out.Remedy = "Ask for fewer rows with per_page."
	case errors.Is(err, ErrTooManyRows):
		out.Message, out.Remedy = ErrTooManyRows.Error(), "Ask for fewer rows with per_page."
	case errors.Is(err, ErrReset), errors.Is(err, ErrCutOff), errors.Is(err, io.ErrUnexpectedEOF):
		brokenOff(out, err)
	case errors.Is(err, ErrUndocumented) && !errors.Is(err, errNotJSON):
		out.Cause, out.Message, out.Remedy = CauseBetween, err.Error(), proxyRemedy
	default:
		out.Cause, out.Remedy = CauseBetween, proxyRemedy
		out.Message = "the answer is not the JSON that the API documents" + titled(e.head)
	}
	return out
}
