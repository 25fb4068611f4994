package tools

import (
	"testing"
	"time"
)

func TestReadTime(t *testing.T) {
	for _, c := range []struct {
		text, zone string
		until      bool
		want       string
	}{
		{"2026-11-23T14:00:00Z", "Europe/Berlin", false, "2026-11-23T14:00:00Z"},
		{"2026-11-23T14:00+05:30", "Europe/Berlin", false, "2026-11-23T08:30:00Z"},
		{"2026-11-23 14:00:00 +01:00", "UTC", false, "2026-11-23T13:00:00Z"},
		{"2026-11-23t14:00z", "UTC", false, "2026-11-23T14:00:00Z"},
		{"2026-11-23T14:00", "Europe/Berlin", false, "2026-11-23T13:00:00Z"},
		{"2026-11-23 14:00", "Asia/Kolkata", false, "2026-11-23T08:30:00Z"},
		{"2026-11-23T14:00:30.5", "UTC", false, "2026-11-23T14:00:30.5Z"},
		{"2026-11-23", "UTC", false, "2026-11-23T00:00:00Z"},
		{"2026-11-23", "UTC", true, "2026-11-24T00:00:00Z"},
		{"2026-11-23", "Pacific/Kiritimati", true, "2026-11-23T10:00:00Z"},
		// Days of 23 and 25 hours.
		{"2026-03-29", "Europe/Berlin", false, "2026-03-28T23:00:00Z"},
		{"2026-03-29", "Europe/Berlin", true, "2026-03-29T22:00:00Z"},
		{"2026-10-25", "Europe/Berlin", false, "2026-10-24T22:00:00Z"},
		{"2026-10-25", "Europe/Berlin", true, "2026-10-25T23:00:00Z"},
		// Shown never, and twice.
		{"2026-03-29T02:30", "Europe/Berlin", false, "2026-03-29T01:00:00Z"},
		{"2026-03-29T02:30", "Europe/Berlin", true, "2026-03-29T01:00:00Z"},
		{"2026-10-25T02:30", "Europe/Berlin", false, "2026-10-25T00:30:00Z"},
		{"2026-10-25T02:30", "Europe/Berlin", true, "2026-10-25T01:30:00Z"},
		{"2026-11-01T01:30", "America/New_York", false, "2026-11-01T05:30:00Z"},
		{"2026-11-01T01:30", "America/New_York", true, "2026-11-01T06:30:00Z"},
		// Midnight that does not exist, and one that comes twice.
		{"2025-04-25", "Africa/Cairo", false, "2025-04-24T22:00:00Z"},
		{"2025-11-02", "America/Havana", false, "2025-11-02T04:00:00Z"},
		{"2026-04-05T01:45", "Australia/Lord_Howe", false, "2026-04-04T14:45:00Z"},
		{"2026-04-05T01:45", "Australia/Lord_Howe", true, "2026-04-04T15:15:00Z"},
		{"2026-11-23T25:00", "UTC", false, ""},
		{"2026-02-30", "UTC", false, ""},
		{"yesterday", "UTC", false, ""},
		{"", "UTC", false, ""},
	} {
		zone, err := ReadZone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := parseTime(c.text, zone, c.until)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%q in %s, until %v: %s, %v; want %s", c.text, c.zone, c.until, got, ok, c.want)
		}
	}
	for _, name := range []string{"", "Local", "local", "Mars/Base", "../etc/passwd", "Europe/Berlin\x00"} {
		if zone, err := ReadZone(name); err == nil {
			t.Errorf("%q is %s", name, zone)
		}
	}
}

// FuzzReadTime holds that whatever is read as a time is one that clocks of the
// zone show, unless they skip it, and that a bound never moves backwards.
func FuzzReadTime(f *testing.F) {
	for _, s := range []string{"2026-10-25T02:30", "2026-03-29 02:30:00", "2026-11-23", "2026-11-23T14:00+05:30", "9999-12-31"} {
		f.Add(s, "Europe/Berlin")
		f.Add(s, "Australia/Lord_Howe")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		zone, err := ReadZone(name)
		if err != nil {
			return
		}
		from, ok := readTime(text, zone, false)
		until, too := readTime(text, zone, true)
		if ok != too || ok && until.Before(from) {
			t.Fatalf("%q in %q: %s, %v; %s, %v", text, name, from, ok, until, too)
		}
		if s, valid := parseTime(text, zone, false); valid {
			if _, err := time.Parse(time.RFC3339, s); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestScheduled(t *testing.T) {
	berlin, err := ReadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, near, want string }{
		{"14:00", "2026-11-23T13:05:00Z", "2026-11-23T13:00:00Z"},
		{"9:40", "2026-11-23T08:35:00Z", "2026-11-23T08:40:00Z"},
		{"2 pm", "2026-11-23T13:05:00Z", "2026-11-23T13:00:00Z"},
		{"00:30", "2026-11-23T22:50:00Z", "2026-11-23T23:30:00Z"}, // the day after
		{"23:30", "2026-11-23T23:10:00Z", "2026-11-23T22:30:00Z"}, // the day before
		{"02:30", "2026-10-25T00:40:00Z", "2026-10-25T00:30:00Z"}, // of two
		{"02:30", "2026-10-25T01:20:00Z", "2026-10-25T01:30:00Z"},
		{"2026-11-23T14:00", "2026-11-20T13:05:00Z", "2026-11-23T13:00:00Z"},
	} {
		s, err := readScheduled("scheduled_start", c.text, berlin)
		if err != nil {
			t.Fatal(err)
		}
		near, _ := time.Parse(time.RFC3339, c.near)
		if got := s.near(near, berlin).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s near %s: %s, want %s", c.text, c.near, got, c.want)
		}
	}
	for _, text := range []string{"25:00", "soon", "2026-11-23", "-1:00"} {
		if _, err := readScheduled("scheduled_start", text, berlin); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestScheduledEnd(t *testing.T) {
	berlin, err := ReadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, begin, last, want string }{
		{"15:00", "2026-11-23T13:05:00Z", "2026-11-23T14:05:00Z", "2026-11-23T14:00:00Z"},
		{"15:00", "2026-11-23T13:05:00Z", "2026-11-25T08:00:00Z", "2026-11-23T14:00:00Z"}, // two tabs left open
		{"00:30", "2026-11-23T22:50:00Z", "2026-11-23T23:10:00Z", "2026-11-23T23:30:00Z"}, // past midnight
		{"7:00", "2026-11-23T14:00:00Z", "2026-11-24T06:10:00Z", "2026-11-24T06:00:00Z"},  // all night
		{"10:00", "2026-11-23T09:05:00Z", "2026-11-23T09:20:00Z", "2026-11-23T09:00:00Z"}, // they came when it was over
		{"02:30", "2026-10-24T22:30:00Z", "2026-10-25T00:40:00Z", "2026-10-25T00:30:00Z"}, // of two
		{"02:30", "2026-10-24T22:30:00Z", "2026-10-25T01:20:00Z", "2026-10-25T01:30:00Z"},
		{"2026-11-23T14:00", "2026-11-20T13:05:00Z", "2026-11-20T14:05:00Z", "2026-11-23T13:00:00Z"},
	} {
		s, err := readScheduled("scheduled_end", c.text, berlin)
		if err != nil {
			t.Fatal(err)
		}
		begin, _ := time.Parse(time.RFC3339, c.begin)
		last, _ := time.Parse(time.RFC3339, c.last)
		if got := s.after(begin, last, berlin).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s after %s, last %s: %s, want %s", c.text, c.begin, c.last, got, c.want)
		}
	}
}
