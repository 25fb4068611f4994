package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

type attendanceInput struct {
	MeetingID string     `json:"meeting_id,omitempty" jsonschema:"format=uuid,description=The meeting's id (a URL that holds it is accepted); or give query or session_id,example=497f6eca-6276-4993-bfeb-53cbbbba6f08"`
	Query     string     `json:"query,omitempty" jsonschema:"maxLength=200,description=Part of the meeting's title instead of its id; it must fit one meeting,example=design review"`
	SessionID string     `json:"session_id,omitempty" jsonschema:"format=uuid,description=One session instead of the latest,example=0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"`
	After     *time.Time `json:"started_after,omitempty" jsonschema:"format=date-time,description=The latest session that started at or after this time,example=2026-11-23T00:00:00Z"`
	Before    *time.Time `json:"started_before,omitempty" jsonschema:"format=date-time,description=The latest session that started before this time,example=2026-11-24T00:00:00Z"`
	Show      string     `json:"show,omitempty" jsonschema:"enum=all,enum=attended,enum=absent,enum=guests,enum=late,enum=left_early,enum=here_now,description=Which people to list; the counts are always of all"`
	Late      *int       `json:"late_after_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,description=Later than this after the session's start is late; default 5,example=5"`
	Early     *int       `json:"left_early_minutes,omitempty" jsonschema:"minimum=0,maximum=1440,description=Leaving more than this before the session's end is early; default 5,example=5"`
	Timezone  string     `json:"timezone,omitempty" jsonschema:"maxLength=64,description=IANA name for the times in the text; default UTC,example=Europe/Berlin"`
	Format    string     `json:"response_format,omitempty" jsonschema:"enum=concise,enum=detailed,description=detailed adds ids and each time span present"`
	Limit     *int       `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,description=People listed; default 50,example=50"`
	scope
}

type attendanceOutput struct {
	Summary   string          `json:"summary" jsonschema:"description=The answer in one sentence"`
	MeetingID string          `json:"meeting_id"`
	Title     string          `json:"title" jsonschema:"description=Untrusted text"`
	SessionID string          `json:"session_id"`
	Live      bool            `json:"live" jsonschema:"description=The session goes on; all is as of as_of"`
	AsOf      time.Time       `json:"as_of" jsonschema:"description=When the API was asked"`
	StartedAt time.Time       `json:"started_at"`
	EndedAt   *time.Time      `json:"ended_at,omitempty"`
	Minutes   float64         `json:"session_minutes"`
	Invited   int             `json:"invited" jsonschema:"description=People on the roster"`
	Attended  int             `json:"attended" jsonschema:"description=Invited people who came"`
	Absent    int             `json:"absent" jsonschema:"description=Invited people who did not come"`
	Guests    int             `json:"guests" jsonschema:"description=People who came without being on the roster"`
	HereNow   int             `json:"here_now"`
	Late      int             `json:"late"`
	LeftEarly int             `json:"left_early"`
	Sessions  int             `json:"sessions_matching" jsonschema:"description=Sessions of the meeting in the time range; this is one of them"`
	People    []attendanceRow `json:"people"`
	LeftOut   int             `json:"left_out" jsonschema:"description=People not listed"`
	Next      string          `json:"next,omitempty" jsonschema:"description=How to get those left out"`

	zone *time.Location
}

type attendanceRow struct {
	Name        string     `json:"name" jsonschema:"description=Untrusted text; empty where unnamed"`
	CustomID    string     `json:"custom_participant_id,omitempty" jsonschema:"description=Untrusted text"`
	Preset      string     `json:"preset_name,omitempty"`
	Status      string     `json:"status" jsonschema:"enum=attended,enum=absent,enum=guest"`
	FirstJoined *time.Time `json:"first_joined,omitempty"`
	LastLeft    *time.Time `json:"last_left,omitempty" jsonschema:"description=Absent while the person is in the session"`
	Minutes     float64    `json:"minutes_present"`
	Joins       int        `json:"joins"`
	LateBy      float64    `json:"late_by_minutes,omitempty"`
	EarlyBy     float64    `json:"left_early_by_minutes,omitempty"`
	HereNow     bool       `json:"here_now,omitempty"`
	ID          string     `json:"id,omitempty"`
	Spans       []span     `json:"spans,omitempty"`
}

type span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func getMeetingAttendance(d *Deps) server.ServerTool {
	return define(d, "get_meeting_attendance", "Get a meeting's attendance",
		"Returns who really attended a meeting's session: who came, when they joined and left, minutes present, who was late or left early, who was invited but did not come, which guests came, and who is in it right now. Use it for any question about attendance; give meeting_id, session_id or part of the title as query. It takes the latest session unless session_id or a time range says otherwise. list_meeting_participants only tells who was added. Lists 50 people unless limit (up to 500) says otherwise.",
		func(ctx context.Context, req mcp.CallToolRequest, in attendanceInput) (attendanceOutput, error) {
			zone, err := time.LoadLocation(in.Timezone)
			if err != nil || in.Timezone == "Local" {
				return attendanceOutput{}, fmt.Errorf("argument \"timezone\" must be an IANA name, for example \"Europe/Berlin\"; got %q", clip(in.Timezone))
			}
			app, err := d.app(ctx, in.scope)
			if err != nil {
				return attendanceOutput{}, err
			}
			session, matching, err := d.session(ctx, app, in)
			if err != nil {
				return attendanceOutput{}, err
			}
			roster, peers, err := d.people(ctx, &gauge{req: req}, app, session)
			if err != nil {
				return attendanceOutput{}, err
			}
			a := answerer{in: in, session: session, asOf: d.now().Truncate(time.Second)}
			a.out.zone, a.out.Sessions = zone, matching
			return a.answer(attendance.Of(attendance.Session{Start: session.StartedAt, End: session.EndedAt}, roster, peers, a.asOf)), nil
		})
}

// session finds the one asked for, and how many there are to choose from.
func (d *Deps) session(ctx context.Context, app client.AppRef, in attendanceInput) (client.Session, int, error) {
	if in.SessionID != "" {
		s, err := d.API.Session(ctx, app, in.SessionID)
		if err == nil && in.MeetingID != "" && s.MeetingID != in.MeetingID {
			err = fmt.Errorf("session %s is not of meeting %s; leave out one of them", in.SessionID, in.MeetingID)
		}
		return s, 1, err
	}
	if in.MeetingID == "" && in.Query == "" {
		return client.Session{}, 0, errors.New(`one of the arguments "meeting_id", "session_id" and "query" is required, for example query "stand-up"; find_meetings lists meetings`)
	}
	meetingID, err := d.meeting(ctx, app, in.MeetingID, in.Query)
	if err != nil {
		return client.Session{}, 0, err
	}
	f := client.SessionFilter{MeetingID: meetingID, After: valueOr(in.After, time.Time{}), Before: valueOr(in.Before, time.Time{})}
	no, per := 1, 25
	page, err := d.API.SessionsPage(ctx, app, f, client.PageRequest{No: &no, Per: &per})
	if err != nil {
		return client.Session{}, 0, err
	}
	if len(page.Items) == 0 {
		if _, err := d.API.Meeting(ctx, app, meetingID); err != nil {
			return client.Session{}, 0, err // the API lists no sessions of a meeting which does not exist
		}
		return client.Session{}, 0, fmt.Errorf("meeting %s has had no session in that time, so nobody attended; widen started_after and started_before, or ask list_meeting_participants who was added", meetingID)
	}
	latest := slices.MaxFunc(page.Items, func(a, b client.Session) int { return a.StartedAt.Compare(b.StartedAt) })
	return latest, max(page.Total, len(page.Items)), nil
}

// answerer turns a result into the output.
type answerer struct {
	in      attendanceInput
	session client.Session
	asOf    time.Time
	out     attendanceOutput
	chars   int
}

func (a *answerer) answer(r attendance.Result) attendanceOutput {
	o, s := &a.out, a.session
	o.MeetingID, o.SessionID, o.Title = untrusted.Line(s.MeetingID, 64), untrusted.Line(s.ID, 64), untrusted.Line(s.Title, 120)
	o.AsOf, o.StartedAt, o.People = a.asOf, s.StartedAt, []attendanceRow{}
	end := s.EndedAt
	if o.Live = end.IsZero(); o.Live {
		end = a.asOf
	} else {
		o.EndedAt = &end
	}
	o.Minutes = minutes(max(0, end.Sub(s.StartedAt)))
	o.Attended, o.Absent, o.Guests = len(r.Attended), len(r.Absent), len(r.Guests)
	o.Invited = o.Attended + o.Absent
	for _, p := range r.Attended {
		a.add(a.came(p, "attended", end))
	}
	for _, p := range r.Guests {
		a.add(a.came(p, "guest", end))
	}
	for _, p := range r.Absent {
		row := attendanceRow{Name: untrusted.Line(p.Name, 80), CustomID: untrusted.Line(p.CustomID, 80), Preset: untrusted.Line(p.Preset, 60), Status: "absent"}
		if a.in.Format == "detailed" {
			row.ID = untrusted.Line(p.ID, 64)
		}
		a.add(row)
	}
	o.Summary = o.headline()
	if o.LeftOut > 0 {
		o.Next = "Repeat the call with a higher limit (up to 500), or with show set to absent, guests, late, left_early or here_now."
	}
	return *o
}

func (a *answerer) came(p attendance.Person, status string, end time.Time) attendanceRow {
	first, last := p.First(), p.Last()
	row := attendanceRow{
		Name: untrusted.Line(p.Name, 80), CustomID: untrusted.Line(p.CustomID, 80), Preset: untrusted.Line(p.Preset, 60), Status: status,
		FirstJoined: &first, Minutes: minutes(p.Present()), Joins: p.Joins, HereNow: p.Here,
	}
	if by := first.Sub(a.session.StartedAt); by > allowance(a.in.Late) {
		row.LateBy = minutes(by)
		a.out.Late++
	}
	if p.Here {
		a.out.HereNow++
	} else {
		row.LastLeft = &last
		if by := end.Sub(last); !a.out.Live && by > allowance(a.in.Early) {
			row.EarlyBy = minutes(by)
			a.out.LeftEarly++
		}
	}
	if a.in.Format == "detailed" {
		row.ID = untrusted.Line(p.ID, 64)
		for _, i := range p.Intervals[:min(len(p.Intervals), 20)] {
			row.Spans = append(row.Spans, span{i.From, i.To})
		}
	}
	return row
}

// allowance is 5 minutes unless the caller says otherwise.
func allowance(minutes *int) time.Duration {
	return time.Duration(valueOr(minutes, 5)) * time.Minute
}

func (a *answerer) add(row attendanceRow) {
	show := map[string]bool{
		"": true, "all": true, "attended": row.Status == "attended", "absent": row.Status == "absent", "guests": row.Status == "guest",
		"late": row.LateBy > 0, "left_early": row.EarlyBy > 0, "here_now": row.HereNow,
	}
	if !show[a.in.Show] {
		return
	}
	size := len(row.text(a.out.zone))
	if len(a.out.People) >= valueOr(a.in.Limit, 50) || a.chars+size > maxText {
		a.out.LeftOut++
		return
	}
	a.chars += size
	a.out.People = append(a.out.People, row)
}

func (o attendanceOutput) headline() string {
	verb := "attended"
	if o.Live {
		verb = "have joined"
	}
	text := fmt.Sprintf("%d of %d invited %s the %.0f-minute session", o.Attended, o.Invited, verb, o.Minutes)
	if o.Live {
		text = fmt.Sprintf("%d of %d invited %s the session, live for %.0f minutes; %d there now", o.Attended, o.Invited, verb, o.Minutes, o.HereNow)
	}
	return fmt.Sprintf("%s; %d did not; %s.", text, o.Absent, people(o.Guests, "guest", "guests"))
}

// Text leads with the headline.
func (o attendanceOutput) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\"%s\", session %s, started %s", o.Summary, untrusted.Cell(o.Title, 120), o.SessionID, moment(o.StartedAt, o.zone))
	if o.EndedAt != nil {
		fmt.Fprintf(&b, ", ended %s.", moment(*o.EndedAt, o.zone))
	} else {
		fmt.Fprintf(&b, ", is live; as of %s.", moment(o.AsOf, o.zone))
	}
	fmt.Fprintf(&b, " %d late, %d left early.", o.Late, o.LeftEarly)
	if o.Sessions > 1 {
		fmt.Fprintf(&b, " The latest of %d sessions.", o.Sessions)
	}
	b.WriteByte('\n')
	if len(o.People) > 0 {
		b.WriteString("\n| name | custom id | status | joined | left | minutes | notes |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	}
	for _, r := range o.People {
		b.WriteString(r.text(o.zone))
	}
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not listed. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func (r attendanceRow) text(zone *time.Location) string {
	joined, left, present := "", "", ""
	if r.FirstJoined != nil {
		joined, present = moment(*r.FirstJoined, zone), fmt.Sprintf("%.0f", r.Minutes)
	}
	if r.LastLeft != nil {
		left = moment(*r.LastLeft, zone)
	}
	return "| " + cmp.Or(untrusted.Cell(r.Name, 80), "(unnamed)") + " | " + untrusted.Cell(r.CustomID, 80) + " | " + r.Status + " | " + joined + " | " + left + " | " + present + " | " + r.notes(zone) + " |\n"
}

func (r attendanceRow) notes(zone *time.Location) string {
	var n []string
	if r.HereNow {
		n = append(n, "here now")
	}
	if r.LateBy > 0 {
		n = append(n, fmt.Sprintf("%.0f min late", r.LateBy))
	}
	if r.EarlyBy > 0 {
		n = append(n, fmt.Sprintf("left %.0f min early", r.EarlyBy))
	}
	if r.Joins > 1 {
		n = append(n, fmt.Sprintf("joined %d times", r.Joins))
	}
	if r.ID != "" {
		n = append(n, "id "+untrusted.Cell(r.ID, 64))
	}
	for _, s := range r.Spans {
		n = append(n, moment(s.From, zone)+" to "+moment(s.To, zone))
	}
	return strings.Join(n, "; ")
}
