package tools

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// clock is how texts show a time: to the minute, always UTC. Structured
// content carries it in full.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }

// moment is clock in a zone of the reader's choice. The zone's abbreviation or
// offset tells apart the two hours of a night when clocks go back.
func moment(t time.Time, zone *time.Location) string {
	if zone == nil || zone == time.UTC {
		return clock(t)
	}
	return t.In(zone).Format("2006-01-02 15:04 MST")
}

// titleCell is a meeting's title in a text.
func titleCell(title string) string { return cmp.Or(untrusted.Cell(title, 120), "(untitled)") }

// nameCell is a person's name in a table.
func nameCell(name string) string { return cmp.Or(untrusted.Cell(name, 80), "(unnamed)") }

// earlier and later are the bounds of times seen so far; a zero time is unknown.
func earlier(bound *time.Time, t time.Time) *time.Time {
	if t.IsZero() || bound != nil && !t.Before(*bound) {
		return bound
	}
	moved := t // only what is kept goes to the heap
	return &moved
}

func later(bound *time.Time, t time.Time) *time.Time {
	if t.IsZero() || bound != nil && !t.After(*bound) {
		return bound
	}
	moved := t // only what is kept goes to the heap
	return &moved
}

const unknownTime = "an unknown time"

// momentOr is moment of a time that may be unknown.
func momentOr(t *time.Time, zone *time.Location, unknown string) string {
	if t == nil || t.IsZero() {
		return unknown
	}
	return moment(*t, zone)
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

// known is nil for the zero time, which is unknown.
func known(t time.Time) *time.Time { return earlier(nil, t) }

// people counts in words that fit the number.
func people(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// enumerate is "a, b and c".
func enumerate(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
