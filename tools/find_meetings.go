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
	Query  string     `json:"query,omitempty" jsonschema:"maxLength=200,example=stand-up"`
	Status string     `json:"status,omitempty" jsonschema:"enum=ACTIVE,enum=INACTIVE"`
	After  *time.Time `json:"created_after,omitempty" jsonschema:"format=date-time"`
	Before *time.Time `json:"created_before,omitempty" jsonschema:"format=date-time"`
	Limit  int        `json:"limit,omitempty" jsonschema:"minimum=1,maximum=200,default=20"`
	Zone   string     `json:"timezone,omitempty" jsonschema:"maxLength=64,example=Europe/Berlin"`
	scope
}

// JSONSchemaExtend adds the descriptions.
func (findMeetingsInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{
		"query":          "Part of the title, or an id",
		"created_after":  "Only meetings created at or after this date or time",
		"created_before": "Only meetings created before this time, or by the end of this date",
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
		Example: map[string]any{"query": "stand-up"},
	}, func(ctx context.Context, _ *mcptool.Call, in findMeetingsInput) (findMeetingsOutput, error) {
		app, err := d.app(ctx, in.scope)
		if err != nil {
			return findMeetingsOutput{}, err
		}
		f := client.MeetingFilter{
			Search: in.Query,
			Status: in.Status,
			After:  valueOr(in.After, time.Time{}),
			Before: valueOr(in.Before, time.Time{}),
		}
		named, others := newestMeetings{limit: in.Limit}, newestMeetings{limit: in.Limit}
		var read client.Coverage
		for page, err := range d.API.Meetings(ctx, app, f) {
			if err != nil {
				return findMeetingsOutput{}, err
			}
			read = page.Coverage
			for _, m := range page.Items {
				switch {
				case !fits(f, m):
				case holds(m, in.Query):
					named.add(m)
				default:
					others.add(m)
				}
			}
		}
		out := findMeetingsOutput{zone: d.zoned(in.Zone)}
		out.Timezone = out.zone.String()
		out.fill(named, others, in.Query)
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

// holds reports whether a meeting's title or id holds the query.
func holds(m client.Meeting, query string) bool {
	return strings.Contains(match.Fold(m.Title), match.Fold(query)) || strings.Contains(m.ID, strings.ToLower(query))
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
