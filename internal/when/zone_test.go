package when

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
		got, ok := Parse(c.text, zone, c.until)
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
		from, ok := Read(text, zone, false)
		until, too := Read(text, zone, true)
		if ok != too || ok && until.Before(from) {
			t.Fatalf("%q in %q: %s, %v; %s, %v", text, name, from, ok, until, too)
		}
		if s, valid := Parse(text, zone, false); valid {
			if _, err := time.Parse(time.RFC3339, s); err != nil {
				t.Fatal(err)
			}
		}
	})
}
