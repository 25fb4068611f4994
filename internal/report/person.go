package report

import (
	"fmt"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Person is one person of an attendance. Times are in the zone of the answer. What
// is empty, zero or as usual is left out: one without a status attended.
type Person struct {
	Name          string     `json:"name,omitempty" jsonschema_description:"Untrusted text, absent where unnamed"`
	CustomID      string     `json:"custom_participant_id,omitempty" jsonschema_description:"Untrusted text"`
	Status        string     `json:"status,omitempty" jsonschema:"enum=absent,enum=guest"`
	Sessions      int        `json:"sessions_attended,omitempty" jsonschema_description:"If there are several"`
	FirstJoined   *time.Time `json:"joined,omitempty"`
	LastLeft      *time.Time `json:"left,omitempty" jsonschema_description:"Absent while here"`
	Minutes       float64    `json:"minutes_present,omitempty"`
	Share         int        `json:"share_percent,omitempty" jsonschema_description:"Of the session, if asked about"`
	Joins         int        `json:"joins,omitempty" jsonschema_description:"If several"`
	Away          []string   `json:"away,omitempty" jsonschema_description:"In the answer's zone"`
	Rooms         []string   `json:"in_breakout_rooms,omitempty"`
	Reconnects    int        `json:"reconnects,omitempty"`
	Devices       int        `json:"devices,omitempty" jsonschema_description:"At once, if several"`
	Flags         []string   `json:"flags,omitempty" jsonschema_description:"Doubts about who this is"`
	LateBy        float64    `json:"late_by_minutes,omitempty" jsonschema_description:"The most in one session"`
	LateSessions  int        `json:"late_sessions,omitempty" jsonschema_description:"If there are several"`
	EarlyBy       float64    `json:"left_early_by_minutes,omitempty" jsonschema_description:"The most in one session"`
	EarlySessions int        `json:"left_early_sessions,omitempty" jsonschema_description:"If there are several"`
	HereNow       bool       `json:"here_now,omitempty"`
	ID            string     `json:"id,omitempty"`
	Preset        string     `json:"preset_name,omitempty"`
	Spans         []string   `json:"spans,omitempty" jsonschema_description:"From/to, instead of joined, left, away"`
	SpansLeft     int        `json:"spans_left_out,omitempty"`
	FirstAssumed  bool       `json:"joined_unknown,omitempty" jsonschema_description:"The session's begin stands in"`
	LastAssumed   bool       `json:"left_unknown,omitempty" jsonschema_description:"The session's end stands in"`

	status          string
	address         string // of recipients only
	times           times
	first, last     *time.Time
	sessions, joins int
	late, early     int // sessions
	gaps            []gap
	spans           []attendance.Interval
}

// JSONSchemaExtend adds what is too long for a tag.
func (Person) JSONSchemaExtend(s *jsonschema.Schema) {
	status, _ := s.Properties.Get("status")
	status.Description = "Absent of who attended; guest: " + NotOnRoster
}

// gap is a time between two spans, with its name in texts. A reconnect has none.
type gap struct {
	attendance.Interval
	room bool
}

const (
	maxSpans = 20 // of one person
	maxGaps  = 5  // told in a text of one person
)

// NotOnRoster is what texts call a guest: nobody joins who was not added, so
// they were removed since, or came from a connected meeting.
const NotOnRoster = "not on the roster (any more)"

// What somebody is; the structured content leaves out the first.
const (
	attendedStatus = "attended"
	absentStatus   = "absent"
	guestStatus    = "guest"
)

// came adds what is known of somebody who came.
func (p *Person) came(who *attendance.Person, o AttendanceOptions) {
	p.first, p.joins, p.HereNow = local(who.First(), o.Zone), who.Joins(), who.Here()
	p.sessions = len(who.Visits)
	if !p.HereNow {
		p.last = local(who.Last(), o.Zone)
	}
	for _, v := range who.Visits {
		p.visit(v, o)
	}
	p.FirstAssumed, p.LastAssumed = who.Visits[0].FirstAssumed, who.Visits[len(who.Visits)-1].LastAssumed
	p.Minutes = MinutesPresent(*who)
}

// visit adds one session to a person.
func (p *Person) visit(v attendance.Visit, o AttendanceOptions) {
	if v.Late() > o.Late {
		p.late++
		p.LateBy = max(p.LateBy, Believable(v.LateMinutes()))
	}
	if v.Early() > o.Early {
		p.early++
		p.EarlyBy = max(p.EarlyBy, Believable(v.EarlyMinutes()))
	}
	if v.Devices > 1 {
		p.Devices = max(p.Devices, v.Devices)
	}
	p.Reconnects += v.Reconnects
	for _, g := range v.Away {
		if len(p.gaps) < maxSpans && g.Kind != attendance.Reconnected { // these are counted
			p.gaps = append(p.gaps, gap{g.Interval, g.Kind == attendance.InRoom})
		}
	}
	for _, i := range v.Intervals {
		switch {
		case !o.Spans:
		case len(p.spans) < maxSpans:
			p.spans = append(p.spans, i)
		default:
			p.SpansLeft++
		}
	}
}

// settle sets what the structured content shows, once all visits are added.
func (p *Person) settle() {
	if p.status != attendedStatus {
		p.Status = p.status
	}
	if p.joins > 1 {
		p.Joins = p.joins
	}
	if p.times.several {
		p.Sessions, p.LateSessions, p.EarlySessions = p.sessions, p.late, p.early
	}
	for _, i := range p.spans {
		p.Spans = append(p.Spans, rfc3339(local(i.From, p.times.zone))+"/"+rfc3339(local(i.To, p.times.zone)))
	}
	for _, g := range p.gaps {
		switch words := p.times.span(g.From, g.To); {
		case g.room:
			p.Rooms = append(p.Rooms, words)
		case len(p.Spans) == 0:
			p.Away = append(p.Away, words)
		}
	}
	if len(p.Spans) == 0 {
		p.FirstJoined, p.LastLeft = p.first, p.last
	}
}

// MinutesPresent is for how many minutes somebody was there, as clocks show
// them, so that a row with 14:16 and 14:30 says 14.
func MinutesPresent(p attendance.Person) float64 {
	n := 0
	for _, v := range p.Visits {
		for _, i := range v.Intervals {
			n += max(0, attendance.Minutes(i.From, i.To))
		}
	}
	return Believable(n)
}

// Flags are doubts about who somebody is.
func Flags(p attendance.Person) (flags []string) {
	if p.DifferentNames {
		flags = append(flags, "same id, different names")
	}
	if p.SharedID {
		flags = append(flags, "shared id")
	}
	return flags
}

// notes is all that a text says of somebody beside their times.
func (p Person) notes() []string {
	var n []string
	if p.HereNow {
		n = append(n, "here now")
	}
	switch {
	case p.late > 1:
		n = append(n, fmt.Sprintf("late %d times, at most %.0f min", p.late, p.LateBy))
	case p.late == 1:
		n = append(n, fmt.Sprintf("%.0f min late", p.LateBy))
	}
	switch {
	case p.early > 1:
		n = append(n, fmt.Sprintf("left early %d times, at most %.0f min", p.early, p.EarlyBy))
	case p.early == 1:
		n = append(n, fmt.Sprintf("left %.0f min early", p.EarlyBy))
	}
	n = append(n, p.remarks()...)
	if p.Preset != "" {
		n = append(n, untrusted.Cell(p.Preset, 60))
	}
	if p.ID != "" {
		n = append(n, "id "+untrusted.Cell(p.ID, 64))
	}
	for _, s := range p.spans {
		n = append(n, p.times.span(s.From, s.To))
	}
	if p.SpansLeft > 0 {
		n = append(n, prose.Count(p.SpansLeft, "more span", "more spans"))
	}
	return n
}

// remarks are the notes that no column of a CSV file holds.
func (p Person) remarks() []string {
	n := p.comings()
	if p.FirstAssumed {
		n = append(n, "joining time unknown, counted from the begin")
	}
	if p.LastAssumed {
		n = append(n, "leaving time unknown, counted until the end")
	}
	return append(n, p.Flags...)
}

// comings tell gaps, reconnects, devices and breakout rooms apart.
func (p Person) comings() (n []string) {
	for _, g := range p.gaps[:min(len(p.gaps), maxGaps)] {
		what := "away "
		if g.room {
			what = "in a breakout room "
		}
		n = append(n, what+p.times.span(g.From, g.To))
	}
	untold := len(p.gaps) - maxGaps
	if untold > 0 {
		n = append(n, fmt.Sprintf("%d more gaps", untold))
	}
	if p.Reconnects > 0 {
		n = append(n, prose.Count(p.Reconnects, "reconnect", "reconnects"))
	}
	if p.Devices > 1 {
		n = append(n, fmt.Sprintf("%d devices at once", p.Devices))
	}
	if p.joins > max(1, p.sessions) {
		n = append(n, fmt.Sprintf("joined %d times", p.joins))
	}
	return n
}
