package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const profiled = 5 // seconds

// shown are the functions by which a profile is read.
var shown = []string{
	`mcp-realtimekit`,
	`mcp-go`,
	`cloudflare-go`,
	`gjson`,
	`jsonschema`,
	`encoding/json\.(Marshal|Unmarshal)`,
	`net/http\.\(`,
	`runtime\.(gcBgMarkWorker|mallocgc|schedule|mcall)$`,
	`syscall\.Syscall`,
}

// profile shows what bounds the throughput at 128 calls in flight: with an
// upstream that takes its time, how near to what it allows; with one that
// answers at once, where the processors' time goes.
func profile(ctx context.Context, w *workshop, path string) (err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return err
	}
	names, err := w.far(ctx)
	if err != nil {
		return err
	}
	u, err := startUpstream(ctx, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, u.close()) }()
	t, look, err := launchProbed(ctx, w, u.URL, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.session.Close()) }()
	questions, err := subject{own: true}.questions(names)
	if err != nil {
		return err
	}
	call := t.caller(questions...)
	if _, _, err := load(ctx, 128, time.Second, call); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- look.cpu(ctx, profiled, path) }()
	pids := []int{t.pid, u.cmd.Process.Pid, os.Getpid()}
	var before [3]usage
	for i, pid := range pids {
		before[i], _ = usageOf(pid) // zero where there is no /proc
	}
	took, elapsed, err := load(ctx, 128, (profiled+1)*time.Second, call)
	if err := errors.Join(err, <-done); err != nil {
		return err
	}
	fmt.Printf("upstream answers at once: %.0f calls a second; of %d cores", float64(len(took))/elapsed.Seconds(),
		runtime.NumCPU())
	for i, who := range []string{"the server", "the API", "this program"} {
		after, _ := usageOf(pids[i])
		fmt.Printf(", %s used %.2f", who, (after.cpu-before[i].cpu).Seconds()/elapsed.Seconds())
	}
	fmt.Print("\n\n")
	for _, args := range [][]string{
		{"-top", "-nodecount=15"},
		{"-top", "-cum", "-nodecount=40", "-show=" + strings.Join(shown, "|")},
	} {
		out, err := w.output(ctx, w.root, "go", append(append([]string{"tool", "pprof"}, args...), path)...)
		if err != nil {
			return err
		}
		fmt.Printf("%s\n\n", out)
	}
	fmt.Printf("more: go tool pprof -http=: %s\n", path)
	return nil
}

// far reports the throughput on a slow upstream, and returns the names of the pages.
func (w *workshop) far(ctx context.Context) (names [][]string, err error) {
	u, err := startUpstream(ctx, slowLatency)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, u.close()) }()
	r := newBare(u.URL, 1, page)
	if names, err = allNames(ctx, u.URL); err != nil {
		return nil, err
	}
	s, err := w.server(ctx)
	if err != nil {
		return nil, err
	}
	t, err := launch(ctx, s, u.URL)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.session.Close()) }()
	questions, err := s.questions(names)
	if err != nil {
		return nil, err
	}
	ideal := 128 / slowLatency.Seconds()
	for _, it := range []struct {
		who  string
		call func(context.Context) error
	}{
		{"bare requests", func(ctx context.Context) error { _, err := r.get(ctx); return err }},
		{"calls", t.caller(questions...)},
	} {
		if _, _, err := load(ctx, 128, time.Second, it.call); err != nil {
			return nil, err
		}
		took, elapsed, err := load(ctx, 128, 3*time.Second, it.call)
		if err != nil {
			return nil, err
		}
		rate := float64(len(took)) / elapsed.Seconds()
		fmt.Printf("upstream takes %s: %.0f %s a second, %.0f%% of the %.0f possible\n", slowLatency, rate, it.who,
			100*rate/ideal, ideal)
	}
	return names, nil
}
