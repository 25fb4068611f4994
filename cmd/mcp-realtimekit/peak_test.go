package main

import (
	"os"
	"testing"
)

const maxPeak = 150 // MB, whatever comes

// checkPeak holds the memory of a server that runs to a bound in MB. With the race
// detector it is not the program's.
func checkPeak(t *testing.T, p *os.Process, most float64) {
	t.Helper()
	mb, known := peakSoFar(p)
	if !known || raceEnabled {
		return
	}
	t.Logf("a peak of %.0f MB", mb)
	if mb > most {
		t.Errorf("a peak of %.0f MB, want at most %.0f", mb, most)
	}
}
