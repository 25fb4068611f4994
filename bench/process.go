package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what the kernel knows of a process. It is Linux's alone; elsewhere
// the figures are left out.
type usage struct {
	rss, peak float64 // MB
	threads   int
	files     int
	cpu       time.Duration
}

func usageOf(pid int) (usage, error) {
	var u usage
	dir := fmt.Sprintf("/proc/%d/", pid)
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		key, value, _ := strings.Cut(line, ":")
		number, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		n, _ := strconv.Atoi(number) // lines that are no number are not asked for
		switch key {
		case "VmRSS":
			u.rss = float64(n) / 1024
		case "VmHWM":
			u.peak = float64(n) / 1024
		case "Threads":
			u.threads = n
		}
	}
	files, err := os.ReadDir(dir + "fd")
	if err != nil {
		return u, err
	}
	u.files = len(files)
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return u, err
	}
	// The name, in brackets, may hold anything; after it come fields 3 and on.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return u, fmt.Errorf("%sstat: %d fields", dir, len(fields))
	}
	for _, f := range fields[11:13] { // utime, stime, in ticks that Linux fixes at 100 a second
		n, err := strconv.Atoi(f)
		if err != nil {
			return u, err
		}
		u.cpu += time.Duration(n) * 10 * time.Millisecond
	}
	return u, nil
}
