package tools

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type findMeetingsInput struct {
	Meeting string `json:"meeting,omitempty" jsonschema:"maxLength=2048,example=stand-up"`
	Status  string `json:"status,omitempty" jsonschema:"enum=ACTIVE,enum=INACTIVE"`
	From    string `json:"from,omitempty" jsonschema:"maxLength=60,example=2026-11-01"`
	To      string `json:"to,omitempty" jsonschema:"maxLength=60,example=2026-11-30"`
	pages
	place
}

// JSONSchemaExtend adds the descriptions.
func (findMeetingsInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{"from": "Created", "to": "Created"})
}

type findMeetingsOutput struct {
	report.Head
	Matching int          `json:"matching"`
	Meetings []meetingRow `json:"meetings"`
	Closest  []meetingRow `json:"closest,omitempty" jsonschema_description:"If none fits"`
	Searched []string     `json:"searched_apps,omitempty"`
	LeftOut  int          `json:"left_out"`
	Next     string       `json:"next,omitempty"`
	Timezone string       `json:"timezone"`

	zone  *time.Location
	table string // the text of Meetings
}

type meetingRow struct {
	ID        string     `json:"id"`
	Title     string     `json:"title,omitempty"`
	App       string     `json:"app,omitempty"`
	Status    string     `json:"status,omitempty"`
	CreatedAt *time.Time `json:"created_at,omitempty"`
	LastMet   *time.Time `json:"last_met,omitempty"`

	zone *time.Location
}

// Empty reports whether there is no title in it.
func (o findMeetingsOutput) Empty() bool { return len(o.Meetings)+len(o.Closest) == 0 }

func (o findMeetingsOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	if len(o.Meetings) > 0 {
		names := []string{"title", "meeting_id", "status", "created"}
		if o.Meetings[0].App != "" {
			names = append(names, "app")
		}
		b.WriteString(report.Header(names...))
	}
	b.WriteString(o.table)
	if len(o.Closest) > 0 {
		b.WriteString(report.Header("closest title", "meeting_id", "app", "last met"))
	}
	for _, m := range o.Closest {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", report.TitleCell(m.Title), untrusted.Cell(m.ID, 64),
			untrusted.Cell(m.App, 80), when.MomentOr(m.LastMet, o.zone, "never"))
	}
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not shown. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func (m meetingRow) AppendText(b []byte) []byte {
	b = fmt.Appendf(b, "| %s | %s | %s | %s |", report.TitleCell(m.Title), untrusted.Cell(m.ID, 64),
		untrusted.Cell(m.Status, 20), when.MomentOr(m.CreatedAt, m.zone, "unknown"))
	if m.App != "" {
		b = fmt.Appendf(b, " %s |", untrusted.Cell(m.App, 80))
	}
	return append(b, '\n')
}

func findMeetings(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "find_meetings",
		Title: "Find meetings",
		Description: "Returns meetings (rooms) by title, id, status or creation time, newest first. " +
			"When they met is in list_sessions.",
		Example: map[string]any{"meeting": "stand-up"},
		Old: oldNamesWith(map[string]string{
			"created_after": "from", "created_before": "to", "started_after": "", "started_before": "", "session_id": "",
			"search": "meeting", "title": "meeting",
		}),
	}, func(ctx context.Context, _ *mcptool.Call, in findMeetingsInput) (findMeetingsOutput, error) {
		zone := d.zoned(in.Timezone)
		created, err := when.ReadWindow("", in.From, in.To, d.now(), zone)
		if err != nil {
			return findMeetingsOutput{}, err
		}
		f := client.MeetingFilter{Status: in.Status, After: created.From, Before: created.To}
		keep := func(m client.Meeting) bool { return fits(f, m) }
		finder := d.finder(zone)
		var found which.Found
		one, isID, err := finder.FindID(ctx, in.where(), in.Meeting)
		if !isID {
			found, err = finder.Find(ctx, in.where(), in.Meeting, f, keep)
		} else if err == nil && keep(one.Meeting) {
			found.Meetings, found.Searched = []which.Placed{one}, []string{one.App.String()}
		}
		if err != nil {
			return findMeetingsOutput{}, err
		}
		out := findMeetingsOutput{zone: zone, Timezone: zone.String()}
		out.fill(in, found, d.AppID, created)
		return out, nil
	})
}

func (o *findMeetingsOutput) fill(in findMeetingsInput, found which.Found, appID string, created when.Window) {
	rows := rowsOf[meetingRow](in.pages, "")
	several := len(found.Searched) > 1
	for _, m := range found.Meetings {
		row := meetingRow{
			ID:        untrusted.Line(m.ID, 64),
			Title:     untrusted.Line(m.Title, 120),
			Status:    untrusted.Line(m.Status, 20),
			CreatedAt: when.In(m.CreatedAt, o.zone),
			zone:      o.zone,
		}
		if several || m.App.AppID != appID && appID != "" {
			row.App = cmp.Or(untrusted.Line(m.App.Name, 80), m.App.AppID)
		}
		rows.Add(row)
	}
	o.Matching, o.Meetings, o.LeftOut = len(found.Meetings), rows.Shown, rows.Left
	o.Next, o.table = rows.Next(), string(rows.Table)
	for _, c := range found.Closest {
		o.Closest = append(o.Closest, meetingRow{
			ID:      untrusted.Line(c.Meetings[0].ID, 64),
			Title:   untrusted.Line(c.Title, 120),
			App:     cmp.Or(untrusted.Line(c.App.Name, 80), c.App.AppID),
			LastMet: when.In(valueOr(c.LastMet, time.Time{}), o.zone),
			zone:    o.zone,
		})
	}
	if several {
		for _, app := range found.Searched {
			o.Searched = append(o.Searched, strings.Trim(app, `"`))
		}
	}
	o.Summary = o.headline(in, created)
	if several {
		o.AddNote("Searched apps: " + prose.Enumerate(found.Searched) + ".")
	}
	for _, n := range found.Unread {
		o.AddNote(n)
	}
}

func (o *findMeetingsOutput) headline(in findMeetingsInput, created when.Window) string {
	with := ""
	if in.Status != "" {
		with += " of status " + in.Status
	}
	if created.Given() {
		with += " created " + created.String()
	}
	switch {
	case o.Matching == 0:
		text := "No meeting" + with + " was found"
		if in.Meeting != "" {
			text = fmt.Sprintf("No meeting%s has %q as title or id", with, untrusted.Line(in.Meeting, 80))
		}
		if with != "" {
			text += "; without status, from and to more may fit"
		} else if in.Meeting != "" {
			text += "; without meeting all are listed"
		}
		return text + "."
	case o.Matching == 1:
		return "1 meeting" + with + " found."
	case len(o.Meetings) == 0:
		return fmt.Sprintf("%d meetings%s found, none of them after the first %d.", o.Matching, with, in.Offset)
	}
	return fmt.Sprintf("%d meetings%s found, newest first.", o.Matching, with)
}

// fits checks what the API made of a filter, for its documentation does not say.
func fits(f client.MeetingFilter, m client.Meeting) bool {
	switch {
	case f.Status != "" && m.Status != "" && f.Status != m.Status:
		return false
	case m.CreatedAt.IsZero():
		return true
	}
	return (f.After.IsZero() || !m.CreatedAt.Before(f.After)) && (f.Before.IsZero() || m.CreatedAt.Before(f.Before))
}
