package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timeline"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// drawnFrom is from which person on a view asks for a drawing, nil if none asks.
type drawnFrom struct{ from *int }

func (d drawnFrom) offset() int {
	if d.from == nil {
		return 0
	}
	return *d.from
}

// Asked reports whether a view asks for what is drawn.
func (a *Attendance) Asked() bool { return a.drawn.from != nil }

// Draw is a page of the timeline as JSON, of at most so many bytes.
func (a *Attendance) Draw(most int) (json.RawMessage, error) {
	return a.Timeline().Page(a.drawn.offset(), most)
}

// Asked reports whether a view asks for what is drawn.
func (c *Comparison) Asked() bool { return c.drawn.from != nil }

// Draw is a page of the timeline as JSON, of at most so many bytes.
func (c *Comparison) Draw(most int) (json.RawMessage, error) {
	return c.Timeline().Page(c.drawn.offset(), most)
}

// visitKey names one person in one result.
type visitKey struct{ person, result int }

// drawing makes the rows of a timeline.
type drawing struct {
	timeline.Timeline
	results     []attendance.Result
	late, early time.Duration // more than this is late, or early; only of an attendance
	visits      map[visitKey]attendance.Visit
}

func newDrawing(t timeline.Timeline, results []attendance.Result) drawing {
	d := drawing{Timeline: t, results: results, visits: map[visitKey]attendance.Visit{}}
	for i, r := range results {
		for _, people := range [][]attendance.Person{r.Attended, r.Guests} {
			for _, p := range people {
				for _, v := range p.Visits {
					d.visits[visitKey{p.Key, i}] = v
				}
			}
		}
	}
	return d
}

// columns adds a column for each session.
func (d *drawing) columns(sessions []Session, asOf time.Time) {
	for i, s := range sessions {
		r := d.results[i]
		c := timeline.Column{Session: s.ID, Label: s.Title, Live: s.Live, LateFrom: r.LateFrom, EarlyFrom: r.EarlyFrom}
		if s.Live && !r.Start.IsZero() {
			c.Hold(timeline.Span{From: r.Start, To: cmp.Or(asOf, r.End)})
		} else if !r.Start.IsZero() && !r.End.IsZero() {
			c.Hold(timeline.Span{From: r.Start, To: r.End})
		}
		d.Columns = append(d.Columns, c)
	}
}

// add adds the row of somebody.
func (d *drawing) add(p attendance.Person, status timeline.Status, marks string) {
	row := timeline.Person{
		Name:     untrusted.Line(p.Name, 80),
		CustomID: untrusted.Line(p.CustomID, 80),
		Status:   status,
		Minutes:  int(MinutesPresent(p)),
		Marks:    marks,
	}
	if len(d.Columns) == len(d.results) { // weeks have no axis
		for i := range d.results {
			if v, came := d.visits[visitKey{p.Key, i}]; came {
				row.Visits = append(row.Visits, d.visit(i, v))
			}
		}
	}
	d.People = append(d.People, row)
}

func (d *drawing) visit(column int, v attendance.Visit) timeline.Visit {
	out := timeline.Visit{
		Column:      column,
		Here:        v.Here,
		FromAssumed: v.FirstAssumed,
		ToAssumed:   v.LastAssumed,
	}
	if !d.Compared && v.Late() > d.late {
		out.Late = max(1, v.LateMinutes())
	}
	if !d.Compared && v.Early() > d.early {
		out.Early = max(1, v.EarlyMinutes())
	}
	for _, g := range v.Away {
		if g.Kind == attendance.Gone {
			out.Away += max(1, attendance.Minutes(g.From, g.To))
		}
	}
	for _, i := range v.Intervals {
		s := timeline.Span(i)
		d.Columns[column].Hold(s)
		out.Spans = append(out.Spans, s)
	}
	return out
}

// Timeline is the attendance as it is drawn, with everybody whom the answer's filters keep,
// whatever its limit: those who came in the order in which they joined, then the others.
func (a *Attendance) Timeline() *timeline.Timeline {
	people := slices.Clone(a.drawn.people)
	slices.SortStableFunc(people, func(a, b somebody) int { return byJoining(*a.Person, *b.Person) })
	return a.drawing(people)
}

// drawing has these people in this order.
func (a *Attendance) drawing(people []somebody) *timeline.Timeline {
	d := newDrawing(timeline.Timeline{
		Title:   a.Title,
		Summary: a.Summary,
		Notes:   a.drawnNotes(),
		Meeting: a.MeetingID,
		Zone:    a.zone,
	}, a.drawn.results)
	if a.Live {
		d.AsOf = a.asOf
	}
	d.late, d.early = a.drawn.late, a.drawn.early
	d.columns(a.Sessions, a.asOf)
	for _, s := range people {
		d.add(*s.Person, statusOf(s.status), "")
	}
	return &d.Timeline
}

func statusOf(word string) timeline.Status {
	switch word {
	case guestStatus:
		return timeline.Guest
	case absentStatus:
		return timeline.Absent
	}
	return timeline.Attended
}

// byJoining is the order of a drawing: by the first joining, then by name.
func byJoining(a, b attendance.Person) int {
	switch came, other := len(a.Visits) > 0, len(b.Visits) > 0; {
	case came && other:
		return cmp.Or(a.First().Compare(b.First()), cmp.Compare(a.Name, b.Name))
	case came:
		return -1
	case other:
		return 1
	}
	return cmp.Compare(a.Name, b.Name)
}

// Timeline is the comparison as it is drawn, with everybody whom the answer's filters keep,
// whatever its limit, in the answer's order.
func (c *Comparison) Timeline() *timeline.Timeline {
	d := newDrawing(timeline.Timeline{
		Title:    c.Title,
		Summary:  c.Summary,
		Notes:    c.drawnNotes(),
		Meeting:  c.MeetingID,
		Zone:     c.zone,
		Compared: true,
	}, c.drawn.results)
	if len(c.Weeks) > 0 {
		for _, w := range c.Weeks {
			d.Columns = append(d.Columns, timeline.Column{Label: w.Number})
		}
	} else {
		d.columns(c.Sessions, time.Time{})
	}
	for _, r := range c.drawn.records {
		status := timeline.Attended
		switch {
		case !r.Invited:
			status = timeline.Guest
		case r.Came() == 0:
			status = timeline.Absent
		}
		d.add(r.Person, status, marksOf(r))
	}
	return &d.Timeline
}

func marksOf(r attendance.Record) string {
	marks := make([]byte, len(r.Marks))
	for i, m := range r.Marks {
		marks[i] = byte(m)
	}
	return string(marks)
}
