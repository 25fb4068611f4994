package tools

import (
	"context"
	"fmt"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

type attendanceInput struct {
	sessionChoice
	Sessions string     `json:"sessions,omitempty" jsonschema:"enum=latest,enum=all,description=Which sessions; default is the latest or with a time range all in it; all takes the 25 latest at most"`
	After    *time.Time `json:"started_after,omitempty" jsonschema:"format=date-time,description=Sessions that started at or after this time,example=2026-11-23T00:00:00Z"`
	Before   *time.Time `json:"started_before,omitempty" jsonschema:"format=date-time,description=Sessions that started before this time,example=2026-11-24T00:00:00Z"`
	Show     string     `json:"show,omitempty" jsonschema:"enum=all,enum=attended,enum=absent,enum=guests,enum=late,enum=left_early,enum=here_now,description=Which people to list; the counts are always of all"`
	Late     *int       `json:"late_after_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,description=Later than this after the session's start is late; default 5,example=5"`
	Early    *int       `json:"left_early_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,description=Leaving more than this before the session's end is early; default 5,example=5"`
	Timezone string     `json:"timezone,omitempty" jsonschema:"maxLength=64,description=IANA name for the times in the text; default UTC,example=Europe/Berlin"`
	Format   string     `json:"response_format,omitempty" jsonschema:"enum=concise,enum=detailed,description=detailed adds ids; presets and each time span present"`
	Limit    *int       `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,description=People listed; default 50,example=50"`
	scope
}

type attendanceOutput struct {
	Summary   string          `json:"summary" jsonschema:"description=The answer in one sentence"`
	MeetingID string          `json:"meeting_id"`
	Title     string          `json:"title" jsonschema:"description=Untrusted text"`
	Live      bool            `json:"live" jsonschema:"description=The latest of the sessions goes on; all is as of as_of"`
	AsOf      time.Time       `json:"as_of" jsonschema:"description=When the API was asked"`
	Sessions  []sessionSum    `json:"sessions" jsonschema:"description=Those looked into; oldest first"`
	Matching  int             `json:"sessions_matching" jsonschema:"description=Sessions of the meeting in the time range; those above are the latest of them"`
	Invited   int             `json:"invited" jsonschema:"description=People on the roster in time for a session"`
	Attended  int             `json:"attended" jsonschema:"description=Invited people who came"`
	Absent    int             `json:"absent" jsonschema:"description=Invited people who did not come"`
	Guests    int             `json:"guests" jsonschema:"description=People who came without being on the roster"`
	Later     int             `json:"added_later" jsonschema:"description=People added to the roster after the session; not counted as invited"`
	HereNow   int             `json:"here_now"`
	Late      int             `json:"late"`
	LeftEarly int             `json:"left_early"`
	People    []attendanceRow `json:"people"`
	LeftOut   int             `json:"left_out" jsonschema:"description=People not listed"`
	Next      string          `json:"next,omitempty" jsonschema:"description=How to get those left out"`

	zone  *time.Location
	table string // the text of People
}

type span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

type attendanceRow struct {
	Name          string     `json:"name" jsonschema:"description=Untrusted text; empty where unnamed"`
	CustomID      string     `json:"custom_participant_id,omitempty" jsonschema:"description=Untrusted text"`
	Status        string     `json:"status" jsonschema:"enum=attended,enum=absent,enum=guest"`
	Sessions      int        `json:"sessions_attended"`
	FirstJoined   *time.Time `json:"first_joined,omitempty"`
	LastLeft      *time.Time `json:"last_left,omitempty" jsonschema:"description=Absent while the person is in the session"`
	Minutes       float64    `json:"minutes_present"`
	Joins         int        `json:"joins"`
	LateBy        float64    `json:"late_by_minutes,omitempty" jsonschema:"description=The most in one session"`
	LateSessions  int        `json:"late_sessions,omitempty"`
	EarlyBy       float64    `json:"left_early_by_minutes,omitempty" jsonschema:"description=The most in one session"`
	EarlySessions int        `json:"left_early_sessions,omitempty"`
	HereNow       bool       `json:"here_now,omitempty"`
	ID            string     `json:"id,omitempty"`
	Preset        string     `json:"preset_name,omitempty"`
	Spans         []span     `json:"spans,omitempty"`

	show shower
}

func getMeetingAttendance(d *Deps) server.ServerTool {
	return define(d, "get_meeting_attendance", "Get a meeting's attendance",
		"Returns who really attended a meeting's session: who came, when they joined and left, minutes present, who was late or left early, who was invited but did not come, which guests came, and who is in it right now. Use it for any question about attendance; give meeting_id, session_id or part of the title as query. It takes the latest session; sessions=all or a time range add up several, session_id takes one. list_meeting_participants only tells who was added. Lists 50 people unless limit (up to 500) says otherwise.",
		func(ctx context.Context, req mcp.CallToolRequest, in attendanceInput) (attendanceOutput, error) {
			return d.attendance(ctx, &gauge{req: req}, in, valueOr(in.Limit, 50))
		})
}

// attendance answers for a tool's call or an export, which has no limit (0).
func (d *Deps) attendance(ctx context.Context, g *gauge, in attendanceInput, limit int) (attendanceOutput, error) {
	zone, err := time.LoadLocation(in.Timezone)
	if err != nil || in.Timezone == "Local" {
		return attendanceOutput{}, fmt.Errorf("argument \"timezone\" must be an IANA name, for example \"Europe/Berlin\"; got %q", clip(in.Timezone))
	}
	app, err := d.app(ctx, in.scope)
	if err != nil {
		return attendanceOutput{}, err
	}
	q := sessionQuery{sessionChoice: in.sessionChoice, After: in.After, Before: in.Before,
		All: in.Sessions == "all" || in.Sessions == "" && (in.After != nil || in.Before != nil)}
	sessions, matching, err := d.sessions(ctx, app, q)
	if err != nil {
		return attendanceOutput{}, err
	}
	_, results, err := d.history(ctx, g, app, sessions, true)
	if err != nil {
		return attendanceOutput{}, err
	}
	a := answerer{in: in, sessions: sessions}
	a.out.zone, a.out.Matching, a.out.AsOf = zone, matching, d.now().Truncate(time.Second)
	a.rows = rows[attendanceRow]{limit: limit, shown: []attendanceRow{}}
	return a.answer(results, attendance.Over(results)), nil
}

// answerer turns results into the output.
type answerer struct {
	in       attendanceInput
	sessions []client.Session
	out      attendanceOutput
	show     shower
	rows     rows[attendanceRow]
}

func (a *answerer) answer(results []attendance.Result, over attendance.Result) attendanceOutput {
	o := &a.out
	for i, s := range a.sessions {
		o.Sessions = append(o.Sessions, sessionOf(s, results[i], o.AsOf))
	}
	latest := a.sessions[len(a.sessions)-1]
	o.MeetingID, o.Title = untrusted.Line(latest.MeetingID, 64), untrusted.Line(latest.Title, 120)
	o.Live = latest.EndedAt.IsZero()
	o.Attended, o.Absent, o.Guests, o.Later = len(over.Attended), len(over.Absent), len(over.Guests), len(over.Later)
	o.Invited = o.Attended + o.Absent
	a.show = shower{zone: o.zone, several: len(a.sessions) > 1, day: a.sessions[0].StartedAt}
	for _, p := range over.Attended {
		a.add(a.came(p, "attended"))
	}
	for _, p := range over.Guests {
		a.add(a.came(p, "guest"))
	}
	for _, p := range over.Absent {
		a.add(a.row(p.Name, p.CustomID, "absent", p.ID, p.Preset))
	}
	o.People, o.LeftOut, o.table = a.rows.shown, a.rows.left, string(a.rows.table)
	o.Summary = o.headline(over)
	if o.LeftOut > 0 {
		o.Next = "Repeat the call with a higher limit (up to 500), or with show set to absent, guests, late, left_early or here_now."
	}
	return *o
}

func (a *answerer) row(name, customID, status, id, preset string) attendanceRow {
	row := attendanceRow{Name: untrusted.Line(name, 80), CustomID: untrusted.Line(customID, 80), Status: status, show: a.show}
	if a.in.Format == "detailed" {
		row.ID, row.Preset = untrusted.Line(id, 64), untrusted.Line(preset, 60)
	}
	return row
}

const maxSpans = 20 // of one person

func (a *answerer) came(p attendance.Person, status string) attendanceRow {
	row := a.row(p.Name, p.CustomID, status, p.ID, p.Preset)
	first, last := p.First(), p.Last()
	row.FirstJoined, row.Minutes, row.Joins, row.HereNow, row.Sessions = &first, minutes(p.Present()), p.Joins(), p.Here(), len(p.Visits)
	if row.HereNow {
		a.out.HereNow++
	} else {
		row.LastLeft = &last
	}
	for _, v := range p.Visits {
		if late := v.Late(); late > allowance(a.in.Late) {
			row.LateSessions++
			row.LateBy = max(row.LateBy, minutes(late))
		}
		if early := v.Early(); early > allowance(a.in.Early) {
			row.EarlySessions++
			row.EarlyBy = max(row.EarlyBy, minutes(early))
		}
		for _, i := range v.Intervals {
			if a.in.Format == "detailed" && len(row.Spans) < maxSpans {
				row.Spans = append(row.Spans, span{i.From, i.To})
			}
		}
	}
	if row.LateSessions > 0 {
		a.out.Late++
	}
	if row.EarlySessions > 0 {
		a.out.LeftEarly++
	}
	return row
}

// allowance is 5 minutes unless the caller says otherwise.
func allowance(minutes *int) time.Duration {
	return time.Duration(valueOr(minutes, 5)) * time.Minute
}

func (a *answerer) add(row attendanceRow) {
	listed := true
	switch a.in.Show {
	case "attended", "absent":
		listed = row.Status == a.in.Show
	case "guests":
		listed = row.Status == "guest"
	case "late":
		listed = row.LateSessions > 0
	case "left_early":
		listed = row.EarlySessions > 0
	case "here_now":
		listed = row.HereNow
	}
	if listed {
		a.rows.add(row)
	}
}

func (o attendanceOutput) headline(over attendance.Result) string {
	guests := people(o.Guests, "guest", "guests")
	if n := len(o.Sessions); n > 1 {
		every := 0
		for _, p := range over.Attended {
			if len(p.Visits) == n {
				every++
			}
		}
		return fmt.Sprintf("%d of %d invited came to at least one of %d sessions, %d of them to every one; %d to none; %s.", o.Attended, o.Invited, n, every, o.Absent, guests)
	}
	if o.Live {
		return fmt.Sprintf("%d of %d invited have joined the session, live for %.0f minutes; %d there now; %d did not; %s.", o.Attended, o.Invited, o.Sessions[0].Minutes, o.HereNow, o.Absent, guests)
	}
	return fmt.Sprintf("%d of %d invited attended the %.0f-minute session; %d did not; %s.", o.Attended, o.Invited, o.Sessions[0].Minutes, o.Absent, guests)
}
