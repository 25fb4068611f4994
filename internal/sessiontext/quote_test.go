package sessiontext

import (
	"testing"
	"time"
)

// On the night when clocks change, a time of day says which of two it is.
func TestStamp(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	night := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
	s := newStamp(night, berlin)
	if a, b := s.of(night), s.of(night.Add(time.Hour)); a != "02:30:00 CEST" || b != "02:30:00 CET" {
		t.Errorf("%s and %s", a, b)
	}
	if got := newStamp(night, time.UTC).of(night.Add(24 * time.Hour)); got != "2026-10-26 00:30:00" {
		t.Errorf("a day later: %s", got)
	}
	if got := newStamp(night.AddDate(0, 1, 0), berlin).of(night.AddDate(0, 1, 0)); got != "01:30:00" {
		t.Errorf("another night: %s", got)
	}
}
