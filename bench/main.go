// Command bench measures the server and its peers in one run, against the same
// sample API in a process of its own, and can write what it measured
// into docs/performance.md. It also soaks the server. Traffic stays on loopback.
//
//	go run ./bench           measure, print
//	go run ./bench -write    measure, write docs/performance.md and bench/results.svg
//	go run ./bench -quick    seconds: shows that it works; the figures mean little
//	go run ./bench -call     measure only a call beside its parts
//	go run ./bench -profile cpu.out
//	go run ./bench -soak 3m [-http]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

type options struct {
	write, quick bool
	call, http   bool
	profile      string
	soak         time.Duration
	soakCalls    int
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) > 0 && args[0] == roleAPI { // this program is also the API that it measures against
		return serveAPI(ctx, args[1:])
	}
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&o.write, "write", false, "write the figures into docs/performance.md and bench/results.svg")
	flags.BoolVar(&o.quick, "quick", false, "one short round; npm peers only where they are installed")
	flags.BoolVar(&o.call, "call", false, "instead: measure only a call beside its parts")
	flags.StringVar(&o.profile, "profile", "", "instead: profile the server at 128 calls in flight into this `file`")
	flags.DurationVar(&o.soak, "soak", 0, "instead: soak the server for so long")
	flags.BoolVar(&o.http, "http", false, "soak over Streamable HTTP, not stdio")
	flags.IntVar(&o.soakCalls, "soak-calls", 50_000, "calls of a soak at least")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if o.http && o.soak == 0 {
		return errors.New("-http goes with -soak")
	}
	if o.write && (o.quick || o.call || o.soak > 0 || o.profile != "") {
		return errors.New("-write needs a full run: leave out -quick, -call, -soak and -profile")
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	w := &workshop{root: root, tmp: tmp, quick: o.quick}
	switch {
	case o.soak > 0:
		return soak(ctx, w, o.http, o.soak, o.soakCalls)
	case o.profile != "":
		return profile(ctx, w, o.profile)
	case o.call:
		return compareCall(ctx, w)
	}
	return compare(ctx, w, o.write)
}

// moduleRoot is the nearest directory upwards that holds a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("run it inside the repository: no go.mod found")
		}
	}
	return "", err
}
