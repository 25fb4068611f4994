package watch

import (
	"sync"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
)

// Half is the limit by which watching makes at most half of the requests that an API token
// may: those that a limit allows or, if it is zero, each of those that Cloudflare documents.
func Half(l client.Limit) client.Limit {
	if l == (client.Limit{}) {
		// 1,200 in 5 minutes and 250 in 10 seconds. A client that keeps this one makes at
		// most 506 in 5 minutes and 123 in 10 seconds.
		return client.Limit{Requests: 220, Window: 75 * time.Second}
	}
	if l.Requests < 4 { // a client needs two
		return client.Limit{Requests: l.Requests, Window: 2 * l.Window}
	}
	return client.Limit{Requests: l.Requests / 2, Window: l.Window}
}

// Sustained is how many requests a second a client that keeps a limit makes in the long run.
func Sustained(l client.Limit) float64 {
	return 0.9 * float64(l.Requests-l.Requests/2) / l.Window.Seconds()
}

const (
	// Above the first share of the requests that may be made, intervals get longer, and
	// below the second one shorter again.
	busy    = 0.7
	relaxed = 0.3

	// longest is the interval beyond which none is stretched, unless it was given.
	longest = 15 * time.Minute

	// measured is the least time over which requests are counted.
	measured = 30 * time.Second
)

// pace chooses the interval between readings by how many requests are made.
type pace struct {
	base      time.Duration
	sustained float64 // requests a second; 0 is any number

	mu       sync.Mutex
	interval time.Duration
	since    time.Time // when made was 0
	made     int       // requests
}

func newPace(base time.Duration, sustained float64) *pace {
	return &pace{base: base, sustained: sustained, interval: base}
}

// count counts a request.
func (p *pace) count() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made++
}

// choose returns the interval until the next reading, and whether it has changed.
func (p *pace) choose(now time.Time) (interval time.Duration, changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.since.IsZero() {
		p.since = now
	}
	passed := now.Sub(p.since)
	if p.sustained <= 0 || passed < max(p.interval, measured) {
		return p.interval, false
	}
	share := float64(p.made) / passed.Seconds() / p.sustained
	before := p.interval
	switch {
	case share > busy:
		longer := time.Duration(share / busy * 1.2 * float64(p.interval))
		p.interval = max(p.base, min(longer, longest)).Round(time.Second)
	case share < relaxed:
		p.interval = max(p.base, p.interval/2)
	}
	p.since, p.made = now, 0
	return p.interval, p.interval != before
}
