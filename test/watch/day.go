package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/watch"
)

const (
	day  = 24 * time.Hour
	tail = 4 * time.Hour // in which the last texts and recordings are waited for
)

// account is a day of an account, served on loopback. It fails once in ten requests.
type account struct {
	*timelapse.World
	clock  watch.Clock
	origin time.Time

	mu       sync.Mutex
	requests []time.Time // in the account's time
}

// open serves a day that begins now, until close is called.
func (p plan) open() (a *account, close func(), err error) {
	a = &account{World: &timelapse.World{}, origin: time.Now().UTC()}
	a.clock = watch.TimeLapse(a.origin, p.factor)
	a.Now = func() time.Time { return a.clock.Now().UTC() }
	random := rand.New(rand.NewPCG(p.seed, 1)) //nolint:gosec // nothing secret
	for n := range p.meetings {
		a.Meetings = append(a.Meetings, meeting(n, random))
	}
	for n := range p.sessions {
		a.Sessions = append(a.Sessions, a.session(n, random))
	}
	failing := rand.New(rand.NewPCG(p.seed, 2)) //nolint:gosec // nothing secret
	a.Fail = func(*http.Request) int {
		if failing.IntN(10) == 0 {
			return http.StatusBadGateway
		}
		return 0
	}
	a.Seen = func(*http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.requests = append(a.requests, a.Now())
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	a.Links = "http://" + listener.Addr().String()
	server := &http.Server{Handler: a.World, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // until it is closed
	return a, func() { _ = server.Close() }, nil
}

func id(kind, n int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind, n) }

func meeting(n int, random *rand.Rand) timelapse.Meeting {
	m := timelapse.Meeting{ID: id(1, n), Title: fmt.Sprintf("Meeting %d", n), Transcribe: true, Summarize: n%2 == 0}
	for i := range 3 + random.IntN(10) {
		m.Roster = append(m.Roster, timelapse.Person{
			ID:       id(2, n*1000+i),
			CustomID: fmt.Sprintf("customer-%d-%d", n, i),
			Name:     fmt.Sprintf("Person %d", i),
		})
	}
	return m
}

// session is one of the day: from a minute to almost two hours long.
func (a *account) session(n int, random *rand.Rand) timelapse.Session {
	seconds := func(from, to int) time.Duration { return time.Duration(from+random.IntN(to-from)) * time.Second }
	m := a.Meetings[random.IntN(len(a.Meetings))]
	begin := a.origin.Add(seconds(3600, int(day.Seconds())-7000))
	s := timelapse.Session{ID: id(3, n), MeetingID: m.ID, Start: begin, End: begin.Add(seconds(60, 6900))}
	s.Transcript = s.End.Add(seconds(10, 600))
	if m.Summarize {
		s.Summary = s.Transcript.Add(seconds(1, 300))
	}
	for _, p := range m.Roster[:len(m.Roster)-1] {
		s.Stays = append(s.Stays, timelapse.Stay{Person: p, Joined: begin, Left: s.End, LeftKnown: s.End.Add(seconds(0, 120))})
	}
	if random.IntN(3) == 0 {
		s.Recordings = []timelapse.Recording{{ID: id(4, n), Start: begin, Stop: s.End, Uploaded: s.End.Add(seconds(30, 7200))}}
	}
	return s
}

// busiest is the largest number of requests within a length of the account's time.
func (a *account) busiest(within time.Duration) (most int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	slices.SortFunc(a.requests, time.Time.Compare)
	first := 0
	for last, at := range a.requests {
		for at.Sub(a.requests[first]) >= within {
			first++
		}
		most = max(most, last-first+1)
	}
	return most
}
