package watch

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// receiver takes events, each for a while. What it has begun to take has arrived.
type receiver struct {
	t      *testing.T
	random *rand.Rand

	mu     sync.Mutex
	dead   bool // the process was killed
	times  map[string]int
	inHand map[string]time.Time // since when; those of before the kill stay
	last   map[string]event.Event
}

// Deliver implements event.Sink.
func (r *receiver) Deliver(_ context.Context, e event.Event) error {
	r.mu.Lock()
	if r.dead || r.random.IntN(20) == 0 {
		r.mu.Unlock()
		return errors.New("the receiver is away")
	}
	r.times[e.ID]++
	_, repeat := r.inHand[e.ID]
	if r.times[e.ID] > 1 && !repeat {
		r.t.Errorf("%s of %s came again, and was not in delivery at a kill", e.Type, e.SessionID)
	}
	if before, ok := r.last[e.SessionID]; ok && place(before.Type) > place(e.Type) && !repeat {
		r.t.Errorf("%s of %s after %s", e.Type, e.SessionID, before.Type)
	}
	r.last[e.SessionID], r.inHand[e.ID] = e, time.Now()
	wait := time.Duration(r.random.IntN(3000)) * time.Millisecond
	r.mu.Unlock()
	time.Sleep(wait)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dead {
		return errors.New("killed")
	}
	delete(r.inHand, e.ID)
	return nil
}

// place is where an event of a type comes among those of its session.
func place(t event.Type) int {
	switch t {
	case event.SessionStarted:
		return 0
	case event.SessionEnded:
		return 1
	}
	return 2
}

// TestDay lets a day pass with a failing API and receiver, hints, and a process that is
// killed again and again. The same against the program itself is in test/watch.
func TestDay(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		random := rand.New(rand.NewPCG(1, 2))
		tr.fill(random, 20, 60)
		failing := rand.New(rand.NewPCG(3, 4))
		tr.world.Fail = func(*http.Request) int {
			if failing.IntN(10) == 0 {
				return http.StatusBadGateway
			}
			return 0
		}
		to := &receiver{t: t, random: rand.New(rand.NewPCG(5, 6)), times: map[string]int{}, inHand: map[string]time.Time{},
			last: map[string]event.Event{}}
		const kills = 25
		deadlines := make([]time.Duration, kills)
		for i := range deadlines {
			deadlines[i] = time.Duration(random.IntN(26*3600*1000)) * time.Millisecond
		}
		slices.Sort(deadlines)
		tr.hintAtRandom(random, 26*time.Hour)
		var state memory
		api := tr.client(Half(client.Limit{}))
		for _, end := range append(deadlines, 28*time.Hour) {
			o := tr.options()
			o.API, o.Sustained, o.State, o.Sinks = api, Sustained(Half(client.Limit{})), state.open(t), []event.Sink{to}
			tr.killed(o, end, to, &state)
		}
		to.complete(tr.world.Sessions)
		if n := tr.busiest(5 * time.Minute); n > 600 {
			t.Errorf("%d requests in five minutes", n)
		}
	})
}

// fill adds meetings, and sessions with texts and recordings at random times of a day.
func (tr *trial) fill(random *rand.Rand, meetings, sessions int) {
	for range meetings {
		tr.meeting(3)
	}
	seconds := func(most int) time.Duration { return time.Duration(random.IntN(most)) * time.Second }
	for n := range sessions {
		m := &tr.world.Meetings[random.IntN(meetings)]
		from := seconds(23 * 3600)
		s := tr.session(m, from, from+time.Minute+seconds(5000))
		s.Transcript = s.End.Add(seconds(600))
		s.Summary = s.Transcript.Add(time.Minute)
		if random.IntN(2) == 0 {
			s.Recordings = []timelapse.Recording{{ID: id(4, n), Start: s.Start, Stop: s.End, Uploaded: s.End.Add(seconds(7200))}}
		}
	}
}

// killed runs an engine until a time since the trial began. Nothing that it does then
// reaches the receiver or the state.
func (tr *trial) killed(o Options, at time.Duration, to *receiver, state *memory) {
	ctx, kill := context.WithCancel(tr.t.Context())
	ended := tr.start(ctx, o)
	time.Sleep(time.Until(tr.began.Add(at)))
	set := func(dead bool, refuse func() error) {
		to.mu.Lock()
		defer to.mu.Unlock()
		state.mu.Lock()
		defer state.mu.Unlock()
		to.dead, state.refuse = dead, refuse
	}
	set(true, func() error { return errors.New("killed") })
	kill()
	<-ended
	set(false, nil)
}

// complete compares what came with what happened.
func (r *receiver) complete(sessions []timelapse.Session) {
	for _, s := range sessions {
		for _, e := range expected(&s) {
			if r.times[e] == 0 {
				r.t.Errorf("an event of session %s is lost", s.ID)
			}
			delete(r.times, e)
		}
	}
	if len(r.times) > 0 {
		r.t.Errorf("%d events that nobody expected", len(r.times))
	}
}

// expected are the ids of the events of a session.
func expected(s *timelapse.Session) []string {
	ids := []string{event.ID(event.SessionStarted, s.ID), event.ID(event.SessionEnded, s.ID), event.ID(event.RecapReady, s.ID)}
	for _, r := range s.Recordings {
		ids = append(ids, event.ID(event.RecordingReady, s.ID, r.ID))
	}
	return ids
}

// hintAtRandom gives whatever engine runs hints of half of what happens, some twice, and
// some of sessions that do not exist.
func (tr *trial) hintAtRandom(random *rand.Rand, within time.Duration) {
	give := func(at time.Time, h Hint) {
		if time.Until(at) < within && random.IntN(2) == 0 {
			time.AfterFunc(time.Until(at), func() { _ = tr.running().Hint(tr.t.Context(), h) }) // not while it is killed
		}
	}
	for n, s := range tr.world.Sessions {
		for range 1 + random.IntN(2) {
			give(s.Start, Hint{SessionID: s.ID, MeetingID: s.MeetingID, Kind: HintSession})
			give(s.End, Hint{SessionID: s.ID, Kind: HintSession})
			give(s.Summary, Hint{SessionID: s.ID, Kind: HintText})
			for _, r := range s.Recordings {
				give(r.Uploaded, Hint{SessionID: s.ID, RecordingID: r.ID, Kind: HintRecording})
			}
			give(s.Start, Hint{SessionID: id(99, n), Kind: HintSession})
		}
	}
}
