package which

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
)

// Query says which sessions of which meeting are meant.
type Query struct {
	MeetingID     string
	Title         string // or a part of it, instead of MeetingID
	SessionID     string // one session instead of the latest
	After, Before *time.Time
	All           bool // in the range, not only the latest
	Literal       bool // the latest, even if it only reopened the meeting
}

// Picked are the sessions that an answer is about.
type Picked struct {
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

// Pick finds the sessions that a query means, by the rule of package attendance.
// It asks who was in a session only if that decides between two.
func (f Finder) Pick(ctx context.Context, r *presence.Reader, q Query) (*Picked, error) {
	if q.SessionID != "" {
		return f.pickOne(ctx, r, q)
	}
	if q.After != nil && q.Before != nil && !q.After.Before(*q.Before) {
		return nil, errors.New("started_after must be earlier than started_before; " +
			"a date in started_before includes that day")
	}
	if q.MeetingID == "" && q.Title == "" {
		return nil, errors.New(`one of the arguments "meeting_id", "session_id" and "query" is required, ` +
			`for example query "stand-up"; find_meetings lists meetings`)
	}
	p := &Picked{}
	meetingID, note, err := f.Meeting(ctx, r.App, q.MeetingID, q.Title)
	if err != nil {
		return nil, err
	}
	r.MeetingID = meetingID
	filter := client.SessionFilter{MeetingID: meetingID, After: timeOf(q.After), Before: timeOf(q.Before)}
	want, keep := fewSessions, maxSessions
	if q.All {
		keep = maxSessions + edge
		want = keep
	}
	found, err := f.newestSessions(ctx, r.App, filter, want, keep)
	if err != nil {
		return nil, err
	}
	if len(found.sessions) == 0 {
		return nil, f.noSession(ctx, r.App, filter, found.others)
	}
	p.Listed, p.Total = found.sessions, found.total
	p.note(note, found.others.Note(), found.note)
	return p, p.choose(ctx, r, q)
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

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
