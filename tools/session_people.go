package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

const (
	maxLookedInto = 25 // sessions whose people one call reads
	maxNames      = 20 // of a session
)

// came says who came to a session.
type came struct {
	Came     int      `json:"came"`
	Invited  int      `json:"invited,omitempty"`
	Attended int      `json:"invited_who_came,omitempty"`
	Share    *int     `json:"percent_of_invited,omitempty"`
	Guests   int      `json:"guests,omitempty"`
	Names    []string `json:"who,omitempty"`
	More     int      `json:"more_who,omitempty"`
}

func (c *came) appendText(b []byte) []byte {
	if c == nil {
		return append(b, "  |  |  |  |"...)
	}
	share := ""
	if c.Share != nil {
		share = fmt.Sprintf("%d of %d (%d %%)", c.Attended, c.Invited, *c.Share)
	}
	names := make([]string, len(c.Names))
	for i, name := range c.Names {
		names[i] = report.NameCell(name)
	}
	if c.More > 0 {
		names = append(names, fmt.Sprintf("and %d more", c.More))
	}
	return fmt.Appendf(b, " %d | %s | %d | %s |", c.Came, share, c.Guests, strings.Join(names, ", "))
}

// whoCame reads the people of the sessions that will be shown, the first so many.
func (d *Deps) whoCame(ctx context.Context, call *mcptool.Call, l *sessionList) error {
	found := l.sessions()
	shown := found[min(l.in.Offset, len(found)):]
	if l.in.alone() {
		shown = found
	}
	if l.in.Limit > 0 {
		shown = shown[:min(l.in.Limit, len(shown))]
	}
	if len(shown) > maxLookedInto {
		l.notes = append(l.notes, fmt.Sprintf("Who came was read for the first %d; for those after repeat the call "+
			"with offset=%d.", maxLookedInto, l.in.Offset+maxLookedInto))
		shown = shown[:maxLookedInto]
	}
	done := map[string]bool{}
	for i := range shown {
		app := shown[i].app
		if done[app.AppID] {
			continue
		}
		done[app.AppID] = true
		var here []*foundSession
		for k := i; k < len(shown); k++ {
			if shown[k].app.AppID == app.AppID {
				here = append(here, &shown[k])
			}
		}
		if err := d.whoCameIn(ctx, call, l, app, here); err != nil {
			return err
		}
	}
	return nil
}

// whoCameIn judges the sessions of one app, each by itself. What cannot be read costs
// no more than the people.
func (d *Deps) whoCameIn(ctx context.Context, call *mcptool.Call, l *sessionList, app which.App,
	sessions []*foundSession) error {
	reader := d.people(call, l.window.Zone(), nil)(app)
	reader.Rooms = false // who is in a room came through the session
	slices.SortStableFunc(sessions, func(a, b *foundSession) int { return a.StartedAt.Compare(b.StartedAt) })
	byID := map[string]*foundSession{}
	var columns [][]client.Session
	for _, s := range sessions {
		byID[s.ID] = s
		columns = append(columns, []client.Session{s.Session})
	}
	judged, err := reader.Results(ctx, columns, nil)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		l.notes = append(l.notes, "Who came is not known: "+untrusted.Line(err.Error(), 400))
		return nil
	}
	for i, r := range judged.Results {
		s := byID[judged.Columns[i][0].ID]
		s.came = cameOf(r)
		s.lasted = report.SessionOf(judged.Columns[i], r, l.window.Zone()).Minutes
	}
	over := attendance.Over(judged.Results)
	l.out.People += len(over.Attended) + len(over.Guests)
	l.out.Looked += len(judged.Results)
	l.notes = slices.Concat(l.notes, judged.LeftOut, reader.Notes(), report.ResultNotes(over))
	return nil
}

func cameOf(r attendance.Result) *came {
	c := &came{
		Came:     len(r.Attended) + len(r.Guests),
		Attended: len(r.Attended),
		Invited:  len(r.Attended) + len(r.Absent),
		Guests:   len(r.Guests),
	}
	if c.Invited > 0 && !r.JustInTime {
		share := (200*c.Attended + c.Invited) / (2 * c.Invited)
		c.Share = &share
	}
	if r.JustInTime {
		c.Invited, c.Attended = 0, 0 // the roster does not tell who was
	}
	people := slices.Concat(r.Attended, r.Guests)
	c.More = max(0, len(people)-maxNames)
	unnamed := 0
	for _, p := range people[:len(people)-c.More] {
		if name := untrusted.Line(p.Name, 80); name != "" {
			c.Names = append(c.Names, name)
		} else {
			unnamed++
		}
	}
	if unnamed > 0 {
		c.Names = append(c.Names, prose.Count(unnamed, "unnamed", "unnamed"))
	}
	return c
}
