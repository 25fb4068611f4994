// Package subscription tells clients when a resource that they subscribed to has
// changed. The API behind it sends no events to us, so a Hub reads each resource again
// and again, and compares. It knows neither the API nor MCP: it is given a function
// that reads, and gives a transport the URIs of what has changed.
package subscription

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Limits of a Hub.
const (
	MaxURIs    = 10  // of one stream
	MaxStreams = 100 // at a time
)

const (
	// atOnce is how many resources are read at a time: a large one takes megabytes
	// until it is a digest.
	atOnce = 32
	// firstAtOnce is how many of one request are read for the first time at a time.
	firstAtOnce = 4
	// allowance is how much of a caller's budget may be spent at once after a pause.
	allowance = 30 * time.Second
	// longest is the longest pause after failures, unless the interval is longer.
	longest = 15 * time.Minute
)

// Reading is what a resource is at one moment.
type Reading struct {
	// Parts are digests, always in the same order. One that differs from before is a
	// change. One that could not be learnt is empty, and is none.
	Parts []string
	// Final means that the resource changes no more, so it is not read again.
	Final bool
	// Requests is how many requests the reading took.
	Requests int
}

// Options are the settings of a Hub.
type Options struct {
	// Read reads a resource. Its error tells a subscriber what is wrong and what to
	// do. Even with an error, Requests is counted.
	Read func(ctx context.Context, uri string) (Reading, error)
	// Caller moves what Read needs of one context, such as an API token, to another.
	// Contexts with the same key read the same.
	Caller func(from, to context.Context) (key string, moved context.Context)
	// Interval is the time between two readings. It grows if there are so many that
	// they would exceed Rate, and after failures.
	Interval time.Duration
	// Rate is how many requests a second one caller's readings may take on average.
	Rate float64
	Log  *slog.Logger
}

// Hub holds all streams, and reads what they subscribe to.
type Hub struct {
	o       Options
	ctx     context.Context // of every reading but the first of a resource
	end     context.CancelFunc
	slots   chan struct{}
	polling sync.WaitGroup

	mu      sync.Mutex
	streams map[*Stream]struct{}
	callers map[string]*caller
}

// New returns a Hub, which must be closed.
func New(ctx context.Context, o Options) *Hub {
	h := &Hub{
		o:       o,
		slots:   make(chan struct{}, atOnce),
		streams: map[*Stream]struct{}{},
		callers: map[string]*caller{},
	}
	h.ctx, h.end = context.WithCancel(ctx)
	return h
}

// Close ends all reading. Streams stay silent from then on.
func (h *Hub) Close() {
	h.mu.Lock()
	h.end() // nobody begins to read after this
	h.mu.Unlock()
	h.polling.Wait()
}

// Open opens a stream, which must be closed. It fails if there are too many.
func (h *Hub) Open() (*Stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx.Err() != nil {
		return nil, errEnding
	}
	if len(h.streams) >= MaxStreams {
		return nil, fmt.Errorf("this server has %d streams of subscriptions, and no more are allowed; "+
			"close one, or try again later", MaxStreams)
	}
	s := &Stream{hub: h, on: map[string]*caller{}, changed: make(chan struct{}, 1)}
	h.streams[s] = struct{}{}
	return s, nil
}

var errEnding = errors.New("the server is ending; subscribe again when it is back")

// read reads a resource once there is a slot.
func (h *Hub) read(ctx context.Context, uri string) (Reading, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
		return h.o.Read(ctx, uri)
	case <-ctx.Done():
		return Reading{}, ctx.Err()
	}
}
