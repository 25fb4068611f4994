// Package watch notices what happens in meetings and delivers it as events, in order and
// once. It reads the API again and again: what there is to deliver follows from what the
// API says and from what was delivered, which the state holds.
package watch

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// Options say what an Engine watches, and how.
type Options struct {
	API *client.Client

	// Apps returns the apps to watch. It is called at the begin and then every five
	// minutes; apps that it returned once are watched on.
	Apps func(context.Context) ([]client.AppRef, error)

	Sinks    []event.Sink
	State    *State        // nil: what was delivered is forgotten at the end
	Meetings []string      // ids of the only meetings to watch; empty is all
	Titles   []string      // titles of more of them, which may be made later
	Types    []event.Type  // the only events to deliver; empty is all but those of persons
	Interval time.Duration // between two readings of an app's sessions
	Since    time.Time     // deliver what happened from then on; zero is now
	Once     bool          // read once, deliver what there is, and return
	People   bool          // tell of everybody in Event.Attendance.People
	LeaveOut []string      // presets of those who are no attendees
	Late     time.Duration // more than this is late, or early

	// Sustained is how many requests a second may be made in the long run. Intervals get
	// longer before that many are made. Zero is any number.
	Sustained float64

	Clock Clock
	Log   *slog.Logger
}

// Engine watches. Make one with New; its methods may be called at the same time.
type Engine struct {
	o     Options
	clock Clock
	began time.Time // the time from which events are wanted, unless one was given
	pace  *pace
	reads chan struct{} // bounds how many jobs read the API at a time

	wake chan struct{} // a job may have become due
	wg   sync.WaitGroup

	mu       sync.Mutex
	state    *state
	changes  int // of the state, so far
	apps     map[client.AppRef]*app
	jobs     []*job
	said     map[string]string // by what it is about: what was said last
	hints    *job
	unknown  dropped
	asked    []time.Time // reads for hints of unknown sessions, in the last minute
	failures int         // of jobs, for Once

	// something reports whether a text has a line; tests have no network for it.
	something func(ctx context.Context, link *client.Link, part string) (bool, error)

	saving sync.Mutex
	saved  int   // changes that are on disk; guarded by saving
	failed error // of the last saving; guarded by mu
}

// readers is how many jobs read the API at a time.
const readers = 4

// New returns an Engine. It reads nothing before Run.
func New(o Options) *Engine {
	e := &Engine{
		o:     o,
		clock: o.Clock,
		began: o.Clock.Now(),
		reads: make(chan struct{}, readers),
		wake:  make(chan struct{}, 1),
		apps:  map[client.AppRef]*app{},
		said:  map[string]string{},
		state: &state{},
	}
	e.something = e.hasLine
	e.pace = newPace(o.Interval, o.Sustained)
	if o.State != nil && o.State.loaded != nil {
		e.state = o.State.loaded
	}
	e.add(&job{name: "apps", run: e.listApps})
	e.hints = &job{name: "hints", run: e.lookInto}
	e.add(e.hints)
	return e
}

// wants reports whether events of a type are delivered.
func (e *Engine) wants(t event.Type) bool {
	if len(e.o.Types) == 0 {
		return t != event.PersonJoined && t != event.PersonLeft || e.persons()
	}
	return slices.Contains(e.o.Types, t)
}

// persons reports whether people who come and go are watched.
func (e *Engine) persons() bool {
	if len(e.o.Meetings) == 0 {
		return false
	}
	return len(e.o.Types) == 0 || slices.Contains(e.o.Types, event.PersonJoined) ||
		slices.Contains(e.o.Types, event.PersonLeft)
}

// ErrUnfinished is that with Options.Once not everything could be read or delivered. With
// a state, the next run makes up for it.
var ErrUnfinished = errors.New("not everything could be read or delivered")

// parting is how long deliveries may take once the context has ended.
const parting = 5 * time.Second

// Run watches until the context ends, which is no error, or with Options.Once until
// everything was read and delivered.
func (e *Engine) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(client.CountRequests(ctx, e.pace.count))
	defer e.wg.Wait()
	defer cancel()
	for ctx.Err() == nil {
		due, next, busy := e.due(e.clock.Now())
		for _, j := range due {
			e.wg.Go(func() { e.work(ctx, j) })
		}
		if e.o.Once && !busy && len(due) == 0 {
			return e.finish()
		}
		e.clock.wait(ctx, next, e.wake)
	}
	e.wg.Wait()
	return e.finish()
}

func (e *Engine) finish() error {
	err := e.save()
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil && e.o.Once && e.failures > 0 {
		err = ErrUnfinished
	}
	return err
}

// changed marks the state as not yet saved. The caller holds mu.
func (e *Engine) changed() { e.changes++ }

// save returns once all changes so far are on disk. Several that wait share one writing.
func (e *Engine) save() error {
	if e.o.State == nil {
		return nil
	}
	e.mu.Lock()
	want := e.changes
	e.mu.Unlock()
	e.saving.Lock()
	defer e.saving.Unlock()
	if e.saved >= want && want > 0 {
		return nil
	}
	e.mu.Lock()
	now := e.changes
	content, err := json.Marshal(e.state)
	e.mu.Unlock()
	if err == nil {
		err = e.o.State.put(content)
	}
	if err == nil {
		e.saved = now
	}
	e.mu.Lock()
	e.failed = err
	e.mu.Unlock()
	if err != nil {
		e.say("state", err.Error(), "the state could not be saved; nothing is delivered until it can be",
			"error", err.Error())
		return err
	}
	e.settled("state", "the state is saved again")
	return nil
}

// savable returns nil unless the last saving failed and another one does, too. What is
// delivered now could not be remembered.
func (e *Engine) savable() error {
	e.mu.Lock()
	failed := e.failed
	e.mu.Unlock()
	if failed == nil {
		return nil
	}
	return e.save()
}
