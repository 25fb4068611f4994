package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

func attendanceCommand(c *config, s *streams) *cobra.Command {
	var q tools.AttendanceQuery
	var format string
	var bom bool
	cmd := &cobra.Command{
		Use: "attendance MEETING", Short: "Print who attended a meeting, as a table, CSV, JSON or Markdown", Args: cobra.ExactArgs(1),
		Long: "Print who attended a meeting: MEETING is its title or part of it, its id, or a URL that holds the id.",
		Example: `  mcp-realtimekit --demo attendance "design review"
  mcp-realtimekit attendance stand-up --show absent --format csv --bom > absent.csv
  mcp-realtimekit attendance stand-up --all --after 2026-11-01 --format markdown`,
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Meeting = args[0]
			if bom && format != "csv" {
				return fmt.Errorf("%w: --bom is for --format csv", errUsage)
			}
			return attendance(cmd.Context(), c, s, q, format, bom)
		},
	}
	fs := cmd.Flags()
	oneOf(fs, &format, "format", "table", "of the output", report.Formats...)
	fs.BoolVar(&bom, "bom", false, "begin CSV with a byte order mark, which tells Excel that it is UTF-8")
	fs.BoolVar(&q.All, "all", false, "add up all sessions in the range, at most the 25 latest, not only the latest")
	fs.StringVar(&q.After, "after", "", "only sessions that started at or after this `TIME` or date")
	fs.StringVar(&q.Before, "before", "", "only sessions that started before this `TIME`, or by the end of this date")
	fs.StringVar(&q.Start, "scheduled-start", "", "count lateness from this `TIME`, for example 14:00")
	fs.StringVar(&q.End, "scheduled-end", "", "count leaving early to this `TIME`")
	oneOf(fs, &q.Show, "show", "all", "whom to list", "all", "attended", "absent", "guests", "late", "left_early", "here_now")
	return cmd
}

// attendance is for people and cron.
func attendance(ctx context.Context, c *config, s *streams, q tools.AttendanceQuery, format string, bom bool) error {
	d, done, err := c.deps(ctx, c.logger(s, slog.LevelWarn))
	if err != nil {
		return err
	}
	defer done()
	answer, err := d.Attendance(ctx, q)
	if err != nil {
		return err
	}
	if format == "csv" {
		for _, note := range answer.Preface() {
			if _, err := fmt.Fprintln(s.logs, "Note: "+note); err != nil {
				return err
			}
		}
	}
	if bom {
		if _, err := io.WriteString(s.out, report.ByteOrderMark); err != nil {
			return err
		}
	}
	return answer.Write(s.out, format)
}
