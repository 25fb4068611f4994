package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// ledger is what was delivered, and what the state file says was.
type ledger struct {
	times    map[string]int         // by id of the event
	recorded map[string]bool        // ids of events that a state file called delivered
	last     map[string]event.Event // of each session in the present run
	stages   map[string]int         // of each session, over all runs
	repeats  int
	delay    []time.Duration // of sessions' begins and ends
	problems []string
}

func newLedger() *ledger {
	return &ledger{times: map[string]int{}, recorded: map[string]bool{}, last: map[string]event.Event{}, stages: map[string]int{}}
}

func (l *ledger) fail(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

// stage is where an event comes among those of its session.
func stage(t event.Type) int {
	switch t {
	case event.SessionStarted:
		return 0
	case event.SessionEnded:
		return 1
	}
	return 2
}

// take enters an event that was delivered.
func (l *ledger) take(e event.Event, now time.Time) {
	repeated := l.times[e.ID] > 0
	l.times[e.ID]++
	switch {
	case repeated && l.recorded[e.ID]:
		l.fail("%s of session %s was repeated, though its delivery was recorded", e.Type, e.SessionID)
	case repeated:
		l.repeats++
	case stage(e.Type) < l.stages[e.SessionID]:
		l.fail("%s of session %s came after later ones", e.Type, e.SessionID)
	case stage(e.Type) < 2:
		l.delay = append(l.delay, now.Sub(e.At))
	}
	l.stages[e.SessionID] = max(stage(e.Type), l.stages[e.SessionID])
	l.last[e.SessionID] = e
}

// saved is what a state file says of an app.
type saved struct {
	Cursor   time.Time
	Sessions map[string]struct {
		Stage      int
		Recapped   bool
		Recordings []string
	}
}

// forgets is how long before the last reading a session began that may have been forgotten,
// which it is only once all of it was delivered.
const forgets = 2 * time.Hour

// killed looks at the state that a killed program left: what it does not have must have
// been in delivery, and so the last of its session.
func (l *ledger) killed(path string, delivered []event.Event, begins map[string]time.Time) {
	app, err := read(path)
	if err != nil {
		l.fail("%v", err)
	}
	for _, e := range delivered {
		if app.has(e, begins[e.SessionID]) {
			l.recorded[e.ID] = true
		} else if l.last[e.SessionID].ID != e.ID {
			l.fail("%s of session %s was not recorded before a later event was delivered", e.Type, e.SessionID)
		}
	}
	clear(l.last)
}

// has reports whether an event was recorded.
func (a saved) has(e event.Event, began time.Time) bool {
	s, known := a.Sessions[e.SessionID]
	switch {
	case !known:
		return began.Before(a.Cursor.Add(-forgets))
	case e.Type == event.SessionStarted:
		return s.Stage >= 1
	case e.Type == event.SessionEnded:
		return s.Stage >= 2
	case e.Type == event.RecordingReady:
		return slices.Contains(s.Recordings, e.Recording.ID)
	}
	return s.Recapped
}

// read reads a state file, if there is one by now.
func read(path string) (saved, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // our own
	if errors.Is(err, fs.ErrNotExist) {
		return saved{}, nil
	}
	var file struct{ State struct{ Apps []saved } }
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err != nil || len(file.State.Apps) == 0 {
		return saved{}, err
	}
	return file.State.Apps[0], nil
}

// settle compares what was delivered with what happened.
func (l *ledger) settle(sessions []timelapse.Session) (events int) {
	known := map[string]bool{}
	expect := func(s timelapse.Session, t event.Type, parts ...string) {
		id := event.ID(t, append([]string{s.ID}, parts...)...)
		known[id] = true
		if l.times[id] == 0 {
			l.fail("%s of session %s was not delivered", t, s.ID)
		}
	}
	for _, s := range sessions {
		expect(s, event.SessionStarted)
		expect(s, event.SessionEnded)
		expect(s, event.RecapReady)
		for _, r := range s.Recordings {
			expect(s, event.RecordingReady, r.ID)
		}
	}
	for id := range l.times {
		if !known[id] {
			l.fail("event %s is of nothing that happened", id)
		}
	}
	return len(l.times)
}
