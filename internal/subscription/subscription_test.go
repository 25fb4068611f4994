package subscription_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/subscription"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type whoKey struct{}

// as is a context of somebody.
func as(ctx context.Context, who string) context.Context {
	return context.WithValue(ctx, whoKey{}, who)
}

// source is what is read: by default everything is the same for ever.
type source struct {
	mu    sync.Mutex
	now   map[string]subscription.Reading
	err   error
	reads map[string]int // by caller and URI
	cost  int
}

func newSource() *source {
	return &source{now: map[string]subscription.Reading{}, reads: map[string]int{}, cost: 3}
}

func (s *source) read(ctx context.Context, uri string) (subscription.Reading, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads[fmt.Sprint(ctx.Value(whoKey{}))+" "+uri]++
	got, known := s.now[uri]
	if !known {
		got.Parts = []string{"as ever"}
	}
	got.Requests = s.cost
	return got, s.err
}

func (s *source) set(uri string, parts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now[uri] = subscription.Reading{Parts: parts, Final: uri == "ended"}
}

func (s *source) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *source) count(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads[key]
}

// hub reads every minute, at most two requests a second. Time is that of a bubble.
func hub(t *testing.T, s *source) *subscription.Hub {
	t.Helper()
	h := subscription.New(t.Context(), subscription.Options{
		Read: s.read,
		Caller: func(from, to context.Context) (string, context.Context) {
			who, _ := from.Value(whoKey{}).(string)
			return who, as(to, who)
		},
		Interval: time.Minute,
		Rate:     2,
		Log:      slog.New(slog.DiscardHandler),
	})
	t.Cleanup(h.Close)
	return h
}

// listen opens a stream of somebody.
func listen(t *testing.T, h *subscription.Hub, who string, uris ...string) *subscription.Stream {
	t.Helper()
	s, err := h.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Subscribe(as(t.Context(), who), uris...); err != nil {
		t.Fatal(err)
	}
	return s
}

// pass lets time go by, and all readings end that are due.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// taken are the changes that a stream has not been told of.
func taken(s *subscription.Stream) string {
	var all []string
	for uri, ok := s.Take(); ok; uri, ok = s.Take() {
		all = append(all, uri)
	}
	return strings.Join(all, " ")
}

// TestChanges checks that each change is told once, that changes nobody has taken are
// one, and that what could not be learnt is no change.
func TestChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newSource()
		src.set("a", "nobody", "roster")
		s := listen(t, hub(t, src), "ann", "a", "b", "a")
		pass(10 * time.Minute)
		if got := taken(s); got != "" {
			t.Errorf("nothing has changed, but %s is told", got)
		}
		src.set("b", "one")
		pass(time.Minute)
		for i := range 5 {
			src.set("a", fmt.Sprint(i), "roster")
			pass(time.Minute)
		}
		select {
		case <-s.Changed():
		default:
			t.Error("it is not ready")
		}
		if got := taken(s); got != "b a" {
			t.Errorf("told %q, want the older change first, each once", got)
		}
		src.set("a", "4", "")
		pass(time.Minute)
		src.set("a", "4", "roster")
		pass(time.Minute)
		if got := taken(s); got != "" {
			t.Errorf("%s is told, of which a part was not learnt once", got)
		}
		src.set("a", "4", "another")
		pass(time.Minute)
		if got := taken(s); got != "a" {
			t.Errorf("told %q, want a", got)
		}
	})
}

// TestShared checks that one caller's streams share readings, and different callers
// none.
func TestShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newSource()
		h := hub(t, src)
		one, two, other := listen(t, h, "ann", "a"), listen(t, h, "ann", "a"), listen(t, h, "ben", "a")
		pass(10 * time.Minute)
		if ann, ben := src.count("ann a"), src.count("ben a"); ann != 11 || ben != 11 {
			t.Errorf("read %d and %d times in ten minutes, want 11", ann, ben)
		}
		src.set("a", "new")
		pass(time.Minute)
		if a, b, c := taken(one), taken(two), taken(other); a != "a" || b != "a" || c != "a" {
			t.Errorf("told %q, %q and %q, want all to be told", a, b, c)
		}
		one.Close()
		src.set("a", "newer")
		pass(time.Minute)
		if a, b := taken(one), taken(two); a != "" || b != "a" {
			t.Errorf("told %q and %q, want only the second, which is open", a, b)
		}
	})
}

// TestEnd checks that nothing is read for a stream that was closed, nor for a
// subscription that ended.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newSource()
		h := hub(t, src)
		s := listen(t, h, "ann", "a", "b")
		pass(time.Minute)
		src.set("a", "new")
		pass(time.Minute)
		s.Unsubscribe("a")
		s.Unsubscribe("never")
		pass(10 * time.Minute)
		if a, b := src.count("ann a"), src.count("ann b"); a != 3 || b != 13 || taken(s) != "" {
			t.Errorf("read %d and %d times, want a no more", a, b)
		}
		s.Close()
		s.Close()
		pass(10 * time.Minute)
		if b := src.count("ann b"); b != 13 {
			t.Errorf("read %d times, want no more than 13 after the end", b)
		}
		if err := s.Subscribe(t.Context(), "a"); err == nil {
			t.Error("a closed stream takes a subscription")
		}
		listen(t, h, "ann", "b")
		h.Close()
		if _, err := h.Open(); err == nil {
			t.Error("a closed hub opens a stream")
		}
		pass(10 * time.Minute)
		if b := src.count("ann b"); b != 14 {
			t.Errorf("read %d times, want 14", b)
		}
	})
}

// TestFinal checks that what changes no more is not read again.
func TestFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newSource()
		src.set("ended", "all have left")
		listen(t, hub(t, src), "ann", "ended", "a")
		pass(10 * time.Minute)
		if a, ended := src.count("ann a"), src.count("ann ended"); a != 11 || ended != 1 {
			t.Errorf("read %d and %d times, want 11 and 1", a, ended)
		}
	})
}

// TestFailures checks that a failure is no change, that pauses grow, and that a change
// meanwhile is told afterwards.
func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newSource()
		src.fail(errors.New("no such meeting"))
		h := hub(t, src)
		s, err := h.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Subscribe(as(t.Context(), "ann"), "a", "b"); err == nil || err.Error() != "no such meeting" {
			t.Fatalf("what cannot be read is subscribed to: %v", err)
		}
		src.fail(nil)
		if err := s.Subscribe(as(t.Context(), "ann"), "a"); err != nil {
			t.Fatal(err)
		}
		before := src.count("ann a")
		src.fail(errors.New("the API is away"))
		src.set("a", "new")
		pass(2 * time.Hour)
		// After 1, 3, 7, 15 minutes, and then every 15.
		if n := src.count("ann a") - before; n != 11 || taken(s) != "" {
			t.Errorf("read %d times in two hours of failures, want 11", n)
		}
		src.fail(nil)
		pass(15 * time.Minute)
		if got := taken(s); got != "a" {
			t.Errorf("told %q, want the change that came while nothing could be read", got)
		}
	})
}

// TestBudget checks that many URIs are read less often instead of above the rate.
func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newSource()
		src.cost = 30
		h := hub(t, src)
		for i := range 5 {
			var uris []string
			for k := range subscription.MaxURIs {
				uris = append(uris, fmt.Sprint(i, "/", k))
			}
			listen(t, h, "ann", uris...)
		}
		src.set("0/0", "new")
		const hours = 3
		pass(hours * time.Hour)
		requests := 0
		for key, n := range src.reads {
			if n < 10 {
				t.Errorf("%s was read %d times", key, n)
			}
			requests += n * src.cost
		}
		// The first readings go out at once, for their callers wait.
		if most := 50*30 + hours*3600*2; requests > most || requests < most*9/10 {
			t.Errorf("%d requests in %d hours, want at most %d and not much less", requests, hours, most)
		}
	})
}

// TestLimits checks both limits, that what is refused says them, and that room that
// becomes free is used.
func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newSource()
		h := hub(t, src)
		var uris []string
		for i := range subscription.MaxURIs {
			uris = append(uris, fmt.Sprint(i))
		}
		s := listen(t, h, "ann", uris...)
		err := s.Subscribe(as(t.Context(), "ann"), "one more")
		if err == nil || !strings.Contains(err.Error(), "at most 10 URIs") {
			t.Errorf("one URI too many: %v", err)
		}
		if err := s.Subscribe(as(t.Context(), "ann"), "0"); err != nil {
			t.Errorf("a URI that is subscribed to: %v", err)
		}
		s.Unsubscribe("0")
		if err := s.Subscribe(as(t.Context(), "ann"), "one more"); err != nil {
			t.Errorf("a URI for which there is room: %v", err)
		}
		for range subscription.MaxStreams - 1 {
			if _, err := h.Open(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.Open(); err == nil || !strings.Contains(err.Error(), "100 streams") {
			t.Errorf("one stream too many: %v", err)
		}
		s.Close()
		if _, err := h.Open(); err != nil {
			t.Errorf("a stream for which there is room: %v", err)
		}
	})
}

// TestCancelled checks that a client that goes away while it subscribes leaves nothing
// behind.
func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := subscription.New(t.Context(), subscription.Options{
			Read: func(ctx context.Context, _ string) (subscription.Reading, error) {
				<-ctx.Done()
				return subscription.Reading{}, ctx.Err()
			},
			Caller:   func(_, to context.Context) (string, context.Context) { return "", to },
			Interval: time.Minute,
			Rate:     2,
			Log:      slog.New(slog.DiscardHandler),
		})
		defer h.Close()
		s, err := h.Open()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Subscribe(ctx, "a", "b"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		s.Close()
	})
}
