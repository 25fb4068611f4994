// Package when reads times and time zones as people and models write them, and
// writes them as answers show them.
package when

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// ReadZone finds a time zone by its IANA name.
func ReadZone(name string) (*time.Location, error) {
	name = strings.TrimSpace(name)
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || strings.EqualFold(name, "local") {
		return nil, fmt.Errorf(
			"must be an IANA name, for example \"Europe/Berlin\"; got %q",
			prose.Clip(untrusted.Line(name, 80)),
		)
	}
	return zone, nil
}

// Forms of times that people and models write, with a space or a T between.
var (
	withZone    = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z0700"}
	withoutZone = []string{"2006-01-02T15:04:05", "2006-01-02T15:04"}
)

// Parse reads a time, or the first moment of a day; with until, which is a
// bound that is not included, a day's last one, so that the bound includes it.
func Parse(s string, zone *time.Location, until bool) (string, bool) {
	t, ok := Read(s, zone, until)
	ok = ok && Plausible(t)
	return t.UTC().Format(time.RFC3339Nano), ok
}

// Read is Parse of any year.
func Read(s string, zone *time.Location, until bool) (time.Time, bool) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		if until {
			day = day.AddDate(0, 0, 1)
		}
		return Shown(day, zone)[0], true
	}
	if len(s) > len(time.DateOnly) && (s[10] == ' ' || s[10] == 't') {
		s = s[:10] + "T" + strings.ReplaceAll(s[11:], " ", "")
	}
	for _, layout := range withZone {
		if t, err := time.Parse(layout, strings.ToUpper(s)); err == nil {
			return t, true
		}
	}
	for _, layout := range withoutZone {
		if wall, err := time.Parse(layout, strings.ToUpper(s)); err == nil {
			times := Shown(wall, zone)
			if until {
				return times[len(times)-1], true
			}
			return times[0], true
		}
	}
	return time.Time{}, false
}

// Plausible reports whether a meeting can have taken place then; UTC has four
// digits for such years.
func Plausible(t time.Time) bool { return t.Year() >= 1000 && t.Year() < 9999 }

// Shown are the moments at which clocks of a zone show a wall time (given
// as if it were UTC), earliest first: two in the night when they go back. In the
// hour that they skip it is the moment when they do.
func Shown(wall time.Time, zone *time.Location) []time.Time {
	guess := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(),
		wall.Nanosecond(), zone)
	begin, end := guess.ZoneBounds()
	moments := []time.Time{guess}
	if !begin.IsZero() {
		moments = append(moments, begin.Add(-time.Second))
	}
	if !end.IsZero() {
		moments = append(moments, end)
	}
	var times []time.Time
	for _, m := range moments {
		_, offset := m.In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if wallOf(t).Equal(wall) {
			times = append(times, t)
		}
	}
	if len(times) > 0 {
		slices.SortFunc(times, time.Time.Compare)
		return slices.CompactFunc(times, time.Time.Equal)
	}
	if wallOf(guess).Before(wall) {
		return []time.Time{end.In(zone)}
	}
	return []time.Time{begin.In(zone)}
}

// wallOf is what the clock shows, as if it were UTC.
func wallOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// ClocksChangeOn reports whether the clocks of a zone change on the day of t.
func ClocksChangeOn(t time.Time, zone *time.Location) bool {
	local := t.In(zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	_, before := Shown(day, zone)[0].Zone()
	_, after := Shown(day.AddDate(0, 0, 1), zone)[0].Zone()
	return before != after
}

// Monday is the first day of a moment's week in a zone, at midnight as if in UTC.
func Monday(t time.Time, zone *time.Location) time.Time {
	day := wallOf(t.In(zone)).Truncate(24 * time.Hour)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}
