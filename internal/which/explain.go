package which

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

func (p *Picked) take(c attendance.Choice, r *presence.Reader) error {
	var column []client.Session
	for _, i := range c.Sessions {
		column = append(column, p.Listed[i])
	}
	p.Columns = [][]client.Session{column}
	if !c.Together {
		p.note(p.justBefore(c.Latest, r.Zone))
	}
	if c.Reopened {
		after := prose.Count(int(c.After/time.Minute), "minute", "minutes") + " later"
		p.explain(r.Zone, []client.Session{p.Listed[c.Latest]}, after)
	} else {
		p.explain(r.Zone, nil, "")
	}
	return nil
}

// justBefore is a note on the session that a live one may have only opened again.
// A live session is always the latest, but it may not be the one that is meant.
func (p *Picked) justBefore(latest int, zone *time.Location) string {
	live := p.Listed[latest]
	if !live.Live() || live.StartedAt.IsZero() {
		return ""
	}
	for i, s := range slices.Backward(p.Listed) {
		pause := live.StartedAt.Sub(s.EndedAt)
		if i == latest || s.EndedAt.IsZero() || pause < 0 || pause > time.Hour || s.EndedAt.Sub(s.StartedAt) < 5*time.Minute {
			continue
		}
		return fmt.Sprintf("Session %s ended %s before this one, which is live; pass it as session if that one is meant.",
			named(s, zone), prose.Count(int(pause/time.Minute), "minute", "minutes"))
	}
	return ""
}

// explain says why not the literally latest session is taken, or not it alone.
// Reopenings are those that the only column stands for.
func (p *Picked) explain(zone *time.Location, reopenings []client.Session, after string) {
	column := p.Columns[0]
	which := "session " + named(column[0], zone)
	if len(column) > 1 {
		which = "two sessions together, " + named(column[0], zone) + " and " + named(column[1],
			zone) + ", for the same people came back after a break"
		p.Why = "This is about " + which + "."
	}
	if len(reopenings) > 0 {
		latest := reopenings[len(reopenings)-1]
		p.Why = fmt.Sprintf("This is about %s, not about the latest, %s, which only opened the meeting again%s.", which,
			named(latest, zone), spaced(after))
		p.note("sessions=latest takes the latest session even so.")
	}
}

func spaced(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

// named is a session's id with its begin.
func named(s client.Session, zone *time.Location) string {
	return untrusted.Line(s.ID, 64) + " (" + when.MomentOr(&s.StartedAt, zone, when.Unknown) + ")"
}

const maxReopenings = 5 // named in a note

func reopeningNote(reopenings []attendance.Held, zone *time.Location) string {
	if len(reopenings) == 0 {
		return ""
	}
	var which []string
	if n := len(reopenings) - maxReopenings; n > 0 {
		which = append(which, prose.Count(n, "earlier one", "earlier ones"))
	}
	for _, h := range reopenings[max(0, len(reopenings)-maxReopenings):] {
		which = append(which, untrusted.Line(h.ID, 64)+" ("+when.MomentOr(&h.Start, zone, when.Unknown)+")")
	}
	return fmt.Sprintf("%s not counted, for somebody only opened the meeting again: %s.",
		prose.Count(len(reopenings), "session is", "sessions are"), strings.Join(which, ", "))
}
