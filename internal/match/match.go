// Package match tells whether text means the same to people, and finds ids in
// what they paste.
package match

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold makes text comparable: case and the accents of Latin, Greek and Cyrillic
// letters are dropped. In other scripts a mark makes another letter (ハ, バ).
func Fold(s string) string {
	european := false // the letter that marks now belong to
	return strings.Map(func(c rune) rune {
		if Combining(c) {
			if european {
				return -1
			}
			return c
		}
		european = unicode.In(c, unicode.Latin, unicode.Greek, unicode.Cyrillic)
		return unicode.ToLower(c)
	}, norm.NFKD.String(s))
}

// Combining reports whether a character only marks the one before it.
func Combining(c rune) bool { return unicode.Is(unicode.Mn, c) }

var (
	uuid         = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	meetingInURL = regexp.MustCompile(`(?i)meetings?[/=]([0-9a-f]{8}-[0-9a-f-]{27})`)
)

// HasUUID reports whether a UUID is in the text.
func HasUUID(s string) bool { return uuid.MatchString(s) }

// UUID finds the only UUID of a text, which may be in upper case, or a URL that
// names one meeting.
func UUID(s string) (string, bool) {
	if m := meetingInURL.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	found := uuid.FindAllString(s, 2)
	if len(found) != 1 || len(s) > 2048 || !strings.Contains(s, "://") && len(s) != 36 {
		return "", false
	}
	return strings.ToLower(found[0]), true
}
