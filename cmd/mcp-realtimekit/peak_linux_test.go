package main

import (
	"os"
	"syscall"
)

// peakMB is the peak memory of a process that has ended, where the kernel tells.
func peakMB(p *os.ProcessState) (mb float64, known bool) {
	usage, known := p.SysUsage().(*syscall.Rusage)
	if !known {
		return 0, false
	}
	return float64(usage.Maxrss) / 1024, true
}
