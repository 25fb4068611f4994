package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// trial is a world with an engine that watches it, in a bubble of synctest.
type trial struct {
	t     *testing.T
	world *timelapse.World
	began time.Time
	log   *lockedBuffer

	mu      sync.Mutex
	got     []delivery
	refuse  func(event.Event) bool // deliveries that fail
	inHand  map[string]bool        // ids of events in delivery
	reads   []time.Time            // requests of the API
	paths   []string
	elapses time.Duration // of a delivery
	engine  *Engine
}

type delivery struct {
	event.Event
	after time.Duration // since the trial began
}

// try runs a test in a bubble, a month after its clock's begin.
func try(t *testing.T, test func(*trial)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(31*24*time.Hour + 30*time.Second)
		tr := &trial{t: t, began: time.Now(), log: &lockedBuffer{}, inHand: map[string]bool{}}
		tr.world = &timelapse.World{Now: time.Now, Links: "https://texts.example"}
		tr.world.Seen = func(r *http.Request) {
			tr.mu.Lock()
			defer tr.mu.Unlock()
			tr.reads, tr.paths = append(tr.reads, time.Now()), append(tr.paths, r.URL.Path)
		}
		test(tr)
	})
}

// Deliver implements event.Sink.
func (tr *trial) Deliver(ctx context.Context, e event.Event) error {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.refuse != nil && tr.refuse(e) {
		return errors.New("the receiver is away")
	}
	if tr.elapses > 0 {
		tr.inHand[e.ID] = true
		tr.mu.Unlock()
		time.Sleep(tr.elapses)
		tr.mu.Lock()
		delete(tr.inHand, e.ID)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	tr.got = append(tr.got, delivery{e, time.Since(tr.began)})
	return nil
}

// options are what a trial has unless it says otherwise.
func (tr *trial) options() Options {
	return Options{
		Interval: time.Minute,
		Late:     5 * time.Minute,
		Sinks:    []event.Sink{tr},
		Log:      slog.New(slog.NewTextHandler(tr.log, nil)),
		Apps: func(context.Context) ([]client.AppRef, error) {
			return []client.AppRef{{AccountID: timelapse.AccountID, AppID: timelapse.AppID}}, nil
		},
	}
}

// watch runs an engine for a time, and returns what Run did.
func (tr *trial) watch(o Options, d time.Duration) error {
	tr.t.Helper()
	ctx, cancel := context.WithCancel(tr.t.Context())
	defer cancel()
	ended := tr.start(ctx, o)
	if d > 0 {
		time.Sleep(d)
		cancel()
	}
	return <-ended
}

func (tr *trial) start(ctx context.Context, o Options) <-chan error {
	tr.t.Helper()
	if o.API == nil {
		o.API = tr.client(Half(client.Limit{}))
	}
	e := New(o)
	e.something = func(context.Context, *client.Link, string) (bool, error) { return true, nil }
	tr.mu.Lock()
	tr.engine = e
	tr.mu.Unlock()
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	return ended
}

// running is the engine that was started last.
func (tr *trial) running() *Engine {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.engine
}

func (tr *trial) client(l client.Limit) *client.Client {
	tr.t.Helper()
	api, err := client.New(client.Options{
		Token:         timelapse.Token,
		BaseURL:       "https://api.example",
		Limit:         l,
		WrapTransport: func(http.RoundTripper) http.RoundTripper { return tr.world.Transport() },
	})
	if err != nil {
		tr.t.Fatal(err)
	}
	return api
}

// id is the nth id of a kind.
func id(kind, n int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind, n) }

// meeting adds a meeting with a roster of so many people.
func (tr *trial) meeting(people int) *timelapse.Meeting {
	n := len(tr.world.Meetings)
	m := timelapse.Meeting{ID: id(1, n), Title: fmt.Sprintf("Meeting %d", n), Transcribe: true, Summarize: true}
	for i := range people {
		m.Roster = append(m.Roster, timelapse.Person{
			ID: id(2, n*1000+i), CustomID: fmt.Sprintf("custom-%d", i), Name: fmt.Sprintf("Person %d", i),
		})
	}
	tr.world.Meetings = append(tr.world.Meetings, m)
	return &tr.world.Meetings[n]
}

// session adds a session of a meeting in which everybody of the roster but the last is
// from begin to end, given as times since the trial began.
func (tr *trial) session(m *timelapse.Meeting, from, to time.Duration) *timelapse.Session {
	n := len(tr.world.Sessions)
	s := timelapse.Session{ID: id(3, n), MeetingID: m.ID, Start: tr.began.Add(from), End: tr.began.Add(to)}
	for _, p := range m.Roster[:max(0, len(m.Roster)-1)] {
		s.Stays = append(s.Stays, timelapse.Stay{Person: p, Joined: s.Start, Left: s.End})
	}
	tr.world.Sessions = append(tr.world.Sessions, s)
	return &tr.world.Sessions[n]
}

// types are those of the events that were delivered, of one session or of all.
func (tr *trial) types(session string) (out []event.Type) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for _, d := range tr.got {
		if session == "" || d.SessionID == session {
			out = append(out, d.Type)
		}
	}
	return out
}

// expect compares the types of a session's events.
func (tr *trial) expect(session string, want ...event.Type) {
	tr.t.Helper()
	if got := tr.types(session); !slices.Equal(got, want) {
		tr.t.Errorf("session %s: %v, want %v; log: %s", session, got, want, tr.log)
	}
}

// only is the one event of a type.
func (tr *trial) only(t event.Type) delivery {
	tr.t.Helper()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	var found []delivery
	for _, d := range tr.got {
		if d.Type == t {
			found = append(found, d)
		}
	}
	if len(found) != 1 {
		tr.t.Fatalf("%d events %s; log: %s", len(found), t, tr.log)
	}
	return found[0]
}

// requests counts those whose path ends with a text.
func (tr *trial) requests(suffix string) (n int) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for _, p := range tr.paths {
		if bytes.HasSuffix([]byte(p), []byte(suffix)) {
			n++
		}
	}
	return n
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
