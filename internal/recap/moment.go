package recap

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// layouts are the forms in which the API and its predecessor write times. Each may have
// a fraction of a second. A time without a zone is UTC.
var layouts = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z0700",
	"2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05", "2006-01-02 15:04:05",
}

// when reads a time: a date with a time of day, milliseconds or seconds since 1970, or an
// offset from start in milliseconds or as H:MM:SS.mmm. If there is no start, an offset
// gives the zero time, and ok is true.
func when(s string, start time.Time) (t time.Time, ok bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return ofNumber(n, start)
	}
	if d, ok := clock(s); ok {
		return after(start, d), true
	}
	if len(s) < len("2006-01-02T15:04:05") || len(s) > 64 || s[4] != '-' {
		return time.Time{}, false
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return plausible(t.UTC())
		}
	}
	return time.Time{}, false
}

// ofNumber decides by the size of a number what it counts: no session has a billion
// milliseconds, which are eleven days.
func ofNumber(n float64, start time.Time) (time.Time, bool) {
	switch {
	case math.IsNaN(n) || n < 0 || n > 1e14:
		return time.Time{}, false
	case n < 1e9:
		return after(start, time.Duration(n*float64(time.Millisecond))), true
	case n < 1e11:
		return plausible(time.UnixMilli(int64(n * 1e3)).UTC())
	}
	return plausible(time.UnixMilli(int64(n)).UTC())
}

// plausible reports whether JSON can write the year, and whether it is not long before
// the product.
func plausible(t time.Time) (time.Time, bool) {
	if t.Year() < 1971 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t, true
}

func after(start time.Time, d time.Duration) time.Time {
	if start.IsZero() {
		return start
	}
	return start.Add(d).UTC()
}

var clockForm = regexp.MustCompile(`^(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})$`)

// clock reads the time of a subtitle: 01:02:03,456, 01:02:03.456 or 02:03.456.
func clock(s string) (time.Duration, bool) {
	m := clockForm.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n := make([]int, 4)
	for i, digits := range m[1:] {
		n[i], _ = strconv.Atoi(digits) // only the hours can be missing
	}
	for range 3 - len(m[4]) {
		n[3] *= 10
	}
	return time.Duration(n[0])*time.Hour + time.Duration(n[1])*time.Minute + time.Duration(n[2])*time.Second +
		time.Duration(n[3])*time.Millisecond, true
}
