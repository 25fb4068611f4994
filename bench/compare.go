package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

const slowLatency = 50 * time.Millisecond // of the upstream in one row: a busy API far away

// plan is how much a run measures.
type plan struct {
	rounds, starts int
	each           time.Duration // per figure and round
	limit          time.Duration // no round begins after it
}

func (w *workshop) plan() plan {
	if w.quick {
		return plan{rounds: 1, starts: 1, each: 150 * time.Millisecond, limit: time.Minute}
	}
	return plan{rounds: 5, starts: 3, each: 1500 * time.Millisecond, limit: 4 * time.Minute}
}

// Names of what is measured besides the subjects.
const (
	theCall   = "call, timed in turn with its parts"
	theBare   = "bare HTTP request"
	theSDK    = "the SDK's request without MCP"
	theClient = "package client without MCP"
	theEcho   = "mcp-go echo"
	theLong   = "mcp-go echo of an answer as long as ours"
)

// figures are the values of all rounds by who and what.
type figures map[string]map[string][]float64

func (f figures) add(who, what string, v float64) {
	if f[who] == nil {
		f[who] = map[string][]float64{}
	}
	f[who][what] = append(f[who][what], v)
}

// last is the value of the running round.
func (f figures) last(who, what string) float64 {
	all := f[who][what]
	return all[len(all)-1]
}

// bench is one run.
type bench struct {
	plan
	fast, slow *upstream
	names      [][]string // of each page that is timed
	hundred    []string   // of the page of 100
	subjects   []subject
	echo       subject
	missing    []string
	figures    figures
	revisions  map[string]string
	done       int // rounds
}

func compare(ctx context.Context, w *workshop, write bool) (err error) {
	b := &bench{plan: w.plan(), figures: figures{}, revisions: map[string]string{}}
	begin := time.Now()
	before := loadAverage()
	if b.subjects, b.missing, err = w.subjects(ctx); err != nil {
		return err
	}
	if b.echo, err = w.echo(ctx); err != nil {
		return err
	}
	if write && len(b.missing) > 0 {
		return fmt.Errorf("-write needs all peers: %v", b.missing)
	}
	if b.fast, err = startUpstream(ctx, 0); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.fast.close()) }()
	if b.slow, err = startUpstream(ctx, slowLatency); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.slow.close()) }()
	if b.names, err = allNames(ctx, b.fast.URL); err != nil {
		return err
	}
	if b.hundred, err = newBare(b.fast.URL, 1, hundred).names(ctx); err != nil {
		return err
	}
	measuring := time.Now()
	for b.done = 0; b.done < b.rounds && time.Since(measuring) < b.limit; b.done++ {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", b.done+1, b.rounds)
		if err := b.round(ctx); err != nil {
			return err
		}
	}
	r := report{bench: b, machine: thisMachine(ctx), when: begin, took: time.Since(begin), loadBefore: before}
	fmt.Print(r.markdown())
	if !write {
		return nil
	}
	chart := filepath.Join(w.root, "bench", "results.svg")
	if err := os.WriteFile(chart, []byte(r.chart()), 0o644); err != nil {
		return err
	}
	return rewrite(filepath.Join(w.root, "docs", "performance.md"), r.markdown())
}

// compareCall measures only a call beside its parts.
func compareCall(ctx context.Context, w *workshop) (err error) {
	b := &bench{plan: w.plan(), figures: figures{}, revisions: map[string]string{}}
	own, err := w.server(ctx)
	if err != nil {
		return err
	}
	b.subjects = []subject{own}
	if b.echo, err = w.echo(ctx); err != nil {
		return err
	}
	if b.fast, err = startUpstream(ctx, 0); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.fast.close()) }()
	if b.names, err = allNames(ctx, b.fast.URL); err != nil {
		return err
	}
	for range b.rounds {
		if err := b.parts(ctx); err != nil {
			return err
		}
	}
	fmt.Println(b.figures.parts())
	return nil
}

// round measures everything once; who comes first changes, so that nobody
// always has the warm or the tired machine.
func (b *bench) round(ctx context.Context) error {
	if err := b.bareRequest(ctx); err != nil {
		return fmt.Errorf("%s: %w", theBare, err)
	}
	for i := range b.subjects {
		s := b.subjects[(i+b.done)%len(b.subjects)]
		if err := b.subject(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if err := b.start(ctx, b.echo); err != nil {
		return fmt.Errorf("%s: %w", theEcho, err)
	}
	if err := b.parts(ctx); err != nil {
		return fmt.Errorf("a call's parts: %w", err)
	}
	return nil
}

// steady measures a call alone and at 16 and 128 in flight.
func (b *bench) steady(ctx context.Context, who string, pid int, call func(context.Context) error) error {
	if _, _, err := load(ctx, 4, b.each/4, call); err != nil { // warm
		return err
	}
	for _, n := range []int{1, 16, 128} {
		before, _ := usageOf(pid)
		took, elapsed, err := load(ctx, n, b.each, call)
		if err != nil {
			return fmt.Errorf("%d in flight: %w", n, err)
		}
		after, err := usageOf(pid)
		b.figures.add(who, fmt.Sprintf("rate-%d", n), float64(len(took))/elapsed.Seconds())
		if err == nil && n == 128 {
			b.figures.add(who, "cpu", ms(after.cpu-before.cpu)/float64(len(took)))
		}
		if n == 1 {
			p50, p99 := latency(took)
			b.figures.add(who, "p50", p50)
			b.figures.add(who, "p99", p99)
		}
	}
	return nil
}

func (b *bench) bareRequest(ctx context.Context) error {
	request := func(u *upstream) func(context.Context) error {
		r := newBare(u.URL, 1, page)
		return func(ctx context.Context) error {
			body, err := r.get(ctx)
			if err != nil {
				return err
			}
			return inOrder(body, b.names[0])
		}
	}
	if err := b.steady(ctx, theBare, os.Getpid(), request(b.fast)); err != nil {
		return err
	}
	return b.remote(ctx, theBare, request(b.slow))
}

// remote is the throughput at 128 in flight where the upstream takes its time.
func (b *bench) remote(ctx context.Context, who string, call func(context.Context) error) error {
	if _, _, err := load(ctx, 128, b.each/4, call); err != nil {
		return err
	}
	took, elapsed, err := load(ctx, 128, b.each, call)
	if err != nil {
		return fmt.Errorf("slow upstream: %w", err)
	}
	b.figures.add(who, "rate-slow", float64(len(took))/elapsed.Seconds())
	return nil
}

func (b *bench) subject(ctx context.Context, s subject) error {
	if err := b.start(ctx, s); err != nil {
		return err
	}
	questions, err := s.questions(b.names)
	if err != nil {
		return err
	}
	if err := b.near(ctx, s, questions); err != nil {
		return err
	}
	far, err := launch(ctx, s, b.slow.URL)
	if err != nil {
		return err
	}
	return errors.Join(b.remote(ctx, s.name, far.caller(questions...)), far.session.Close())
}

// start measures how long a client waits for the tools of a new process.
func (b *bench) start(ctx context.Context, s subject) error {
	for range b.starts {
		t, err := launch(ctx, s, b.fast.URL)
		if err != nil {
			return err
		}
		b.figures.add(s.name, "start", ms(t.started))
		b.revisions[s.name] = t.session.Revision
		if err := t.session.Close(); err != nil {
			return err
		}
	}
	return nil
}

// near measures on the fast upstream.
func (b *bench) near(ctx context.Context, s subject, questions []question) (err error) {
	t, err := launch(ctx, s, b.fast.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.session.Close()) }()
	pid := t.pid
	if err := b.steady(ctx, s.name, pid, t.caller(questions...)); err != nil {
		return err
	}
	b.figures.add(s.name, "over-50", b.figures.last(s.name, "p50")-b.figures.last(theBare, "p50"))
	b.figures.add(s.name, "over-99", b.figures.last(s.name, "p99")-b.figures.last(theBare, "p99"))
	if u, err := usageOf(pid); err == nil {
		b.figures.add(s.name, "rss", u.peak)
	}
	return b.sizes(ctx, s, t)
}

func (b *bench) sizes(ctx context.Context, s subject, t *target) error {
	params, err := s.call(1, hundred)
	if err != nil {
		return err
	}
	answer, err := t.session.Raw(ctx, "tools/call", params)
	if err != nil {
		return err
	}
	if err := inOrder(answer, b.hundred); err != nil {
		return fmt.Errorf("100 participants: %w", err)
	}
	text, structured, err := size(answer)
	if err != nil {
		return err
	}
	b.figures.add(s.name, "text", float64(text))
	b.figures.add(s.name, "structured", float64(structured))
	return nil
}

// parts sets a call against what it is made of: the same request made by the SDK
// in this program, and an echo through mcp-go. They are timed in turn, so that
// whatever else the machine does meets them alike. Package client, which decodes
// faster than the SDK, is timed too, and an echo as long as the answer.
func (b *bench) parts(ctx context.Context) (err error) {
	own := b.subjects[0]
	params, err := own.call(1, page)
	if err != nil {
		return err
	}
	whole, err := launch(ctx, own, b.fast.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, whole.session.Close()) }()
	echo, err := launch(ctx, b.echo, b.fast.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, echo.session.Close()) }()
	c, err := client.New(client.Options{Token: demoapi.Token, BaseURL: b.fast.URL})
	if err != nil {
		return err
	}
	defer c.Close()
	sdk := realtime_kit.NewMeetingService(option.WithAPIToken(demoapi.Token), option.WithBaseURL(b.fast.URL+"/"))
	word, err := echoCall(1)
	if err != nil {
		return err
	}
	answer, err := whole.session.Raw(ctx, "tools/call", params)
	if err != nil {
		return err
	}
	long, err := echoCall(len(answer) / len(echoed))
	if err != nil {
		return err
	}
	longer := echo.caller(question{long, []string{echoed}})
	turns := []turn{
		{who: theCall, call: whole.caller(question{params, b.names[0]})},
		{who: theSDK, call: func(ctx context.Context) error { return sdkRequest(ctx, sdk) }},
		{who: theClient, call: func(ctx context.Context) error { return b.request(ctx, c) }},
		{who: theEcho, call: echo.caller(question{word, []string{echoed}})},
		{who: theLong, call: longer},
	}
	ctx, cancel := context.WithTimeout(ctx, 4*b.each+patience)
	defer cancel()
	if err := b.inTurn(ctx, turns); err != nil {
		return err
	}
	if _, _, err := load(ctx, 128, b.each, longer); err != nil {
		return err
	}
	if u, err := usageOf(echo.pid); err == nil {
		b.figures.add(theEcho, "rss", u.peak)
	}
	p50 := func(who string) float64 { return b.figures.last(who, "p50") }
	b.figures.add(theCall, "ratio", p50(theCall)/(p50(theSDK)+p50(theEcho)))
	b.figures.add(theCall, "ratio-client", p50(theCall)/(p50(theClient)+p50(theEcho)))
	b.figures.add(theCall, "ratio-client-long", p50(theCall)/(p50(theClient)+p50(theLong)))
	return nil
}

// turn is one of what is timed in turn.
type turn struct {
	who  string
	call func(context.Context) error
	took []time.Duration
}

// inTurn makes the calls one after the other, over and over, and adds their medians.
func (b *bench) inTurn(ctx context.Context, turns []turn) error {
	for begin := time.Now(); time.Since(begin) < 2*b.each; {
		for i := range turns {
			start := time.Now()
			if err := turns[i].call(ctx); err != nil {
				return fmt.Errorf("%s: %w", turns[i].who, err)
			}
			turns[i].took = append(turns[i].took, time.Since(start))
		}
	}
	for _, t := range turns {
		p50, _ := latency(t.took[len(t.took)/10:]) // what came before warmed up
		b.figures.add(t.who, "p50", p50)
	}
	return nil
}

func sdkRequest(ctx context.Context, meetings *realtime_kit.MeetingService) error {
	var p realtime_kit.MeetingGetMeetingParticipantsParams
	p.AccountID.Value, p.AccountID.Present = demoapi.AccountID, true
	p.PageNo.Value, p.PageNo.Present = 1, true
	p.PerPage.Value, p.PerPage.Present = page, true
	got, err := meetings.GetMeetingParticipants(ctx, demoapi.AppID, demoapi.LargeMeetingID, p)
	if err == nil && len(got.Data) != page {
		return fmt.Errorf("%d participants", len(got.Data))
	}
	return err
}

func (b *bench) request(ctx context.Context, c *client.Client) error {
	no, per := 1, page
	got, err := c.ParticipantsPage(ctx, client.AppRef{AccountID: demoapi.AccountID, AppID: demoapi.AppID},
		demoapi.LargeMeetingID, client.PageRequest{No: &no, Per: &per})
	if err == nil && len(got.Items) != page {
		return fmt.Errorf("%d participants", len(got.Items))
	}
	return err
}

const echoed = "participant"

// echoCall is the parameters of an echo of so many words.
func echoCall(times int) ([]byte, error) {
	return json.Marshal(
		map[string]any{"name": "echo", "arguments": map[string]any{"text": echoed, "times": max(1, times)}})
}
