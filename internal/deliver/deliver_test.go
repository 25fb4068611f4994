package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// TestMain is also the program that commands run in these tests.
func TestMain(m *testing.M) {
	if what := os.Getenv("DELIVER_TEST_HELPER"); what != "" {
		os.Exit(help(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

// ended is an event like any other.
func ended() event.Event {
	return event.Event{
		Version:   event.Version,
		ID:        event.ID(event.SessionEnded, "05e57591-d89e-45c9-ae44-08dc1eaad0e0"),
		Type:      event.SessionEnded,
		At:        time.Date(2026, 11, 25, 10, 30, 0, 0, time.UTC),
		AppID:     "6f1c1e9a-53b0-4d0e-9a53-0c2f3b6d7a01",
		MeetingID: "50c8940e-1b97-402a-97d6-2708b7feca41",
		SessionID: "05e57591-d89e-45c9-ae44-08dc1eaad0e0",
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	final := &Error{What: "no", Final: true}
	later := &Error{What: "later", After: time.Minute, Err: io.ErrUnexpectedEOF}
	for _, tc := range []struct {
		err   error
		final bool
		after time.Duration
	}{
		{nil, false, 0},
		{context.Canceled, false, 0},
		{final, true, 0},
		{fmt.Errorf("of a session: %w", final), true, 0},
		{later, false, time.Minute},
	} {
		if got := Permanent(tc.err); got != tc.final {
			t.Errorf("%v is permanent: %t", tc.err, got)
		}
		if got := RetryAfter(tc.err); got != tc.after {
			t.Errorf("%v: after %s", tc.err, got)
		}
	}
	if got := later.Error(); got != "later: unexpected EOF" || !errors.Is(later, io.ErrUnexpectedEOF) {
		t.Error(got)
	}
}

// slowWriter writes a byte at a time, so that lines mix unless they are kept apart.
type slowWriter struct {
	mu  sync.Mutex
	out strings.Builder
}

func (w *slowWriter) Write(b []byte) (int, error) {
	for i := range b {
		w.mu.Lock()
		w.out.WriteByte(b[i])
		w.mu.Unlock()
	}
	return len(b), nil
}

func TestLines(t *testing.T) {
	t.Parallel()
	var out slowWriter
	lines := NewLines(&out)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			e := ended()
			e.SessionID = fmt.Sprintf("session-%d", i)
			if err := lines.Deliver(t.Context(), e); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var seen []string
	for line := range strings.Lines(out.out.String()) {
		var e event.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("%v: %q", err, line)
		}
		seen = append(seen, e.SessionID)
	}
	slices.Sort(seen)
	if got := slices.Compact(seen); len(got) != 50 {
		t.Errorf("%d events arrived", len(got))
	}
}

func TestLinesOfClosedOutput(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	_ = r.Close()
	if err := NewLines(w).Deliver(t.Context(), ended()); !errors.Is(err, io.ErrClosedPipe) || Permanent(err) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	if err := NewLines(&out).Deliver(ctx, ended()); !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("%v, %q", err, out.String())
	}
}

// scripted answers one error after another, and then nil.
type scripted struct {
	errs  []error
	calls int
}

func (s *scripted) Deliver(context.Context, event.Event) error {
	s.calls++
	if s.calls <= len(s.errs) {
		return s.errs[s.calls-1]
	}
	return nil
}

func TestAll(t *testing.T) {
	t.Parallel()
	busy := &Error{What: "busy", After: time.Minute}
	unwanted := &Error{What: "unwanted", Final: true}
	good := &scripted{}
	slow := &scripted{errs: []error{busy, &Error{What: "busier", After: time.Hour}}}
	picky := &scripted{errs: []error{unwanted}}
	all, ok := NewAll(good, slow, picky).(*All)
	if !ok {
		t.Fatal("not an All")
	}
	for _, after := range []time.Duration{time.Minute, time.Hour} {
		if err := all.Deliver(t.Context(), ended()); Permanent(err) || RetryAfter(err) != after {
			t.Errorf("%v, again after %s", err, RetryAfter(err))
		}
	}
	if err := all.Deliver(t.Context(), ended()); !Permanent(err) || !errors.Is(err, unwanted) {
		t.Errorf("the refusal of one sink is lost: %v", err)
	}
	if good.calls != 1 || slow.calls != 3 || picky.calls != 1 {
		t.Errorf("calls: %d, %d, %d", good.calls, slow.calls, picky.calls)
	}
	if len(all.settled) != 0 {
		t.Errorf("%d events are remembered", len(all.settled))
	}
	if err := all.Deliver(t.Context(), ended()); err != nil || good.calls != 2 {
		t.Errorf("an event that is sent anew: %v, %d calls", err, good.calls)
	}
	if one := NewAll(good); one != event.Sink(good) {
		t.Error("one sink is wrapped")
	}
}
