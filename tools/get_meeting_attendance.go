package tools

import (
	"context"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type attendanceInput struct {
	sessionChoice
	Sessions string     `json:"sessions,omitempty" jsonschema:"enum=latest,enum=all,description=latest: even one that only reopened the meeting; all: those in the range (at most 25) added up"`
	After    *time.Time `json:"started_after,omitempty" jsonschema:"format=date-time,description=Sessions that started at or after this time,example=2026-11-23T00:00:00Z"`
	Before   *time.Time `json:"started_before,omitempty" jsonschema:"format=date-time,description=Sessions that started before this time; a date includes that day,example=2026-11-24T00:00:00Z"`
	Show     string     `json:"show,omitempty" jsonschema:"enum=all,enum=attended,enum=absent,enum=guests,enum=late,enum=left_early,enum=here_now,description=Which people to list; the counts are always of all"`
	Late     *int       `json:"late_after_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,description=More than this is late; default 5"`
	Early    *int       `json:"left_early_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,description=More than this is early; default 5"`
	Start    string     `json:"scheduled_start,omitempty" jsonschema:"maxLength=40,description=Late is counted from this time; default: since two people were there,example=14:00"`
	End      string     `json:"scheduled_end,omitempty" jsonschema:"maxLength=40,description=Leaving early is counted to this time,example=15:00"`
	LeaveOut []string   `json:"leave_out_presets,omitempty" jsonschema:"maxItems=50,description=People with these presets (recorders\\, bots) count nowhere; none: count everybody"`
	Timezone string     `json:"timezone,omitempty" jsonschema:"maxLength=64,description=IANA zone of times shown and of those given without one,example=Europe/Berlin"`
	Format   string     `json:"response_format,omitempty" jsonschema:"enum=concise,enum=detailed,description=detailed adds ids\\, presets and each time span present"`
	Limit    *int       `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,description=People listed; default 50,example=50"`
	scope
}

func getMeetingAttendance(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "get_meeting_attendance",
		Title: "Get a meeting's attendance",
		Description: "Returns who really attended a meeting's session: who came, when they joined and left, gaps, " +
			"minutes present, who was late or left early, who was invited but did not come, who came without " +
			"being on the roster, and who is in it right now. Use it for any question about attendance; give " +
			"meeting_id, session_id or part of the title as query. It takes the latest session, but skips a " +
			"mere reopening; sessions=all or a time range adds up several. list_meeting_participants only " +
			"tells who was added. Lists 50 people unless limit (up to 500) says otherwise.",
		Example: map[string]any{"query": "design review"},
	}, func(ctx context.Context, call *mcptool.Call, in attendanceInput) (report.Attendance, error) {
		return d.attendance(ctx, call, in, valueOr(in.Limit, 50))
	})
}

// attendance answers for a call, or for an export, which has no limit (0).
func (d *Deps) attendance(ctx context.Context, call *mcptool.Call, in attendanceInput, limit int) (report.Attendance, error) {
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
		Late:     allowance(in.Late),
		Early:    allowance(in.Early),
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

// allowance is 5 minutes unless the caller says otherwise.
func allowance(minutes *int) time.Duration {
	return time.Duration(valueOr(minutes, 5)) * time.Minute
}
