package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/refresh"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

// attendanceFlags say what to ask and how to print the answer.
type attendanceFlags struct {
	query         tools.AttendanceQuery
	format        string
	bom           bool
	follow        bool
	every         time.Duration
	late, early   int
	all           bool
	after, before string
}

func attendanceCommand(c *config, s *streams) *cobra.Command {
	var f attendanceFlags
	cmd := &cobra.Command{
		Use:   "attendance [MEETING]",
		Short: "Print who attended a meeting, as a table, CSV, JSON, Markdown or a web page",
		Long: `Print who attended a meeting, who was late or left early, and who did not come.

MEETING is the title of the meeting or a part of it, its id, or a URL that contains
the id. The answer is about its latest session; a day or a range adds up the sessions
in it. Without MEETING it is about the latest session of any meeting.`,
		Example: `  mcp-realtimekit --demo attendance "design review"
  mcp-realtimekit --demo attendance --on yesterday
  mcp-realtimekit attendance stand-up --show absent --format csv --bom > absent.csv
  mcp-realtimekit attendance stand-up --from 2026-11-01 --format html > stand-up.html
  mcp-realtimekit attendance stand-up --format recipients > recipients.csv
  mcp-realtimekit attendance all-hands --at 14:20 --preset host
  mcp-realtimekit attendance war-room --follow`,
		Args: atMostOne("MEETING"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.query.Meeting = args[0]
			}
			if err := f.settle(cmd.Flags()); err != nil {
				return err
			}
			return f.run(cmd.Context(), c, s)
		},
	}
	f.register(cmd.Flags())
	return cmd
}

func (f *attendanceFlags) register(fs *pflag.FlagSet) {
	oneOf(fs, &f.format, "format", "table", "print as `FORMAT`", report.Formats...)
	fs.BoolVar(&f.bom, "bom", false, "begin CSV with a byte order mark, by which Excel knows that it is UTF-8")
	fs.BoolVar(&f.follow, "follow", false, "print the table anew as a live session changes, until it ends")
	fs.DurationVar(&f.every, "follow-every", time.Minute, "with --follow, ask again after `DURATION`")
	fs.Lookup("follow-every").Hidden = true // a minute is kind to the API
	oneOf(fs, &f.query.Show, "show", "all", "print only `WHOM`", report.Shows...)
	f.registerSessions(fs)
	fs.StringVar(&f.query.Person, "person", "", "print only `WHO`: a name, custom id, e-mail address or id")
	fs.StringVar(&f.query.At, "at", "", "print only who was in the session at `TIME`, for example 14:20")
	fs.StringVar(&f.query.Preset, "preset", "", "print only people whose preset holds `WORDS`, for example host")
	fs.IntVar(&f.query.MinMinutes, "min-minutes", 0, "print only who was there for at least `N` minutes")
	fs.IntVar(&f.query.MinShare, "min-share", 0, "print only who was there for at least `PERCENT` of the session")
	fs.StringVar(&f.query.AlsoIn, "also-in", "", "print only who came to `MEETING` too")
	fs.StringVar(&f.query.NotIn, "not-in", "", "print only who did not come to `MEETING`")
	fs.IntVar(&f.late, "late-after-minutes", 5, "tolerate `N` minutes before somebody is late")
	fs.IntVar(&f.early, "left-early-minutes", 5, "tolerate `N` minutes before somebody left early")
	fs.BoolVar(&f.query.Spans, "spans", false, "print each time span present")
	fs.StringVar(&f.query.App, "app", "", "look only in the app `NAME`, which may be an id")
	fs.StringVar(&f.query.Start, "scheduled-start", "",
		"measure lateness from `TIME`, for example 14:00 (default: when the second person joined)")
	fs.StringVar(&f.query.End, "scheduled-end", "",
		"measure leaving early against `TIME`, for example 15:00")
}

// registerSessions adds the flags that say which sessions are meant.
func (f *attendanceFlags) registerSessions(fs *pflag.FlagSet) {
	fs.StringVar(&f.query.Session, "session", "", "take the session `ID`")
	fs.StringVar(&f.query.On, "on", "", "take the sessions on `DAY`: a date, yesterday, friday, last week or a time")
	fs.StringVar(&f.query.From, "from", "",
		"take sessions that started at or after `TIME`, for example 2026-11-01 or 2026-11-01T14:00Z")
	fs.StringVar(&f.query.To, "to", "", "take sessions that started before `TIME`; a date includes the whole day")
	fs.StringVar(&f.query.Sessions, "sessions", "", "add up the latest `N` sessions, at most 25; or all, or latest")
	fs.BoolVar(&f.all, "all", false, "as --sessions all")
	fs.StringVar(&f.after, "after", "", "as --from, but take only the latest session unless --all is given")
	fs.StringVar(&f.before, "before", "", "as --to, but take only the latest session unless --all is given")
	for _, old := range []string{"all", "after", "before"} {
		fs.Lookup(old).Hidden = true
	}
}

// settle reads the flags that had other names.
func (f *attendanceFlags) settle(fs *pflag.FlagSet) error {
	for _, pair := range [...][2]string{{"after", "from"}, {"before", "to"}, {"all", "sessions"}} {
		if fs.Changed(pair[0]) && fs.Changed(pair[1]) {
			return fmt.Errorf("%w: --%s is an old name of --%s; give only that", errUsage, pair[0], pair[1])
		}
	}
	q := &f.query
	q.From, q.To = cmp.Or(q.From, f.after), cmp.Or(q.To, f.before)
	switch {
	case f.all:
		q.Sessions = "all"
	case q.Sessions == "" && (f.after != "" || f.before != ""):
		q.Sessions = "1"
	}
	if fs.Changed("late-after-minutes") {
		q.Late = &f.late
	}
	if fs.Changed("left-early-minutes") {
		q.Early = &f.early
	}
	return nil
}

// run is for people and cron.
func (f *attendanceFlags) run(ctx context.Context, c *config, s *streams) error {
	f.query.Recipients = f.format == "recipients"
	rows := f.query.Recipients || f.format == "csv"
	if f.bom && !rows {
		return fmt.Errorf("%w: --bom needs --format csv", errUsage)
	}
	if f.follow && f.format != "table" {
		return fmt.Errorf("%w: --follow shows a table; leave out --format %s, or --follow", errUsage, f.format)
	}
	d, done, err := c.connect(ctx, c.logger(s.logs, slog.LevelWarn), nil)
	if err != nil {
		return err
	}
	defer done()
	if f.follow {
		return f.watch(ctx, d, s)
	}
	answer, err := d.Attendance(ctx, f.query)
	if err != nil {
		return err
	}
	if rows { // which have no place for notes
		for _, note := range answer.Preface() {
			if _, err := fmt.Fprintln(s.logs, "Note: "+note); err != nil {
				return err
			}
		}
	}
	if f.bom {
		if _, err := io.WriteString(s.out, report.ByteOrderMark); err != nil {
			return err
		}
	}
	return answer.Write(s.out, f.format, screenOf(s.out, os.Getenv))
}

// watch prints the attendance of a live session until it ends.
func (f *attendanceFlags) watch(ctx context.Context, d *tools.Deps, s *streams) error {
	o := refresh.Options{Every: f.every, Redraw: obeys(s.out, os.Getenv), Logs: s.logs}
	found := false
	return refresh.Run(ctx, s.out, o, func(ctx context.Context) (refresh.Frame, error) {
		answer, err := d.Attendance(ctx, f.query)
		if err != nil {
			return refresh.Frame{}, err
		}
		if session, app, one := answer.Only(); one && !found { // so that a newer one does not take its place
			f.query.Session, f.query.App = session, app
			f.query.Meeting, f.query.On, f.query.From, f.query.To, f.query.Sessions = "", "", "", "", ""
		}
		found = true
		var b strings.Builder
		err = answer.Write(&b, f.format, screenOf(s.out, os.Getenv))
		return refresh.Frame{Text: b.String(), State: answer.Presence(), Final: !answer.Open()}, err
	})
}
