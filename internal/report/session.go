package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// A Session is one session, or two taken together, with the numbers of its people.
type Session struct {
	ID        string     `json:"session_id"`
	Together  string     `json:"together_with,omitempty" jsonschema_description:"Id of a session counted as one with this"`
	StartedAt time.Time  `json:"started_at,omitzero"`
	EndedAt   *time.Time `json:"ended_at,omitempty" jsonschema_description:"Absent while live"`
	LastLeft  *time.Time `json:"last_left,omitempty" jsonschema_description:"The last person"`
	LateFrom  *time.Time `json:"late_from,omitempty" jsonschema_description:"What late is counted from"`
	EarlyFrom *time.Time `json:"early_from,omitempty"`
	Minutes   float64    `json:"session_minutes" jsonschema_description:"Until the last person left, 0 is unknown"`
	Attended  int        `json:"attended"`
	Absent    int        `json:"absent"`
	Guests    int        `json:"guests"`

	Live bool `json:"-"` // and somebody is in it
}

// SessionOf sums up a column of sessions.
func SessionOf(column []client.Session, r attendance.Result) Session {
	first, last := column[0], column[len(column)-1]
	sum := Session{
		ID:        untrusted.Line(first.ID, 64),
		StartedAt: first.StartedAt,
		EndedAt:   when.Known(last.EndedAt),
		LateFrom:  when.Known(r.LateFrom),
		EarlyFrom: when.Known(r.EarlyFrom),
		Attended:  len(r.Attended),
		Absent:    len(r.Absent),
		Guests:    len(r.Guests),
	}
	sum.Live = r.Live && r.OverSince.IsZero()
	if len(column) > 1 {
		sum.Together = untrusted.Line(last.ID, 64)
	}
	if !r.Live || !r.OverSince.IsZero() {
		sum.LastLeft = when.Known(r.End)
	}
	if last.EndedAt.IsZero() && !r.Live && !anyLeft(r) {
		sum.LastLeft, sum.EarlyFrom = nil, nil
		return sum // nothing tells when it ended
	}
	total := 0
	for _, p := range r.Parts {
		if !p.Start.IsZero() {
			total += max(0, attendance.Minutes(p.Start, p.End))
		}
	}
	sum.Minutes = Believable(total)
	return sum
}

// anyLeft reports whether the leaving of anybody is known.
func anyLeft(r attendance.Result) bool {
	known := func(p attendance.Person) bool {
		return slices.ContainsFunc(p.Visits, func(v attendance.Visit) bool { return !v.LastAssumed })
	}
	return slices.ContainsFunc(r.Attended, known) || slices.ContainsFunc(r.Guests, known)
}

// longest is the length that a session may have, in minutes; a longer one is a
// fault of its times.
const longest = 366 * 24 * 60

// Believable is a number of minutes, 0 for unknown if no session can last so long.
func Believable(minutes int) float64 {
	if minutes < 0 || minutes > longest {
		return 0
	}
	return float64(minutes)
}

// IDs names a session, or both that are taken together.
func (s Session) IDs() string {
	if s.Together == "" {
		return untrusted.Cell(s.ID, 64)
	}
	return untrusted.Cell(s.ID, 64) + " and " + untrusted.Cell(s.Together, 64)
}

// Length is as an adjective: "30-minute ".
func (s Session) Length() string {
	if s.Minutes == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f-minute ", s.Minutes)
}

// SessionTable has a row a session.
func SessionTable(sessions []Session, zone *time.Location) string {
	var b strings.Builder
	b.WriteString(Header("session", "started", "minutes", "attended", "absent", "not on the roster"))
	for _, s := range sessions {
		live, minutes := "", ""
		if s.Live {
			live = " (live)"
		}
		if s.Minutes > 0 {
			minutes = fmt.Sprintf("%.0f", s.Minutes)
		}
		fmt.Fprintf(&b, "| %s | %s%s | %s | %d | %d | %d |\n", s.IDs(), when.MomentOr(&s.StartedAt, zone, "unknown"), live,
			minutes, s.Attended, s.Absent, s.Guests)
	}
	return b.String()
}
