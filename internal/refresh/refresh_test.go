package refresh_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/refresh"
)

// answers are given one after another, a word each: text and state are the same, a
// word with ! is final, and "fail" is an error.
type answers struct {
	words []string
	asked []time.Duration // since the start
	begin time.Time
}

func (a *answers) ask(context.Context) (refresh.Frame, error) {
	a.asked = append(a.asked, time.Since(a.begin))
	word := a.words[0]
	a.words = a.words[1:]
	if word == "fail" {
		return refresh.Frame{}, errors.New("no\nway")
	}
	state, final := strings.CutSuffix(word, "!")
	return refresh.Frame{Text: word + "\n", State: strings.TrimRight(state, "0123456789"), Final: final}, nil
}

func TestRun(t *testing.T) {
	t.Parallel()
	const failed = "Not refreshed, trying again in 1m0s: no way\n"
	for _, c := range []struct {
		words      string
		redraw     bool
		want, logs string
	}{
		{"a1 a2 b1 b2 b3!", false, "a1\n\n----\n\nb1\n\n----\n\nb3!\n", ""},
		{"a1 a2 b1!", true, "^a1\n^a2\n^b1!\n", ""},
		{"a1 fail fail a2 b!", false, "a1\n\n----\n\nb!\n", failed + failed},
		{"a1 fail a2!", true, "^a1\n^a2!\n", failed},
		{"a!", false, "a!\n", ""},
	} {
		t.Run(c.words, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out, logs bytes.Buffer
				a := &answers{words: strings.Fields(c.words), begin: time.Now()}
				o := refresh.Options{Every: time.Minute, Redraw: c.redraw, Logs: &logs}
				if err := refresh.Run(t.Context(), &out, o, a.ask); err != nil {
					t.Error(err)
				}
				got := strings.ReplaceAll(out.String(), "\x1b[H\x1b[2J", "^")
				if got != c.want || logs.String() != c.logs || len(a.words) > 0 {
					t.Errorf("%q, want %q; logs %q; not asked: %v", got, c.want, &logs, a.words)
				}
				for i, at := range a.asked {
					if at != time.Duration(i)*time.Minute {
						t.Errorf("asked at %v", a.asked)
					}
				}
			})
		})
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := &answers{words: []string{"fail"}}
	if err := refresh.Run(t.Context(), &out, refresh.Options{Logs: &out}, a.ask); err == nil || out.Len() > 0 {
		t.Errorf("%v, %q", err, &out)
	}
}

// TestRunEnds has an end while it waits, and one while it asks.
func TestRunEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		a := &answers{words: []string{"a", "a", "a"}}
		if err := refresh.Run(ctx, io.Discard, refresh.Options{Every: time.Minute}, a.ask); err != nil || len(a.words) != 1 {
			t.Errorf("%v, not asked: %v", err, a.words)
		}
		ctx, cancel = context.WithCancel(t.Context())
		err := refresh.Run(ctx, io.Discard, refresh.Options{}, func(ctx context.Context) (refresh.Frame, error) {
			cancel()
			return refresh.Frame{}, ctx.Err()
		})
		if err != nil {
			t.Error(err)
		}
	})
}
