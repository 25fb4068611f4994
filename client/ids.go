package client

import (
	"fmt"
	"strings"
)

// IDError is an id refused before any request was made.
type IDError struct{ Field, Rule string }

func (e *IDError) Error() string { return fmt.Sprintf("%s must be %s", e.Field, e.Rule) }

// CheckAccountID returns an *IDError unless id has the form of an account id.
func CheckAccountID(id string) error {
	if len(id) == 32 && only(id, "") {
		return nil
	}
	return &IDError{"account_id", "32 letters and digits, as shown in the Cloudflare dashboard"}
}

// CheckID returns an *IDError unless id is safe as a path segment. The API's
// reference says at most 32 characters for an app id, yet apps have UUIDs.
func CheckID(field, id string) error {
	if len(id) >= 1 && len(id) <= 64 && only(id[:1], "") && only(id[1:], "_-") {
		return nil
	}
	return &IDError{field, "1 to 64 letters, digits, hyphens or underscores"}
}

// isUUID reports whether id has the form of one.
func isUUID(id string) bool {
	return len(id) == 36 && id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-' && only(id, "-")
}

// only reports whether s is ASCII letters, digits and the bytes of more.
func only(s, more string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && strings.IndexByte(more, c) < 0 {
			return false
		}
	}
	return true
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
