package watch

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// hint gives a running engine a hint.
func (tr *trial) hint(h Hint) {
	tr.t.Helper()
	if err := tr.running().Hint(tr.t.Context(), h); err != nil {
		tr.t.Error(err)
	}
}

// TestHints holds that a hint is looked into at once, and makes the same events.
func TestHints(t *testing.T) {
	t.Parallel()
	var polled, hinted []string
	try(t, func(tr *trial) { polled = tr.hinted(false) })
	try(t, func(tr *trial) {
		hinted = tr.hinted(true)
		for i, at := range []time.Duration{10 * time.Minute, 40 * time.Minute, 60 * time.Minute, 65 * time.Minute} {
			if late := tr.got[i].after - at; late > 10*time.Second {
				t.Errorf("%s came %s late", tr.got[i].Type, late)
			}
		}
	})
	if !slices.Equal(polled, hinted) {
		t.Errorf("%v, %v", polled, hinted)
	}
}

// hinted returns the ids of the events of a session which are noticed by polling, or by
// hints alone, three of each.
func (tr *trial) hinted(hints bool) (ids []string) {
	m := tr.meeting(3)
	m.Transcribe, m.Summarize = true, false
	s := tr.session(m, 10*time.Minute, 40*time.Minute)
	s.Transcript = s.End.Add(20 * time.Minute)
	s.Recordings = []timelapse.Recording{{ID: id(4, 1), Start: s.Start, Stop: s.End, Uploaded: s.End.Add(25 * time.Minute)}}
	o := tr.options()
	if hints {
		o.Interval = 24 * time.Hour // nothing comes from polling
		for at, kind := range map[time.Duration]HintKind{
			10 * time.Minute: HintSession, 40 * time.Minute: HintSession, 60 * time.Minute: HintText,
			65 * time.Minute: HintRecording,
		} {
			for range 3 {
				time.AfterFunc(at+time.Second, func() { tr.hint(Hint{SessionID: s.ID, MeetingID: m.ID, Kind: kind}) })
			}
		}
	}
	if err := tr.watch(o, 6*time.Hour); err != nil {
		tr.t.Fatal(err)
	}
	tr.expect(s.ID, event.SessionStarted, event.SessionEnded, event.RecapReady, event.RecordingReady)
	for _, d := range tr.got {
		ids = append(ids, d.ID)
	}
	return ids
}

// TestHintByPreset holds that a transcript which no switch of the meeting announces is
// found by a hint.
func TestHintByPreset(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(3)
		m.Transcribe, m.Summarize = false, false
		s := tr.session(m, 10*time.Minute, 40*time.Minute)
		s.Transcript = s.End.Add(30 * time.Second)
		time.AfterFunc(41*time.Minute, func() { tr.hint(Hint{SessionID: s.ID, Kind: HintText}) })
		if err := tr.watch(tr.options(), 3*time.Hour); err != nil {
			t.Fatal(err)
		}
		if ready := tr.only(event.RecapReady); ready.after != 41*time.Minute || len(ready.Recap.Texts) != 1 {
			t.Errorf("after %s: %+v", ready.after, ready.Recap)
		}
	})
}

// TestUnknownHints holds that sessions which the apps do not have cost one read each, at
// most ten a minute, and are remembered.
func TestUnknownHints(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		tr.session(tr.meeting(2), -30*time.Hour, -29*time.Hour) // which nobody wants any more
		time.AfterFunc(time.Minute, func() {
			for range 3 {
				for n := range 40 {
					tr.hint(Hint{SessionID: id(3, n), Kind: HintSession})
				}
				time.Sleep(10 * time.Second)
			}
		})
		time.AfterFunc(90*time.Second, func() {
			if n := tr.requests("/sessions/" + id(3, 0)); n != 1 {
				t.Errorf("%d reads of the session that is over", n)
			}
		})
		o := tr.options()
		o.Interval = time.Hour
		if err := tr.watch(o, 20*time.Minute); err != nil {
			t.Fatal(err)
		}
		tr.expect("")
		tr.onlyReads("/sessions/")
		if n := len(tr.reads); n != 40 {
			t.Errorf("%d reads of 40 sessions", n)
		}
		if n := tr.busiest(time.Minute - time.Second); n > 10 {
			t.Errorf("%d reads in a minute", n)
		}
		if n := len(tr.engine.state.Hints); n != 0 {
			t.Errorf("%d hints are left", n)
		}
	})
}

// onlyReads forgets the requests whose paths do not hold a text.
func (tr *trial) onlyReads(of string) {
	var at []time.Time
	for i, path := range tr.paths {
		if strings.Contains(path, of) {
			at = append(at, tr.reads[i])
		}
	}
	tr.reads = at
}

// TestHintIsKept holds that a hint which was accepted outlives the process, and that one
// which could not be saved is not accepted.
func TestHintIsKept(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		s := tr.session(tr.meeting(2), time.Minute, 3*time.Hour)
		var state memory
		o := tr.options()
		o.State, o.Interval = state.open(t), 24*time.Hour
		tr.world.Fail = func(*http.Request) int { return http.StatusBadGateway }
		ctx, cancel := context.WithCancel(tr.t.Context())
		ended := tr.start(ctx, o)
		time.Sleep(2 * time.Minute)
		tr.hint(Hint{SessionID: s.ID, Kind: HintSession})
		full := errors.New("no space left")
		state.refuse = func() error { return full }
		if err := tr.running().Hint(ctx, Hint{SessionID: id(3, 9)}); !errors.Is(err, full) {
			t.Error(err)
		}
		cancel()
		if err := <-ended; !errors.Is(err, full) {
			t.Error(err)
		}
		state.refuse, tr.world.Fail = nil, nil
		o.State = state.open(t)
		o.State.loaded.Apps[0].Cursor = time.Now().Add(time.Hour) // nothing comes from polling
		if err := tr.watch(o, time.Minute); err != nil {
			t.Fatal(err)
		}
		tr.expect(s.ID, event.SessionStarted)
	})
}

// TestWrongHints holds which hints are refused, and that they cost nothing.
func TestWrongHints(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		e := New(tr.options())
		for _, h := range []Hint{
			{},
			{RecordingID: "r", AppID: "a"},
			{SessionID: "../x"},
			{SessionID: "a", RecordingID: "b c"},
			{MeetingID: strings.Repeat("m", 65)},
		} {
			if err := e.Hint(tr.t.Context(), h); !errors.Is(err, ErrHint) {
				t.Errorf("%+v: %v", h, err)
			}
		}
		for n := range maxHints {
			if err := e.Hint(tr.t.Context(), Hint{SessionID: id(5, n)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Hint(tr.t.Context(), Hint{SessionID: id(6, 0)}); !errors.Is(err, ErrHints) {
			t.Error(err)
		}
	})
}
