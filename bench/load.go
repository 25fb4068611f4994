package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

const (
	revision = "2025-11-25"
	patience = 30 * time.Second // for one answer
)

// load repeats call from so many goroutines for a while, and says how long each took.
func load(ctx context.Context, inFlight int, length time.Duration,
	call func(context.Context) error) (took []time.Duration, elapsed time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, length+patience)
	defer cancel()
	var mu sync.Mutex
	var all sync.WaitGroup
	begin := time.Now()
	for range inFlight {
		all.Go(func() {
			var own []time.Duration
			var failed error
			for failed == nil && time.Since(begin) < length {
				start := time.Now()
				if failed = call(ctx); failed == nil {
					own = append(own, time.Since(start))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, own...)
			if failed != nil {
				err = failed
				cancel()
			}
		})
	}
	all.Wait()
	return took, time.Since(begin), err
}

// quantile of sorted values, by nearest rank.
func quantile[T any](sorted []T, q float64) T {
	var zero T
	if len(sorted) == 0 {
		return zero
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// latency is p50 and p99 in milliseconds.
func latency(took []time.Duration) (p50, p99 float64) {
	slices.Sort(took)
	return ms(quantile(took, 0.5)), ms(quantile(took, 0.99))
}

// target is a running subject.
type target struct {
	pid     int
	session *mcptest.Session
	started time.Duration // from spawn to the answer of tools/list
}

func launch(ctx context.Context, s subject, api string, more ...string) (*target, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	begin := time.Now()
	// It lives longer than this context: its session's end ends it.
	link, err := mcptest.Spawn(s.command(context.WithoutCancel(ctx), api, more...))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	return meet(ctx, s.name, link, link.Cmd.Process.Pid, begin)
}

// meet opens the session with a process that began then.
func meet(ctx context.Context, name string, link mcptest.Link, pid int, begin time.Time) (*target, error) {
	session, err := mcptest.Dial(ctx, link, revision)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t := &target{pid: pid, session: session}
	list, err := session.Request(ctx, "tools/list", map[string]any{})
	t.started = time.Since(begin)
	if err == nil && !bytes.Contains(list, []byte(`"list_meeting_participants"`)) &&
		!bytes.Contains(list, []byte(`"echo"`)) {
		err = fmt.Errorf("tools/list answered %.200q", list)
	}
	if err != nil {
		_ = session.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// question is the parameters of a call with what its answer must hold, in order.
type question struct {
	params []byte
	names  []string
}

// caller asks one question after the other, round and round, and refuses an
// answer without all names in their order.
func (t *target) caller(all ...question) func(context.Context) error {
	var turn atomic.Uint64
	return func(ctx context.Context) error {
		q := all[turn.Add(1)%uint64(len(all))]
		answer, err := t.session.Raw(ctx, "tools/call", q.params)
		if err != nil {
			return err
		}
		return inOrder(answer, q.names)
	}
}

func inOrder(answer []byte, names []string) error {
	rest := answer
	for _, name := range names {
		_, after, ok := bytes.Cut(rest, []byte(name))
		if !ok {
			return fmt.Errorf("the answer does not name %q: %.300q", name, answer)
		}
		rest = after
	}
	return nil
}

// size counts the characters that an answer puts before a model: those of its
// text, and those of its structured content, which some clients show instead.
func size(answer []byte) (text, structured int, err error) {
	var m struct {
		Result struct {
			Content []struct{ Text string }
			// Its length is that of the JSON.
			StructuredContent json.RawMessage
		}
	}
	if err := json.Unmarshal(answer, &m); err != nil {
		return 0, 0, err
	}
	for _, c := range m.Result.Content {
		text += len([]rune(c.Text))
	}
	return text, len([]rune(string(m.Result.StructuredContent))), nil
}
