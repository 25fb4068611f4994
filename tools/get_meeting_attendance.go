package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
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

type attendanceOutput struct {
	head
	MeetingID  string          `json:"meeting_id"`
	Title      string          `json:"title" jsonschema:"description=Untrusted text"`
	Live       bool            `json:"live" jsonschema:"description=Somebody was there at as_of"`
	OverSince  *time.Time      `json:"over_since,omitempty" jsonschema:"description=When all had left a session that is kept open"`
	AsOf       time.Time       `json:"as_of" jsonschema:"description=When the API was asked"`
	Timezone   string          `json:"timezone"`
	Sessions   []sessionSum    `json:"sessions" jsonschema:"description=Those looked into; oldest first"`
	Matching   int             `json:"sessions_matching" jsonschema:"description=Sessions of the meeting in the time range"`
	JustInTime bool            `json:"just_in_time" jsonschema:"description=The roster does not tell who was expected"`
	Invited    int             `json:"invited" jsonschema:"description=People on the roster in time"`
	Attended   int             `json:"attended" jsonschema:"description=Those of them who came"`
	Absent     int             `json:"absent" jsonschema:"description=Those of them who did not come"`
	Guests     int             `json:"guests" jsonschema:"description=Came and are not on the roster (any more)"`
	Later      int             `json:"added_later" jsonschema:"description=Added to the roster after the session"`
	LeftAside  int             `json:"left_out_by_preset"`
	HereNow    int             `json:"here_now"`
	Late       int             `json:"late"`
	LeftEarly  int             `json:"left_early"`
	People     []attendanceRow `json:"people"`
	LeftOut    int             `json:"left_out" jsonschema:"description=People not listed"`
	Next       string          `json:"next,omitempty" jsonschema:"description=How to get those left out"`

	zone     *time.Location
	noRoster bool
	why      string // if not the latest session was taken, or not it alone
	table    string // the text of People
}

type span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

type gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Kind string    `json:"kind" jsonschema:"enum=away,enum=reconnect,enum=breakout_room"`
}

type attendanceRow struct {
	Name          string     `json:"name" jsonschema:"description=Untrusted text; empty where unnamed"`
	CustomID      string     `json:"custom_participant_id,omitempty" jsonschema:"description=Untrusted text"`
	Status        string     `json:"status" jsonschema:"enum=attended,enum=absent,enum=guest,description=guest: not on the roster (any more)"`
	Sessions      int        `json:"sessions_attended"`
	FirstJoined   *time.Time `json:"first_joined,omitempty"`
	LastLeft      *time.Time `json:"last_left,omitempty" jsonschema:"description=Absent while the person is in the session"`
	Minutes       float64    `json:"minutes_present"`
	Joins         int        `json:"joins"`
	Gaps          []gap      `json:"gaps,omitempty"`
	Reconnects    int        `json:"reconnects,omitempty"`
	Devices       int        `json:"devices,omitempty" jsonschema:"description=At once\\, if several"`
	Flags         []string   `json:"flags,omitempty" jsonschema:"description=Doubts about who this is"`
	LateBy        float64    `json:"late_by_minutes,omitempty" jsonschema:"description=The most in one session"`
	LateSessions  int        `json:"late_sessions,omitempty"`
	EarlyBy       float64    `json:"left_early_by_minutes,omitempty" jsonschema:"description=The most in one session"`
	EarlySessions int        `json:"left_early_sessions,omitempty"`
	HereNow       bool       `json:"here_now,omitempty"`
	ID            string     `json:"id,omitempty"`
	Preset        string     `json:"preset_name,omitempty"`
	Spans         []span     `json:"spans,omitempty"`
	FirstAssumed  bool       `json:"first_joined_unknown,omitempty" jsonschema:"description=The session's begin stands in"`
	LastAssumed   bool       `json:"last_left_unknown,omitempty" jsonschema:"description=The session's end stands in"`

	show shower
}

func getMeetingAttendance(d *Deps) server.ServerTool {
	return define(d, "get_meeting_attendance", "Get a meeting's attendance",
		"Returns who really attended a meeting's session: who came, when they joined and left, gaps, minutes present, who was late or left early, who was invited but did not come, who came without being on the roster, and who is in it right now. Use it for any question about attendance; give meeting_id, session_id or part of the title as query. It takes the latest session, but skips a mere reopening; sessions=all or a time range adds up several. list_meeting_participants only tells who was added. Lists 50 people unless limit (up to 500) says otherwise.",
		func(ctx context.Context, req mcp.CallToolRequest, in attendanceInput) (attendanceOutput, error) {
			return d.attendance(ctx, &gauge{req: req}, in, valueOr(in.Limit, 50))
		})
}

// attendance answers for a tool's call or an export, which has no limit (0).
func (d *Deps) attendance(ctx context.Context, g *gauge, in attendanceInput, limit int) (attendanceOutput, error) {
	zone := d.zoned(in.Timezone)
	plan, err := readSchedule(in.Start, in.End, zone)
	if err != nil {
		return attendanceOutput{}, err
	}
	app, err := d.app(ctx, in.scope)
	if err != nil {
		return attendanceOutput{}, err
	}
	l := d.lookup(g, app, zone, in.LeaveOut)
	l.rooms = true
	p, err := d.pick(ctx, l, sessionQuery{sessionChoice: in.sessionChoice, After: in.After, Before: in.Before,
		Literal: in.Sessions == "latest",
		All:     in.Sessions == "all" || in.Sessions == "" && (in.After != nil || in.Before != nil)})
	if err != nil {
		return attendanceOutput{}, err
	}
	results, err := l.results(ctx, p)
	if err != nil {
		return attendanceOutput{}, err
	}
	l.forget()
	if err := plan.apply(results, l.rules.Now); err != nil {
		return attendanceOutput{}, err
	}
	a := answerer{in: in, picked: p}
	a.out.zone, a.out.Timezone, a.out.Matching, a.out.AsOf, a.out.noRoster = zone, zone.String(), p.total,
		l.rules.Now.Truncate(time.Second), l.noRoster
	a.out.Notes = append(slices.Clone(p.notes), l.noted()...)
	a.rows = rows[attendanceRow]{limit: limit, shown: []attendanceRow{}}
	out := a.answer(results, attendance.Over(results))
	if limit == 0 {
		out.finish(d.Demo)
	}
	return out, nil
}

// answerer turns results into the output.
type answerer struct {
	in     attendanceInput
	picked *picked
	out    attendanceOutput
	show   shower
	rows   rows[attendanceRow]
}

func (a *answerer) answer(results []attendance.Result, over attendance.Result) attendanceOutput {
	o := &a.out
	for i, column := range a.picked.columns {
		o.Sessions = append(o.Sessions, sessionOf(column, results[i]))
	}
	latest := a.picked.latest()
	o.MeetingID, o.Title = untrusted.Line(latest.MeetingID, 64), untrusted.Line(latest.Title, 120)
	o.Live, o.OverSince = over.Live && over.OverSince.IsZero(), known(over.OverSince)
	o.Attended, o.Absent, o.Guests, o.Later = len(over.Attended), len(over.Absent), len(over.Guests), len(over.Later)
	o.Invited, o.JustInTime, o.LeftAside = o.Attended+o.Absent, over.JustInTime, over.LeftOut
	a.show = newShower(o.zone, o.Sessions)
	for _, p := range over.Attended {
		a.add(a.came(p, "attended"))
	}
	for _, p := range over.Guests {
		a.add(a.came(p, "guest"))
	}
	for _, p := range over.Absent {
		a.add(a.row(p, "absent"))
	}
	o.People, o.LeftOut, o.table = a.rows.shown, a.rows.left, string(a.rows.table)
	o.Summary = o.headline(over)
	if o.why = a.picked.why; o.why != "" {
		o.Summary = o.why + " " + o.Summary
	}
	o.Notes = append(o.Notes, notesOf(over)...)
	if o.LeftOut > 0 {
		o.Next = "Repeat the call with a higher limit (up to 500), or with show set to absent, guests, late, left_early or here_now."
	}
	return *o
}

// notesOf says what limits a result.
func notesOf(r attendance.Result) []string {
	var notes []string
	if r.LeftOut > 0 {
		notes = append(notes, people(r.LeftOut, "person was", "people were")+" left out by preset.")
	}
	if r.JustInTime {
		notes = append(notes, "Most of those who came were added only when they joined, "+
			"so the roster tells who is known to this meeting, not who was expected.")
	}
	if n := len(r.SharedIDs); n > 0 {
		ids := r.SharedIDs[:min(n, maxShared)]
		quoted := make([]string, len(ids))
		for i, id := range ids {
			quoted[i] = fmt.Sprintf("%q", untrusted.Line(id, 80))
		}
		text := strings.Join(quoted, ", ")
		if n > len(ids) {
			text += fmt.Sprintf(" and %d more", n-len(ids))
		}
		notes = append(notes, "Shared custom ids, which three or more people bear, tell nobody apart: "+text+".")
	}
	differs := func(p attendance.Person) bool { return p.DifferentNames }
	if slices.ContainsFunc(r.Attended, differs) || slices.ContainsFunc(r.Guests, differs) ||
		slices.ContainsFunc(r.Absent, differs) {
		notes = append(notes, "Some people have the same custom id under different names; "+
			"they are counted apart and flagged.")
	}
	return notes
}

const maxShared = 5 // ids named in a note

func flagsOf(p attendance.Person) (flags []string) {
	if p.DifferentNames {
		flags = append(flags, "same id, different names")
	}
	if p.SharedID {
		flags = append(flags, "shared id")
	}
	return flags
}

func (a *answerer) row(p attendance.Person, status string) attendanceRow {
	row := attendanceRow{Name: untrusted.Line(p.Name, 80), CustomID: untrusted.Line(p.CustomID, 80), Status: status,
		Flags: flagsOf(p), show: a.show}
	if a.in.Format == "detailed" {
		row.ID, row.Preset = untrusted.Line(p.ID, 64), untrusted.Line(p.Preset, 60)
	}
	return row
}

const maxSpans = 20 // of one person

func (a *answerer) came(p attendance.Person, status string) attendanceRow {
	row := a.row(p, status)
	row.FirstJoined, row.Joins, row.HereNow, row.Sessions = known(p.First()), p.Joins(), p.Here(), len(p.Visits)
	if row.HereNow {
		a.out.HereNow++
	} else {
		row.LastLeft = known(p.Last())
	}
	for _, v := range p.Visits {
		row.visit(v, a.in)
	}
	row.FirstAssumed, row.LastAssumed = p.Visits[0].FirstAssumed, p.Visits[len(p.Visits)-1].LastAssumed
	row.Minutes = presence(p)
	if row.LateSessions > 0 {
		a.out.Late++
	}
	if row.EarlySessions > 0 {
		a.out.LeftEarly++
	}
	return row
}

// visit adds one session to a person's row.
func (r *attendanceRow) visit(v attendance.Visit, in attendanceInput) {
	if v.Late() > allowance(in.Late) {
		r.LateSessions++
		r.LateBy = max(r.LateBy, believable(v.LateMinutes()))
	}
	if v.Early() > allowance(in.Early) {
		r.EarlySessions++
		r.EarlyBy = max(r.EarlyBy, believable(v.EarlyMinutes()))
	}
	if v.Devices > 1 {
		r.Devices = max(r.Devices, v.Devices)
	}
	r.Reconnects += v.Reconnects
	for _, g := range v.Away {
		if len(r.Gaps) < maxSpans {
			r.Gaps = append(r.Gaps, gap{g.From, g.To, gapKinds[g.Kind]})
		}
	}
	for _, i := range v.Intervals {
		if in.Format == "detailed" && len(r.Spans) < maxSpans {
			r.Spans = append(r.Spans, span{i.From, i.To})
		}
	}
}

var gapKinds = map[attendance.Kind]string{attendance.Gone: "away", attendance.Reconnected: "reconnect",
	attendance.InRoom: "breakout_room"}

// presence is for how many minutes somebody was there, as clocks show them, so
// that a row with 14:16 and 14:30 says 14.
func presence(p attendance.Person) float64 {
	n := 0
	for _, v := range p.Visits {
		for _, i := range v.Intervals {
			n += max(0, attendance.Minutes(i.From, i.To))
		}
	}
	return believable(n)
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

func (o *attendanceOutput) headline(over attendance.Result) string {
	invited := "invited"
	if o.JustInTime {
		invited = "known to this meeting"
	}
	others := ""
	if o.Guests > 0 {
		others = fmt.Sprintf("; %d not on the roster (any more)", o.Guests)
	}
	first := o.Sessions[0]
	switch n := len(o.Sessions); {
	case o.noRoster:
		return fmt.Sprintf("%s joined the %ssession; the roster is not known.", people(o.Guests, "person", "people"), first.length())
	case o.Invited == 0 && o.Guests > 0:
		return o.strangers()
	case n > 1:
		every := 0
		for _, p := range over.Attended {
			if len(p.Visits) == n {
				every++
			}
		}
		return fmt.Sprintf("%d of %d %s came to at least one of %d sessions, %d of them to every one; %d to none%s.",
			o.Attended, o.Invited, invited, n, every, o.Absent, others)
	case o.Live:
		since := "an unknown time"
		if first.Minutes > 0 || !first.StartedAt.IsZero() && o.AsOf.Sub(first.StartedAt) < time.Minute {
			since = people(int(first.Minutes), "minute", "minutes")
		}
		return fmt.Sprintf("%d of %d %s have joined the session, live for %s; %d there now; %d did not%s.", o.Attended,
			o.Invited, invited, since, o.HereNow, o.Absent, others)
	case o.OverSince != nil:
		return fmt.Sprintf("%d of %d %s attended the %ssession, which is over since %s and kept open; %d did not%s.",
			o.Attended, o.Invited, invited, first.length(),
			moment(*o.OverSince, o.zone), o.Absent, others)
	}
	return fmt.Sprintf("%d of %d %s attended the %ssession; %d did not%s.", o.Attended, o.Invited, invited,
		first.length(), o.Absent, others)
}

// strangers is the headline if nobody was on the roster in time, yet people came.
func (o *attendanceOutput) strangers() string {
	where := "joined the " + o.Sessions[0].length() + "session"
	switch n := len(o.Sessions); {
	case n > 1:
		where = fmt.Sprintf("came to at least one of %d sessions", n)
	case o.Live:
		where = fmt.Sprintf("joined the live session, %d there now", o.HereNow)
	case o.OverSince != nil:
		where += ", which is over since " + moment(*o.OverSince, o.zone) + " and kept open"
	}
	return fmt.Sprintf("%s %s, all of them %s.", people(o.Guests, "person", "people"), where, notOnRoster)
}
