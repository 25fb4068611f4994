package when

import (
	"testing"
	"time"
)

func TestReadWindow(t *testing.T) {
	berlin, err := ReadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 23, 30, 0, 0, time.UTC) // Thursday the 26th in Berlin
	for _, c := range []struct{ on, from, to, want string }{
		{"today", "", "", "on 2026-11-26 (Europe/Berlin)"},
		{"Yesterday", "", "", "on 2026-11-25 (Europe/Berlin)"},
		{"last week", "", "", "from 2026-11-16 to 2026-11-22 (Europe/Berlin)"},
		{"this week", "", "", "from 2026-11-23 to 2026-11-29 (Europe/Berlin)"},
		{"thursday", "", "", "on 2026-11-26 (Europe/Berlin)"},
		{"last Friday", "", "", "on 2026-11-20 (Europe/Berlin)"},
		{"fri", "", "", "on 2026-11-20 (Europe/Berlin)"},
		{"last month", "", "", "from 2026-10-01 to 2026-10-31 (Europe/Berlin)"},
		{"2026-11-23", "", "", "on 2026-11-23 (Europe/Berlin)"},
		{"2026-11-23T14:20", "", "", "at 2026-11-23 14:20 CET"},
		{"2026-11-23 14:20", "", "", "at 2026-11-23 14:20 CET"},
		{"2026-11-23T14:20Z", "", "", "at 2026-11-23 15:20 CET"},
		{"yesterday 14:20", "", "", "at 2026-11-25 14:20 CET"},
		{"friday at 2 pm", "", "", "at 2026-11-20 14:00 CET"},
		{"14:20", "", "", "at 2026-11-26 14:20 CET"},
		{"now", "", "", "at 2026-11-26 00:30 CET"},
		{"", "yesterday", "", "since 2026-11-25 (Europe/Berlin)"},
		{"", "", "yesterday", "until 2026-11-25 (Europe/Berlin)"},
		{"", "monday", "yesterday", "from 2026-11-23 to 2026-11-25 (Europe/Berlin)"},
		{"", "2026-11-23T14:00", "2026-11-23T15:00", "from 2026-11-23 14:00 CET to 2026-11-23 15:00 CET"},
		{"", "2026-11-23", "2026-11-22", "error"},
		{"today", "2026-11-23", "", "error"},
		{"someday", "", "", "error"},
		{"2026-13-01", "", "", "error"},
		{"25:00", "", "", "error"},
	} {
		w, err := ReadWindow(c.on, c.from, c.to, now, berlin)
		got := w.String()
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
	w, err := ReadWindow("2026-10-25", "", "", now, berlin)
	if err != nil || w.To.Sub(w.From) != 25*time.Hour {
		t.Errorf("the day when clocks go back: %s, %v", w, err)
	}
	w, err = ReadWindow("", "2026-10-25T02:30", "2026-10-25T02:30", now, berlin)
	if err != nil || w.To.Sub(w.From) != time.Hour {
		t.Errorf("the hour that comes twice: %s, %v", w, err)
	}
}

// FuzzReadWindow holds that a window that is read is not empty, and prints.
func FuzzReadWindow(f *testing.F) {
	f.Add("last friday", "", "", "Europe/Berlin")
	f.Add("", "monday", "2026-11-23 14:00", "Asia/Kolkata")
	f.Add("yesterday at 2pm", "", "", "America/New_York")
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, on, from, to, name string) {
		zone, err := ReadZone(name)
		if err != nil {
			return
		}
		w, err := ReadWindow(on, from, to, now, zone)
		if err != nil {
			return
		}
		if !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) || w.String() == "" {
			t.Fatalf("%q %q %q: %+v", on, from, to, w)
		}
	})
}
