package client

import (
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// Limits of what a meeting can have. A number beyond them is a fault of the
// answer and read as unknown (0), so that it fills no table.
const (
	maxCount   = 10_000_000    // people, or rows of a list
	maxMinutes = 1_000_000_000 // of all people of a session together
)

// maxTextBytes bounds one text of a row. No name or id is longer; one that is
// costs its end, not the page.
const maxTextBytes = 4096

// textOf is a string or a number as text, else "". It is a copy, for gjson's
// would keep the whole page in memory.
func textOf(v gjson.Result) string {
	if v.Type != gjson.String && v.Type != gjson.Number {
		return ""
	}
	s := v.String()
	if len(s) > maxTextBytes {
		s = strings.ToValidUTF8(s[:maxTextBytes], "")
	}
	return strings.Clone(s)
}

// number is a number that may be written as a string; ok is false for anything
// else.
func number(v gjson.Result) (n float64, ok bool) {
	switch v.Type {
	case gjson.Number:
		return v.Num, true
	case gjson.String:
		n, err := strconv.ParseFloat(strings.TrimSpace(v.Str), 64)
		return n, err == nil
	default:
		return 0, false
	}
}

// count is a whole number of people or rows, 0 if unknown.
func count(v gjson.Result) int {
	if n, ok := number(v); ok && n > 0 && n <= maxCount {
		return int(n)
	}
	return 0
}

// minutes is 0 if unknown.
func minutes(v gjson.Result) float64 {
	if n, ok := number(v); ok && n > 0 && n <= maxMinutes {
		return n
	}
	return 0
}

// seconds is a length of time, 0 if unknown. A day is more than any switch of a
// meeting allows.
func seconds(v gjson.Result) time.Duration {
	if n, ok := number(v); ok && n > 0 && n <= 24*60*60 {
		return time.Duration(n * float64(time.Second))
	}
	return 0
}

// on reads a switch.
func on(v gjson.Result) bool {
	return v.Type == gjson.True || v.Type == gjson.String && v.Str == "true"
}

// instant reads a time as it is written in text, or a number of seconds or
// milliseconds since 1970. It is zero, for unknown, if the value is anything else
// or if no meeting can have taken place in that year.
func instant(v gjson.Result) time.Time {
	var t time.Time
	switch v.Type {
	case gjson.String:
		t = parseTime(v.Str)
	case gjson.Number:
		t = sinceEpoch(v.Num)
	}
	if t = t.UTC(); t.Year() < 2000 || t.Year() >= 2100 {
		return time.Time{}
	}
	return t
}

// sinceEpoch is n seconds or milliseconds after the beginning of 1970, whichever
// is in this century, else zero.
func sinceEpoch(n float64) time.Time {
	const earliest, latest = 946_684_800, 4_102_444_800 // 2000 and 2100
	switch {
	case n >= earliest && n < latest:
		return time.UnixMilli(int64(n * 1e3))
	case n >= earliest*1e3 && n < latest*1e3:
		return time.UnixMilli(int64(n))
	}
	return time.Time{}
}

// layouts are those of a time beside RFC 3339 and HTTP's: what ISO 8601 allows
// besides, once spaces are gone. Without a zone it is UTC. Names of zones other
// than UTC and GMT are not read, for package time would take them for UTC.
var layouts = [...]string{
	time.RFC3339,
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05Z07",
	"2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04Z0700",
	"2006-01-02T15:04Z07",
	"2006-01-02T15:04",
	"Mon,2Jan200615:04:05-0700",
	"Mon,2Jan200615:04:05",
}

// parseTime reads a time in RFC 3339, and in the forms that are like it: with a
// space for the T, in lower case, without seconds, colon or zone. It also reads
// HTTP's and a mail's form, and a number of seconds or milliseconds since 1970.
func parseTime(s string) time.Time {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t
	}
	s = strings.ToUpper(strings.TrimSpace(s))
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return sinceEpoch(n)
	}
	if len(s) > 10 && s[10] == ' ' && s[4] == '-' {
		s = s[:10] + "T" + s[11:]
	}
	s = strings.ReplaceAll(s, " ", "")
	s = strings.TrimSuffix(strings.TrimSuffix(s, "UTC"), "GMT")
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}
