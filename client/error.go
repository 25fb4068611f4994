package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error is the error type of this package's calls. Its text says what failed and
// what to do. It never contains the token or a signed link.
type Error struct {
	Status     int           // HTTP status, 0 if no response came
	Code       int           // the API's own code, 0 if it gave none
	Message    string        // the API's message: untrusted text, shortened
	RequestID  string        // cf-ray, for Cloudflare's support
	RetryAfter time.Duration // as the API asked, 0 if it did not
	What       string        // what was asked for, such as "meeting <id>"
	Cause      Cause         // what has to change
	Remedy     string        // what to do next
	Err        error         // cause, may be nil
}

// Cause is what has to change before the same call can succeed.
type Cause string

// The causes; the empty one is unknown.
const (
	CauseToken      Cause = "token"      // it is wrong, expired, malformed or not allowed from here
	CausePermission Cause = "permission" // the token may not read this
	CauseAccount    Cause = "account"    // its id has to be given
	CauseArgument   Cause = "argument"   // the API took the request for wrong
	CauseNotFound   Cause = "not found"  // there is nothing of this id
	CauseRate       Cause = "rate"       // too many requests
	CauseBetween    Cause = "between"    // a proxy, portal, firewall or another host answered
	CauseNetwork    Cause = "network"    // no answer came
	CauseAPI        Cause = "api"        // a fault of the API's own
)

// Error joins what happened and the remedy.
func (e *Error) Error() string {
	if e.What == "" {
		return e.Remedy
	}
	return e.Fact() + ". " + e.Remedy
}

// Fact is what happened, without the remedy.
func (e *Error) Fact() string {
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
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Meant is the HTTP status that the answer stands for, 0 if no response came. If
// the status says success, the product's own error code is the one meant.
func (e *Error) Meant() int {
	if e.Status < 300 && e.Code >= 400 && e.Code < 600 {
		return e.Code
	}
	return e.Status
}

// NotFound reports whether err is the API's 404, not one of a proxy.
func NotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Meant() == http.StatusNotFound && e.Cause != CauseBetween
}

// Refused reports whether err says that the token is wrong, or may not read this.
func Refused(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Meant() == http.StatusUnauthorized || e.Meant() == http.StatusForbidden
}

// maxMessage is how many characters of the API's message an Error holds.
const maxMessage = 200

// sealed removes secrets from everything an Error says and shortens what came from
// outside. Every Error of this package passes through it.
func sealed(err error, secrets ...string) error {
	e, ok := err.(*Error) //nolint:errorlint // what this package made, not what it wraps
	if !ok {
		return err
	}
	r := newRedactor(secrets)
	e.What = r.clean(e.What)
	e.Message = strings.TrimRight(shorten(r.clean(e.Message), maxMessage), ".")
	e.RequestID = ray(r.clean(e.RequestID))
	if e.Err != nil {
		e.Err = &redactedError{err: e.Err, text: shorten(r.clean(e.Err.Error()), maxMessage)}
	}
	return e
}

// ray is a cf-ray if it looks like one.
func ray(s string) string {
	if len(s) > 64 || !only(s, "-") {
		return ""
	}
	return s
}

// redactedError is a cause that errors.Is finds, with a text that is safe to show:
// the SDK's errors contain the request with its token, and quote the answer.
type redactedError struct {
	err  error
	text string
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return errors.Is(e.err, target) }

func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	if r := []rune(s); len(r) > most {
		return strings.TrimRight(string(r[:most-1]), " ") + "…"
	}
	return s
}
