//go:build !linux

package main

import "os"

// peakSoFar is known on Linux only.
func peakSoFar(*os.Process) (float64, bool) { return 0, false }
