package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// A Session is one session, or two taken together, with the numbers of its people.
// Times are in the zone of the answer.
type Session struct {
	ID        string     `json:"session_id"`
	Together  string     `json:"together_with,omitempty" jsonschema_description:"Id of a session counted as one with this"`
	Title     string     `json:"title,omitempty" jsonschema_description:"If there are several"`
	StartedAt time.Time  `json:"started_at,omitzero"`
	EndedAt   *time.Time `json:"ended_at,omitempty" jsonschema_description:"Absent while live"`
	LastLeft  *time.Time `json:"last_left,omitempty" jsonschema_description:"The last person, if not at ended_at"`
	LateFrom  *time.Time `json:"late_from,omitempty" jsonschema_description:"What late is counted from, if not the start"`
	EarlyFrom *time.Time `json:"early_from,omitempty" jsonschema_description:"If not the end"`
	Minutes   float64    `json:"session_minutes,omitempty" jsonschema_description:"Until the last person left"`
	Attended  int        `json:"attended,omitempty"`
	Absent    int        `json:"absent,omitempty"`
	Guests    int        `json:"guests,omitempty"`
	Rate      *int       `json:"rate_percent,omitempty" jsonschema_description:"Came of the invited"`

	Live bool `json:"-"` // and somebody is in it

	last, lateFrom, over *time.Time // last left, and what late and early are counted from, whether or not shown
}

// SessionOf sums up a column of sessions.
func SessionOf(column []client.Session, r attendance.Result, zone *time.Location) Session {
	first, last := column[0], column[len(column)-1]
	sum := Session{
		ID:       untrusted.Line(first.ID, 64),
		EndedAt:  local(last.EndedAt, zone),
		Attended: len(r.Attended),
		Absent:   len(r.Absent),
		Guests:   len(r.Guests),
		lateFrom: local(r.LateFrom, zone),
		over:     local(r.EarlyFrom, zone),
	}
	sum.Rate = rateOf(attendance.Group{Attended: sum.Attended, Invited: sum.Attended + sum.Absent})
	if start := local(first.StartedAt, zone); start != nil {
		sum.StartedAt = *start
	}
	sum.Live = r.Live && r.OverSince.IsZero()
	if len(column) > 1 {
		sum.Together = untrusted.Line(last.ID, 64)
	}
	if !r.Live || !r.OverSince.IsZero() {
		sum.last = local(r.End, zone)
	}
	if last.EndedAt.IsZero() && !r.Live && !anyLeft(r) {
		sum.last, sum.over = nil, nil // nothing tells when it ended
	} else {
		sum.Minutes = lived(r)
	}
	sum.sparing()
	return sum
}

// rateOf is nil if nobody was invited.
func rateOf(g attendance.Group) *int {
	rate, known := g.Rate()
	if !known {
		return nil
	}
	return &rate
}

// sparing shows those moments only that differ from others.
func (s *Session) sparing() {
	if !sameMinute(s.last, s.EndedAt) {
		s.LastLeft = s.last
	}
	if !sameMinute(s.lateFrom, &s.StartedAt) {
		s.LateFrom = s.lateFrom
	}
	if !sameMinute(s.over, s.last) {
		s.EarlyFrom = s.over
	}
}

// lived is the length of a session, without a pause between two. 0 is unknown.
func lived(r attendance.Result) float64 {
	total := 0
	for _, p := range r.Parts {
		if !p.Start.IsZero() {
			total += max(0, attendance.Minutes(p.Start, p.End))
		}
	}
	return Believable(total)
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

// SessionTable has a row a session, with its title if there are several.
func SessionTable(sessions []Session, zone *time.Location) string {
	var b strings.Builder
	rows := sessionRows(sessions, zone)
	b.WriteString(Header(rows[0]...))
	for _, row := range rows[1:] {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	return b.String()
}

// sessionRows are the cells of SessionTable, its heading first.
func sessionRows(sessions []Session, zone *time.Location) [][]string {
	head := []string{"session", "started", "minutes", "attended", "absent", "not on the roster", "rate"}
	titled := slices.ContainsFunc(sessions, func(s Session) bool { return s.Title != "" })
	if titled {
		head = append(head, "meeting")
	}
	rows := [][]string{head}
	for _, s := range sessions {
		live, minutes, rate := "", "", ""
		if s.Live {
			live = " (live)"
		}
		if s.Minutes > 0 {
			minutes = fmt.Sprintf("%.0f", s.Minutes)
		}
		if s.Rate != nil {
			rate = fmt.Sprintf("%d%%", *s.Rate)
		}
		row := []string{
			s.IDs(),
			when.MomentOr(&s.StartedAt, zone, "unknown") + live,
			minutes,
			strconv.Itoa(s.Attended),
			strconv.Itoa(s.Absent),
			strconv.Itoa(s.Guests),
			rate,
		}
		if titled {
			row = append(row, TitleCell(s.Title))
		}
		rows = append(rows, row)
	}
	return rows
}
