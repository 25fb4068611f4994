package tools

import (
	"fmt"
	"math"
	"time"
)

// clock is how texts show a time: to the minute, always UTC. Structured
// content carries it in full.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }

// moment is clock in a zone of the reader's choice.
func moment(t time.Time, zone *time.Location) string {
	if zone == nil || zone == time.UTC {
		return clock(t)
	}
	return t.In(zone).Format("2006-01-02 15:04 MST")
}

// minutes has one decimal: seconds tell nobody anything.
func minutes(d time.Duration) float64 { return math.Round(d.Minutes()*10) / 10 }

// people counts in words that fit the number.
func people(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
