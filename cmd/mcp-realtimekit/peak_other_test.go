//go:build !linux

package main

import "os"

// peakMB is not known: the field is missing, or has another unit.
func peakMB(*os.ProcessState) (float64, bool) { return 0, false }

func peakSoFar(*os.Process) (float64, bool) { return 0, false }
