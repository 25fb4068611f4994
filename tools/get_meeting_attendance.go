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

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type attendanceInput struct {
	Meeting string `json:"meeting,omitempty" jsonschema:"maxLength=2048,example=design review"`
	Session string `json:"session,omitempty" jsonschema:"maxLength=100,example=0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"`
	window
	Sessions   string `json:"sessions,omitempty" jsonschema:"maxLength=10,example=5"`
	Person     string `json:"person,omitempty" jsonschema:"maxLength=200,example=Ann Example"`
	At         string `json:"at,omitempty" jsonschema:"maxLength=60,example=14:20"`
	Show       string `json:"show,omitempty" jsonschema:"default=all"`
	Preset     string `json:"preset,omitempty" jsonschema:"maxLength=100,example=host"`
	MinMinutes int    `json:"min_minutes,omitempty" jsonschema:"minimum=1,maximum=1440,example=30"`
	MinShare   int    `json:"min_share,omitempty" jsonschema:"minimum=1,maximum=100,example=50"`
	AlsoIn     string `json:"also_in,omitempty" jsonschema:"maxLength=2048,example=all hands"`
	NotIn      string `json:"not_in,omitempty" jsonschema:"maxLength=2048,example=all hands"`
	Late       int    `json:"late_after_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,default=5"`
	Early      int    `json:"left_early_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,default=5"`
	Spans      bool   `json:"spans,omitempty"`
	Format     string `json:"format,omitempty" jsonschema:"enum=concise,enum=detailed,enum=csv,enum=recipients,default=concise"`
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
		"sessions":  "How many of the latest, all or latest",
		"at":        "Who was in at that time",
		"min_share": "Percent of the session",
		"also_in":   "Another meeting they came to",
		"not_in":    "Another meeting they did not come to",
		"spans":     "Each time span present",
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
		Description: "Returns who really attended a meeting: who came, when, for how long, who was late, left early, was " +
			"absent or not on the roster, who is in it now. Use it for any question about who was in one meeting, its " +
			"latest session unless told otherwise.",
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
	people := d.people(call, zone, in.LeaveOut)
	picked, err := d.pick(ctx, zone, q, people)
	if err != nil {
		return report.Attendance{}, err
	}
	reader := picked.Reader
	judged, err := reader.Results(ctx, picked.Columns, picked.Listed)
	if err != nil {
		return report.Attendance{}, err
	}
	noRoster := reader.NoRoster()
	elsewhere, err := d.elsewhere(ctx, in, picked, &judged, people)
	if err != nil {
		return report.Attendance{}, err
	}
	reader.Forget()
	if err := plan.Apply(judged.Results, reader.Now); err != nil {
		return report.Attendance{}, err
	}
	about := report.About{
		AppID:    picked.App.AppID,
		Columns:  judged.Columns,
		Results:  judged.Results,
		Over:     attendance.Over(judged.Results),
		Total:    picked.Total,
		Why:      picked.Why,
		AsOf:     reader.Now,
		NoRoster: noRoster,
		Notes:    slices.Concat(rangeNote(q.Window), picked.Notes, judged.LeftOut, reader.Notes()),
	}
	asked, err := in.filters(about, zone)
	if err != nil {
		return report.Attendance{}, err
	}
	about.Notes = append(about.Notes, append(asked.notes, elsewhere.notes...)...)
	o := in.options(zone)
	o.Filters = slices.Concat(asked.filters, elsewhere.filters)
	o.Limit, o.Said = limit, call.Given("limit")
	return report.NewAttendance(about, o), nil
}

// options are those that need nothing but the arguments.
func (in attendanceInput) options(zone *time.Location) report.AttendanceOptions {
	return report.AttendanceOptions{
		Zone:       zone,
		Show:       in.Show,
		Share:      in.MinShare > 0,
		Detailed:   in.Format == "detailed",
		Presets:    in.Preset != "",
		Spans:      in.Spans,
		CSV:        in.Format == "csv",
		Recipients: in.Format == "recipients",
		Late:       time.Duration(in.Late) * time.Minute,
		Early:      time.Duration(in.Early) * time.Minute,
		Offset:     in.Offset,
	}
}

// rangeNote says which range and zone were used, if any was given.
func rangeNote(w when.Window) []string {
	if !w.Given() {
		return nil
	}
	return []string{"Looked at sessions " + w.String() + "."}
}

// query says which sessions the arguments mean.
func (in attendanceInput) query(now time.Time, zone *time.Location) (which.Query, error) {
	w, err := in.read(now, zone)
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
		q.Last, q.All = n, false
	}
	if q.Session != "" {
		return errors.New(`give "session" or "sessions", but not both`)
	}
	return nil
}
