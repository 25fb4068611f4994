package tools

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/listing"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

const (
	maxSessionApps  = 20   // whose sessions one call lists
	apartMeetings   = 4    // of a series are asked one by one; more are picked from the app's sessions
	maxPickingPages = 20   // of an app's sessions, from which those of a series are picked
	maxCSVSessions  = 1000 // that are read for CSV; it holds fewer
)

// foundSession is a session with its app, and who came to it if that was read.
type foundSession struct {
	client.Session
	app    which.App
	came   *came
	lasted float64 // minutes until the last person left; 0 if not known
}

// sessionList gathers the sessions of one or several lists of the API.
type sessionList struct {
	in      sessionsInput
	window  when.Window
	sources []*sessionSource
	several bool // apps
	notes   []string
	out     sessionsOutput
	found   []foundSession // read, in order, once
}

// sessionSource is one list of the API.
type sessionSource struct {
	app     which.App
	filter  client.SessionFilter
	of      map[string]bool // ids of meetings; nil: all
	rows    []client.Session
	count   listing.Count
	others  which.OtherSessions
	end     int  // the API's offset of the last row that was read
	stopped bool // enough was read; there may be more
	cut     bool // not all was read that was wanted
}

func newSessionList(in sessionsInput, w when.Window) *sessionList {
	return &sessionList{in: in, window: w}
}

func (l *sessionList) source(app which.App, meetingID string) *sessionSource {
	began := which.Around(l.window)
	s := &sessionSource{app: app, filter: client.SessionFilter{
		MeetingID: meetingID,
		Status:    l.in.Status,
		SortBy:    cmp.Or(l.in.SortBy, "createdAt"),
		Ascending: l.in.Order == "ASC",
		After:     began.From,
		Before:    began.To,
	}}
	s.count.Alone = l.in.alone()
	return s
}

func (l *sessionList) ofApps(apps []which.App) {
	l.several = len(apps) > 1
	for _, app := range apps[:min(len(apps), maxSessionApps)] {
		l.sources = append(l.sources, l.source(app, ""))
	}
	if !l.several {
		return
	}
	var names []string
	for _, s := range l.sources {
		names = append(names, s.app.String())
	}
	l.notes = append(l.notes, "No app is configured or named: these are the sessions of "+prose.Enumerate(names)+".")
	if more := len(apps) - len(l.sources); more > 0 {
		l.notes = append(l.notes, prose.Count(more, "app was", "apps were")+" not read; name one as app.")
	}
}

func (l *sessionList) ofSeries(series which.Series) {
	l.sources, l.found, l.notes = nil, nil, slices.Clone(series.Notes)
	if len(series.Meetings) <= apartMeetings {
		for _, m := range series.Meetings {
			l.sources = append(l.sources, l.source(series.App, m.ID))
		}
		return
	}
	s := l.source(series.App, "")
	s.of = map[string]bool{}
	for _, id := range series.IDs() {
		s.of[strings.ToLower(id)] = true
	}
	l.sources = append(l.sources, s)
}

// want is how many sessions are needed to show those asked for.
func (l *sessionList) want() int {
	if !l.window.At.IsZero() {
		return maxCSVSessions // which of them were there then, only their times tell
	}
	limit := l.in.Limit
	switch {
	case limit == 0 && l.in.Format == "csv":
		limit = maxCSVSessions
	case limit == 0 && l.in.People:
		limit = maxLookedInto
	case limit == 0:
		limit = usualRows
	}
	return l.in.Offset + limit
}

func (l *sessionList) read(ctx context.Context, api *client.Client, call *mcptool.Call) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for _, s := range l.sources {
		group.Go(func() error { return s.read(gctx, api, call, l.in, l.want()) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	l.found = nil
	return nil
}

// sessions are all that were read, in the order that was asked for.
func (l *sessionList) sessions() []foundSession {
	if l.found != nil {
		return l.found
	}
	l.found = []foundSession{}
	for _, s := range l.sources {
		rows := s.rows
		if !l.window.At.IsZero() {
			rows = which.At(rows, l.window.At)
		}
		for _, one := range rows {
			l.found = append(l.found, foundSession{Session: one, app: s.app})
		}
	}
	if len(l.sources) == 1 {
		return l.found
	}
	slices.SortStableFunc(l.found, func(a, b foundSession) int {
		if l.in.Order != "ASC" {
			a, b = b, a
		}
		if l.in.SortBy == "minutesConsumed" {
			return cmp.Compare(a.MinutesConsumed, b.MinutesConsumed)
		}
		return a.StartedAt.Compare(b.StartedAt)
	})
	return l.found
}

func (s *sessionSource) read(ctx context.Context, api *client.Client, call *mcptool.Call, in sessionsInput,
	want int) error {
	pages := 0
	for page, err := range s.pages(ctx, api, in, want) {
		if err != nil {
			return err
		}
		s.add(page)
		call.Page(ctx, len(page.Items), pages == 0, min(page.Total, want))
		pages++
		s.end = page.End
		if s.count.Alone {
			continue
		}
		if len(s.rows) >= want {
			s.stopped = true
			break
		}
		if s.of != nil && pages == maxPickingPages {
			s.stopped, s.cut = true, s.count.Read < s.count.Length()
			break
		}
	}
	return nil
}

func (s *sessionSource) add(page client.Page[client.Session]) {
	s.count.Page(page.Total, page.Coverage)
	for _, one := range page.Items {
		switch {
		case !s.count.First(one.ID):
		case s.of != nil && !s.of[strings.ToLower(one.MeetingID)]:
		case !which.Attended(one):
			s.others.Add(one)
		default:
			s.rows = append(s.rows, one)
		}
	}
}

// pages gives the page asked for; else as many as there are, or only the first if
// that alone has as many as are wanted or all.
func (s *sessionSource) pages(ctx context.Context, api *client.Client, in sessionsInput,
	want int) iter.Seq2[client.Page[client.Session], error] {
	one := func(r client.PageRequest) (client.Page[client.Session], error) {
		return api.SessionsPage(ctx, s.app.AppRef, s.filter, r)
	}
	all := api.Sessions(ctx, s.app.AppRef, s.filter)
	if in.alone() || want > client.PerPage || s.of != nil {
		return listing.Pages(in.PageNo, in.PerPage, one, all)
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
		for page, err := range all {
			if !yield(page, err) {
				return
			}
		}
	}
}

// total is how many sessions the list has, as far as is known.
func (s *sessionSource) total() (n int, atLeast bool) {
	switch {
	case s.of != nil:
		return len(s.rows), s.stopped && s.count.Read < s.count.Length()
	case s.stopped && s.count.Length() == s.count.Read && !s.count.Known():
		return len(s.rows), true
	case s.count.Alone && !s.count.Known():
		return len(s.rows), len(s.rows) > 0
	}
	return s.count.Length() - s.others.Sum(), false
}

func (l *sessionList) done() sessionsOutput {
	o := l.out
	o.zone, o.Timezone = l.window.Zone(), l.window.Zone().String()
	found := l.sessions()
	rows := l.rows(found)
	o.Sessions, o.table = rows.Shown, string(rows.Table)
	for _, n := range l.notes {
		o.AddNote(n)
	}
	for _, s := range l.sources {
		n, atLeast := s.total()
		o.Total, o.AtLeast = o.Total+n, o.AtLeast || atLeast
		o.Changed = o.Changed || s.count.Changed()
		o.AddNote(s.others.Note())
		o.AddNote(s.count.Note(s.stopped))
	}
	if !l.window.At.IsZero() {
		o.Total, o.AtLeast = len(found), false
	}
	if o.AtLeast {
		o.AddNote("The API does not say how many there are.")
	}
	for _, s := range o.Sessions {
		if s.Status == "LIVE" {
			o.Live++
		}
		o.Consumed += s.Consumed
		o.First, o.Last = when.Earlier(o.First, valueOr(s.StartedAt, time.Time{})),
			when.Later(o.Last, valueOr(s.StartedAt, time.Time{}))
	}
	l.next(&o, rows)
	o.Summary = o.headline(l.window)
	if o.CSV = inCSV(rows, sessionHeader[:]...); o.CSV != "" {
		o.Sessions = []sessionRow{}
	}
	return o
}

func (l *sessionList) rows(found []foundSession) report.Rows[sessionRow] {
	rows := rowsOf[sessionRow](l.in.pages, l.in.Format)
	switch {
	case l.in.alone() && l.in.Limit == 0:
		rows.Limit, rows.Short = max(1, len(found)), false
	case l.in.People && l.in.Limit == 0 && !rows.CSV:
		rows.Limit = maxLookedInto
	}
	for _, s := range found {
		rows.Add(rowOf(s, l.window.Zone(), l.several, l.in.People))
	}
	return rows
}

// next says what is left out and how to get it.
func (l *sessionList) next(o *sessionsOutput, rows report.Rows[sessionRow]) {
	after := l.in.Offset + len(o.Sessions)
	alone := l.in.alone() && rows.Left == 0
	if alone {
		o.LeftOut = max(0, o.Total+l.sources[0].others.Sum()-l.sources[0].end)
		if l.sources[0].end == 0 {
			o.LeftOut = 0
		}
	} else {
		o.LeftOut = max(0, o.Total-after)
	}
	switch {
	case o.LeftOut == 0 && !o.AtLeast || len(o.Sessions) == 0:
	case alone:
		o.Next = fmt.Sprintf("Repeat the call with page_no=%d.", max(1, valueOr(l.in.PageNo, 1))+1)
	case rows.Left == 0 && l.cut() != "":
		o.Next = l.cut()
	default:
		o.Next = fmt.Sprintf("Repeat the call with offset=%d.", after)
	}
}

// cut is how to go on if an app has too many sessions to pick those of a series, empty
// if it has not.
func (l *sessionList) cut() string {
	s := l.sources[0]
	if !s.cut || s.filter.SortBy != "createdAt" || len(s.rows) == 0 {
		return ""
	}
	last := s.rows[len(s.rows)-1].StartedAt.UTC().Format(time.RFC3339Nano)
	if s.filter.Ascending {
		return fmt.Sprintf("Repeat the call with from=%s.", last)
	}
	return fmt.Sprintf("Repeat the call with to=%s.", last)
}
