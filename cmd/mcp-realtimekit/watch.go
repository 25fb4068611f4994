package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/watch"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

// watchFlags say what to watch, and what of it to tell.
type watchFlags struct {
	meetings, events     []string
	app                  string
	interval             time.Duration
	since, state         string
	once, people, schema bool
	late                 int
	lapse                string

	sinks sinkFlags
	hooks webhookFlags
}

func watchCommand(c *config, s *streams) *cobra.Command {
	var f watchFlags
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Print what happens in meetings as it happens, one line of JSON for each event",
		Long: `Watch meetings, and print one line of JSON for each event: a session that started or
ended, with who came in short; a recap that is ready, or missing; a recording that is
ready; and with --meeting, who came and went.

Without --state and --since it begins now, and tells nothing of what was before. With
--state nothing is lost or repeated over a restart, apart from what was being printed
when the program was killed: a repeated event has the same id. The lines of one session
come in order. It ends with a signal, and makes at most half of the requests that the
API token may.`,
		Example: `  mcp-realtimekit --demo watch
  mcp-realtimekit watch --state watch.json | while read -r line; do echo "$line"; done
  mcp-realtimekit watch --state watch.json --event session.ended,recap.ready
  mcp-realtimekit watch --meeting stand-up                     # and who comes and goes
  */10 * * * * mcp-realtimekit watch --once --state "$HOME/watch.json" >> "$HOME/events"`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.schema {
				return printJSON(s.out, event.Schemas())
			}
			return f.run(cmd.Context(), c, s)
		},
	}
	f.register(cmd.Flags())
	return cmd
}

func (f *watchFlags) register(fs *pflag.FlagSet) {
	fs.StringArrayVar(&f.meetings, "meeting", nil,
		"watch only `MEETING`: a title or a part of it, an id, or a URL with the id; may be given several times")
	fs.StringVar(&f.app, "app", "", "watch the app `NAME`, which may be an id, or all (default: the configured app, "+
		"or all if none is)")
	fs.StringSliceVar(&f.events, "event", nil, "print only events of these `TYPES`, separated by commas")
	fs.DurationVar(&f.interval, "interval", time.Minute, "look for changes every `TIME`, or more rarely if the rate "+
		"limit requires it")
	fs.StringVar(&f.since, "since", "", "print what happened at or after `TIME`, too, for example 2026-11-25T14:00Z")
	fs.StringVar(&f.state, "state", "", "keep in the file at `PATH` what was printed; only one process may use it")
	fs.BoolVar(&f.once, "once", false, "print what there is, and end; for cron, with --state")
	fs.BoolVar(&f.people, "people", false, "print everybody of a session that ended, with names")
	fs.IntVar(&f.late, "late-after-minutes", 5, "tolerate `N` minutes before somebody is late or left early")
	fs.BoolVar(&f.schema, "schema", false, "print the JSON Schemas of the events, and end")
	f.sinks.register(fs)
	f.hooks.register(fs)
	fs.StringVar(&f.lapse, "time-lapse", "", "for tests: `TIME,N` is when the clock began to go N times as fast")
	fs.Lookup("time-lapse").Hidden = true
}

// usage is an error of the command line.
func usage(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errUsage}, args...)...)
}

func (f *watchFlags) run(ctx context.Context, c *config, s *streams) error {
	o, err := f.options(c)
	if err != nil {
		return err
	}
	if err := f.hooks.check(f); err != nil {
		return err
	}
	o.Log = c.logger(s.logs, slog.LevelInfo)
	f.inDemo(c, &o)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var closeSinks func()
	if o.Sinks, closeSinks, err = f.sinks.open(c, s, o.Log, fail); err != nil {
		return err
	}
	defer closeSinks()
	if f.state != "" {
		o.State, err = watch.OpenState(f.state)
		if errors.Is(err, watch.ErrState) {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		if err != nil {
			return err
		}
		defer o.State.Close()
	}
	h, err := f.hooks.open(ctx, o.Log)
	if err != nil {
		return err
	}
	defer h.close()
	d, done, err := c.connect(ctx, o.Log, nil)
	if err != nil {
		return err
	}
	defer done()
	o.API = d.API
	if err := f.place(ctx, d, &o); err != nil {
		return err
	}
	// To lose the reader is an error to whoever writes to it. Ignoring the signal would have
	// commands that are started ignore it, too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	if err := h.beside(ctx, watch.New(o), o.Log, fail); err != nil {
		return err
	}
	if cause, ok := errors.AsType[*ending](context.Cause(ctx)); ok {
		return cause
	}
	return nil
}

// demoFactor is how many times as fast time goes in the sample account.
const demoFactor = 60

// clock is the machine's, unless time is to go faster, as it does in the sample account.
func (f *watchFlags) clock(c *config) (watch.Clock, error) {
	origin, factor := time.Now(), demoFactor
	switch {
	case f.lapse != "":
		at, times, _ := strings.Cut(f.lapse, ",")
		var err, err2 error
		origin, err = time.Parse(time.RFC3339Nano, at)
		factor, err2 = strconv.Atoi(times)
		if err != nil || err2 != nil || factor < 1 {
			return watch.Clock{}, usage("--time-lapse is a time and a number, for example 2026-11-25T14:00:00Z,60")
		}
	case !c.SampleData || f.once:
		return watch.Clock{}, nil
	}
	clock := watch.TimeLapse(origin, factor)
	if c.SampleData {
		c.clock = clock.Now
	}
	return clock, nil
}

// inDemo watches the meeting of the sample account that takes place, and tells who comes
// and goes, unless something else is wanted.
func (f *watchFlags) inDemo(c *config, o *watch.Options) {
	if c.clock == nil {
		return
	}
	o.Log.Info("the sample account in fast motion: a minute takes a second, and a meeting begins in two seconds")
	if len(f.meetings) == 0 && f.app == "" && f.since == "" {
		f.meetings = []string{demoapi.RetroMeetingID}
	}
}

const shortestInterval = 5 * time.Second

// options are those that need no request.
func (f *watchFlags) options(c *config) (o watch.Options, err error) {
	clock, err := f.clock(c)
	switch {
	case err != nil:
		return o, err
	case f.interval < shortestInterval:
		return o, usage("--interval must be at least %s, for example 60s", shortestInterval)
	case f.once && f.state == "" && f.since == "":
		return o, usage("--once needs --state FILE, or --since TIME: without them there is nothing to print")
	case f.late < 0:
		return o, usage("--late-after-minutes must not be negative")
	}
	limit := watch.Half(c.RateLimit)
	sustained := watch.Sustained(limit)
	limit.Window = clock.Real(limit.Window)
	c.RateLimit, c.CacheEnded = limit, 0 // what is asked for has changed, and is asked for once
	o = watch.Options{
		Interval:  f.interval,
		Once:      f.once,
		People:    f.people,
		LeaveOut:  c.LeaveOut,
		Late:      time.Duration(f.late) * time.Minute,
		Sustained: sustained,
		Clock:     clock,
	}
	if o.Types, err = f.types(); err != nil {
		return o, err
	}
	if f.since != "" {
		w, err := when.ReadWindow("", f.since, "", clock.Now(), cmp.Or(c.Zone, time.UTC))
		if err != nil {
			return o, usage("--since must be %s; got %q", when.Forms, prose.Clip(f.since))
		}
		o.Since = w.From
	}
	return o, nil
}

// types are the events that are asked for.
func (f *watchFlags) types() (types []event.Type, err error) {
	known := map[event.Type]bool{}
	var names []string
	for _, t := range event.Types() {
		known[t] = true
		names = append(names, string(t))
	}
	for _, name := range trimmed(f.events) {
		t := event.Type(name)
		if !known[t] {
			return nil, usage("--event: there are no events of type %q, only of %s", name, strings.Join(names, ", "))
		}
		if (t == event.PersonJoined || t == event.PersonLeft) && len(f.meetings) == 0 {
			return nil, usage("--event %s needs --meeting", t)
		}
		types = append(types, t)
	}
	return types, nil
}

// place finds the apps and the meetings that are meant.
func (f *watchFlags) place(ctx context.Context, d *tools.Deps, o *watch.Options) error {
	p := which.Place{App: f.app}
	if p.App == "" {
		p.App = cmp.Or(d.AppID, "all")
	}
	finder := func() which.Finder {
		return which.Finder{API: d.API, AccountID: d.AccountID, AppID: d.AppID, Zone: time.UTC, Now: o.Clock.Now()}
	}
	o.Apps = func(ctx context.Context) ([]client.AppRef, error) {
		apps, err := finder().Apps(ctx, p)
		var refs []client.AppRef
		for _, app := range apps {
			refs = append(refs, app.AppRef)
		}
		return refs, err
	}
	var homes []client.AppRef
	for _, text := range f.meetings {
		series, err := finder().Series(ctx, which.Place{App: f.app}, text)
		if err != nil {
			return fmt.Errorf("--meeting: %w", err)
		}
		o.Meetings = append(o.Meetings, series.IDs()...)
		if series.Title != "" {
			o.Titles = append(o.Titles, series.Title)
		}
		if home := series.App.AppRef; !slices.Contains(homes, home) {
			homes = append(homes, home)
		}
	}
	if len(homes) > 0 {
		o.Apps = func(context.Context) ([]client.AppRef, error) { return homes, nil }
	}
	return nil
}
