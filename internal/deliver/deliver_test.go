package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
		if known, ok := errors.AsType[*Error](tc.err); ok && known.RetryAfter() != tc.after {
			t.Errorf("%v: after %s", tc.err, known.RetryAfter())
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
	lines := NewLines(&out, func(err error) { t.Error(err) })
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
	var lost error
	err := NewLines(w, func(err error) { lost = err }).Deliver(t.Context(), ended())
	if !errors.Is(err, io.ErrClosedPipe) || !errors.Is(lost, io.ErrClosedPipe) || Permanent(err) {
		t.Errorf("%v, %v", err, lost)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	if err := NewLines(&out, nil).Deliver(ctx, ended()); !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("%v, %q", err, out.String())
	}
}

// answering is a sink with one answer.
type answering struct{ err error }

func (a answering) Deliver(context.Context, event.Event) error { return a.err }

func TestWilling(t *testing.T) {
	t.Parallel()
	busy := &Error{What: "busy", After: time.Minute}
	for name, tc := range map[string]struct{ err, want error }{
		"delivered": {nil, nil},
		"busy":      {busy, busy},
		"cancelled": {context.Canceled, context.Canceled},
		"unwanted":  {&Error{What: "unwanted", Final: true}, nil},
	} {
		var logs strings.Builder
		w := NewWilling(answering{tc.err}, slog.New(slog.NewTextHandler(&logs, nil)))
		if err := w.Deliver(t.Context(), ended()); err != tc.want { //nolint:errorlint // it must be the same
			t.Errorf("%s: %v", name, err)
		}
		if said := strings.Contains(logs.String(), "unwanted") && strings.Contains(logs.String(), ended().ID); said != (name == "unwanted") {
			t.Errorf("%s: %q", name, logs.String())
		}
	}
}
