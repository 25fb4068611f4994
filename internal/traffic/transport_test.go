package traffic

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// usual is how long a caller waits.
const usual = 30 * time.Second

// upstream is an API in a bubble of fake time.
type upstream struct {
	answer func(nth int, req *http.Request) (status int, retryAfter string)
	delay  time.Duration

	mu   sync.Mutex
	sent []time.Time
}

func (u *upstream) RoundTrip(req *http.Request) (*http.Response, error) {
	u.mu.Lock()
	u.sent = append(u.sent, time.Now())
	nth := len(u.sent)
	u.mu.Unlock()
	if err := sleep(req.Context(), u.delay); err != nil {
		return nil, err
	}
	body := strings.NewReader(req.Header.Get("Authorization") + req.URL.Path)
	res := &http.Response{
		StatusCode:    http.StatusOK,
		Header:        http.Header{},
		Body:          io.NopCloser(body),
		ContentLength: -1,
	}
	if u.answer != nil {
		status, after := u.answer(nth, req)
		res.StatusCode = status
		if after != "" {
			res.Header.Set("Retry-After", after)
		}
	}
	return res, nil
}

// at tells how many requests were sent at each second since begin.
func (u *upstream) at(begin time.Time) map[time.Duration]int {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := map[time.Duration]int{}
	for _, t := range u.sent {
		out[t.Sub(begin).Truncate(time.Second)]++
	}
	return out
}

func get(ctx context.Context, t *testing.T, p *Transport, token, path string) (int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/"+path, nil)
	if err != nil {
		t.Error(err)
		return 0, err
	}
	req.Header.Set("Authorization", token)
	res, err := p.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(res.Body)
	if want := token + "/" + path; err == nil && string(body) != want {
		t.Errorf("got the answer %q, want %q", body, want)
	}
	return res.StatusCode, err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// most is the largest number of requests in any window.
func most(sent []time.Time, window time.Duration) int {
	largest, first := 0, 0
	for i, at := range sent {
		for at.Sub(sent[first]) >= window {
			first++
		}
		largest = max(largest, i-first+1)
	}
	return largest
}

func inRange(t *testing.T, what string, got, least, most int) {
	t.Helper()
	if got < least || got > most {
		t.Errorf("%d %s, want %d to %d", got, what, least, most)
	}
}

// firstRefused answers 429 to the first request.
func firstRefused(retryAfter string) func(int, *http.Request) (int, string) {
	return func(nth int, _ *http.Request) (int, string) {
		if nth == 1 {
			return http.StatusTooManyRequests, retryAfter
		}
		return http.StatusOK, ""
	}
}

// TestDefaultLimit asks without pause for 20 minutes, first as a walk of 500 pages.
func TestDefaultLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{}
		p := NewTransport(u, Limit{}, usual)
		begin := time.Now()
		ask := func(n int) {
			if _, err := get(within(t, usual), t, p, "a", fmt.Sprint(n)); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 180 {
			ask(n)
		}
		if took := time.Since(begin); took > 0 {
			t.Errorf("180 requests from idle had to wait %s", took)
		}
		longest := time.Duration(0)
		for n := 180; n < 500; n++ {
			before := time.Now()
			ask(n)
			longest = max(longest, time.Since(before))
		}
		if took := time.Since(begin); took > 21*time.Second || longest > 300*time.Millisecond {
			t.Errorf("500 requests from idle took %s, and one of them had to wait %s", took, longest)
		}
		for n := 0; time.Since(begin) < 20*time.Minute; n++ {
			ask(n)
		}
		inRange(t, "requests in some 5 minutes", most(u.sent, 5*time.Minute), 1100, 1200)
		inRange(t, "requests in some 10 seconds", most(u.sent, 10*time.Second), 230, 250)
		other := time.Now() // another token has a budget of its own
		if _, err := get(within(t, usual), t, p, "b", "x"); err != nil || time.Since(other) > 0 {
			t.Errorf("another token waited %s, %v", time.Since(other), err)
		}
	})
}

// TestUnequalWays has a network that holds everything back until each full 9
// seconds: those sent early and late come together there, and as the API counts
// them the limits are kept all the same.
func TestUnequalWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var mu sync.Mutex
		var arrived []time.Time
		p := NewTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			stall := 9*time.Second - time.Since(begin)%(9*time.Second)
			if err := sleep(req.Context(), stall); err != nil {
				return nil, err
			}
			mu.Lock()
			arrived = append(arrived, time.Now())
			mu.Unlock()
			body := strings.NewReader(req.Header.Get("Authorization") + req.URL.Path)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: -1}, nil
		}), Limit{}, usual)
		var callers sync.WaitGroup
		for caller := range 300 {
			callers.Go(func() {
				for n := 0; time.Since(begin) < time.Minute; n++ {
					_, _ = get(within(t, usual), t, p, "a", fmt.Sprintf("%d/%d", caller, n)) // it may be told to wait
					time.Sleep(time.Second)
				}
			})
		}
		callers.Wait()
		synctest.Wait()
		if got := most(arrived, 10*time.Second); got > 250 || got < 200 {
			t.Errorf("%d arrived in some 10 seconds", got)
		}
	})
}

// TestRecordingsKeepTheirLimit lets everything else through.
func TestRecordingsKeepTheirLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{}
		p := NewTransport(u, Limit{1_000_000, time.Second}, usual)
		begin := time.Now()
		for n := 0; time.Since(begin) < 5*time.Minute; n++ {
			if _, err := get(within(t, 2*time.Minute), t, p, "a", fmt.Sprintf("app/recordings/%d", n)); err != nil {
				t.Fatal(err)
			}
		}
		if got := most(u.sent, time.Minute); got > 1000 || got < 900 {
			t.Errorf("%d requests for recordings in some minute", got)
		}
		before := time.Now()
		for n := range 2000 {
			if _, err := get(within(t, usual), t, p, "a", fmt.Sprint(n)); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(before); took > 0 {
			t.Errorf("others had to wait %s", took)
		}
	})
}

// TestChosenLimitReplacesBoth allows more in 10 seconds than the default does.
func TestChosenLimitReplacesBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{}
		p := NewTransport(u, Limit{1200, 5 * time.Minute}, usual)
		begin := time.Now()
		for n := range 600 {
			if _, err := get(within(t, usual), t, p, "a", fmt.Sprint(n)); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begin); took > 0 {
			t.Errorf("half of the limit chosen had to wait %s", took)
		}
	})
}

func TestUsedUpFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{}
		p := NewTransport(u, Limit{10, 100 * time.Second}, usual)
		for n := range 5 {
			if _, err := get(within(t, time.Second), t, p, "a", fmt.Sprint(n)); err != nil {
				t.Fatal(err)
			}
		}
		begin := time.Now()
		_, err := get(within(t, 20*time.Second), t, p, "a", "x")
		var late *TooLong
		if !errors.As(err, &late) || late.Asked || late.Wait.Round(time.Second) != 22*time.Second || time.Since(begin) > 0 {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		// Who gave up has spent nothing.
		if _, err := get(within(t, 25*time.Second), t, p, "a", "x"); err != nil || len(u.sent) != 6 {
			t.Errorf("%d requests, %v", len(u.sent), err)
		}
	})
}

// TestPause lets 50 calls meet a 429: one goes ahead after the pause, the others follow its success.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{delay: time.Second, answer: firstRefused("10")}
		p := NewTransport(u, Limit{}, usual)
		begin := time.Now()
		if status, err := get(within(t, usual), t, p, "a", "first"); status != 429 || err != nil {
			t.Fatal(status, err)
		}
		var late *TooLong
		_, err := get(within(t, 5*time.Second), t, p, "a", "hasty")
		if !errors.As(err, &late) || !late.Asked || late.Wait != 10*time.Second || time.Since(begin) > time.Second {
			t.Errorf("who cannot wait: %v after %s", err, time.Since(begin))
		}
		var calls sync.WaitGroup
		for n := range 50 {
			calls.Go(func() {
				if status, err := get(within(t, usual), t, p, "a", fmt.Sprint(n)); status != 200 || err != nil {
					t.Error(status, err)
				}
			})
		}
		status, err := get(within(t, usual), t, p, "b", "other")
		if status != 200 || err != nil || time.Since(begin) > 2*time.Second {
			t.Errorf("another token: %d, %v after %s", status, err, time.Since(begin))
		}
		calls.Wait()
		want := map[time.Duration]int{0: 1, time.Second: 1, 11 * time.Second: 1, 12 * time.Second: 49}
		if got := u.at(begin); !maps.Equal(got, want) {
			t.Errorf("requests by second: %v, want %v", got, want)
		}
	})
}

// TestPauseAgain refuses everything: 50 calls must neither hammer nor hang.
func TestPauseAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{answer: func(int, *http.Request) (int, string) { return 429, "2" }}
		p := NewTransport(u, Limit{}, usual)
		begin := time.Now()
		var calls sync.WaitGroup
		var held, refused atomic.Int64
		_, _ = get(within(t, usual), t, p, "a", "first")
		for n := range 50 {
			calls.Go(func() {
				var late *TooLong
				switch status, err := get(within(t, usual), t, p, "a", fmt.Sprint(n)); {
				case errors.As(err, &late) && late.Asked:
					held.Add(1)
				case err == nil && status == 429:
					refused.Add(1)
				default:
					t.Error(status, err)
				}
			})
		}
		calls.Wait()
		if took := time.Since(begin); held.Load()+refused.Load() != 50 || len(u.sent) > 4 || took > 10*time.Second {
			t.Errorf("%d requests in %s, %d held back, %d refused", len(u.sent), took, held.Load(), refused.Load())
		}
	})
}

// TestAheadGone cancels the request that went ahead; the next one does instead.
func TestAheadGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{delay: time.Second, answer: firstRefused("")} // no hint: a second
		p := NewTransport(u, Limit{}, usual)
		begin := time.Now()
		_, _ = get(within(t, usual), t, p, "a", "first")
		time.Sleep(2 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		var calls sync.WaitGroup
		calls.Go(func() {
			if _, err := get(ctx, t, p, "a", "ahead"); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait()
		for n := range 3 {
			calls.Go(func() {
				if status, err := get(within(t, usual), t, p, "a", fmt.Sprint(n)); status != 200 || err != nil {
					t.Error(status, err)
				}
			})
		}
		synctest.Wait()
		cancel()
		calls.Wait()
		if got := u.at(begin); got[3*time.Second] != 2 || got[4*time.Second] != 2 {
			t.Errorf("requests by second: %v", got)
		}
	})
}

func TestMerge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{delay: 2 * time.Second}
		p := NewTransport(u, Limit{}, usual)
		var counted atomic.Int64
		ctx, cancel := context.WithCancel(CountRequests(t.Context(), func() { counted.Add(1) }))
		var calls sync.WaitGroup
		calls.Go(func() { // begins the request, and gives it up
			if _, err := get(ctx, t, p, "a", "x"); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait()
		for n := range 40 {
			calls.Go(func() {
				ctx := CountRequests(t.Context(), func() { counted.Add(1) })
				token := []string{"a", "b"}[n%2]
				if status, err := get(ctx, t, p, token, "x"); status != 200 || err != nil {
					t.Error(status, err)
				}
			})
		}
		synctest.Wait()
		cancel()
		calls.Wait()
		if len(u.sent) != 2 || counted.Load() != 2 {
			t.Errorf("%d requests, %d counted, want one a token", len(u.sent), counted.Load())
		}
		if _, err := get(t.Context(), t, p, "a", "x"); err != nil || len(u.sent) != 3 {
			t.Errorf("a later call must ask anew: %d requests, %v", len(u.sent), err)
		}
	})
}

// TestMergeDeadlines has callers that bear more or less than the one before.
func TestMergeDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{delay: 10 * time.Second}
		p := NewTransport(u, Limit{}, usual)
		var calls sync.WaitGroup
		ask := func(patience time.Duration, want error) {
			synctest.Wait()
			calls.Go(func() {
				if _, err := get(within(t, patience), t, p, "a", "x"); !errors.Is(err, want) {
					t.Errorf("with %s: %v, want %v", patience, err, want)
				}
			})
		}
		ask(time.Second, context.DeadlineExceeded)
		ask(30*time.Second, nil) // does not depend on the hasty one
		ask(31*time.Second, nil) // joins
		ask(5*time.Second, context.DeadlineExceeded)
		calls.Wait()
		if len(u.sent) != 3 {
			t.Errorf("%d requests, want 3", len(u.sent))
		}
	})
}

func TestMergedIsCancelledWithItsLastCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		p := NewTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			close(gone)
			return nil, req.Context().Err()
		}), Limit{}, usual)
		ctx, cancel := context.WithCancel(t.Context())
		var calls sync.WaitGroup
		for range 3 {
			calls.Go(func() { _, _ = get(ctx, t, p, "a", "x") })
		}
		synctest.Wait()
		cancel()
		calls.Wait()
		<-gone
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestMergedAnswersAreApart changes what one caller got.
func TestMergedAnswersAreApart(t *testing.T) {
	for name, tail := range map[string]error{"whole": io.EOF, "cut off": io.ErrUnexpectedEOF} {
		synctest.Test(t, func(t *testing.T) {
			p := NewTransport(roundTripper(func(*http.Request) (*http.Response, error) {
				time.Sleep(time.Second)
				body := io.MultiReader(strings.NewReader("answer"), failing{tail})
				return &http.Response{
					StatusCode:    http.StatusOK,
					Header:        http.Header{"X": {"1"}},
					Body:          io.NopCloser(body),
					ContentLength: -1,
				}, nil
			}), Limit{}, usual)
			var calls sync.WaitGroup
			for range 10 {
				calls.Go(func() {
					req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
					res, err := p.RoundTrip(req)
					if err != nil || res.Header.Get("X") != "1" || res.Request != req {
						t.Error(res, err)
						return
					}
					res.Header.Set("X", "2")
					body, err := io.ReadAll(res.Body)
					if string(body) != "answer" || (err == nil) != errors.Is(tail, io.EOF) || err != nil && !errors.Is(err, tail) {
						t.Errorf("%s: %q, %v", name, body, err)
					}
					clear(body)
				})
			}
			calls.Wait()
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestIdleTokensAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewTransport(&upstream{}, Limit{}, usual)
		for n := range maxTokens + 500 {
			p.token(sha256.Sum256([]byte(fmt.Sprint(n))))
		}
		if got := p.tokens.Len(); got != maxTokens {
			t.Errorf("%d tokens are remembered, want %d", got, maxTokens)
		}
		time.Sleep(5 * time.Minute)
		kept := p.token(sha256.Sum256([]byte("0"))) // forgotten, so new
		time.Sleep(10 * time.Minute)
		p.token(sha256.Sum256([]byte("another")))
		if got := p.tokens.Metrics().Evictions; got < maxTokens {
			t.Errorf("only %d tokens were removed from memory", got)
		}
		if got := p.tokens.Len(); got != 2 || p.token(sha256.Sum256([]byte("0"))) != kept {
			t.Errorf("%d tokens are remembered, want the 2 in use", got)
		}
	})
}

func TestLimitText(t *testing.T) {
	for text, want := range map[string]Limit{
		"1200/5m": {1200, 5 * time.Minute}, "2/1s": {2, time.Second}, "100/4s": {100, 4 * time.Second},
		"": {}, "1200": {}, "1/5m": {}, "-5/5m": {}, "10/0s": {}, "10/-1s": {}, "10/5": {}, "a/5m": {}, "10/5m/2": {},
	} {
		var l Limit
		if err := l.UnmarshalText([]byte(text)); l != want || (err == nil) != want.Valid() {
			t.Errorf("%q: %+v, %v", text, l, err)
		}
	}
}

// FuzzLimit holds that no limit's worst window exceeds it, and that it lets something through.
func FuzzLimit(f *testing.F) {
	f.Add("1200/5m")
	f.Add("2/1ns")
	f.Add("9223372036854775807/2540400h")
	f.Fuzz(func(t *testing.T, text string) {
		var l Limit
		if l.UnmarshalText([]byte(text)) != nil {
			return
		}
		worst := float64(l.burst()) + float64(l.refill())*l.Window.Seconds()
		if l.burst() < 1 || l.refill() <= 0 || worst > float64(l.Requests) {
			t.Errorf("%q: burst %d, refill %g, worst window %g", text, l.burst(), l.refill(), worst)
		}
	})
}

// TestCountersWithin has a counter within another one.
func TestCountersWithin(t *testing.T) {
	outer, inner := 0, 0
	ctx := CountRequests(t.Context(), func() { outer++ })
	Count(ctx)
	Count(CountRequests(ctx, func() { inner++ }))
	if outer != 2 || inner != 1 {
		t.Errorf("%d and %d requests", outer, inner)
	}
}
