package tools

import (
	"cmp"
	"context"
	"errors"
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

type sessionsInput struct {
	Meeting string `json:"meeting,omitempty" jsonschema:"maxLength=2048,example=stand-up"`
	window
	Status string `json:"status,omitempty" jsonschema:"enum=LIVE,enum=ENDED"`
	People bool   `json:"people,omitempty"`
	SortBy string `json:"sort_by,omitempty" jsonschema:"enum=createdAt,enum=minutesConsumed"`
	Order  string `json:"sort_order,omitempty" jsonschema:"enum=DESC,enum=ASC"`
	Format string `json:"format,omitempty" jsonschema:"enum=csv,enum=concise,enum=detailed"`
	pages
	place

	// Accepted and not listed.
	PageNo  *int `json:"page_no,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	PerPage *int `json:"per_page,omitempty" jsonschema:"minimum=0,maximum=100"`
}

// alone reports whether one page of the API is asked for.
func (in sessionsInput) alone() bool { return in.PageNo != nil || in.PerPage != nil }

// JSONSchemaExtend adds the descriptions.
func (sessionsInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{"people": "Also who came"})
}

type sessionsOutput struct {
	report.Head
	Total    int          `json:"total"`
	AtLeast  bool         `json:"at_least,omitempty"`
	Live     int          `json:"live" jsonschema_description:"As those below, of those shown"`
	Consumed float64      `json:"minutes_consumed"`
	First    *time.Time   `json:"first_started,omitempty"`
	Last     *time.Time   `json:"last_started,omitempty"`
	Changed  bool         `json:"changed_while_reading,omitempty"`
	People   int          `json:"different_people,omitempty"`
	Looked   int          `json:"sessions_with_people,omitempty"`
	Sessions []sessionRow `json:"sessions"`
	CSV      string       `json:"csv,omitempty"`
	LeftOut  int          `json:"left_out"`
	Next     string       `json:"next,omitempty"`
	Timezone string       `json:"timezone"`

	zone  *time.Location
	table string // the text of Sessions
}

type sessionRow struct {
	ID            string     `json:"session_id"`
	MeetingID     string     `json:"meeting_id,omitempty"`
	Title         string     `json:"title,omitempty"`
	App           string     `json:"app,omitempty"`
	Status        string     `json:"status,omitempty"`
	StartedAt     *time.Time `json:"started_at,omitempty"`
	EndedAt       *time.Time `json:"ended_at,omitempty"`
	Minutes       float64    `json:"minutes,omitempty"`
	HereNow       int        `json:"here_now,omitempty"`
	MaxConcurrent int        `json:"max_concurrent,omitempty"`
	Consumed      float64    `json:"minutes_consumed,omitempty"`

	*came

	zone    *time.Location
	several bool // apps
	people  bool // who came was asked for
}

func listSessions(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "list_sessions",
		Title: "List sessions",
		Description: "Returns the sessions of a meeting or of all: when people met, how long, what is live. " +
			"people adds who came to each and the share of the invited.",
		Example: map[string]any{"meeting": "stand-up", "limit": 3},
		Old:     oldNamesWith(map[string]string{"session_id": ""}),
		Hidden:  []string{"page_no", "per_page", "format=concise", "format=detailed"},
	}, func(ctx context.Context, call *mcptool.Call, in sessionsInput) (sessionsOutput, error) {
		zone := d.zoned(in.Timezone)
		w, err := in.read(d.now(), zone)
		if err != nil {
			return sessionsOutput{}, err
		}
		l := newSessionList(in, w)
		if err := d.findSessions(ctx, call, l); err != nil {
			return sessionsOutput{}, err
		}
		if in.People {
			if err := d.whoCame(ctx, call, l); err != nil {
				return sessionsOutput{}, err
			}
		}
		return l.done(), nil
	})
}

// findSessions reads the lists of the meeting, or of the apps.
func (d *Deps) findSessions(ctx context.Context, call *mcptool.Call, l *sessionList) error {
	finder := d.finder(l.window.Zone())
	var series which.Series
	if l.in.Meeting == "" {
		apps, _, err := finder.Home(ctx, l.in.where())
		if err != nil {
			return err
		}
		l.ofApps(apps)
		if note := finder.OnlyConfigured(l.in.where()); note != "" {
			l.notes = append(l.notes, note)
		}
	} else {
		var err error
		if series, err = finder.Series(ctx, l.in.where(), l.in.Meeting); err != nil {
			return err
		}
		l.ofSeries(series)
	}
	if l.in.alone() && len(l.sources) > 1 {
		return errors.New("page_no and per_page mean a page of one list, but these are several; use limit and offset")
	}
	if err := l.read(ctx, d.API, call); err != nil {
		return err
	}
	if l.in.Meeting == "" || len(l.sessions()) > 0 || len(series.Meetings) != 1 {
		return nil
	}
	return d.checkMeeting(ctx, call, l, finder, series)
}

// checkMeeting is for a meeting without sessions: the API lists none of one that it
// does not have, either.
func (d *Deps) checkMeeting(ctx context.Context, call *mcptool.Call, l *sessionList, f which.Finder,
	s which.Series) error {
	_, err := d.API.Meeting(ctx, s.App.AppRef, s.Meetings[0].ID)
	if !client.NotFound(err) {
		return err
	}
	there, err := f.Elsewhere(ctx, l.in.where(), s.Meetings[0].ID, s.App, err)
	if err != nil {
		return err
	}
	l.ofSeries(there)
	return l.read(ctx, d.API, call)
}

func (o *sessionsOutput) headline(w when.Window) string {
	n := len(o.Sessions)
	first, last := when.MomentOr(o.First, o.zone, "at "+when.Unknown), when.MomentOr(o.Last, o.zone, when.Unknown)
	text := prose.Count(o.Total, "session", "sessions")
	if o.AtLeast {
		text = "At least " + text
	}
	given := ""
	if w.Given() {
		given = " " + w.String()
		text += given
	}
	switch {
	case o.Total == 0:
		return "No session was found" + given + "."
	case n == 0:
		return text + ", none of them shown."
	case n == 1 && o.Total == 1 && !o.AtLeast:
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
	if o.Looked > 0 {
		text += fmt.Sprintf("; %s came to the %s looked into", prose.Count(o.People, "different person", "different people"),
			prose.Count(o.Looked, "session", "sessions"))
	}
	return text + "."
}

// Empty reports whether there is no title in it.
func (o sessionsOutput) Empty() bool { return len(o.Sessions) == 0 && o.CSV == "" }

// Text shows a row a session.
func (o sessionsOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	if o.CSV != "" {
		b.WriteString("\n" + o.CSV)
	} else if len(o.Sessions) > 0 {
		b.WriteString(report.Header(o.Sessions[0].columns()...) + o.table)
	}
	switch {
	case o.LeftOut > 0:
		fmt.Fprintf(&b, "\n%d more. %s\n", o.LeftOut, o.Next)
	case o.Next != "":
		fmt.Fprintf(&b, "\nThere may be more. %s\n", o.Next)
	}
	return b.String()
}

func (s sessionRow) columns() []string {
	names := []string{"meeting", "started", "ended", "minutes", "most at once", "minutes consumed"}
	if s.several {
		names = append(names, "app")
	}
	if s.people {
		names = append(names, "came", "of the invited", "not on the roster", "who came")
	}
	return append(names, "session_id", "meeting_id")
}

// AppendText is the row of the text.
func (s sessionRow) AppendText(b []byte) []byte {
	ended := when.MomentOr(s.EndedAt, s.zone, "unknown")
	if s.Status == "LIVE" {
		ended = fmt.Sprintf("live, %d there now", s.HereNow)
	}
	minutes := ""
	if s.Minutes > 0 {
		minutes = fmt.Sprintf("%.0f", s.Minutes)
	}
	b = fmt.Appendf(b, "| %s | %s | %s | %s | %d | %.0f |", report.TitleCell(s.Title),
		when.MomentOr(s.StartedAt, s.zone, "unknown"), ended, minutes, s.MaxConcurrent, s.Consumed)
	if s.several {
		b = fmt.Appendf(b, " %s |", untrusted.Cell(s.App, 80))
	}
	if s.people {
		b = s.appendText(b)
	}
	return fmt.Appendf(b, " %s | %s |\n", untrusted.Cell(s.ID, 64), untrusted.Cell(s.MeetingID, 64))
}

// sessionHeader names the columns of CSV.
var sessionHeader = [...]string{
	"session_id", "meeting_id", "title", "app", "status", "started_at", "ended_at", "minutes", "max_concurrent",
	"minutes_consumed", "came", "invited", "invited_who_came", "percent_of_invited",
}

// CSV is the row of CSV.
func (s sessionRow) CSV() []string {
	cells := []string{
		s.ID, s.MeetingID, s.Title, s.App, s.Status, stampOf(s.StartedAt), stampOf(s.EndedAt),
		fmt.Sprintf("%.0f", s.Minutes), fmt.Sprint(s.MaxConcurrent), fmt.Sprintf("%.1f", s.Consumed),
	}
	if s.came == nil {
		return append(cells, "", "", "", "")
	}
	share := ""
	if s.Share != nil {
		share = fmt.Sprint(*s.Share)
	}
	return append(cells, fmt.Sprint(s.Came), fmt.Sprint(s.Invited), fmt.Sprint(s.Attended), share)
}

// rowOf is the row of a session.
func rowOf(s foundSession, zone *time.Location, several, people bool) sessionRow {
	row := sessionRow{
		ID:            untrusted.Line(s.ID, 64),
		MeetingID:     untrusted.Line(s.MeetingID, 64),
		Title:         untrusted.Line(s.Title, 120),
		Status:        untrusted.Line(s.Status, 20),
		StartedAt:     when.In(s.StartedAt, zone),
		EndedAt:       when.In(s.EndedAt, zone),
		HereNow:       s.LiveParticipants,
		MaxConcurrent: s.MaxConcurrent,
		Consumed:      s.MinutesConsumed,
		came:          s.came,
		zone:          zone,
		several:       several,
		people:        people,
	}
	if several {
		row.App = cmp.Or(untrusted.Line(s.app.Name, 80), s.app.AppID)
	}
	if row.StartedAt != nil && row.EndedAt != nil {
		row.Minutes = report.Believable(int(s.EndedAt.Truncate(time.Minute).Sub(s.StartedAt.Truncate(time.Minute)) / time.Minute))
	}
	if s.lasted > 0 {
		row.Minutes = s.lasted
	}
	return row
}
