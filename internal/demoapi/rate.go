package demoapi

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// rule is a documented rate limit of an API token. If pages disagree, it is the
// strictest:
// https://developers.cloudflare.com/fundamentals/api/reference/limits/ and
// https://developers.cloudflare.com/realtime/realtimekit/rate-limits/.
type rule struct {
	part     string // limits the paths that contain it
	requests int
	window   time.Duration
}

var rules = []rule{
	{"", 1200, 5 * time.Minute},
	{"/realtime/kit/", 250, 10 * time.Second},
	{"/recordings", 1000, time.Minute},
}

// limits remembers the requests of each token. A refused request does not count.
type limits struct {
	mu   sync.Mutex
	seen map[string][][]time.Time // by token and rule, oldest first
}

// refuse answers with 429 if the request would exceed a limit, and reports whether it
// did.
func (l *limits) refuse(w http.ResponseWriter, r *http.Request) bool {
	wait := l.take(r.Header.Get("Authorization"), r.URL.Path, time.Now())
	if wait <= 0 {
		return false
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	cloudflareError(w, http.StatusTooManyRequests, 10429, "Please wait and consider throttling your request speed")
	return true
}

// take counts a request, or returns how long to wait before it.
func (l *limits) take(token, path string, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[string][][]time.Time{}
	}
	seen := l.seen[token]
	if seen == nil {
		seen = make([][]time.Time, len(rules))
		l.seen[token] = seen
	}
	for i, rule := range rules {
		gone, _ := slices.BinarySearchFunc(seen[i], now.Add(-rule.window+1), time.Time.Compare)
		seen[i] = seen[i][gone:]
		if strings.Contains(path, rule.part) && len(seen[i]) >= rule.requests {
			wait = max(wait, seen[i][0].Add(rule.window).Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for i, rule := range rules {
		if strings.Contains(path, rule.part) {
			seen[i] = append(seen[i], now)
		}
	}
	return 0
}
