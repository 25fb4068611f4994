package report

import (
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// times is how the rows of one answer show times: those on the day of its only
// session without the date, which stands above, and without the zone unless
// clocks change on that day.
type times struct {
	layout
	columns columns[Person]
	zone    *time.Location
	day     time.Time // zero if unknown
	change  bool
}

func newTimes(zone *time.Location, sessions []Session) times {
	t := times{zone: zone, layout: layout{several: len(sessions) > 1}, columns: people(), day: sessions[0].StartedAt}
	t.change = !t.day.IsZero() && when.ClocksChangeOn(t.day, zone)
	return t
}

// at is empty for an unknown time.
func (t times) at(moment *time.Time) string {
	if moment == nil || moment.IsZero() {
		return ""
	}
	local, day := moment.In(t.zone), t.day.In(t.zone)
	switch {
	case t.several || t.day.IsZero() || local.YearDay() != day.YearDay() || local.Year() != day.Year():
		return when.Moment(*moment, t.zone)
	case t.change:
		return local.Format("15:04 MST")
	}
	return local.Format("15:04")
}

// span tells from when to when; the date once, if it is needed at all.
func (t times) span(from, to time.Time) string {
	a, b := from.In(t.zone), to.In(t.zone)
	begin, end := t.at(&from), t.at(&to)
	if strings.HasPrefix(begin, a.Format(time.DateOnly)) && a.Format(time.DateOnly) == b.Format(time.DateOnly) {
		end = strings.TrimPrefix(end, b.Format(time.DateOnly)+" ")
	}
	return begin + " to " + end
}

// local is a moment as structured content shows it: in the zone of the answer, and
// to the second. It is nil for an unknown time.
func local(t time.Time, zone *time.Location) *time.Time {
	if t.IsZero() {
		return nil
	}
	l := t.Truncate(time.Second).In(zone)
	return &l
}

// sameMinute reports whether two times are shown alike. An unknown one is like none.
func sameMinute(a, b *time.Time) bool {
	return a != nil && b != nil && attendance.Minutes(*a, *b) == 0
}
