package traffic

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Limit is how many requests one API token may make in any window of time.
// Its zero value stands for all of Cloudflare's documented limits together:
// 1,200 in 5 minutes and 250 in 10 seconds.
//
// https://developers.cloudflare.com/fundamentals/api/reference/limits/
type Limit struct {
	Requests int
	Window   time.Duration
}

func wholeAPI() Limit { return Limit{1200, 5 * time.Minute} }
func anyKit() Limit   { return Limit{250, 10 * time.Second} }

// recordingsAPI is RealtimeKit's limit for recordings. It applies beside any other
// one: somebody who relaxes the limit does not mean this.
func recordingsAPI() Limit { return Limit{1000, time.Minute} }

// UnmarshalText reads REQUESTS/WINDOW, such as 1200/5m.
func (l *Limit) UnmarshalText(text []byte) error {
	requests, window, _ := strings.Cut(string(text), "/")
	n, err1 := strconv.Atoi(requests)
	d, err2 := time.ParseDuration(window)
	read := Limit{n, d}
	if err1 != nil || err2 != nil || !read.Valid() {
		return errors.New("a rate limit is REQUESTS/WINDOW with at least 2 requests, for example 1200/5m")
	}
	*l = read
	return nil
}

// PerSecond is how many requests a second it allows on average.
func (l Limit) PerSecond() float64 {
	if l == (Limit{}) {
		l = wholeAPI()
	}
	return float64(l.Requests) / l.Window.Seconds()
}

// String returns it in words: 1200 requests in 5m0s.
func (l Limit) String() string { return fmt.Sprintf("%d requests in %s", l.Requests, l.Window) }

// Valid reports whether a client can live with the limit.
func (l Limit) Valid() bool { return l.Requests >= 2 && l.Window > 0 }

// burst is what may be spent at once from idle. A token bucket lets through
// burst + rate × window in the worst window, so that the limit has to be split:
// half of it covers the largest job, a roster of 50,000 (500 pages of 600).
func (l Limit) burst() int { return l.Requests / 2 }

// refill is what comes back in a second. A tenth of the rest is left unused,
// for requests that take unequal time on their way come closer together there:
// with 1,200 in 5 minutes it is 1.8 a second, and 1,140 in the worst window here.
func (l Limit) refill() rate.Limit {
	return rate.Limit(0.9 * float64(l.Requests-l.burst()) / l.Window.Seconds())
}

// recovery is how long a bucket takes from empty to full.
func (l Limit) recovery() time.Duration {
	return time.Duration(float64(l.burst()) / float64(l.refill()) * float64(time.Second))
}

// slots is how many requests a window lets through: 24 of 25, because the API may
// count less exactly.
func (l Limit) slots() int { return l.Requests - l.Requests/25 }

// window counts the requests of any span of time as the API may: one that is
// under way counts, whenever it may arrive there, and one that was answered
// counts for the limit's window from then on. So the limit is kept however
// unequal the time is that requests take on their way. A bucket could promise
// that only for half of it.
type window struct {
	limit    Limit
	born     time.Time
	underway int
	last     time.Duration   // when one was sent, since born
	answered []time.Duration // since born, oldest first
}

// wait is the least time until need more requests may be sent.
func (w *window) wait(now time.Time, need int) time.Duration {
	w.forget(now)
	slots := w.limit.slots()
	free := slots - w.underway - len(w.answered)
	if need <= free {
		return w.pace(now, need, free)
	}
	rounds, at := (need-free-1)/slots, (need-free-1)%slots
	return w.release(now, at) + time.Duration(rounds)*w.limit.Window
}

// release is the least time until the request at this place, the oldest first, no
// longer counts.
func (w *window) release(now time.Time, at int) time.Duration {
	if at < len(w.answered) {
		return w.answered[at] + w.limit.Window - now.Sub(w.born)
	}
	return w.limit.Window // it is not answered yet
}

// pace spreads the last quarter of a window evenly, so that a long job meets many
// short waits instead of a few long ones, which might exceed the --timeout.
func (w *window) pace(now time.Time, need, free int) time.Duration {
	if free-need >= w.limit.slots()/4 {
		return 0
	}
	gap := w.release(now, 0) / time.Duration(free)
	return max(0, w.last+time.Duration(need)*gap-now.Sub(w.born))
}

func (w *window) begin(now time.Time) {
	w.underway++
	w.last = now.Sub(w.born)
}

func (w *window) end(now time.Time) {
	w.underway--
	w.forget(now)
	w.answered = append(w.answered, now.Sub(w.born))
}

func (w *window) forget(now time.Time) {
	old := 0
	for old < len(w.answered) && w.answered[old]+w.limit.Window <= now.Sub(w.born) {
		old++
	}
	if w.answered = w.answered[old:]; len(w.answered) == 0 {
		w.answered = nil
	}
}
