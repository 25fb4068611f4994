package main

import (
	"fmt"
	"os"
	"strings"
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

// peakSoFar is that of one which runs. What peakMB tells includes the peak of
// this process, of which the other was a copy before it became the program.
func peakSoFar(p *os.Process) (mb float64, known bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Pid))
	if err != nil {
		return 0, false
	}
	_, after, found := strings.Cut(string(status), "VmHWM:")
	if !found { // it has ended
		return 0, false
	}
	_, err = fmt.Sscanf(after, "%f kB", &mb)
	return mb / 1024, err == nil
}
