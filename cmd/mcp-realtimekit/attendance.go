package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

// attendanceFlags say what to ask and how to print the answer.
type attendanceFlags struct {
	query  tools.AttendanceQuery
	format string
	bom    bool
}

func attendanceCommand(c *config, s *streams) *cobra.Command {
	var f attendanceFlags
	cmd := &cobra.Command{
		Use:   "attendance MEETING",
		Short: "Print who attended a meeting, as a table, CSV, JSON or Markdown",
		Long: `Print who attended a meeting, who was late or left early, and who did not come.

MEETING is the title of the meeting or a part of it, its id, or a URL that contains
the id. The answer is about its latest session in the range that --after and
--before give, or with --all about all of them.`,
		Example: `  mcp-realtimekit --demo attendance "design review"
  mcp-realtimekit attendance stand-up --show absent --format csv --bom > absent.csv
  mcp-realtimekit attendance stand-up --all --after 2026-11-01 --format markdown`,
		Args: oneArgument("MEETING"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.query.Meeting = args[0]
			return f.run(cmd.Context(), c, s)
		},
	}
	f.register(cmd.Flags())
	return cmd
}

func (f *attendanceFlags) register(fs *pflag.FlagSet) {
	oneOf(fs, &f.format, "format", "table", "print as `FORMAT`", report.Formats...)
	fs.BoolVar(&f.bom, "bom", false, "begin CSV with a byte order mark, by which Excel knows that it is UTF-8")
	oneOf(fs, &f.query.Show, "show", "all", "print only `WHOM`",
		"all", "attended", "absent", "guests", "late", "left_early", "here_now")
	fs.BoolVar(&f.query.All, "all", false,
		"combine all sessions in the range, at most the 25 latest, instead of only the latest")
	fs.StringVar(&f.query.After, "after", "",
		"only sessions that started at or after `TIME`, for example 2026-11-01 or 2026-11-01T14:00Z")
	fs.StringVar(&f.query.Before, "before", "",
		"only sessions that started before `TIME`; a date includes the whole day")
	fs.StringVar(&f.query.Start, "scheduled-start", "",
		"measure lateness from `TIME`, for example 14:00 (default: when the second person joined)")
	fs.StringVar(&f.query.End, "scheduled-end", "",
		"measure leaving early against `TIME`, for example 15:00")
}

// run is for people and cron.
func (f *attendanceFlags) run(ctx context.Context, c *config, s *streams) error {
	if f.bom && f.format != "csv" {
		return fmt.Errorf("%w: --bom needs --format csv", errUsage)
	}
	d, done, err := c.connect(ctx, c.logger(s.logs, slog.LevelWarn), nil)
	if err != nil {
		return err
	}
	defer done()
	answer, err := d.Attendance(ctx, f.query)
	if err != nil {
		return err
	}
	if f.format == "csv" { // which has no place for notes
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
	return answer.Write(s.out, f.format)
}
