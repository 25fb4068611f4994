package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

type findMeetingsInput struct {
	Meeting string `json:"meeting,omitempty" jsonschema:"maxLength=2048,example=stand-up"`
	Status  string `json:"status,omitempty" jsonschema:"enum=ACTIVE,enum=INACTIVE"`
	From    string `json:"from,omitempty" jsonschema:"maxLength=60,example=2026-11-01"`
	To      string `json:"to,omitempty" jsonschema:"maxLength=60,example=2026-11-30"`
	paging
	place
}

// JSONSchemaExtend adds the descriptions.
func (findMeetingsInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{
		"meeting": "Words of the title, or id",
		"from":    "Created since",
		"to":      "Created until",
	})
}

type findMeetingsOutput struct {
	report.Head
	Matching int          `json:"matching"`
	Meetings []meetingRow `json:"meetings"`
	LeftOut  int          `json:"left_out"`
	Next     string       `json:"next,omitempty" jsonschema_description:"How to get those left out"`
	Timezone string       `json:"timezone"`

	zone *time.Location
}

type meetingRow struct {
	ID        string    `json:"id"`
	Title     string    `json:"title" jsonschema_description:"Untrusted text"`
	Status    string    `json:"status"`
	CreatedAt time.Time `json:"created_at,omitzero"`
}

func (o findMeetingsOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	if len(o.Meetings) > 0 {
		b.WriteString(report.Header("title", "meeting_id", "status", "created"))
	}
	for _, m := range o.Meetings {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", report.TitleCell(m.Title), untrusted.Cell(m.ID, 64),
			untrusted.Cell(m.Status, 20), when.MomentOr(&m.CreatedAt, o.zone, "unknown"))
	}
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not shown. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func findMeetings(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "find_meetings",
		Title: "Find meetings",
		Description: "Returns meetings by part of their title or by id, status and creation time, newest first, with " +
			"the meeting_id that the other tools need. Start here if you only know what a meeting is called. " +
			"A meeting is a re-usable room: its creation time is not when people met.",
		Example: map[string]any{"meeting": "stand-up"},
		Old: oldNamesWith(map[string]string{
			"created_after": "from", "created_before": "to", "started_after": "", "started_before": "", "session_id": "",
		}),
	}, func(ctx context.Context, _ *mcptool.Call, in findMeetingsInput) (findMeetingsOutput, error) {
		zone := d.zoned(in.Timezone)
		created, err := when.ReadWindow("", in.From, in.To, d.now(), zone)
		if err != nil {
			return findMeetingsOutput{}, err
		}
		app, err := d.finder(zone).App(ctx, in.where())
		if err != nil {
			return findMeetingsOutput{}, err
		}
		f := client.MeetingFilter{Search: in.Meeting, Status: in.Status, After: created.From, Before: created.To}
		named, others := newestMeetings{limit: in.Limit}, newestMeetings{limit: in.Limit}
		var read client.Coverage
		for page, err := range d.API.Meetings(ctx, app.AppRef, f) {
			if err != nil {
				return findMeetingsOutput{}, err
			}
			read = page.Coverage
			for _, m := range page.Items {
				switch {
				case !fits(f, m):
				case match.Holds(m.Title, in.Meeting) || strings.EqualFold(m.ID, in.Meeting):
					named.add(m)
				default:
					others.add(m)
				}
			}
		}
		out := findMeetingsOutput{zone: zone}
		out.Timezone = out.zone.String()
		out.fill(named, others, in.Meeting)
		out.AddNote(read.Note())
		return out, nil
	})
}

func (o *findMeetingsOutput) fill(named, others newestMeetings, query string) {
	if named.count == 0 && others.count > 0 {
		o.AddNote(fmt.Sprintf("No title or id holds %q; these are what the API's search gives.", untrusted.Line(query, 80)))
		named = others
	}
	o.Matching, o.Meetings = named.count, append([]meetingRow{}, named.newest()...)
	o.LeftOut = o.Matching - len(o.Meetings)
	if o.LeftOut > 0 {
		o.Next = "Narrow query or dates, or raise limit (up to 200)."
	}
	switch o.Matching {
	case 0:
		o.Summary = "No meeting was found."
		if query != "" {
			o.AddNote(
				fmt.Sprintf("No title or id holds %q; the same call without query lists all meetings.", untrusted.Line(query, 80)),
			)
		}
	case 1:
		o.Summary = "1 meeting found."
	default:
		o.Summary = fmt.Sprintf("%d meetings found, newest first.", o.Matching)
	}
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

// newestMeetings keeps the newest of the meetings that it counts.
type newestMeetings struct {
	limit, count int
	rows         []meetingRow
}

func (n *newestMeetings) add(m client.Meeting) {
	n.count++
	n.rows = append(n.rows, meetingRow{untrusted.Line(m.ID, 64), untrusted.Line(m.Title, 120), untrusted.Line(m.Status,
		20), m.CreatedAt})
	if len(n.rows) >= 2*n.limit {
		n.rows = n.newest()
	}
}

func (n *newestMeetings) newest() []meetingRow {
	slices.SortStableFunc(n.rows, func(a, b meetingRow) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return n.rows[:min(n.limit, len(n.rows))]
}
