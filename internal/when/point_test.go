package when

import (
	"testing"
	"time"
)

func TestPoint(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	const from, to = "2026-11-23T22:30:30Z", "2026-11-24T01:00:00Z"
	for _, tc := range []struct {
		text, from, to string
		zone           *time.Location
		want           string // empty: is not within
	}{
		{"22:45", from, to, time.UTC, "2026-11-23T22:45:00Z"},
		{"22:30", from, to, time.UTC, from}, // as shown
		{"22:29", from, to, time.UTC, ""},
		{"0:30", from, to, time.UTC, "2026-11-24T00:30:00Z"}, // past midnight
		{"1 am", from, to, time.UTC, to},
		{"1:01 AM", from, to, time.UTC, ""},
		{"at 11:45 pm", from, to, time.UTC, "2026-11-23T23:45:00Z"},
		{"00:15", from, to, berlin, "2026-11-23T23:15:00Z"},
		{"2026-11-23T23:45", from, to, time.UTC, "2026-11-23T23:45:00Z"},
		{"2026-11-23 23:45+01:00", from, to, time.UTC, "2026-11-23T22:45:00Z"},
		{"yesterday 23:45", from, to, time.UTC, "2026-11-23T23:45:00Z"},
		{"yesterday 22:00", from, to, time.UTC, ""},
		{"now", "2026-11-24T11:00:00Z", "2026-11-24T12:00:00Z", time.UTC, "2026-11-24T12:00:00Z"},
		// Clocks go back, and show 02:30 twice: the first that is within.
		{"2:30", "2026-10-25T00:10:00Z", "2026-10-25T01:40:00Z", berlin, "2026-10-25T00:30:00Z"},
		{"2:30", "2026-10-25T00:40:00Z", "2026-10-25T01:40:00Z", berlin, "2026-10-25T01:30:00Z"},
	} {
		c, ok := ReadPoint(tc.text, now, tc.zone)
		if !ok {
			t.Errorf("%q is not read", tc.text)
			continue
		}
		begin, _ := time.Parse(time.RFC3339, tc.from)
		end, _ := time.Parse(time.RFC3339, tc.to)
		got, _, within := c.Within(begin, end)
		if within != (tc.want != "") || within && got.UTC().Format(time.RFC3339) != tc.want {
			t.Errorf("%q: %s %v, want %s", tc.text, got.UTC(), within, tc.want)
		}
	}
	for _, text := range []string{"", "half way", "25:00", "yesterday", "2026-11-23", "noon"} {
		if _, ok := ReadPoint(text, now, time.UTC); ok {
			t.Errorf("%q was read", text)
		}
	}
}

// A time without seconds is any moment of its minute that is within.
func TestPointMinute(t *testing.T) {
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	clock := func(s string) time.Time {
		t.Helper()
		at, err := time.Parse("15:04:05.999999999", s)
		if err != nil {
			t.Fatal(err)
		}
		return day.Add(at.Sub(at.Truncate(24 * time.Hour)))
	}
	from, to, now := clock("14:00:05"), clock("15:00:20"), clock("14:30:40")
	for text, want := range map[string][2]string{
		"14:00":                {"14:00:05", "14:00:59.999999999"},
		"14:20":                {"14:20:00", "14:20:59.999999999"},
		"2:20 pm":              {"14:20:00", "14:20:59.999999999"},
		"2026-11-24T14:20":     {"14:20:00", "14:20:59.999999999"},
		"2026-11-24T14:20Z":    {"14:20:00", "14:20:59.999999999"},
		"2026-11-24T14:20:00Z": {"14:20:00", "14:20:00"},
		"14:20:30":             {"14:20:30", "14:20:30"},
		"14:00:00":             {"14:00:05", "14:00:05"},
		"15:00":                {"15:00:00", "15:00:20"},
		"now":                  {"14:30:40", "14:30:40"},
	} {
		c, read := ReadPoint(text, now, time.UTC)
		first, last, ok := c.Within(from, to)
		if !read || !ok || !first.Equal(clock(want[0])) || !last.Equal(clock(want[1])) {
			t.Errorf("%q: %v %v, from %s to %s", text, read, ok, first, last)
		}
	}
}
