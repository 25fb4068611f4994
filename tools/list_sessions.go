package tools

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

type sessionsInput struct {
	MeetingID string     `json:"meeting_id,omitempty" jsonschema:"format=uuid,description=Only sessions of this meeting (a URL that holds its id is accepted),example=497f6eca-6276-4993-bfeb-53cbbbba6f08"`
	Status    string     `json:"status,omitempty" jsonschema:"enum=LIVE,enum=ENDED,description=Only sessions which go on or have ended"`
	After     *time.Time `json:"started_after,omitempty" jsonschema:"format=date-time,description=Only sessions that started at or after this time,example=2026-11-23T00:00:00Z"`
	Before    *time.Time `json:"started_before,omitempty" jsonschema:"format=date-time,description=Only sessions that started before this time,example=2026-11-24T00:00:00Z"`
	SortBy    string     `json:"sort_by,omitempty" jsonschema:"enum=createdAt,enum=minutesConsumed,description=createdAt is the default"`
	Order     string     `json:"sort_order,omitempty" jsonschema:"enum=DESC,enum=ASC,description=DESC (newest or most first) is the default"`
	PageNo    *int       `json:"page_no,omitempty" jsonschema:"minimum=0,maximum=1000000,description=Page of the API; default 1,example=1"`
	PerPage   *int       `json:"per_page,omitempty" jsonschema:"minimum=0,maximum=100,description=Sessions of the page; default 25,example=25"`
	scope
}

type sessionsOutput struct {
	Total    int          `json:"total" jsonschema:"description=Sessions which match"`
	Sessions []sessionRow `json:"sessions"`
	LeftOut  int          `json:"left_out" jsonschema:"description=Sessions on later pages"`
	Next     string       `json:"next,omitempty" jsonschema:"description=How to get those left out"`
}

type sessionRow struct {
	ID            string     `json:"session_id"`
	MeetingID     string     `json:"meeting_id"`
	Title         string     `json:"title" jsonschema:"description=Of the meeting; untrusted text"`
	Status        string     `json:"status"`
	StartedAt     time.Time  `json:"started_at"`
	EndedAt       *time.Time `json:"ended_at,omitempty"`
	HereNow       int        `json:"here_now"`
	MaxConcurrent int        `json:"max_concurrent" jsonschema:"description=Most participants at one time"`
	Consumed      float64    `json:"minutes_consumed" jsonschema:"description=Of all participants together; as the API counts"`
}

func listSessions(d *Deps) server.ServerTool {
	return define(d, "list_sessions", "List sessions",
		"Returns the sessions of a meeting or of the whole app: when people met, how long, whether a session is live, how many were in it at most. Use it to see when a meeting took place or what is live now, and to get a session_id; get_meeting_attendance names the people. It makes exactly one API request: 25 sessions, newest first, unless page_no and per_page (up to 100) say otherwise.",
		func(ctx context.Context, _ mcp.CallToolRequest, in sessionsInput) (sessionsOutput, error) {
			app, err := d.app(ctx, in.scope)
			if err != nil {
				return sessionsOutput{}, err
			}
			f := client.SessionFilter{MeetingID: in.MeetingID, Status: in.Status, SortBy: in.SortBy, Ascending: in.Order == "ASC", After: valueOr(in.After, time.Time{}), Before: valueOr(in.Before, time.Time{})}
			per := valueOr(in.PerPage, 25)
			page, err := d.API.SessionsPage(ctx, app, f, client.PageRequest{No: in.PageNo, Per: &per})
			if err != nil {
				return sessionsOutput{}, err
			}
			out := sessionsOutput{Total: max(page.Total, len(page.Items)), Sessions: []sessionRow{}}
			for _, s := range page.Items {
				row := sessionRow{ID: untrusted.Line(s.ID, 64), MeetingID: untrusted.Line(s.MeetingID, 64), Title: untrusted.Line(s.Title, 120), Status: untrusted.Line(s.Status, 20),
					StartedAt: s.StartedAt, HereNow: s.LiveParticipants, MaxConcurrent: s.MaxConcurrent, Consumed: s.MinutesConsumed}
				row.EndedAt = known(s.EndedAt)
				out.Sessions = append(out.Sessions, row)
			}
			if page.End > 0 && page.End < out.Total {
				out.LeftOut = out.Total - page.End
				out.Next = fmt.Sprintf("Repeat the call with page_no=%d.", max(1, valueOr(in.PageNo, 1))+1)
			}
			return out, nil
		})
}

// Text shows a row a session.
func (o sessionsOutput) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n", people(o.Total, "session", "sessions"))
	if len(o.Sessions) > 0 {
		b.WriteString("\n| meeting | started | ended | most at once | minutes consumed | session_id | meeting_id |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	}
	for _, s := range o.Sessions {
		ended := ""
		if s.EndedAt != nil {
			ended = clock(*s.EndedAt)
		} else if s.Status == "LIVE" {
			ended = fmt.Sprintf("live, %d there now", s.HereNow)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %.0f | %s | %s |\n", cmp.Or(untrusted.Cell(s.Title, 120), "(untitled)"), clock(s.StartedAt), ended, s.MaxConcurrent, s.Consumed, untrusted.Cell(s.ID, 64), untrusted.Cell(s.MeetingID, 64))
	}
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more on later pages. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}
