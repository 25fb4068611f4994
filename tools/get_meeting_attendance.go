package tools

import (
	"context"
	"slices"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type attendanceInput struct {
	sessionChoice
	Sessions string     `json:"sessions,omitempty" jsonschema:"enum=latest,enum=all"`
	After    *time.Time `json:"started_after,omitempty" jsonschema:"format=date-time"`
	Before   *time.Time `json:"started_before,omitempty" jsonschema:"format=date-time"`
	Show     string     `json:"show,omitempty" jsonschema:"default=all"`
	Late     int        `json:"late_after_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,default=5"`
	Early    int        `json:"left_early_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,default=5"`
	Start    string     `json:"scheduled_start,omitempty" jsonschema:"maxLength=40,example=14:00"`
	End      string     `json:"scheduled_end,omitempty" jsonschema:"maxLength=40,example=15:00"`
	LeaveOut []string   `json:"leave_out_presets,omitempty" jsonschema:"maxItems=50"`
	Timezone string     `json:"timezone,omitempty" jsonschema:"maxLength=64,example=Europe/Berlin"`
	Format   string     `json:"response_format,omitempty" jsonschema:"enum=concise,enum=detailed,default=concise"`
	Limit    int        `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,default=50"`
	scope
}

// JSONSchemaExtend adds the descriptions.
func (attendanceInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{
		"meeting_id":         "UUID or URL, or give query or session_id",
		"session_id":         "One session instead of the latest",
		"sessions":           "latest: even one that only reopened the meeting, all: at most 25 of the range added up",
		"show":               "Whom to list, the counts are of all",
		"late_after_minutes": "More is late",
		"left_early_minutes": "More is early",
		"scheduled_start":    "Count late from this time, instead of since two people were there",
		"scheduled_end":      "Count leaving early to this time",
		"response_format":    "detailed adds ids, presets and each time span present",
		"limit":              "People listed",
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
		Example: map[string]any{"query": "design review"},
	}, func(ctx context.Context, call *mcptool.Call, in attendanceInput) (report.Attendance, error) {
		return d.attendance(ctx, call, in, in.Limit)
	})
}

// attendance answers for a call, or for an export, which has no limit (0).
func (d *Deps) attendance(
	ctx context.Context,
	call *mcptool.Call,
	in attendanceInput,
	limit int,
) (report.Attendance, error) {
	zone := d.zoned(in.Timezone)
	plan, err := presence.ReadSchedule(in.Start, in.End, zone)
	if err != nil {
		return report.Attendance{}, err
	}
	app, err := d.app(ctx, in.scope)
	if err != nil {
		return report.Attendance{}, err
	}
	people := d.people(call, app, zone, in.LeaveOut)
	people.Rooms = true
	picked, err := d.finder().Pick(ctx, people, in.sessions())
	if err != nil {
		return report.Attendance{}, err
	}
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
	}), nil
}

// sessions are those that the arguments mean.
func (in attendanceInput) sessions() which.Query {
	q := in.within(in.After, in.Before)
	q.Literal = in.Sessions == "latest"
	q.All = in.Sessions == "all" || in.Sessions == "" && (in.After != nil || in.Before != nil)
	return q
}
