package which

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/listing"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
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

func (p *Picked) take(c attendance.Choice, r *presence.Reader) error {
	var column []client.Session
	for _, i := range c.Sessions {
		column = append(column, p.Listed[i])
	}
	p.Columns = [][]client.Session{column}
	if !c.Together {
		p.note(p.justBefore(c.Latest, r.Zone))
	}
	if c.Reopened {
		after := prose.Count(int(c.After/time.Minute), "minute", "minutes") + " later"
		p.explain(r.Zone, []client.Session{p.Listed[c.Latest]}, after)
	} else {
		p.explain(r.Zone, nil, "")
	}
	return nil
}

// justBefore is a note on the session that a live one may have only opened again.
// A live session is always the latest, but it may not be the one that is meant.
func (p *Picked) justBefore(latest int, zone *time.Location) string {
	live := p.Listed[latest]
	if !live.Live() || live.StartedAt.IsZero() {
		return ""
	}
	for i, s := range slices.Backward(p.Listed) {
		pause := live.StartedAt.Sub(s.EndedAt)
		if i == latest || s.EndedAt.IsZero() || pause < 0 || pause > time.Hour || s.EndedAt.Sub(s.StartedAt) < 5*time.Minute {
			continue
		}
		return fmt.Sprintf("Session %s ended %s before this one, which is live; pass its session_id if that one is meant.",
			named(s, zone), prose.Count(int(pause/time.Minute), "minute", "minutes"))
	}
	return ""
}

// rank puts a live session after all others.
func rank(s client.Session) int {
	if s.Live() {
		return 1
	}
	return 0
}

// explain says why not the literally latest session is taken, or not it alone.
// Reopenings are those that the only column stands for.
func (p *Picked) explain(zone *time.Location, reopenings []client.Session, after string) {
	column := p.Columns[0]
	which := "session " + named(column[0], zone)
	if len(column) > 1 {
		which = "two sessions together, " + named(column[0], zone) + " and " + named(column[1],
			zone) + ", for the same people came back after a break"
		p.Why = "This is about " + which + "."
	}
	if len(reopenings) > 0 {
		latest := reopenings[len(reopenings)-1]
		p.Why = fmt.Sprintf("This is about %s, not about the latest, %s, which only opened the meeting again%s.", which,
			named(latest, zone), spaced(after))
		p.note("sessions=latest takes the latest session even so.")
	}
}

func spaced(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

// named is a session's id with its begin.
func named(s client.Session, zone *time.Location) string {
	return untrusted.Line(s.ID, 64) + " (" + when.MomentOr(&s.StartedAt, zone, when.Unknown) + ")"
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

const maxReopenings = 5 // named in a note

func reopeningNote(reopenings []attendance.Held, zone *time.Location) string {
	if len(reopenings) == 0 {
		return ""
	}
	var which []string
	if n := len(reopenings) - maxReopenings; n > 0 {
		which = append(which, prose.Count(n, "earlier one", "earlier ones"))
	}
	for _, h := range reopenings[max(0, len(reopenings)-maxReopenings):] {
		which = append(which, untrusted.Line(h.ID, 64)+" ("+when.MomentOr(&h.Start, zone, when.Unknown)+")")
	}
	return fmt.Sprintf("%s not counted, for somebody only opened the meeting again: %s.",
		prose.Count(len(reopenings), "session is", "sessions are"), strings.Join(which, ", "))
}

// pickOne takes the session of an id. If its details cannot be had, the list
// of sessions may tell what matters of them.
func (f Finder) pickOne(ctx context.Context, r *presence.Reader, q Query) (*Picked, error) {
	s, err := f.API.Session(ctx, r.App, q.SessionID)
	p := &Picked{}
	switch {
	case client.NotFound(err):
		return nil, errorThen(err, f.whatExists(ctx, r.App, client.SessionFilter{MeetingID: q.MeetingID}))
	case err != nil:
		var listed bool
		if s, listed = f.listedSession(ctx, r.App, q); !listed {
			return nil, err
		}
	}
	// An old meeting goes by the name of a room.
	if q.MeetingID != "" && (s.MeetingID == "" || !match.HasUUID(s.MeetingID)) {
		s.MeetingID = q.MeetingID
	}
	if q.MeetingID != "" && !strings.EqualFold(s.MeetingID, q.MeetingID) {
		return nil, fmt.Errorf("session %s is not of meeting %s; leave out one of them", q.SessionID, q.MeetingID)
	}
	if !Attended(s) {
		p.note(fmt.Sprintf("This session is of type %s, not a meeting that people attend.", untrusted.Line(s.Type, 20)))
	}
	r.MeetingID = s.MeetingID
	p.Listed, p.Columns, p.Total = []client.Session{s}, [][]client.Session{{s}}, 1
	return p, nil
}

// errorThen adds to an error what its reader may do next.
func errorThen(err error, next string) error {
	if strings.HasSuffix(err.Error(), ".") {
		return fmt.Errorf("%w %s", err, prose.Sentence(next))
	}
	return fmt.Errorf("%w; %s", err, next)
}

func (f Finder) listedSession(ctx context.Context, app client.AppRef, q Query) (client.Session, bool) {
	no, per := 1, client.PerPage
	page, err := f.API.SessionsPage(ctx, app, client.SessionFilter{MeetingID: q.MeetingID}, client.PageRequest{No: &no,
		Per: &per})
	i := slices.IndexFunc(page.Items, func(s client.Session) bool { return s.ID == q.SessionID })
	if err != nil || i < 0 {
		return client.Session{}, false
	}
	return page.Items[i], true
}

// newest are the latest sessions of a list.
type newest struct {
	sessions []client.Session // of type meeting, oldest first
	total    int              // of that type as far as is known
	others   OtherSessions
	note     string
}

// newestSessions lists the latest sessions, at most so many as to keep, in one
// request if that brings as many as are wanted or all.
func (f Finder) newestSessions(ctx context.Context, app client.AppRef, filter client.SessionFilter,
	want, keep int) (newest, error) {
	no, per := 1, keep
	page, err := f.API.SessionsPage(ctx, app, filter, client.PageRequest{No: &no, Per: &per})
	if err != nil {
		return newest{}, err
	}
	out := newest{}
	out.add(page.Items, filter.MeetingID)
	if n := len(page.Items); n > 0 && page.Total == n || len(out.sessions) >= want && newestFirst(page.Items) {
		if page.Total == 0 {
			out.note = "The API does not say how many sessions there are; there may be older ones than those read."
		}
		return out.done(max(page.Total, n), keep), nil
	}
	out = newest{}
	var c listing.Count
	for page, err := range f.API.Sessions(ctx, app, filter) {
		if err != nil {
			return out, err
		}
		c.Page(page.Total, page.Coverage)
		c.Read += len(page.Items)
		out.add(page.Items, filter.MeetingID)
		if len(out.sessions) >= keep && newestFirst(out.sessions) {
			out.note = c.Note(true)
			return out.done(c.Length(), keep), nil
		}
	}
	out.note = c.Note(false)
	return out.done(c.Length(), keep), nil
}

func (n *newest) add(sessions []client.Session, meetingID string) {
	for _, s := range sessions {
		if Attended(s) {
			s.MeetingID = meetingID
			n.sessions = append(n.sessions, s)
		} else {
			n.others.Add(s)
		}
	}
}

func (n *newest) done(total, keep int) newest {
	n.total = max(len(n.sessions), total-n.others.Sum())
	slices.SortStableFunc(n.sessions, func(a, b client.Session) int { return a.StartedAt.Compare(b.StartedAt) })
	n.sessions = n.sessions[max(0, len(n.sessions)-keep):]
	return *n
}

// newestFirst checks that the API sorted as it was asked: else those that are
// wanted are at the end of the list.
func newestFirst(sessions []client.Session) bool {
	return len(sessions) == 0 || !sessions[0].StartedAt.Before(sessions[len(sessions)-1].StartedAt)
}

// noSession is the error of a range, or a meeting, without sessions. That says
// nothing about anybody's attendance.
func (f Finder) noSession(ctx context.Context, app client.AppRef, filter client.SessionFilter, others OtherSessions) error {
	if _, err := f.API.Meeting(ctx, app, filter.MeetingID); err != nil {
		return err // the API lists no sessions of a meeting that does not exist
	}
	text := fmt.Sprintf("no session of meeting %s was found", filter.MeetingID)
	ranged := !filter.After.IsZero() || !filter.Before.IsZero()
	if ranged {
		text += " in that time"
	}
	if others != nil {
		text += " (" + strings.TrimSuffix(others.Note(), ".") + ")"
	}
	if !ranged {
		return errors.New(text + "; list_meeting_participants tells who was added")
	}
	filter.After, filter.Before = time.Time{}, time.Time{}
	return fmt.Errorf("%s; %s", text, f.whatExists(ctx, app, filter))
}

// whatExists names the latest sessions and the next call, for an error.
func (f Finder) whatExists(ctx context.Context, app client.AppRef, filter client.SessionFilter) string {
	no, per := 1, 5
	page, err := f.API.SessionsPage(ctx, app, filter, client.PageRequest{No: &no, Per: &per})
	var latest []string
	for _, s := range page.Items[:min(per, len(page.Items))] {
		if Attended(s) {
			latest = append(latest, untrusted.Line(s.ID, 64)+" of "+when.MomentOr(&s.StartedAt, f.Zone, when.Unknown))
		}
	}
	if err != nil || len(latest) == 0 {
		return "list_sessions lists those there are"
	}
	return "the latest sessions are " + strings.Join(latest,
		", ") + "; pass a session_id or another time range, or call list_sessions for more"
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
