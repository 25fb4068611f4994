package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

const (
	soakers   = 32 // calls in flight
	abandoned = 50 // one of so many calls is cancelled
	thirds    = 3
)

// briefMemory lets the server remember for so short a time that it both answers from
// memory and forgets, and so meets all of the weather, many times in a soak.
const briefMemory = "REALTIMEKIT_CACHE_ENDED=300ms"

// job is one kind of request. On an upstream without faults its answer holds want.
type job struct {
	method string
	params any
	want   string
}

func tool(name string, args map[string]any, want string) job {
	return job{"tools/call", map[string]any{"name": name, "arguments": args}, want}
}

func jobs() []job {
	page := map[string]any{"meeting_id": demoapi.LargeMeetingID, "page_no": 1, "per_page": 20}
	whole := map[string]any{"meeting_id": demoapi.LargeMeetingID, "limit": 200}
	trend := map[string]any{"meetings": []string{"stand-up"}, "min_absence_streak": 3}
	return []job{
		tool("list_meeting_participants", page, `"read":20`),
		tool("list_meeting_participants", whole, `"added_total":450`),
		tool("get_meeting_attendance", map[string]any{"meeting": "design review"}, "7 of 9 invited"),
		tool("compare_attendance", trend, "Mateo"),
		tool("list_sessions", map[string]any{"meeting": demoapi.StandupMeetingID}, demoapi.StandupMeetingID),
		tool("find_meetings", map[string]any{"meeting": "stand-up"}, "Daily stand-up"),
		tool("get_meeting", map[string]any{"meeting": demoapi.ReviewMeetingID}, "Design review"),
		tool("list_apps", map[string]any{}, "Staging"),
		tool("list_meeting_participants", map[string]any{"meeting_id": "not an id"}, `"isError":true`),
		tool("no_such_tool", map[string]any{}, `"error":`),
		{"tools/list", map[string]any{}, "compare_attendance"},
		{"prompts/list", map[string]any{}, "who_attended"},
		{"ping", map[string]any{}, `"result":`},
	}
}

// everyTool returns a job for each tool that the server lists.
func everyTool(ctx context.Context, session *mcptest.Session) (all []job, err error) {
	latest := map[string]any{"meeting": demoapi.ReviewMeetingID, "limit": 1}
	answer, err := session.Request(ctx, "tools/call", mcptest.ToolCall{Name: "list_sessions", Arguments: latest})
	if err != nil {
		return nil, err
	}
	var found struct {
		Result struct {
			Content struct {
				Sessions []struct {
					ID string `json:"session_id"`
				}
			} `json:"structuredContent"`
		}
	}
	if err := json.Unmarshal(answer, &found); err != nil || len(found.Result.Content.Sessions) != 1 {
		return nil, fmt.Errorf("list_sessions answered %.300q", answer)
	}
	if answer, err = session.Request(ctx, "tools/list", map[string]any{}); err != nil {
		return nil, err
	}
	list, err := mcptest.Parse(answer)
	if err != nil {
		return nil, err
	}
	calls, err := mcptest.EveryTool(list.Result,
		mcptest.Known{Name: "search", Value: "checkout"},
		mcptest.Known{Name: "meeting_id", Value: demoapi.ReviewMeetingID},
		mcptest.Known{Name: "meeting", Value: demoapi.ReviewMeetingID},
		mcptest.Known{Name: "meetings", Value: []string{demoapi.ReviewMeetingID}},
		mcptest.Known{Name: "session", Value: found.Result.Content.Sessions[0].ID},
		mcptest.Known{Name: "person", Value: "priya.raman@northwind.example"},
	)
	for _, c := range calls {
		all = append(all, tool(c.Name, c.Arguments, `"structuredContent":`))
	}
	return all, err
}

// weather is what the upstream goes through, over and over. A body without end
// is left out: it costs each call 64 MiB by design, and hides what grows.
func weather() []demoapi.Faults {
	clear := demoapi.Faults{}
	return []demoapi.Faults{
		clear,
		{Latency: 20 * time.Millisecond},
		clear,
		{Status: 500, FailFirst: 40},
		{Status: 429, FailAll: true, RetryAfter: "1", Cloudflare: true},
		clear,
		{HTML: true, Status: 502},
		{Truncate: true},
		clear,
		{SuccessFalse: true},
		{Status: 404, FailAll: true},
		clear,
		{NoPaging: true},
		{Grow: 3},
		{RedirectTo: "http://localhost:9/"},
	}
}

// sample is one look at the server.
type sample struct {
	rss        float64
	goroutines int
	threads    int
	files      int
}

// trend compares the floors of the first and the last third. What leaks is in every sample,
// while the calls that wait out a fault are in many samples of some phases and in few of others.
type trend struct{ first, last float64 }

func trendOf(samples []sample, of func(sample) float64) trend {
	third := len(samples) / thirds
	floor := func(part []sample) float64 {
		var values []float64
		for _, s := range part {
			values = append(values, of(s))
		}
		return slices.Min(values)
	}
	return trend{floor(samples[:third]), floor(samples[len(samples)-third:])}
}

// grew tells growth from noise.
func (t trend) grew(slack float64) bool { return t.last > t.first*1.1+slack }

func (t trend) String() string { return fmt.Sprintf("%s, then %s", number(t.first), number(t.last)) }

// soaking is one run.
type soaking struct {
	over   string // transport
	api    *demoapi.Server
	target *target
	look   *looking
	jobs   []job
	params [][]byte

	phase  atomic.Int64 // number of the weather
	clear  atomic.Int64 // when that weather began, in nanoseconds since 1970, if it has no fault; else 0
	calls  atomic.Int64
	wrong  atomic.Int64 // answers which a clear upstream does not explain
	errors atomic.Int64 // answers that report an error, as they should in bad weather
	first  sync.Once
}

func soak(ctx context.Context, w *workshop, overHTTP bool, length time.Duration, calls int) (err error) {
	s := &soaking{jobs: jobs(), over: "stdio"}
	if overHTTP {
		s.over = "HTTP"
	}
	// In this process, for its faults are switched.
	if s.api, err = demoapi.Start(ctx, demoapi.Options{LargeRoster: 450}); err != nil {
		return err
	}
	defer s.api.Close()
	if s.target, s.look, err = launchProbed(ctx, w, s.api.URL, overHTTP, briefMemory); err != nil {
		return err
	}
	closed := false
	defer func() {
		if !closed {
			err = errors.Join(err, s.target.session.Close())
		}
	}()
	if err := s.prepare(ctx); err != nil {
		return err
	}
	before, err := s.sample(ctx)
	if err != nil {
		return err
	}
	samples, took, err := s.run(ctx, length, calls)
	if err != nil {
		return err
	}
	// Nothing is left but what the server itself holds.
	s.api.Close()
	s.target.session.Rest()
	after, err := s.settled(ctx, before)
	if err != nil {
		return err
	}
	closed = true
	lost := s.target.session.Waiting()
	if err := s.target.session.Close(); err != nil {
		return err
	}
	return s.verdict(samples, before, after, lost, took, calls)
}

// prepare adds the jobs that the server's tools ask for, and encodes all.
func (s *soaking) prepare(ctx context.Context) error {
	every, err := everyTool(ctx, s.target.session)
	if err != nil {
		return err
	}
	s.jobs = append(s.jobs, every...)
	for _, j := range s.jobs {
		raw, err := json.Marshal(j.params)
		if err != nil {
			return err
		}
		s.params = append(s.params, raw)
	}
	s.target.session.Rest()
	return nil
}

// run loads the server until both the time is over and the calls are made.
func (s *soaking) run(ctx context.Context, length time.Duration,
	calls int) (samples []sample, took time.Duration, err error) {
	limit, cancel := context.WithTimeout(ctx, 4*length+time.Minute)
	defer cancel()
	load, stop := context.WithCancel(limit)
	defer stop()
	begin := time.Now()
	// A fifth warms up; then each third sees the whole weather some times.
	kinds := weather()
	third := length * 4 / 5 / thirds
	cycles := max(1, int(third/(time.Duration(len(kinds))*1500*time.Millisecond)))
	phase := third / time.Duration(cycles*len(kinds))
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	for i := range soakers {
		all.Go(func() {
			for n := i; load.Err() == nil; n++ {
				s.call(limit, n)
			}
		})
	}
	look := time.NewTicker(min(time.Second, max(length/400, 25*time.Millisecond)))
	defer look.Stop()
	turn := time.NewTicker(phase)
	defer turn.Stop()
	s.turn(kinds)
	for {
		select {
		case <-limit.Done():
			took = time.Since(begin).Round(time.Second)
			return nil, 0, fmt.Errorf("%d of %d calls after %s: %w", s.calls.Load(), calls, took, limit.Err())
		case <-turn.C:
			s.turn(kinds)
		case <-look.C:
			now, err := s.sample(limit)
			if err != nil {
				return nil, 0, err
			}
			if time.Since(begin) > length/5 {
				samples = append(samples, now)
			}
			if time.Since(begin) > length && s.calls.Load() >= int64(calls) {
				s.api.API.SetFaults(demoapi.Faults{}) // what is still in flight ends soon
				return samples, time.Since(begin), nil
			}
		}
	}
}

func (s *soaking) turn(kinds []demoapi.Faults) {
	next := kinds[int(s.phase.Load())%len(kinds)]
	s.clear.Store(0) // before the faults come
	s.api.API.SetFaults(next)
	s.phase.Add(1)
	if next == (demoapi.Faults{}) {
		s.clear.Store(time.Now().UnixNano())
	}
}

// settled is how long after a fault all that began under it has ended.
const settled = 50 * time.Millisecond

// call makes one request. The next in each goroutine is another kind.
func (s *soaking) call(ctx context.Context, n int) {
	i := n % len(s.jobs)
	method, want := s.jobs[i].method, s.jobs[i].want
	if s.calls.Add(1)%abandoned == 0 {
		after := time.Duration(n%5) * time.Millisecond
		_ = s.target.session.Abandon(ctx, method, s.params[i], after) // counted as lost or doubled, if so
		return
	}
	// A request that is merged with one under way may get what that one met earlier.
	since, phase := s.clear.Load(), s.phase.Load()
	clear := since > 0 && time.Since(time.Unix(0, since)) > settled
	answer, err := s.target.session.Raw(ctx, method, s.params[i])
	clear = clear && phase == s.phase.Load()
	if err != nil {
		return // it has no answer, and so is among the lost
	}
	has := func(text string) bool { return bytes.Contains(answer, []byte(text)) }
	if has(`"isError":true`) || has(`"error":{`) {
		s.errors.Add(1)
	}
	if clear && !has(want) || !has(`"result":`) && want != `"error":` {
		s.wrong.Add(1)
		s.first.Do(func() {
			fmt.Fprintf(os.Stderr, "wrong: %s %s answered %.500s\n", method, s.params[i], answer)
		})
	}
}

func (s *soaking) sample(ctx context.Context) (sample, error) {
	n, err := s.look.goroutines(ctx)
	if err != nil {
		return sample{}, err
	}
	u, err := usageOf(s.target.pid)
	if err != nil && runtime.GOOS == "linux" {
		return sample{}, err
	}
	return sample{rss: u.rss, goroutines: n, threads: u.threads, files: u.files}, nil
}

// settled waits until the server is as it was before, or long enough.
func (s *soaking) settled(ctx context.Context, before sample) (now sample, err error) {
	for begin := time.Now(); time.Since(begin) < 10*time.Second; time.Sleep(100 * time.Millisecond) {
		if now, err = s.sample(ctx); err != nil || now.goroutines <= before.goroutines && now.files <= before.files {
			return now, err
		}
	}
	return now, nil
}

func (s *soaking) verdict(samples []sample, before, after sample, lost int, took time.Duration, calls int) error {
	rss := trendOf(samples, func(x sample) float64 { return x.rss })
	goroutines := trendOf(samples, func(x sample) float64 { return float64(x.goroutines) })
	threads := trendOf(samples, func(x sample) float64 { return float64(x.threads) })
	files := trendOf(samples, func(x sample) float64 { return float64(x.files) })
	tally := s.target.session.Tally()
	fmt.Printf(`soak over %s: %d calls in %s, %d upstream requests, %d changes of faults
answers: %d, of them %d errors; lost %d, doubled %d, stray %d, wrong %d
first third, then last: memory MB %s; goroutines %s; threads %s; files %s
idle before, then after: goroutines %d, then %d; files %d, then %d; memory MB %s, then %s
`, s.over, s.calls.Load(), took.Round(time.Second), s.api.API.Requests(), s.phase.Load(),
		tally.Answered, s.errors.Load(), lost, tally.Doubled, tally.Stray, s.wrong.Load(),
		rss, goroutines, threads, files,
		before.goroutines, after.goroutines, before.files, after.files, number(before.rss), number(after.rss))
	var bad []string
	for what, failed := range map[string]bool{
		"too few calls":                      s.calls.Load() < int64(calls),
		"answers were lost":                  lost > 0,
		"answers came twice":                 tally.Doubled > 0,
		"stdout carried what is no protocol": tally.Stray > 0,
		"answers were wrong":                 s.wrong.Load() > 0,
		"no fault was seen":                  s.errors.Load() == 0,
		"memory grew":                        rss.grew(4),
		"goroutines grew":                    goroutines.grew(64), // each call in flight has some
		"threads grew":                       threads.grew(4),
		"open files grew":                    files.grew(soakers), // and a connection, which is kept for a while
		"goroutines were left":               after.goroutines > before.goroutines,
		"files were left open":               after.files > before.files,
	} {
		if failed {
			bad = append(bad, what)
		}
	}
	if len(bad) > 0 {
		slices.Sort(bad)
		return errors.New("soak failed: " + strings.Join(bad, ", "))
	}
	return nil
}
