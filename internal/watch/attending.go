package watch

import (
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// attendanceOf is who attended, as events say it.
func (e *Engine) attendanceOf(j judged) *event.Attendance {
	r := &j.result
	a := &event.Attendance{
		StartedAt:     moment(r.Start),
		EndedAt:       moment(r.End),
		Invited:       len(r.Attended) + len(r.Absent),
		Attended:      len(r.Attended),
		AbsentCount:   len(r.Absent),
		GuestCount:    len(r.Guests),
		Later:         len(r.Later),
		LeftOut:       r.LeftOut,
		Absent:        []event.Who{},
		Late:          []event.Who{},
		Guests:        []event.Who{},
		JustInTime:    r.JustInTime,
		RosterUnknown: j.bare,
		Notes:         j.notes,
	}
	if !r.Start.IsZero() && !r.End.IsZero() {
		a.Minutes = max(0, attendance.Minutes(r.Start, r.End))
	}
	for _, p := range slices.Concat(r.Attended, r.Guests) {
		if e.late(p) {
			a.Late = append(a.Late, whoIs(p))
		}
		if e.early(p) {
			a.LeftEarly++
		}
	}
	a.LateCount = len(a.Late)
	for _, p := range r.Absent {
		a.Absent = append(a.Absent, whoIs(p))
	}
	for _, p := range r.Guests {
		a.Guests = append(a.Guests, whoIs(p))
	}
	if e.o.People {
		a.People = e.everybody(r)
	}
	return a
}

func (e *Engine) late(p attendance.Person) bool {
	return slices.ContainsFunc(p.Visits, func(v attendance.Visit) bool { return v.Late() > e.o.Late })
}

func (e *Engine) early(p attendance.Person) bool {
	return slices.ContainsFunc(p.Visits, func(v attendance.Visit) bool { return v.Early() > e.o.Late })
}

func whoIs(p attendance.Person) event.Who {
	return event.Who{ID: untrusted.Line(p.ID, 64), CustomID: untrusted.Line(p.CustomID, 80)}
}

func (e *Engine) everybody(r *attendance.Result) []event.Attendee {
	out := make([]event.Attendee, 0, len(r.Attended)+len(r.Guests)+len(r.Absent))
	for _, group := range []struct {
		people []attendance.Person
		status event.Status
	}{{r.Attended, event.Attended}, {r.Guests, event.Guest}, {r.Absent, event.Absent}} {
		for _, p := range group.people {
			out = append(out, attendeeOf(p, group.status))
		}
	}
	return out
}

func attendeeOf(p attendance.Person, status event.Status) event.Attendee {
	a := event.Attendee{
		Who:    whoIs(p),
		Name:   untrusted.Line(p.Name, 80),
		Preset: untrusted.Line(p.Preset, 60),
		Status: status,
	}
	if len(p.Visits) == 0 {
		return a
	}
	v := p.Visits[0]
	a.JoinedAt, a.LeftAt, a.Joins = moment(p.First()), moment(p.Last()), p.Joins()
	a.Minutes = int(p.Present().Round(time.Minute) / time.Minute)
	a.Late, a.LeftEarly = v.LateMinutes(), v.EarlyMinutes()
	return a
}

// moment is a time as events have it; nil if it is not known.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
