package tools

import (
	"fmt"
	"time"
)

// clock is how texts show a time: to the minute, always UTC. Structured
// content carries it in full.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }

// people counts in words that fit the number.
func people(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
