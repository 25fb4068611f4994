package report

import (
	"fmt"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Person is one person of an attendance. Times are UTC; texts show them in the
// zone of the answer.
type Person struct {
	Name          string     `json:"name" jsonschema_description:"Untrusted text, empty where unnamed"`
	CustomID      string     `json:"custom_participant_id,omitempty" jsonschema_description:"Untrusted text"`
	Status        string     `json:"status" jsonschema:"enum=attended,enum=absent,enum=guest"`
	Sessions      int        `json:"sessions_attended"`
	FirstJoined   *time.Time `json:"first_joined,omitempty"`
	LastLeft      *time.Time `json:"last_left,omitempty" jsonschema_description:"Absent while here"`
	Minutes       float64    `json:"minutes_present"`
	Joins         int        `json:"joins"`
	Gaps          []Gap      `json:"gaps,omitempty"`
	Reconnects    int        `json:"reconnects,omitempty"`
	Devices       int        `json:"devices,omitempty" jsonschema_description:"At once, if several"`
	Flags         []string   `json:"flags,omitempty" jsonschema_description:"Doubts about who this is"`
	LateBy        float64    `json:"late_by_minutes,omitempty" jsonschema_description:"The most in one session"`
	LateSessions  int        `json:"late_sessions,omitempty"`
	EarlyBy       float64    `json:"left_early_by_minutes,omitempty" jsonschema_description:"The most in one session"`
	EarlySessions int        `json:"left_early_sessions,omitempty"`
	HereNow       bool       `json:"here_now,omitempty"`
	ID            string     `json:"id,omitempty"`
	Preset        string     `json:"preset_name,omitempty"`
	Spans         []Span     `json:"spans,omitempty"`
	FirstAssumed  bool       `json:"first_joined_unknown,omitempty" jsonschema_description:"The session's begin stands in"`
	LastAssumed   bool       `json:"last_left_unknown,omitempty" jsonschema_description:"The session's end stands in"`

	times times
}

// JSONSchemaExtend adds what is too long for a tag.
func (Person) JSONSchemaExtend(s *jsonschema.Schema) {
	status, _ := s.Properties.Get("status")
	status.Description = "guest: not on the roster (any more)"
}

// Span is a time for which somebody was there.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Gap is a time between two spans.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Kind string    `json:"kind" jsonschema:"enum=away,enum=reconnect,enum=breakout_room"`
}

const (
	maxSpans = 20 // of one person
	maxGaps  = 5  // told in a text of one person
)

// NotOnRoster is what texts call a guest: nobody joins who was not added, so
// they were removed since, or came from a connected meeting.
const NotOnRoster = "not on the roster (any more)"

var gapKinds = map[attendance.Kind]string{
	attendance.Gone:        "away",
	attendance.Reconnected: "reconnect",
	attendance.InRoom:      "breakout_room",
}

// visit adds one session to a person.
func (p *Person) visit(v attendance.Visit, o AttendanceOptions) {
	if v.Late() > o.Late {
		p.LateSessions++
		p.LateBy = max(p.LateBy, Believable(v.LateMinutes()))
	}
	if v.Early() > o.Early {
		p.EarlySessions++
		p.EarlyBy = max(p.EarlyBy, Believable(v.EarlyMinutes()))
	}
	if v.Devices > 1 {
		p.Devices = max(p.Devices, v.Devices)
	}
	p.Reconnects += v.Reconnects
	for _, g := range v.Away {
		if len(p.Gaps) < maxSpans {
			p.Gaps = append(p.Gaps, Gap{g.From, g.To, gapKinds[g.Kind]})
		}
	}
	for _, i := range v.Intervals {
		if o.Detailed && len(p.Spans) < maxSpans {
			p.Spans = append(p.Spans, Span{i.From, i.To})
		}
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
	case p.LateSessions > 1:
		n = append(n, fmt.Sprintf("late %d times, at most %.0f min", p.LateSessions, p.LateBy))
	case p.LateSessions == 1:
		n = append(n, fmt.Sprintf("%.0f min late", p.LateBy))
	}
	switch {
	case p.EarlySessions > 1:
		n = append(n, fmt.Sprintf("left early %d times, at most %.0f min", p.EarlySessions, p.EarlyBy))
	case p.EarlySessions == 1:
		n = append(n, fmt.Sprintf("left %.0f min early", p.EarlyBy))
	}
	n = append(n, p.remarks()...)
	if p.Preset != "" {
		n = append(n, untrusted.Cell(p.Preset, 60))
	}
	if p.ID != "" {
		n = append(n, "id "+untrusted.Cell(p.ID, 64))
	}
	for _, s := range p.Spans {
		n = append(n, p.times.span(s.From, s.To))
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
	told, untold := 0, 0
	for _, g := range p.Gaps {
		what := "away "
		switch g.Kind {
		case "reconnect":
			continue // they are counted
		case "breakout_room":
			what = "in a breakout room "
		}
		if told == maxGaps {
			untold++
			continue
		}
		told++
		n = append(n, what+p.times.span(g.From, g.To))
	}
	if untold > 0 {
		n = append(n, fmt.Sprintf("%d more gaps", untold))
	}
	if p.Reconnects > 0 {
		n = append(n, prose.Count(p.Reconnects, "reconnect", "reconnects"))
	}
	if p.Devices > 1 {
		n = append(n, fmt.Sprintf("%d devices at once", p.Devices))
	}
	if p.Joins > max(1, p.Sessions) {
		n = append(n, fmt.Sprintf("joined %d times", p.Joins))
	}
	return n
}
