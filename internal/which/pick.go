package which

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Query says which sessions of which meeting are meant.
type Query struct {
	Place
	Meeting string // title, id or URL; empty is the meeting of the latest session
	Session string // id of one session
	Window  when.Window

	All     bool // those in the window, not only the latest
	Last    int  // so many of the latest; 0 is one
	Literal bool // the latest, even if it only reopened the meeting
}

// Picked are the sessions that an answer is about.
type Picked struct {
	App     App
	Series  Series
	Reader  *presence.Reader   // of their people
	Columns [][]client.Session // oldest first, never none; two sessions in one are taken together
	Listed  []client.Session   // all that were listed, oldest first
	Total   int                // sessions of the meeting in the range, as far as is known
	Why     string             // a sentence if these are not what "the latest" literally is
	Notes   []string           // sentences
}

// Sessions are all of them, oldest first.
func (p *Picked) Sessions() []client.Session { return slices.Concat(p.Columns...) }

// Latest is the last of them.
func (p *Picked) Latest() client.Session {
	all := p.Sessions()
	return all[len(all)-1]
}

const (
	maxSessions = 25 // that one call looks into
	edge        = 2  // more are listed, to judge the oldest by the ones before
	fewSessions = 10 // are enough to tell which one "the latest" means
)

// Pick finds the sessions that a query means, by the rule of package attendance.
// It asks who was in a session only if that decides between two. People makes the
// reader of the app in which they are.
func (f Finder) Pick(ctx context.Context, q Query, people func(App) *presence.Reader) (*Picked, error) {
	if q.Session != "" {
		return f.pickOne(ctx, q, people)
	}
	p, err := f.series(ctx, q)
	if err != nil {
		return nil, err
	}
	want, keep := fewSessions, maxSessions
	if q.All || q.Last > 1 {
		keep = max(maxSessions, 2*q.Last) + edge
		want = keep
	}
	found, err := f.List(ctx, p.Series, started(q.Window), "", want, keep)
	if err != nil {
		return nil, err
	}
	if !q.Window.At.IsZero() {
		found.at(q.Window.At)
	}
	if len(found.Sessions) == 0 {
		err := f.noSession(ctx, p.Series, q.Window, found.Others)
		if client.NotFound(err) {
			return f.wrongID(ctx, q, people, p.Series, err)
		}
		return nil, err
	}
	p.Reader = people(p.App)
	p.Reader.MeetingID = p.Series.Meetings[0].ID
	p.Listed, p.Total = found.Sessions, found.Total
	p.note(found.Others.Note(), found.Note)
	return p, p.choose(ctx, p.Reader, q)
}

// series finds the meeting of a query, or that of the latest session if it names
// none.
func (f Finder) series(ctx context.Context, q Query) (*Picked, error) {
	if strings.TrimSpace(q.Meeting) == "" {
		return f.latest(ctx, q)
	}
	s, err := f.Series(ctx, q.Place, q.Meeting)
	if err != nil {
		return nil, err
	}
	p := &Picked{App: s.App, Series: s}
	p.note(s.Notes...)
	return p, nil
}

// wrongID looks in other apps for the meeting of an id that the configured one
// does not have, and tells a session's id from a meeting's.
func (f Finder) wrongID(ctx context.Context, q Query, people func(App) *presence.Reader, s Series,
	missing error) (*Picked, error) {
	id, isID := match.UUID(q.Meeting)
	if !isID {
		return nil, missing
	}
	if q.App == "" {
		if there, err := f.locate(ctx, q.Place, id, s.App); err == nil {
			q.App, q.Account = there.App.AppID, there.App.AccountID
			return f.Pick(ctx, q, people)
		}
	}
	if _, err := f.API.Session(ctx, s.App.AppRef, id); err == nil {
		q.Meeting, q.Session = "", id
		p, err := f.pickOne(ctx, q, people)
		if err == nil {
			p.note("The id given as meeting is a session's.")
		}
		return p, err
	}
	return nil, missing
}

// latest finds the meeting of the latest session, in a window or at all: in the
// configured app, else in any.
func (f Finder) latest(ctx context.Context, q Query) (*Picked, error) {
	apps, _, err := f.Home(ctx, q.Place)
	if err != nil {
		return nil, err
	}
	var best *Picked
	var latest client.Session
	others := 0
	for _, app := range apps[:min(len(apps), maxApps)] {
		found, err := f.ListAll(ctx, app, started(q.Window), "", client.PerPage)
		if err != nil {
			return nil, err
		}
		if !q.Window.At.IsZero() {
			found.at(q.Window.At)
		}
		others += found.Total
		if n := len(found.Sessions); n > 0 && (best == nil || found.Sessions[n-1].StartedAt.After(latest.StartedAt)) {
			latest = found.Sessions[n-1]
			best = &Picked{App: app}
		}
	}
	if best == nil {
		return nil, f.NothingThen(ctx, apps[0], q.Window)
	}
	best.Series = Series{App: best.App, Title: latest.Title, Meetings: []client.Meeting{
		{ID: latest.MeetingID, Title: latest.Title},
	}}
	which := "the latest session"
	if q.Window.Given() {
		which += " " + q.Window.String()
	}
	best.note(fmt.Sprintf("No meeting was named: this is %s, of %s%s.", which, best.Series.Name(), ofSeveral(others)))
	return best, nil
}

func ofSeveral(total int) string {
	if total < 2 {
		return ""
	}
	return fmt.Sprintf(", one of %s; list_sessions lists them", prose.Count(total, "session", "sessions"))
}

// NothingThen is the error of an app without any session in a window. It names the
// nearest ones.
func (f Finder) NothingThen(ctx context.Context, app App, w when.Window) error {
	if !w.Given() {
		return fmt.Errorf("app %s has no session yet; find_meetings lists its meetings", app)
	}
	return fmt.Errorf("no session was found %s; it is %s now; %s",
		w, when.Moment(f.Now, w.Zone()), f.whatExists(ctx, app, Series{}, w))
}

// pickOne takes the session of an id.
func (f Finder) pickOne(ctx context.Context, q Query, people func(App) *presence.Reader) (*Picked, error) {
	app, s, err := f.Session(ctx, q.Place, q.Session)
	if err != nil {
		return nil, err
	}
	p := &Picked{App: app, Reader: people(app)}
	if q.Meeting != "" {
		of, err := f.Series(ctx, Place{Account: app.AccountID, App: app.AppID}, q.Meeting)
		if err != nil {
			return nil, err
		}
		if s = ofMeeting(s, of.Meetings[0].ID); !slices.ContainsFunc(of.IDs(), func(id string) bool {
			return strings.EqualFold(id, s.MeetingID)
		}) {
			return nil, fmt.Errorf("session %s is not of %s; leave out one of them", q.Session, of.Name())
		}
	}
	if !q.Window.At.IsZero() && q.Window.At.Before(s.StartedAt) || q.Window.At.IsZero() && !q.Window.Has(s.StartedAt) {
		return nil, fmt.Errorf("session %s was not %s; leave out one of them",
			named(s, q.Window.Zone()), q.Window)
	}
	p.note(notAttended(s))
	p.Series = Series{App: app, Title: s.Title, Meetings: []client.Meeting{{ID: s.MeetingID, Title: s.Title}}}
	p.Reader.MeetingID = s.MeetingID
	p.Listed, p.Columns, p.Total = []client.Session{s}, [][]client.Session{{s}}, 1
	return p, nil
}

func (p *Picked) note(sentences ...string) {
	for _, s := range sentences {
		if s != "" {
			p.Notes = append(p.Notes, s)
		}
	}
}

// choose sets the columns.
func (p *Picked) choose(ctx context.Context, r *presence.Reader, q Query) error {
	switch {
	case q.Last > 1:
		return p.chooseLatest(ctx, r, q.Last)
	case q.All:
		return p.chooseAll(ctx, r)
	case q.Literal:
		order := slices.Clone(p.Listed)
		slices.SortStableFunc(order, func(a, b client.Session) int { return rank(a) - rank(b) })
		p.Columns = [][]client.Session{{order[len(order)-1]}}
		return nil
	}
	for {
		c := r.Choose(p.Listed)
		if len(c.Need) == 0 {
			return p.take(c, r)
		}
		var need []client.Session
		for _, i := range c.Need {
			need = append(need, p.Listed[i])
		}
		if err := r.Read(ctx, need); err != nil {
			return err
		}
	}
}

// rank puts a live session after all others.
func rank(s client.Session) int {
	if s.Live() {
		return 1
	}
	return 0
}

// PickEnded finds so many of the latest ended sessions of a series.
func (f Finder) PickEnded(ctx context.Context, s Series, w when.Window, want int,
	people func(App) *presence.Reader) (*Picked, error) {
	keep := max(maxSessions, 2*want) + edge // each may have been opened again
	found, err := f.List(ctx, s, w, "ENDED", keep, keep)
	if err != nil {
		return nil, err
	}
	found.Sessions = slices.DeleteFunc(found.Sessions, client.Session.Live)
	if len(found.Sessions) == 0 {
		return nil, f.nothingToCompare(ctx, s, w)
	}
	p := &Picked{App: s.App, Series: s, Reader: people(s.App), Listed: found.Sessions, Total: found.Total}
	p.Reader.MeetingID = s.Meetings[0].ID
	p.note(s.Notes...)
	p.note(found.Others.Note(), found.Note)
	return p, p.chooseLatest(ctx, p.Reader, want)
}

// nothingToCompare is the error of a series without ended sessions.
func (f Finder) nothingToCompare(ctx context.Context, s Series, w when.Window) error {
	if w.Given() {
		return f.noSession(ctx, s, w, nil)
	}
	if _, err := f.API.Meeting(ctx, s.App.AppRef, s.Meetings[0].ID); err != nil {
		return err
	}
	return fmt.Errorf("%s has no ended session to compare; get_meeting tells whether one is live", s.Name())
}

// chooseLatest takes the latest columns. It reads no more sessions than these
// need: one that only reopened the meeting makes one more necessary, and one
// that is near another can be judged only together with it.
func (p *Picked) chooseLatest(ctx context.Context, r *presence.Reader, want int) error {
	for n := min(want, len(p.Listed)); ; n++ {
		first := p.before(len(p.Listed) - n)
		window := p.Listed[first:]
		if err := r.Read(ctx, window); err != nil {
			return err
		}
		columns, reopenings := r.Columns(window)
		if len(columns) < want && first > 0 {
			n = min(len(window)+want-len(columns), len(p.Listed)) - 1 // and one more
			continue
		}
		p.Total -= len(window) - len(columns) // what is counted is meetings as people mean them
		p.Columns = p.columnsOf(columns[max(0, len(columns)-want):])
		p.note(reopeningNote(reopenings, r.Zone))
		return nil
	}
}

// closeTo reports whether a session began within an hour of another's end.
func closeTo(earlier, later client.Session) bool {
	return earlier.EndedAt.IsZero() || later.StartedAt.Sub(earlier.EndedAt) <= time.Hour
}

// chooseAll takes the latest sessions listed, but for reopenings. The oldest of
// them are judged by those before, which count for nothing else.
func (p *Picked) chooseAll(ctx context.Context, r *presence.Reader) error {
	first := len(p.Listed) - min(maxSessions, len(p.Listed))
	window := p.Listed[p.before(first):]
	if err := r.Read(ctx, window); err != nil {
		return err
	}
	columns, reopenings := r.Columns(window)
	p.Total -= len(window) - len(columns) // what is counted is meetings as people mean them
	older := map[string]bool{}
	for _, s := range p.Listed[:first] {
		older[s.ID] = true
	}
	isOlder := func(h attendance.Held) bool { return older[h.ID] }
	columns = slices.DeleteFunc(columns, func(c []attendance.Held) bool { return isOlder(c[len(c)-1]) })
	reopenings = slices.DeleteFunc(reopenings, isOlder)
	p.Columns = p.columnsOf(columns)
	if len(p.Columns) == 1 {
		p.explain(r.Zone, p.columnsOf([][]attendance.Held{reopenings})[0], "")
		return nil
	}
	p.note(reopeningNote(reopenings, r.Zone))
	return nil
}

// before is the first of the sessions listed that one can be judged only with.
func (p *Picked) before(i int) int {
	for k := 0; k < edge && i > 0 && closeTo(p.Listed[i-1], p.Listed[i]); k++ {
		i--
	}
	return i
}

func (p *Picked) columnsOf(columns [][]attendance.Held) [][]client.Session {
	byID := map[string]client.Session{}
	for _, s := range p.Listed {
		byID[s.ID] = s
	}
	out := make([][]client.Session, len(columns))
	for i, column := range columns {
		for _, h := range column {
			out[i] = append(out[i], byID[h.ID])
		}
	}
	return out
}
