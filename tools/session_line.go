package tools

import (
	"fmt"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// sessionSum is one session with the numbers of its people.
type sessionSum struct {
	ID        string     `json:"session_id"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty" jsonschema:"description=Absent while live"`
	Minutes   float64    `json:"session_minutes"`
	Attended  int        `json:"attended" jsonschema:"description=Invited people who came"`
	Absent    int        `json:"absent" jsonschema:"description=Of those invited by then"`
	Guests    int        `json:"guests"`
}

func sessionOf(s client.Session, r attendance.Result, asOf time.Time) sessionSum {
	sum := sessionSum{ID: untrusted.Line(s.ID, 64), StartedAt: s.StartedAt, Attended: len(r.Attended), Absent: len(r.Absent), Guests: len(r.Guests)}
	end := asOf
	if !s.EndedAt.IsZero() {
		end = s.EndedAt
		sum.EndedAt = &end
	}
	sum.Minutes = minutes(max(0, end.Sub(s.StartedAt)))
	return sum
}

func sessionTable(sessions []sessionSum, zone *time.Location) string {
	var b strings.Builder
	b.WriteString("\n| session | started | minutes | attended | absent | guests |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, s := range sessions {
		live := ""
		if s.EndedAt == nil {
			live = " (live)"
		}
		fmt.Fprintf(&b, "| %s | %s%s | %.0f | %d | %d | %d |\n", untrusted.Cell(s.ID, 64), moment(s.StartedAt, zone), live, s.Minutes, s.Attended, s.Absent, s.Guests)
	}
	return b.String()
}
