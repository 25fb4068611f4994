package tools

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// sessionSum is one session, or two taken together, with the numbers of its people.
type sessionSum struct {
	ID        string     `json:"session_id"`
	Together  string     `json:"together_with,omitempty" jsonschema:"description=Id of a session counted as one with this"`
	StartedAt time.Time  `json:"started_at,omitzero"`
	EndedAt   *time.Time `json:"ended_at,omitempty" jsonschema:"description=Absent while live"`
	LastLeft  *time.Time `json:"last_left,omitempty" jsonschema:"description=The last person"`
	LateFrom  *time.Time `json:"late_from,omitempty" jsonschema:"description=What late is counted from"`
	EarlyFrom *time.Time `json:"early_from,omitempty"`
	Minutes   float64    `json:"session_minutes" jsonschema:"description=Until the last person left; 0 is unknown"`
	Attended  int        `json:"attended"`
	Absent    int        `json:"absent"`
	Guests    int        `json:"guests"`

	live bool
}

// sessionOf sums up a column of sessions.
func sessionOf(column []client.Session, r attendance.Result) sessionSum {
	first, last := column[0], column[len(column)-1]
	sum := sessionSum{ID: untrusted.Line(first.ID, 64), StartedAt: first.StartedAt, EndedAt: known(last.EndedAt),
		LateFrom: known(r.LateFrom), EarlyFrom: known(r.EarlyFrom), Attended: len(r.Attended), Absent: len(r.Absent), Guests: len(r.Guests)}
	sum.live = r.Live && r.OverSince.IsZero()
	if len(column) > 1 {
		sum.Together = untrusted.Line(last.ID, 64)
	}
	if !r.Live || !r.OverSince.IsZero() {
		sum.LastLeft = known(r.End)
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
	sum.Minutes = believable(total)
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

// believable is a number of minutes, 0 for unknown if no session can last so long.
func believable(minutes int) float64 {
	if minutes < 0 || minutes > longest {
		return 0
	}
	return float64(minutes)
}

// ids names a session, or both that are taken together.
func (s sessionSum) ids() string {
	if s.Together == "" {
		return untrusted.Cell(s.ID, 64)
	}
	return untrusted.Cell(s.ID, 64) + " and " + untrusted.Cell(s.Together, 64)
}

// length is as an adjective: "30-minute ".
func (s sessionSum) length() string {
	if s.Minutes == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f-minute ", s.Minutes)
}

func sessionTable(sessions []sessionSum, zone *time.Location) string {
	var b strings.Builder
	b.WriteString("\n| session | started | minutes | attended | absent | not on the roster |\n" +
		"| --- | --- | --- | --- | --- | --- |\n")
	for _, s := range sessions {
		live, minutes := "", ""
		if s.live {
			live = " (live)"
		}
		if s.Minutes > 0 {
			minutes = fmt.Sprintf("%.0f", s.Minutes)
		}
		fmt.Fprintf(&b, "| %s | %s%s | %s | %d | %d | %d |\n", s.ids(), momentOr(&s.StartedAt, zone, "unknown"), live,
			minutes, s.Attended, s.Absent, s.Guests)
	}
	return b.String()
}
