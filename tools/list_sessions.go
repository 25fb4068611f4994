package tools

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/listing"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type sessionsInput struct {
	Meeting string `json:"meeting,omitempty" jsonschema:"maxLength=2048,example=stand-up"`
	window
	Status string `json:"status,omitempty" jsonschema:"enum=LIVE,enum=ENDED"`
	SortBy string `json:"sort_by,omitempty" jsonschema:"enum=createdAt,enum=minutesConsumed,default=createdAt"`
	Order  string `json:"sort_order,omitempty" jsonschema:"enum=DESC,enum=ASC,default=DESC"`
	paging
	place

	// Accepted and not listed.
	PageNo  *int `json:"page_no,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	PerPage *int `json:"per_page,omitempty" jsonschema:"minimum=0,maximum=100"`
}

// JSONSchemaExtend adds the descriptions.
func (sessionsInput) JSONSchemaExtend(s *jsonschema.Schema) { describe(s, nil) }

type sessionsOutput struct {
	report.Head
	Total    int          `json:"total" jsonschema_description:"Sessions which match, as the API counts them"`
	Live     int          `json:"live" jsonschema_description:"Of those shown"`
	Consumed float64      `json:"minutes_consumed" jsonschema_description:"Of those shown, all participants together"`
	First    *time.Time   `json:"first_started,omitempty" jsonschema_description:"Of those shown"`
	Last     *time.Time   `json:"last_started,omitempty" jsonschema_description:"Of those shown"`
	Changed  bool         `json:"changed_while_reading" jsonschema_description:"The list changed meanwhile"`
	Sessions []sessionRow `json:"sessions"`
	LeftOut  int          `json:"left_out" jsonschema_description:"Sessions after those shown"`
	Next     string       `json:"next,omitempty" jsonschema_description:"How to get those left out"`

	Timezone string `json:"timezone"`

	zone  *time.Location
	table string // the text of Sessions
}

type sessionRow struct {
	ID            string     `json:"session_id"`
	MeetingID     string     `json:"meeting_id"`
	Title         string     `json:"title" jsonschema_description:"Of the meeting, untrusted text"`
	Status        string     `json:"status"`
	StartedAt     time.Time  `json:"started_at,omitzero"`
	EndedAt       *time.Time `json:"ended_at,omitempty"`
	HereNow       int        `json:"here_now"`
	MaxConcurrent int        `json:"max_concurrent" jsonschema_description:"Most participants at one time"`
	Consumed      float64    `json:"minutes_consumed" jsonschema_description:"All participants together, as the API counts"`

	zone *time.Location
}

func listSessions(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "list_sessions",
		Title: "List sessions",
		Description: "Returns the sessions of a meeting or of the whole app: when people met, how long, whether a " +
			"session is live, how many were in it at most. Use it to see when a meeting took place or what " +
			"is live now, and to get a session_id. get_meeting_attendance names the people. With page_no or " +
			"per_page it makes exactly that one API request, without them it reads as many pages as limit " +
			"needs.",
		Example: map[string]any{"meeting": "stand-up", "limit": 3},
		Old:     oldNamesWith(map[string]string{"session_id": ""}),
		Hidden:  []string{"page_no", "per_page"},
	}, func(ctx context.Context, call *mcptool.Call, in sessionsInput) (sessionsOutput, error) {
		zone := d.zoned(in.Timezone)
		w, err := in.window.read(d.now(), zone)
		if err != nil {
			return sessionsOutput{}, err
		}
		app, meetingID, err := d.sessionsOf(ctx, in, zone)
		if err != nil {
			return sessionsOutput{}, err
		}
		f := client.SessionFilter{
			MeetingID: meetingID,
			Status:    in.Status,
			SortBy:    in.SortBy,
			Ascending: in.Order == "ASC",
			After:     w.From,
			Before:    w.To,
		}
		l := sessionList{in: in, zone: zone, rows: report.NewRows[sessionRow](in.Limit)}
		l.count.Alone = in.PageNo != nil || in.PerPage != nil
		for page, err := range d.sessionPages(ctx, app, f, in.PageNo, in.PerPage, l.rows.Limit) {
			if err != nil {
				return sessionsOutput{}, err
			}
			l.add(page)
			if len(page.Items) > 0 {
				call.Progress(ctx, l.count.Read, max(l.count.Read, min(page.Total, l.rows.Limit)))
			}
			if l.end = page.End; !l.count.Alone && l.count.Read-l.others.Sum() >= l.rows.Limit {
				l.stopped = true
				break
			}
		}
		return l.done(), nil
	})
}

// sessionsOf is the app, and the meeting if one is named.
func (d *Deps) sessionsOf(ctx context.Context, in sessionsInput, zone *time.Location) (client.AppRef, string, error) {
	if in.Meeting == "" {
		app, err := d.finder(zone).App(ctx, in.where())
		return app.AppRef, "", err
	}
	s, err := d.finder(zone).Series(ctx, in.where(), in.Meeting)
	if err != nil {
		return client.AppRef{}, "", err
	}
	return s.App.AppRef, s.Meetings[0].ID, nil
}

// sessionPages gives the page asked for; else as many as there are, or only the
// first if that alone has as many as are wanted or all.
func (d *Deps) sessionPages(ctx context.Context, app client.AppRef, f client.SessionFilter, no, per *int,
	want int) iter.Seq2[client.Page[client.Session], error] {
	one := func(r client.PageRequest) (client.Page[client.Session], error) {
		return d.API.SessionsPage(ctx, app, f, r)
	}
	if no != nil || per != nil || want > client.PerPage {
		return listing.Pages(no, per, one, d.API.Sessions(ctx, app, f))
	}
	return func(yield func(client.Page[client.Session], error) bool) {
		first := 1
		page, err := one(client.PageRequest{No: &first, Per: &want})
		n := len(page.Items)
		meetings := 0
		for _, s := range page.Items {
			if which.Attended(s) {
				meetings++
			}
		}
		if err != nil || meetings >= want || n > 0 && page.Total == n {
			page.Coverage.Read, page.Coverage.Total = n, page.Total
			yield(page, err)
			return
		}
		for page, err := range d.API.Sessions(ctx, app, f) {
			if !yield(page, err) {
				return
			}
		}
	}
}

// sessionList folds pages into an answer.
type sessionList struct {
	in      sessionsInput
	zone    *time.Location
	out     sessionsOutput
	count   listing.Count
	others  which.OtherSessions
	rows    report.Rows[sessionRow]
	end     int  // the API's offset of the last row that was read
	stopped bool // there may be more
}

func (l *sessionList) add(page client.Page[client.Session]) {
	l.count.Page(page.Total, page.Coverage)
	for _, s := range page.Items {
		switch {
		case !l.count.First(s.ID):
		case !which.Attended(s):
			l.others.Add(s)
		default:
			l.rows.Add(sessionRow{ID: untrusted.Line(s.ID, 64), MeetingID: untrusted.Line(s.MeetingID, 64),
				Title: untrusted.Line(s.Title, 120), Status: untrusted.Line(s.Status, 20),
				StartedAt: s.StartedAt, EndedAt: when.Known(s.EndedAt), HereNow: s.LiveParticipants, MaxConcurrent: s.MaxConcurrent,
				Consumed: s.MinutesConsumed, zone: l.zone})
		}
	}
}

func (l *sessionList) done() sessionsOutput {
	o := l.out
	others := l.others.Sum()
	o.Total, o.Changed, o.Sessions, o.table = l.count.Length()-others, l.count.Changed(), l.rows.Shown,
		string(l.rows.Table)
	o.zone, o.Timezone = l.zone, l.zone.String()
	for _, s := range o.Sessions {
		if s.Status == "LIVE" {
			o.Live++
		}
		o.Consumed += s.Consumed
		o.First, o.Last = when.Earlier(o.First, s.StartedAt), when.Later(o.Last, s.StartedAt)
	}
	o.LeftOut = l.rows.Left
	switch {
	case l.count.Alone && l.end > 0:
		o.LeftOut += max(0, o.Total+others-l.end)
	case l.stopped:
		o.LeftOut += max(0, o.Total+others-l.count.Read)
	}
	o.AddNote(l.others.Note())
	o.AddNote(l.count.Note(l.stopped))
	o.Summary = o.headline()
	switch {
	case o.LeftOut == 0:
	case l.count.Alone:
		o.Next = fmt.Sprintf("Repeat the call with page_no=%d.", max(1, valueOr(l.in.PageNo, 1))+1)
	case len(o.Sessions) < 500:
		o.Next = fmt.Sprintf(
			"Repeat the call with limit=%d, or narrow it with meeting_id or a time range.",
			min(500, o.Total),
		)
	default:
		o.Next = "Narrow the call with meeting_id or a time range, or read single pages with page_no and per_page=100."
	}
	return o
}

func (o *sessionsOutput) headline() string {
	n := len(o.Sessions)
	first, last := when.MomentOr(o.First, o.zone, "at "+when.Unknown), when.MomentOr(o.Last, o.zone, when.Unknown)
	text := prose.Count(o.Total, "session", "sessions")
	switch {
	case o.Total == 0:
		return "No session was found."
	case n == 0:
		return text + ", none of them shown."
	case n == 1 && o.Total == 1:
		text += ", started " + first
	case n == 1:
		text += "; the one shown started " + first
	default:
		text += fmt.Sprintf("; the %d shown started from %s to %s", n, strings.TrimPrefix(first, "at "), last)
	}
	switch {
	case o.Live == n && n == 1:
		text += ", live"
	case o.Live > 0:
		text += fmt.Sprintf(", %d live", o.Live)
	}
	if o.Consumed >= 0.5 {
		text += fmt.Sprintf(", %.0f minutes consumed", o.Consumed)
	}
	return text + "."
}

// Text shows a row a session.
func (o sessionsOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	if len(o.Sessions) > 0 {
		b.WriteString(
			report.Header("meeting", "started", "ended", "most at once", "minutes consumed", "session_id", "meeting_id"),
		)
	}
	b.WriteString(o.table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func (s sessionRow) AppendText(b []byte) []byte {
	ended := when.MomentOr(s.EndedAt, s.zone, "unknown")
	if s.Status == "LIVE" {
		ended = fmt.Sprintf("live, %d there now", s.HereNow)
	}
	return fmt.Appendf(b, "| %s | %s | %s | %d | %.0f | %s | %s |\n", report.TitleCell(s.Title),
		when.MomentOr(&s.StartedAt, s.zone, "unknown"),
		ended, s.MaxConcurrent, s.Consumed, untrusted.Cell(s.ID, 64), untrusted.Cell(s.MeetingID, 64))
}
