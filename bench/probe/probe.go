// Package probe lets the benchmarks look into a running server. The product
// does not link it: they build the server with one more file (go build
// -overlay) that calls Start.
package probe

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof" // registers the handlers that are served
	"os"
	"time"
)

// Env names the variable that holds the path of the Unix socket.
const Env = "BENCH_PROBE"

// File is what the overlay adds to the server's main package.
const File = `package main

import "github.com/mcp-realtimekit/mcp-realtimekit/bench/probe"

var _ = probe.Start()
`

// Start serves net/http/pprof on the Unix socket that Env names, if any, until
// the process ends.
func Start() error {
	path := os.Getenv(Env)
	if path == "" {
		return nil
	}
	l, err := net.Listen("unix", path) //nolint:noctx // it has no context: it runs before main
	if err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
	go func() { _ = (&http.Server{ReadHeaderTimeout: time.Second}).Serve(l) }()
	return nil
}
