package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is the one error of this package's calls. Its text says what failed and
// what to do; it never holds the token.
type Error struct {
	Status     int           // HTTP status, 0 where no response came
	Code       int           // the API's own code, 0 where none was given
	Message    string        // the API's message: untrusted text, shortened
	RequestID  string        // cf-ray, for Cloudflare's support
	RetryAfter time.Duration // as the API asked, 0 where it did not
	What       string        // what was asked for, such as "meeting <id>"
	Remedy     string        // what to do next
	Err        error         // cause, may be nil
}

// Error joins what happened and the remedy.
func (e *Error) Error() string {
	if e.What == "" {
		return e.Remedy
	}
	var b strings.Builder
	fmt.Fprintf(&b, "could not get %s: %s", e.What, e.Message)
	if e.Status != 0 {
		fmt.Fprintf(&b, " (HTTP %d", e.Status)
		if e.Code != 0 && e.Code != e.Status {
			fmt.Fprintf(&b, ", code %d", e.Code)
		}
		if e.RequestID != "" {
			fmt.Fprintf(&b, ", cf-ray %s", e.RequestID)
		}
		b.WriteByte(')')
	}
	return b.String() + ". " + e.Remedy
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NotFound reports whether err is the API's 404.
func NotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// exchange remembers the last response of one call, since the SDK drops the
// status of answers which are not JSON. The head of the body is enough for both
// error envelopes.
type exchange struct {
	response *http.Response
	head     []byte
	body     []byte   // all of it, where it was read in one; nobody changes it
	tooLong  *tooLong // why no request was sent
}

func (e *exchange) observe(req *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	e.response, e.head, e.body, e.tooLong = nil, nil, nil, nil
	res, err := next(req)
	if errors.As(err, &e.tooLong) {
		// The SDK would take an error for a broken connection and try again.
		return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"X-Should-Retry": {"false"}}, Body: http.NoBody, Request: req}, nil
	}
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(broken(err), ErrReset) {
			err = fmt.Errorf("%w: %w", ErrReset, err)
		}
		return res, err
	}
	e.response = res
	body := &limited{ReadCloser: res.Body, left: maxObject}
	if shared, ok := res.Body.(*sharedBody); ok {
		e.body = shared.all
		e.head = e.body[:min(len(e.body), headSize)]
	} else {
		body.head = &e.head
	}
	res.Body = body
	// The SDK would sleep past the deadline; an answer which says how long is better.
	if wait := retryAfter(res); wait > 0 {
		if deadline, ok := req.Context().Deadline(); ok && time.Now().Add(wait).After(deadline) {
			res.Header.Set("X-Should-Retry", "false")
		}
	}
	return res, nil
}

type limited struct {
	io.ReadCloser
	left int64
	head *[]byte // nil: not wanted
}

const headSize = 4096

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.head != nil {
		*l.head = append(*l.head, p[:min(n, headSize-len(*l.head))]...)
	}
	if l.left -= int64(n); l.left < 0 {
		return 0, ErrBodyTooLarge
	}
	if err != io.EOF {
		err = broken(err)
	}
	return n, err
}

func retryAfter(res *http.Response) time.Duration {
	v := res.Header.Get("Retry-After")
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 && s < 1e6 {
		return time.Duration(s * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// envelope is the union of Cloudflare's and the product's.
type envelope struct {
	Success *bool `json:"success"`
	Errors  []struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
	Error struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (v envelope) reason() (int, string) {
	if v.Error.Message != "" || v.Error.Code != 0 {
		return v.Error.Code, v.Error.Message
	}
	if len(v.Errors) > 0 {
		return v.Errors[0].Code, v.Errors[0].Message
	}
	return 0, ""
}

var errUnsuccessful = errors.New("the API answered success: false")

// unsuccessful finds `success: false` under a status of 200. The error that it
// comes with may stand anywhere in a long body, so it becomes the head.
func (e *exchange) unsuccessful() error {
	body := e.body
	if body == nil {
		body = e.head
	}
	if !denied(body) {
		return nil
	}
	e.head = refusalOf(body)
	return errUnsuccessful
}

// brokeOff reports whether an answer began and ended too early.
func (e *exchange) brokeOff(err error) bool {
	return e.response != nil && (errors.Is(err, ErrCutOff) || errors.Is(err, ErrReset) || errors.Is(err, io.ErrUnexpectedEOF))
}

// explain builds the Error from the response seen last and the SDK's error.
func (e *exchange) explain(ctx context.Context, what string, timeout time.Duration, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	out := &Error{What: what, Err: err}
	// Where time ran out while the SDK waited to ask again, the refusal is the reason.
	late := ctx.Err() != nil && (e.response == nil || e.response.StatusCode != http.StatusTooManyRequests)
	if e.response != nil && !late {
		out.Status = e.response.StatusCode
		out.RequestID = short(e.response.Header.Get("Cf-Ray"), 64)
		out.RetryAfter = retryAfter(e.response)
	}
	switch {
	case e.tooLong != nil:
		out.Err, out.RetryAfter = e.tooLong, e.tooLong.wait
		out.Message, out.Remedy = e.tooLong.message(), fmt.Sprintf("Try again in %s.", wholeSeconds(e.tooLong.wait))
	case late:
		out.Message = fmt.Sprintf("no answer within %s", timeout)
		out.Remedy = "Try again; if it persists, raise --timeout or check https://www.cloudflarestatus.com."
	case e.response == nil:
		out.Message, out.Remedy = network(err)
	case out.Status >= 300 || errors.Is(err, errUnsuccessful):
		e.refused(out)
	case errors.Is(err, ErrBodyTooLarge):
		out.Message = fmt.Sprintf("the answer is larger than %d MiB", MaxBody>>20)
		out.Remedy = "Ask for fewer rows with per_page."
	case errors.Is(err, io.ErrUnexpectedEOF):
		out.Message, out.Remedy = "the answer was cut off", "Try again; if it persists, look for a proxy which cuts connections."
	default:
		out.Message, out.Remedy = "the answer is not the JSON that the API documents", proxyRemedy
	}
	return out
}

const proxyRemedy = "A proxy or a wrong CLOUDFLARE_BASE_URL may stand between; unset it or check the proxy, then try again."

func (e *exchange) refused(out *Error) {
	var v envelope
	kind, _, _ := mime.ParseMediaType(e.response.Header.Get("Content-Type"))
	if strings.Contains(kind, "json") && json.Unmarshal(e.head, &v) == nil {
		out.Code, out.Message = v.reason()
	}
	out.Message = short(out.Message, 200)
	if out.Message == "" {
		out.Message = "the API answered " + strings.ToLower(http.StatusText(out.Status))
		if !strings.Contains(kind, "json") {
			out.Message += " with a body that is not JSON"
		}
	}
	out.Remedy = remedy(out)
}

func remedy(e *Error) string {
	switch {
	case e.Status == http.StatusUnauthorized:
		return "The API token is wrong, expired or revoked: create one at https://dash.cloudflare.com/profile/api-tokens and set CLOUDFLARE_API_TOKEN."
	case e.Status == http.StatusForbidden:
		return "The token lacks permission: give it Realtime (or Realtime Admin) for this account, and check account_id."
	case e.Status == http.StatusNotFound:
		return "Check the id, and that it belongs to this app and account: find_meetings finds meetings, list_apps the apps."
	case e.Status == http.StatusTooManyRequests && e.RetryAfter > 0:
		return fmt.Sprintf("The rate limit (1,200 requests in 5 minutes) is reached: try again in %s.", wholeSeconds(e.RetryAfter))
	case e.Status == http.StatusTooManyRequests:
		return "The rate limit (1,200 requests in 5 minutes) is reached: wait some minutes before the next call."
	case e.Status >= 500:
		return "The fault is on Cloudflare's side and retries did not help: try again later, or see https://www.cloudflarestatus.com."
	case e.Status >= 400:
		return "The API refused the request: correct the arguments as its message says."
	default:
		return "Try again; if it persists, give the cf-ray to Cloudflare's support."
	}
}

// wholeSeconds rounds up, so that who waits as told does not come too early.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

func network(err error) (message, remedy string) {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var cert *tls.CertificateVerificationError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, errRedirect):
		return errRedirect.Error(), proxyRemedy
	case errors.As(err, &dns):
		return "the API's host name could not be resolved", "Check the network, the DNS and CLOUDFLARE_BASE_URL."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the TLS certificate has expired or is not valid yet", "Check this machine's clock; if it is right, the certificate of CLOUDFLARE_BASE_URL, or of a proxy before it, has to be renewed."
	case errors.As(err, &cert), errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &record):
		return "the TLS connection could not be trusted", "A proxy may intercept TLS: install its certificate in the system's store (or SSL_CERT_FILE), or check CLOUDFLARE_BASE_URL."
	default:
		return "the API could not be reached", "Check the network, proxy (HTTPS_PROXY) and CLOUDFLARE_BASE_URL, then try again."
	}
}

// short keeps an untrusted header or message printable and small; what reaches
// a model is sanitised again where it is rendered.
func short(s string, max int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if r := []rune(s); len(r) > max {
		s = string(r[:max-1]) + "…"
	}
	return strings.TrimRight(s, ".")
}
