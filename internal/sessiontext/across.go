package sessiontext

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/recap"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Target is a session to look into, with those of its texts that may exist.
type Target struct {
	App     client.AppRef
	Session client.Session
	Parts   []string
}

// Heard is what was found in one session.
type Heard struct {
	Target
	Texts   []*Text // that were asked for
	Hits    int     // in all of them
	Skipped int     // of the hits, since they come before the offset
}

// Across says what to look for in several sessions.
type Across struct {
	API             *client.Client
	Zone            *time.Location
	Now             time.Time
	Search, Speaker string
	Offset, Limit   int // hits, in all sessions together
	Budget          *Budget

	// People tells who joined a session. Nil if the texts themselves tell enough.
	People func(ctx context.Context, app client.AppRef, session string) (recap.Index, error)
}

// atOnce is how many sessions are looked into at a time.
const atOnce = 4

// Requests that a part may take, with its retries and a second form, and those
// for who joined.
const (
	requestsOfTranscript = 10
	requestsOfOther      = 5
	requestsOfPeople     = 9
)

// Look looks into sessions in turn until the budget is spent, and returns what it
// found in those that it came to, without a gap. A text that cannot be had says so and is no
// error; that the API refuses the token is.
func (a Across) Look(ctx context.Context, targets []Target) ([]Heard, error) {
	var all []Heard
	skip := a.Offset
	for skip > 0 && len(all) < len(targets) { // until it is known where the offset ends
		t := targets[len(all)]
		if !a.Budget.reserve(a.cost(t)) {
			return all, nil
		}
		h, err := a.one(ctx, t, skip)
		a.Budget.release(a.cost(t))
		if err != nil {
			return all, a.stopped(err, len(all))
		}
		skip -= h.Skipped
		all = append(all, h)
	}
	rest, err := a.together(ctx, targets[len(all):])
	if err != nil {
		err = a.stopped(err, len(all)+len(rest))
	}
	return append(all, rest...), err
}

// stopped is the error of a search that ended after so many sessions. If there are
// some, and only the rate limit stands in the way, what was found is the answer.
func (a Across) stopped(err error, searched int) error {
	var e *client.Error
	if searched > 0 && errors.As(err, &e) && e.Meant() == http.StatusTooManyRequests {
		return nil
	}
	return err
}

func (a Across) together(ctx context.Context, targets []Target) ([]Heard, error) {
	heard := make([]Heard, len(targets))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	var mu sync.Mutex
	n := 0 // how many were looked into, without a gap
	done := make([]bool, len(targets))
	for i, t := range targets {
		cost := a.cost(t)
		if gctx.Err() != nil || !a.Budget.reserve(cost) {
			break
		}
		group.Go(func() error {
			defer a.Budget.release(cost)
			h, err := a.one(gctx, t, 0)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			heard[i], done[i] = h, true
			return nil
		})
	}
	err := group.Wait()
	for n < len(done) && done[n] {
		n++
	}
	return heard[:n], err
}

func (a Across) cost(t Target) int {
	n := 0
	for _, part := range t.Parts {
		if part == "transcript" {
			n += requestsOfTranscript
		} else {
			n += requestsOfOther
		}
	}
	if a.People != nil {
		n += requestsOfPeople
	}
	return n
}

// one looks into one session. Without a transcript there is no summary, which is
// made of it.
func (a Across) one(ctx context.Context, t Target, skip int) (Heard, error) {
	h := Heard{Target: t}
	who := func() (recap.Index, error) { return recap.Index{}, nil }
	if a.People != nil {
		who = sync.OnceValues(func() (recap.Index, error) { return a.People(ctx, t.App, t.Session.ID) })
	}
	for _, part := range t.Parts {
		if part == "summary" && slices.ContainsFunc(h.Texts, func(p *Text) bool {
			return p.Part.Part == "transcript" && p.State == Missing
		}) {
			continue
		}
		r := reader{unasked: true, Options: Options{
			API: a.API, App: t.App, Zone: a.Zone, Now: a.Now, Sessions: []client.Session{t.Session},
			Search: a.Search, Speaker: a.Speaker, Offset: skip - h.Skipped, Limit: a.Limit,
		}}
		p := newText(t.Session, part)
		p.SessionID = untrusted.Line(t.Session.ID, 64)
		if err := r.part(ctx, p, who); err != nil {
			if final(ctx, err) {
				return h, err
			}
			p.State, p.Why = Failed, untrusted.Line(err.Error(), 400)
		}
		if p.State == Unreadable {
			p.Why = "it has a form that cannot be read here"
		}
		if p.Hits != nil {
			h.Hits += *p.Hits
			h.Skipped += min(skip-h.Skipped, *p.Hits)
		}
		h.Texts = append(h.Texts, p)
	}
	return h, nil
}

// final reports whether an error would meet all other texts too.
func final(ctx context.Context, err error) bool {
	if ctx.Err() != nil || errors.Is(err, client.ErrNoToken) {
		return true
	}
	var e *client.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Meant() {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusTooManyRequests:
		return true
	}
	return false
}

// Cut is as many lines of the text as have so many hits and characters, but at
// least one hit, with their quote.
func (p *Text) Cut(hits, chars int, zone *time.Location) (lines []Line, quote string, n int) {
	return page(p.Lines, hits, chars, newStamp(p.Session.StartedAt, zone))
}

// Kept reports whether all texts of an ended session may still exist. Else only
// the chat may, if its meeting persists it.
func Kept(s client.Session, now time.Time) bool {
	const longest = 24 * time.Hour // that a session goes on
	ended := s.EndedAt
	if ended.IsZero() && !s.StartedAt.IsZero() {
		ended = s.StartedAt.Add(longest)
	}
	return ended.IsZero() || now.Sub(ended) <= TextsKept
}

// Persists reports whether a meeting keeps its chat for longer. If that cannot be
// had, it may.
func (a Across) Persists(ctx context.Context, app client.AppRef, meeting string) (may, spent bool) {
	const requests = 3
	if !a.Budget.reserve(requests) {
		return false, true
	}
	defer a.Budget.release(requests)
	m, err := a.API.Meeting(ctx, app, meeting)
	return err != nil || m.PersistChat, false
}
