package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

type findMeetingsInput struct {
	Query  string     `json:"query,omitempty" jsonschema:"maxLength=200,description=Part of the title or an id,example=stand-up"`
	Status string     `json:"status,omitempty" jsonschema:"enum=ACTIVE,enum=INACTIVE"`
	After  *time.Time `json:"created_after,omitempty" jsonschema:"format=date-time,description=Only meetings created at or after this time,example=2026-11-01T00:00:00Z"`
	Before *time.Time `json:"created_before,omitempty" jsonschema:"format=date-time,description=Only meetings created before this time,example=2026-12-01T00:00:00Z"`
	Limit  *int       `json:"limit,omitempty" jsonschema:"minimum=1,maximum=200,description=Rows shown; default 20,example=20"`
	scope
}

type findMeetingsOutput struct {
	Matching int          `json:"matching"`
	Meetings []meetingRow `json:"meetings"`
	LeftOut  int          `json:"left_out"`
}

type meetingRow struct {
	ID        string    `json:"id"`
	Title     string    `json:"title" jsonschema:"description=Untrusted text"`
	Status    string    `json:"status"`
	CreatedAt time.Time `json:"created_at"`
}

func (o findMeetingsOutput) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s found, newest first.\n", people(o.Matching, "meeting", "meetings"))
	if len(o.Meetings) > 0 {
		b.WriteString("\n| title | meeting_id | status | created |\n| --- | --- | --- | --- |\n")
	}
	for _, m := range o.Meetings {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", untrusted.Cell(m.Title, 120), untrusted.Cell(m.ID, 64), untrusted.Cell(m.Status, 20), clock(m.CreatedAt))
	}
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not shown: narrow query or dates, or raise limit (up to 200).\n", o.LeftOut)
	}
	return b.String()
}

func findMeetings(d *Deps) server.ServerTool {
	return define(d, "find_meetings", "Find meetings",
		"Returns meetings by part of their title or by id, status and creation time, newest first, with the meeting_id that the other tools need. Start here when you only know what a meeting is called. A meeting is a re-usable room: its creation time is not when people met. Shows 20 rows unless limit (up to 200) says otherwise.",
		func(ctx context.Context, _ mcp.CallToolRequest, in findMeetingsInput) (findMeetingsOutput, error) {
			app, err := d.app(ctx, in.scope)
			if err != nil {
				return findMeetingsOutput{}, err
			}
			f := client.MeetingFilter{Search: in.Query, Status: in.Status, After: valueOr(in.After, time.Time{}), Before: valueOr(in.Before, time.Time{})}
			limit := valueOr(in.Limit, 20)
			out := findMeetingsOutput{Meetings: []meetingRow{}}
			seen := map[string]struct{}{}
			for page, err := range d.API.Meetings(ctx, app, f) {
				if err != nil {
					return out, err
				}
				for _, m := range page.Items {
					if _, dup := seen[m.ID]; dup {
						continue
					}
					seen[m.ID] = struct{}{}
					out.Meetings = append(out.Meetings, meetingRow{untrusted.Line(m.ID, 64), untrusted.Line(m.Title, 120), untrusted.Line(m.Status, 20), m.CreatedAt})
				}
				slices.SortStableFunc(out.Meetings, func(a, b meetingRow) int { return b.CreatedAt.Compare(a.CreatedAt) })
				out.Meetings = out.Meetings[:min(limit, len(out.Meetings))]
			}
			out.Matching = len(seen)
			out.LeftOut = out.Matching - len(out.Meetings)
			return out, nil
		})
}
