package client

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Limit is how many requests one API token may make in any window of time.
// Its zero value stands for Cloudflare's: 1,200 in 5 minutes.
type Limit struct {
	Requests int
	Window   time.Duration
}

const (
	cloudflareRequests = 1200
	cloudflareWindow   = 5 * time.Minute
)

// UnmarshalText reads REQUESTS/WINDOW, such as 1200/5m.
func (l *Limit) UnmarshalText(text []byte) error {
	requests, window, _ := strings.Cut(string(text), "/")
	n, err1 := strconv.Atoi(requests)
	d, err2 := time.ParseDuration(window)
	read := Limit{n, d}
	if err1 != nil || err2 != nil || !read.valid() {
		return errors.New("a rate limit is REQUESTS/WINDOW with at least 2 requests, for example 1200/5m")
	}
	*l = read
	return nil
}

// String is for a reader: 1200 requests in 5m0s.
func (l Limit) String() string { return fmt.Sprintf("%d requests in %s", l.Requests, l.Window) }

func (l Limit) orDefault() Limit {
	if l == (Limit{}) {
		return Limit{cloudflareRequests, cloudflareWindow}
	}
	return l
}

func (l Limit) valid() bool { return l.Requests >= 2 && l.Window > 0 }

// burst is what may be spent at once from idle. A token bucket lets through
// burst + rate × window in the worst window, so that the limit has to be split:
// half of it covers the largest job, a roster of 50,000 (500 pages of 600).
func (l Limit) burst() int { return l.Requests / 2 }

// refill is what comes back in a second. A tenth of the rest is left unused,
// for requests that take unequal time on their way come closer together there:
// with Cloudflare's limit it is 1.8 a second, and 1,140 in the worst window here.
func (l Limit) refill() rate.Limit {
	return rate.Limit(0.9 * float64(l.Requests-l.burst()) / l.Window.Seconds())
}

// recovery is how long a bucket takes from empty to full.
func (l Limit) recovery() time.Duration {
	return time.Duration(float64(l.burst()) / float64(l.refill()) * float64(time.Second))
}
