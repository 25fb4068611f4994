package client

import (
	"fmt"
	"regexp"
)

var (
	accountID = regexp.MustCompile(`^[0-9a-zA-Z]{32}$`)
	pathID    = regexp.MustCompile(`^[0-9a-zA-Z][0-9a-zA-Z_-]{0,63}$`)
)

// IDError is an id refused before any request was made.
type IDError struct{ Field, Rule string }

func (e *IDError) Error() string { return fmt.Sprintf("%s must be %s", e.Field, e.Rule) }

// CheckAccountID returns an *IDError unless id has the form of an account id.
func CheckAccountID(id string) error {
	if accountID.MatchString(id) {
		return nil
	}
	return &IDError{"account_id", "32 letters and digits, as shown in the Cloudflare dashboard"}
}

// CheckID returns an *IDError unless id is safe as a path segment. The API's
// reference says at most 32 characters for an app id, yet apps have UUIDs.
func CheckID(field, id string) error {
	if pathID.MatchString(id) {
		return nil
	}
	return &IDError{field, "1 to 64 letters, digits, hyphens or underscores"}
}

// AppRef names an app of an account; every list below hangs on one.
type AppRef struct{ AccountID, AppID string }

func (r AppRef) check() error {
	if err := CheckAccountID(r.AccountID); err != nil {
		return err
	}
	return CheckID("app_id", r.AppID)
}

func (r AppRef) checkSession(id string) error {
	if err := r.check(); err != nil {
		return err
	}
	return CheckID("session_id", id)
}

func (r AppRef) checkMeeting(id string) error {
	if err := r.check(); err != nil {
		return err
	}
	return CheckID("meeting_id", id)
}
