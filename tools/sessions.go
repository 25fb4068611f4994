package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// sessionChoice holds the arguments which say of what a tool looks at sessions.
type sessionChoice struct {
	MeetingID string `json:"meeting_id,omitempty" jsonschema:"format=uuid,description=The meeting's id (a URL that holds it is accepted); or give query or session_id,example=497f6eca-6276-4993-bfeb-53cbbbba6f08"`
	Query     string `json:"query,omitempty" jsonschema:"maxLength=200,description=Part of the meeting's title instead of its id,example=design review"`
	SessionID string `json:"session_id,omitempty" jsonschema:"format=uuid,description=One session instead of the latest,example=0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"`
}

// sessionQuery says which sessions a tool looks into.
type sessionQuery struct {
	sessionChoice
	After, Before *time.Time
	All           bool // in the range, not only the latest
	Literal       bool // the latest, even if it only reopened the meeting
}

// picked are the sessions that an answer is about.
type picked struct {
	columns [][]client.Session // oldest first, never none; two sessions in one are taken together
	listed  []client.Session   // all that were listed, oldest first
	total   int                // sessions of the meeting in the range, as far as is known
	why     string             // a sentence if these are not what "the latest" literally is
	notes   []string
}

// sessions are all of them, oldest first.
func (p *picked) sessions() []client.Session { return slices.Concat(p.columns...) }

// latest is the last of them.
func (p *picked) latest() client.Session {
	all := p.sessions()
	return all[len(all)-1]
}

// pick finds the sessions that a query means, by the rule of package attendance.
// It asks who was in a session only if that decides between two.
func (d *Deps) pick(ctx context.Context, l *lookup, q sessionQuery) (*picked, error) {
	if q.SessionID != "" {
		return d.pickOne(ctx, l, q)
	}
	if q.After != nil && q.Before != nil && !q.After.Before(*q.Before) {
		return nil, errors.New("started_after must be earlier than started_before; " +
			"a date in started_before includes that day")
	}
	if q.MeetingID == "" && q.Query == "" {
		return nil, errors.New(`one of the arguments "meeting_id", "session_id" and "query" is required, ` +
			`for example query "stand-up"; find_meetings lists meetings`)
	}
	p := &picked{}
	meetingID, note, err := d.meeting(ctx, l.app, q.MeetingID, q.Query)
	if err != nil {
		return nil, err
	}
	l.meetingID = meetingID
	f := client.SessionFilter{MeetingID: meetingID, After: valueOr(q.After, time.Time{}), Before: valueOr(q.Before, time.Time{})}
	want, keep := fewSessions, maxSessions
	if q.All {
		keep = maxSessions + edge
		want = keep
	}
	found, err := d.newestSessions(ctx, l.app, f, want, keep)
	if err != nil {
		return nil, err
	}
	if len(found.sessions) == 0 {
		return nil, d.noSession(ctx, l.app, f, found.others)
	}
	p.listed, p.total = found.sessions, found.total
	p.note(note, found.others.note(), found.note)
	return p, p.choose(ctx, l, q)
}

func (p *picked) note(sentences ...string) {
	for _, s := range sentences {
		if s != "" {
			p.notes = append(p.notes, s)
		}
	}
}

// choose sets the columns.
func (p *picked) choose(ctx context.Context, l *lookup, q sessionQuery) error {
	switch {
	case q.All:
		return p.chooseAll(ctx, l)
	case q.Literal:
		order := slices.Clone(p.listed)
		slices.SortStableFunc(order, func(a, b client.Session) int { return rank(a) - rank(b) })
		p.columns = [][]client.Session{{order[len(order)-1]}}
		return nil
	}
	for {
		c := attendance.Choose(l.held(p.listed), l.roster, l.rules)
		if len(c.Need) == 0 {
			return p.take(c, l)
		}
		var need []client.Session
		for _, i := range c.Need {
			need = append(need, p.listed[i])
		}
		if err := l.read(ctx, need); err != nil {
			return err
		}
	}
}

func (p *picked) take(c attendance.Choice, l *lookup) error {
	var column []client.Session
	for _, i := range c.Sessions {
		column = append(column, p.listed[i])
	}
	p.columns = [][]client.Session{column}
	if !c.Together {
		p.note(p.justBefore(c.Latest, l.zone))
	}
	if c.Reopened {
		after := people(int(c.After/time.Minute), "minute", "minutes") + " later"
		p.explain(l.zone, []client.Session{p.listed[c.Latest]}, after)
	} else {
		p.explain(l.zone, nil, "")
	}
	return nil
}

// justBefore is a note on the session that a live one may have only opened again.
// A live session is always the latest, but it may not be the one that is meant.
func (p *picked) justBefore(latest int, zone *time.Location) string {
	live := p.listed[latest]
	if !goesOn(live) || live.StartedAt.IsZero() {
		return ""
	}
	for i, s := range slices.Backward(p.listed) {
		pause := live.StartedAt.Sub(s.EndedAt)
		if i == latest || s.EndedAt.IsZero() || pause < 0 || pause > time.Hour || s.EndedAt.Sub(s.StartedAt) < 5*time.Minute {
			continue
		}
		return fmt.Sprintf("Session %s ended %s before this one, which is live; pass its session_id if that one is meant.",
			named(s, zone), people(int(pause/time.Minute), "minute", "minutes"))
	}
	return ""
}

// rank puts a live session after all others.
func rank(s client.Session) int {
	if goesOn(s) {
		return 1
	}
	return 0
}

// explain says why not the literally latest session is taken, or not it alone.
// Reopenings are those that the only column stands for.
func (p *picked) explain(zone *time.Location, reopenings []client.Session, after string) {
	column := p.columns[0]
	which := "session " + named(column[0], zone)
	if len(column) > 1 {
		which = "two sessions together, " + named(column[0], zone) + " and " + named(column[1],
			zone) + ", for the same people came back after a break"
		p.why = "This is about " + which + "."
	}
	if len(reopenings) > 0 {
		latest := reopenings[len(reopenings)-1]
		p.why = fmt.Sprintf("This is about %s, not about the latest, %s, which only opened the meeting again%s.", which,
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
	return untrusted.Line(s.ID, 64) + " (" + momentOr(&s.StartedAt, zone, unknownTime) + ")"
}

// chooseAll takes the latest sessions listed, but for reopenings. The oldest of
// them are judged by those before, which count for nothing else.
func (p *picked) chooseAll(ctx context.Context, l *lookup) error {
	first := len(p.listed) - min(maxSessions, len(p.listed))
	window := p.listed[p.before(first):]
	if err := l.read(ctx, window); err != nil {
		return err
	}
	columns, reopenings := attendance.Columns(l.held(window), l.roster, l.rules)
	p.total -= len(window) - len(columns) // what is counted is meetings as people mean them
	older := map[string]bool{}
	for _, s := range p.listed[:first] {
		older[s.ID] = true
	}
	isOlder := func(h attendance.Held) bool { return older[h.ID] }
	columns = slices.DeleteFunc(columns, func(c []attendance.Held) bool { return isOlder(c[len(c)-1]) })
	reopenings = slices.DeleteFunc(reopenings, isOlder)
	p.columns = p.columnsOf(columns)
	if len(p.columns) == 1 {
		p.explain(l.zone, p.columnsOf([][]attendance.Held{reopenings})[0], "")
		return nil
	}
	p.note(reopeningNote(reopenings, l.zone))
	return nil
}

// before is the first of the sessions listed that one can be judged only with.
func (p *picked) before(i int) int {
	for k := 0; k < edge && i > 0 && closeTo(p.listed[i-1], p.listed[i]); k++ {
		i--
	}
	return i
}

func (p *picked) columnsOf(columns [][]attendance.Held) [][]client.Session {
	byID := map[string]client.Session{}
	for _, s := range p.listed {
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
		which = append(which, people(n, "earlier one", "earlier ones"))
	}
	for _, h := range reopenings[max(0, len(reopenings)-maxReopenings):] {
		which = append(which, untrusted.Line(h.ID, 64)+" ("+momentOr(&h.Start, zone, unknownTime)+")")
	}
	return fmt.Sprintf("%s not counted, for somebody only opened the meeting again: %s.",
		people(len(reopenings), "session is", "sessions are"), strings.Join(which, ", "))
}

// pickOne takes the session of an id. If its details cannot be had, the list
// of sessions may tell what matters of them.
func (d *Deps) pickOne(ctx context.Context, l *lookup, q sessionQuery) (*picked, error) {
	s, err := d.API.Session(ctx, l.app, q.SessionID)
	p := &picked{}
	switch {
	case client.NotFound(err):
		return nil, errorThen(err, d.whatExists(ctx, l.app, client.SessionFilter{MeetingID: q.MeetingID}))
	case err != nil:
		var listed bool
		if s, listed = d.listedSession(ctx, l.app, q); !listed {
			return nil, err
		}
	}
	// An old meeting goes by the name of a room.
	if q.MeetingID != "" && (s.MeetingID == "" || !uuid.MatchString(s.MeetingID)) {
		s.MeetingID = q.MeetingID
	}
	if q.MeetingID != "" && !strings.EqualFold(s.MeetingID, q.MeetingID) {
		return nil, fmt.Errorf("session %s is not of meeting %s; leave out one of them", q.SessionID, q.MeetingID)
	}
	if !attended(s) {
		p.note(fmt.Sprintf("This session is of type %s, not a meeting that people attend.", untrusted.Line(s.Type, 20)))
	}
	l.meetingID = s.MeetingID
	p.listed, p.columns, p.total = []client.Session{s}, [][]client.Session{{s}}, 1
	return p, nil
}

// errorThen adds to an error what its reader may do next.
func errorThen(err error, next string) error {
	if strings.HasSuffix(err.Error(), ".") {
		return fmt.Errorf("%w %s", err, sentence(next))
	}
	return fmt.Errorf("%w; %s", err, next)
}

func (d *Deps) listedSession(ctx context.Context, app client.AppRef, q sessionQuery) (client.Session, bool) {
	no, per := 1, client.PerPage
	page, err := d.API.SessionsPage(ctx, app, client.SessionFilter{MeetingID: q.MeetingID}, client.PageRequest{No: &no,
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
	others   otherSessions
	note     string
}

// newestSessions lists the latest sessions, at most so many as to keep, in one
// request if that brings as many as are wanted or all.
func (d *Deps) newestSessions(ctx context.Context, app client.AppRef, f client.SessionFilter,
	want, keep int) (newest, error) {
	no, per := 1, keep
	page, err := d.API.SessionsPage(ctx, app, f, client.PageRequest{No: &no, Per: &per})
	if err != nil {
		return newest{}, err
	}
	out := newest{}
	out.add(page.Items, f.MeetingID)
	if n := len(page.Items); n > 0 && page.Total == n || len(out.sessions) >= want && newestFirst(page.Items) {
		if page.Total == 0 {
			out.note = "The API does not say how many sessions there are; there may be older ones than those read."
		}
		return out.done(max(page.Total, n), keep), nil
	}
	out = newest{}
	var c count
	for page, err := range d.API.Sessions(ctx, app, f) {
		if err != nil {
			return out, err
		}
		c.page(page.Total, page.Coverage)
		c.read += len(page.Items)
		out.add(page.Items, f.MeetingID)
		if len(out.sessions) >= keep && newestFirst(out.sessions) {
			out.note = c.note(true)
			return out.done(c.length(), keep), nil
		}
	}
	out.note = c.note(false)
	return out.done(c.length(), keep), nil
}

func (n *newest) add(sessions []client.Session, meetingID string) {
	for _, s := range sessions {
		if attended(s) {
			s.MeetingID = meetingID
			n.sessions = append(n.sessions, s)
		} else {
			n.others.add(s)
		}
	}
}

func (n *newest) done(total, keep int) newest {
	n.total = max(len(n.sessions), total-n.others.sum())
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
func (d *Deps) noSession(ctx context.Context, app client.AppRef, f client.SessionFilter, others otherSessions) error {
	if _, err := d.API.Meeting(ctx, app, f.MeetingID); err != nil {
		return err // the API lists no sessions of a meeting that does not exist
	}
	text := fmt.Sprintf("no session of meeting %s was found", f.MeetingID)
	ranged := !f.After.IsZero() || !f.Before.IsZero()
	if ranged {
		text += " in that time"
	}
	if others != nil {
		text += " (" + strings.TrimSuffix(others.note(), ".") + ")"
	}
	if !ranged {
		return errors.New(text + "; list_meeting_participants tells who was added")
	}
	f.After, f.Before = time.Time{}, time.Time{}
	return fmt.Errorf("%s; %s", text, d.whatExists(ctx, app, f))
}

// whatExists names the latest sessions and the next call, for an error.
func (d *Deps) whatExists(ctx context.Context, app client.AppRef, f client.SessionFilter) string {
	no, per := 1, 5
	page, err := d.API.SessionsPage(ctx, app, f, client.PageRequest{No: &no, Per: &per})
	var latest []string
	for _, s := range page.Items[:min(per, len(page.Items))] {
		if attended(s) {
			latest = append(latest, untrusted.Line(s.ID, 64)+" of "+momentOr(&s.StartedAt, d.zone(), unknownTime))
		}
	}
	if err != nil || len(latest) == 0 {
		return "list_sessions lists those there are"
	}
	return "the latest sessions are " + strings.Join(latest,
		", ") + "; pass a session_id or another time range, or call list_sessions for more"
}
