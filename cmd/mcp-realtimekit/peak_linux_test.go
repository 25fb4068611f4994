package main

import (
	"fmt"
	"os"
	"strings"
)

// peakSoFar is the peak memory of a process that runs. What the kernel tells of one
// that has ended includes the peak of this process, from which it was forked.
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
