package presence

import (
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

func TestScheduled(t *testing.T) {
	berlin, err := when.ReadZone("Europe/Berlin")
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
	berlin, err := when.ReadZone("Europe/Berlin")
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
