package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"sync"
	"time"
)

// drain holds back the end of stdin until the requests read before it are
// answered, for mcp-go cancels what is in flight as soon as it sees the end.
type drain struct {
	ctx   context.Context
	grace time.Duration
	in    *bufio.Reader
	out   io.Writer
	line  []byte // what is left of the line read last

	mu      sync.Mutex
	pending map[string]struct{} // ids of requests without a response
	empty   chan struct{}       // has a value when pending may have become empty
}

func newDrain(ctx context.Context, in io.Reader, out io.Writer, grace time.Duration) *drain {
	return &drain{ctx: ctx, grace: grace, in: bufio.NewReaderSize(in, 64<<10), out: out,
		pending: map[string]struct{}{}, empty: make(chan struct{}, 1)}
}

// Read gives whole lines on, and the end of stdin when all is answered, the
// grace is over or the context ends.
func (d *drain) Read(p []byte) (int, error) {
	if len(d.line) == 0 {
		line, err := d.in.ReadBytes('\n')
		if len(line) == 0 {
			d.wait()
			return 0, err
		}
		if err != nil {
			line = append(line, '\n') // the last line may lack it
		}
		d.line = line
		d.received(line)
	}
	n := copy(p, d.line)
	d.line = d.line[n:]
	return n, nil
}

func (d *drain) received(line []byte) {
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params struct {
			RequestID json.RawMessage `json:"requestId"`
		} `json:"params"`
	}
	// What does not parse, or has params of another shape, mcp-go answers at once.
	if json.Unmarshal(line, &m) != nil || m.Method == "" {
		return
	}
	if m.Method == "notifications/cancelled" {
		d.forget(m.Params.RequestID) // it will not be answered
		return
	}
	if len(m.ID) == 0 || string(m.ID) == "null" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pending[string(m.ID)] = struct{}{}
}

var responsePrefix = []byte(`{"jsonrpc":"2.0","id":`)

// Write passes one message of mcp-go on, which it writes in one piece.
func (d *drain) Write(p []byte) (int, error) {
	n, err := d.out.Write(p)
	if rest, ok := bytes.CutPrefix(p, responsePrefix); ok {
		var id json.RawMessage
		if json.NewDecoder(bytes.NewReader(rest)).Decode(&id) == nil {
			d.forget(id)
		}
	}
	return n, err
}

func (d *drain) forget(id json.RawMessage) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.pending, string(id))
	if len(d.pending) == 0 {
		select {
		case d.empty <- struct{}{}:
		default:
		}
	}
}

func (d *drain) wait() {
	over := time.NewTimer(d.grace)
	defer over.Stop()
	for {
		d.mu.Lock()
		left := len(d.pending)
		d.mu.Unlock()
		if left == 0 {
			return
		}
		select {
		case <-d.empty:
		case <-over.C:
			return
		case <-d.ctx.Done():
			return
		}
	}
}
