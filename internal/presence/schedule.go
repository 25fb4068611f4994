package presence

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// scheduled is a time at which a session was to begin or end: a time of its
// day, or one moment. The zero value is none.
type scheduled struct {
	given  bool
	moment time.Time // zero if a time of day
	clock  time.Time // of which hour, minute and second count
}

// A Schedule is both, with the zone of times of day.
type Schedule struct {
	start, end scheduled
	zone       *time.Location
}

// ReadSchedule reads both arguments, either of which may be empty.
func ReadSchedule(start, end string, zone *time.Location) (s Schedule, err error) {
	s.zone = zone
	if s.start, err = readScheduled("scheduled_start", start, zone); err != nil {
		return s, err
	}
	s.end, err = readScheduled("scheduled_end", end, zone)
	return s, err
}

func readScheduled(name, text string, zone *time.Location) (scheduled, error) {
	if text == "" {
		return scheduled{}, nil
	}
	for _, layout := range [...]string{"15:04", "15:04:05", "3:04PM", "3PM"} {
		if clock, err := time.Parse(layout, strings.ToUpper(strings.ReplaceAll(text, " ", ""))); err == nil {
			return scheduled{given: true, clock: clock}, nil
		}
	}
	if len(text) > len(time.DateOnly) {
		if t, ok := when.Read(text, zone, false); ok && when.Plausible(t) {
			return scheduled{given: true, moment: t}, nil
		}
	}
	return scheduled{}, fmt.Errorf("argument %q must be a time of the session's day or a full time, "+
		"for example \"14:00\" or \"2026-11-23T14:00\"; got %q", name, prose.Clip(text))
}

// near is the scheduled moment that is nearest to one of a session, whose day it
// may not be: a meeting may go past midnight.
func (s scheduled) near(t time.Time, zone *time.Location) time.Time {
	if !s.moment.IsZero() {
		return s.moment
	}
	return nearest(s.around(t, zone), t)
}

// longDay is how long after its begin a meeting may be scheduled to end.
const longDay = 18 * time.Hour

// after is the scheduled end of a meeting that began at a time and in which two
// people were together last at another: the first after the begin, for a tab may
// be left open for days. Of two in the night when clocks go back it is the one
// nearer to the last moment. If the meeting began only when it should have been
// over, it is the one before.
func (s scheduled) after(begin, last time.Time, zone *time.Location) time.Time {
	if !s.moment.IsZero() {
		return s.moment
	}
	around := s.around(begin, zone)
	next := slices.DeleteFunc(slices.Clone(around), func(t time.Time) bool {
		return !t.After(begin) || t.Sub(begin) > longDay
	})
	if len(next) == 0 {
		return nearest(around, begin)
	}
	return nearest(next, last)
}

// around are the moments at which a time of day is shown on the day of t, the
// one before and the one after.
func (s scheduled) around(t time.Time, zone *time.Location) (out []time.Time) {
	local := t.In(zone)
	for days := -1; days <= 1; days++ {
		wall := time.Date(local.Year(), local.Month(), local.Day()+days,
			s.clock.Hour(), s.clock.Minute(), s.clock.Second(), 0, time.UTC)
		out = append(out, when.Shown(wall, zone)...)
	}
	return out
}

func nearest(moments []time.Time, t time.Time) time.Time {
	return slices.MinFunc(moments, func(a, b time.Time) int {
		return cmp.Compare(a.Sub(t).Abs(), b.Sub(t).Abs())
	})
}

// Apply lets late and early be counted from the schedule, in each result.
func (s Schedule) Apply(results []attendance.Result, now time.Time) error {
	full := !s.start.moment.IsZero() || !s.end.moment.IsZero()
	if full && len(results) > 1 {
		return errors.New("scheduled_start and scheduled_end fit one session; " +
			"for several give a time of day such as \"14:00\", or take one with session_id")
	}
	for i := range results {
		r := &results[i]
		s.move(r, now)
		if s.start.given && s.end.given && r.EarlyFrom.Before(r.LateFrom) && !r.EarlyFrom.IsZero() && full {
			return errors.New("scheduled_end must be later than scheduled_start")
		}
		r.Attended, r.Guests = moved(r, r.Attended), moved(r, r.Guests)
	}
	return nil
}

// move sets what late and early are counted from in a result.
func (s Schedule) move(r *attendance.Result, now time.Time) {
	// Two people together tell more of when a meeting was than its session,
	// which one may have opened the day before.
	begin, last := r.LateFrom, r.EarlyFrom
	if last.IsZero() {
		last = r.End
	}
	if s.start.given && !begin.IsZero() {
		begin = s.start.near(begin, s.zone).UTC()
		r.LateFrom = begin
	}
	if s.end.given && !r.End.IsZero() {
		end := s.end.after(begin, last, s.zone).UTC()
		if over := !r.Live || !r.OverSince.IsZero(); over || !end.After(now) {
			r.EarlyFrom = end
		}
	}
}

// moved are people with visits that are counted from the moments of a result. What
// other results hold of them does not change.
func moved(r *attendance.Result, people []attendance.Person) []attendance.Person {
	for k := range people {
		people[k].Visits = slices.Clone(people[k].Visits)
		for v := range people[k].Visits {
			people[k].Visits[v].LateFrom, people[k].Visits[v].EarlyFrom = r.LateFrom, r.EarlyFrom
		}
	}
	return people
}
