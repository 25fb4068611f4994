package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// thisMachine says in a few words what the figures were measured on.
func thisMachine(ctx context.Context) string {
	cores := fmt.Sprintf("%d cores", runtime.NumCPU())
	if model := value("/proc/cpuinfo", "model name", ":"); model != "" {
		cores += " of an " + model
	}
	system := runtime.GOOS + "/" + runtime.GOARCH
	if name := value("/etc/os-release", "PRETTY_NAME", "="); name != "" {
		system = name
	}
	if out, err := exec.CommandContext(ctx, "uname", "-sr").Output(); err == nil {
		system += " (" + strings.TrimSpace(string(out)) + ")"
	}
	return cores + ", " + system + ", " + strings.Replace(runtime.Version(), "go", "Go ", 1)
}

// value is what follows a key in a file of such lines, or nothing.
func value(path, key, sep string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(raw)) {
		if k, v, ok := strings.Cut(line, sep); ok && strings.TrimSpace(k) == key {
			return strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	return ""
}

// loadAverage is that of the last minute: what else the machine was doing.
func loadAverage() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(raw), " ")
	return one
}
