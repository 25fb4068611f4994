package main

import (
	"context"
	"log/slog"

	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

type attendanceCommand struct {
	Meeting  string `arg:"" help:"Title of the meeting or part of it, its id, or a URL that holds the id."`
	Format   string `enum:"table,csv,json,markdown" default:"table" help:"table, csv, json or markdown."`
	All      bool   `help:"Add up all sessions in the range, at most the 25 latest, not only the latest."`
	After    string `placeholder:"TIME" help:"Only sessions that started at or after this RFC 3339 time or date."`
	Before   string `placeholder:"TIME" help:"Only sessions that started before this RFC 3339 time or date."`
	Show     string `enum:"all,attended,absent,guests,late,left_early,here_now" default:"all" help:"Whom to list: all, attended, absent, guests, late, left_early or here_now."`
	Timezone string `placeholder:"NAME" help:"IANA name for the times of table and markdown; default UTC."`
}

// Help shows examples.
func (attendanceCommand) Help() string {
	return `Examples:
  mcp-realtimekit --demo attendance "design review"
  mcp-realtimekit attendance stand-up --show absent --format csv > absent.csv
  mcp-realtimekit attendance stand-up --all --after 2026-11-01 --format markdown`
}

// Run prints who attended, for people and cron.
func (a attendanceCommand) Run(ctx context.Context, c *config, s *streams) error {
	d, done, err := c.deps(ctx, c.logger(s, slog.LevelWarn))
	if err != nil {
		return err
	}
	defer done()
	answer, err := d.Attendance(ctx, tools.AttendanceQuery{Meeting: a.Meeting, All: a.All, After: a.After, Before: a.Before, Show: a.Show, Timezone: a.Timezone})
	if err != nil {
		return err
	}
	return answer.Write(s.out, a.Format)
}
