package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type attendanceInput struct {
	Meeting string `json:"meeting,omitempty" jsonschema:"maxLength=2048,example=design review"`
	Session string `json:"session,omitempty" jsonschema:"maxLength=64,example=0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"`
	window
	Sessions string `json:"sessions,omitempty" jsonschema:"maxLength=10,example=5"`
	Show     string `json:"show,omitempty" jsonschema:"default=all"`
	Late     int    `json:"late_after_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,default=5"`
	Early    int    `json:"left_early_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,default=5"`
	Format   string `json:"format,omitempty" jsonschema:"enum=concise,enum=detailed,default=concise"`
	paging
	place

	// Accepted and not listed.
	Start    string   `json:"scheduled_start,omitempty" jsonschema:"maxLength=40,example=14:00"`
	End      string   `json:"scheduled_end,omitempty" jsonschema:"maxLength=40,example=15:00"`
	LeaveOut []string `json:"leave_out_presets,omitempty" jsonschema:"maxItems=50"`
}

// JSONSchemaExtend adds the descriptions.
func (attendanceInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{
		"sessions": "How many of the latest, all or latest",
	})
	show, _ := s.Properties.Get("show")
	for _, people := range report.Shows {
		show.Enum = append(show.Enum, people)
	}
}

func getMeetingAttendance(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "get_meeting_attendance",
		Title: "Get a meeting's attendance",
		Description: "Returns who really attended a meeting's session: who came, when they joined and left, gaps, " +
			"minutes present, who was late or left early, who was invited but did not come, who came without " +
			"being on the roster, and who is in it right now. Use it for any question about attendance, " +
			"list_meeting_participants only tells who was added. It takes the latest session, but skips a " +
			"mere reopening, sessions=all or a time range adds up several.",
		Example: map[string]any{"meeting": "design review"},
		Old:     oldNames(),
		Hidden:  []string{"scheduled_start", "scheduled_end", "leave_out_presets"},
	}, func(ctx context.Context, call *mcptool.Call, in attendanceInput) (report.Attendance, error) {
		return d.attendance(ctx, call, in, in.Limit)
	})
}

// attendance answers for a call, or for an export, which has no limit (0).
func (d *Deps) attendance(ctx context.Context, call *mcptool.Call, in attendanceInput,
	limit int) (report.Attendance, error) {
	zone := d.zoned(in.Timezone)
	plan, err := presence.ReadSchedule(in.Start, in.End, zone)
	if err != nil {
		return report.Attendance{}, err
	}
	q, err := in.query(d.now(), zone)
	if err != nil {
		return report.Attendance{}, err
	}
	picked, err := d.finder(zone).Pick(ctx, q, d.people(call, zone, in.LeaveOut))
	if err != nil {
		return report.Attendance{}, err
	}
	people := picked.Reader
	judged, err := people.Results(ctx, picked.Columns, picked.Listed)
	if err != nil {
		return report.Attendance{}, err
	}
	people.Forget()
	if err := plan.Apply(judged.Results, people.Now); err != nil {
		return report.Attendance{}, err
	}
	about := report.About{
		Columns:  judged.Columns,
		Total:    picked.Total,
		Why:      picked.Why,
		AsOf:     people.Now,
		NoRoster: people.NoRoster(),
		Notes:    slices.Concat(picked.Notes, judged.LeftOut, people.Notes()),
	}
	return report.NewAttendance(about, judged.Results, report.AttendanceOptions{
		Zone:     zone,
		Show:     in.Show,
		Detailed: in.Format == "detailed",
		Late:     time.Duration(in.Late) * time.Minute,
		Early:    time.Duration(in.Early) * time.Minute,
		Limit:    limit,
		Offset:   in.Offset,
	}), nil
}

// query says which sessions the arguments mean.
func (in attendanceInput) query(now time.Time, zone *time.Location) (which.Query, error) {
	w, err := in.window.read(now, zone)
	if err != nil {
		return which.Query{}, err
	}
	q := which.Query{Place: in.where(), Meeting: in.Meeting, Session: in.Session, Window: w}
	q.All = w.Given() && w.At.IsZero()
	return q, sessionsMeant(&q, in.Sessions)
}

// sessionsMeant reads the argument sessions: latest, all, or a number.
func sessionsMeant(q *which.Query, argument string) error {
	switch strings.ToLower(argument) {
	case "":
		return nil
	case "latest":
		q.Literal, q.All = true, false
	case "all":
		q.All = true
	default:
		n, err := strconv.Atoi(argument)
		if err != nil || n < 1 || n > 25 {
			return fmt.Errorf(`argument "sessions" must be a number from 1 to 25, "all" or "latest"; got %q`,
				prose.Clip(argument))
		}
		q.Last, q.All = n, n == 1 && q.All
	}
	if q.Session != "" {
		return errors.New(`give "session" or "sessions", but not both`)
	}
	return nil
}
