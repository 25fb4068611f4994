package traffic

import (
	"container/list"
	"context"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	maxPause   = 5 * time.Minute // the longest pause before one request is tried
	shortPause = time.Second     // after a 429 that does not say how long to wait
	maxPauses  = 3               // a request that has met more of them fails
)

// budget decides when a request of one API token may be sent. A token bucket and
// windows keep the API token within its limits. After a 429 all requests wait as
// long as the API asked; then one goes ahead, and the others follow if it succeeds.
type budget struct {
	limit  Limit // zero: the documented ones
	bucket *rate.Limiter

	mu      sync.Mutex
	windows []*window     // of all requests
	kept    *window       // of those for recordings
	waiting list.List     // of requests in admit, first come first served
	paused  time.Time     // hold back until then; zero once a request has succeeded since
	pauses  int           // so far; a prolonged one counts once
	ahead   bool          // one request has gone ahead and is not answered
	changed chan struct{} // closed, and replaced, when paused or ahead changes
}

func newBudget(l Limit) *budget {
	now := time.Now()
	b := &budget{limit: l, kept: &window{limit: recordingsAPI(), born: now}, changed: make(chan struct{})}
	if l == (Limit{}) {
		l = wholeAPI()
		b.windows = append(b.windows, &window{limit: anyKit(), born: now})
	}
	b.bucket = rate.NewLimiter(l.refill(), l.burst())
	return b
}

// request is what the budget knows about a request.
type request struct {
	recordings bool // it is about them
	ahead      bool // it goes ahead of the others after a pause
}

// TooLong means that a request was not sent because its turn would come too late
// for its deadline.
type TooLong struct {
	Wait  time.Duration
	Asked bool // by the API, with a 429
	Limit Limit
}

func (e *TooLong) Error() string { return fmt.Sprintf("%s: %s away", e.Message(), e.Wait) }

// Message is the reason for the wait, without its length.
func (e *TooLong) Message() string {
	if e.Asked {
		return "the API has refused requests because there were too many (HTTP 429) and asked for a pause"
	}
	if e.Limit == (Limit{}) {
		return "the API's rate limit for one API token is used up"
	}
	return fmt.Sprintf("the limit of %s for one API token is used up", e.Limit)
}

// admit returns once the request may be sent; the sender must then call answered. It
// fails immediately if the wait is known to be too long for the deadline.
//
// Nothing is reserved in the bucket: what was reserved before a pause would add to
// the burst after it, and a caller that gives up would leave a gap.
func (b *budget) admit(ctx context.Context, r *request) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	me := b.waiting.PushBack(r)
	defer b.waiting.Remove(me)
	latest := patience(ctx)
	for first := b.pauses; ; {
		wait := time.Until(b.paused)
		asked := wait > 0
		switch {
		case !asked && b.ahead:
			// Only a change ends this wait, or the deadline.
			if wait = time.Until(latest); wait <= 0 {
				return &TooLong{shortPause, true, b.limit}
			}
			if err := b.await(ctx, wait); err != nil {
				return err
			}
			continue
		case !asked:
			if wait = b.turn(me); wait == 0 {
				b.ahead = !b.paused.IsZero()
				r.ahead = b.ahead
				return nil
			}
		}
		if asked && b.pauses-first >= maxPauses || tooLate(ctx, wait) {
			return &TooLong{wait, asked, b.limit}
		}
		if err := b.await(ctx, wait); err != nil {
			return err
		}
	}
}

// turn spends for me and returns 0, or returns how long it takes until there is
// enough for me and all that came before.
func (b *budget) turn(me *list.Element) time.Duration {
	r := me.Value.(*request)
	need, forRecordings := 0, 0
	for e := me; e != nil; e = e.Prev() {
		need++
		if e.Value.(*request).recordings {
			forRecordings++
		}
	}
	now := time.Now()
	var wait time.Duration
	if missing := float64(need) - b.bucket.TokensAt(now); missing > 0 {
		refilled := time.Duration(missing / float64(b.bucket.Limit()) * float64(time.Second))
		wait = max(refilled, time.Millisecond)
	}
	for _, w := range b.windows {
		wait = max(wait, w.wait(now, need))
	}
	if r.recordings {
		wait = max(wait, b.kept.wait(now, forRecordings))
	}
	if wait > 0 {
		return wait
	}
	b.bucket.AllowN(now, 1)
	for w := range b.counting(r) {
		w.begin(now)
	}
	return 0
}

// counting yields the windows that a request counts in.
func (b *budget) counting(r *request) iter.Seq[*window] {
	return func(yield func(*window) bool) {
		for _, w := range b.windows {
			if !yield(w) {
				return
			}
		}
		if r.recordings {
			yield(b.kept)
		}
	}
}

// await unlocks b while it waits for d, a change or the end of ctx.
func (b *budget) await(ctx context.Context, d time.Duration) error {
	changed := b.changed
	b.mu.Unlock()
	defer b.mu.Lock()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-changed:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// change wakes all that wait.
func (b *budget) change() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// answered notes an answer, or nil if none came. If the request that went ahead did
// not succeed, the next one does, after the new pause if there is one.
func (b *budget) answered(res *http.Response, r *request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	for w := range b.counting(r) {
		w.end(now)
	}
	refused := res != nil && res.StatusCode == http.StatusTooManyRequests
	if refused {
		pause := min(RetryAfter(res), maxPause)
		if pause <= 0 {
			pause = shortPause
		}
		if !b.paused.After(now) {
			b.pauses++
		}
		if until := now.Add(pause); until.After(b.paused) {
			b.paused = until
			b.change()
		}
	}
	if !r.ahead {
		return
	}
	b.ahead = false
	if res != nil && !refused && !b.paused.After(now) {
		b.paused = time.Time{}
	}
	b.change()
}

// patience is the latest time to send a request: a tenth of the time that it has is
// left for the answer.
func patience(ctx context.Context) time.Time {
	deadline, ok := ctx.Deadline()
	if !ok {
		return time.Now().Add(maxPause)
	}
	return deadline.Add(-time.Until(deadline) / 10)
}

// tooLate reports whether a wait would exceed patience.
func tooLate(ctx context.Context, wait time.Duration) bool {
	return time.Now().Add(wait).After(patience(ctx))
}

// RetryAfter is how long a response asks to wait, 0 if it does not say.
func RetryAfter(res *http.Response) time.Duration {
	v := res.Header.Get("Retry-After")
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 && s < 1e6 {
		return time.Duration(s * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
