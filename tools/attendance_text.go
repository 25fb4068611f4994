package tools

import (
	"fmt"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// shower is how the rows of one answer show times: those on the day of its only
// session without the date, which stands above, and without the zone unless
// clocks change on that day.
type shower struct {
	zone    *time.Location
	several bool
	day     time.Time // zero if unknown
	change  bool
}

func newShower(zone *time.Location, sessions []sessionSum) shower {
	s := shower{zone: zone, several: len(sessions) > 1, day: sessions[0].StartedAt}
	s.change = !s.day.IsZero() && changesOn(s.day, zone)
	return s
}

func (s shower) moment(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	local, day := t.In(s.zone), s.day.In(s.zone)
	switch {
	case s.several || s.day.IsZero() || local.YearDay() != day.YearDay() || local.Year() != day.Year():
		return moment(*t, s.zone)
	case s.change:
		return local.Format("15:04 MST")
	}
	return local.Format("15:04")
}

// span tells from when to when; the date once, if it is needed at all.
func (s shower) span(from, to time.Time) string {
	a, b := from.In(s.zone), to.In(s.zone)
	begin, end := s.moment(&from), s.moment(&to)
	if strings.HasPrefix(begin, a.Format(time.DateOnly)) && a.Format(time.DateOnly) == b.Format(time.DateOnly) {
		end = strings.TrimPrefix(end, b.Format(time.DateOnly)+" ")
	}
	return begin + " to " + end
}

// about says what the headline is about.
func (o *attendanceOutput) about(title string) string {
	var b strings.Builder
	first, last := o.Sessions[0], o.Sessions[len(o.Sessions)-1]
	fmt.Fprintf(&b, "\"%s\" (meeting %s), ", title, o.MeetingID)
	if len(o.Sessions) == 1 {
		fmt.Fprintf(&b, "session %s, started %s", first.ids(), momentOr(&first.StartedAt, o.zone, "at "+unknownTime))
	} else {
		fmt.Fprintf(&b, "sessions from %s to %s", momentOr(&first.StartedAt, o.zone, unknownTime), momentOr(&last.StartedAt,
			o.zone, unknownTime))
	}
	switch {
	case o.Live:
		fmt.Fprintf(&b, ", is live; as of %s.", moment(o.AsOf, o.zone))
	case len(o.Sessions) == 1:
		b.WriteString(first.ending(o.zone))
	default:
		b.WriteByte('.')
	}
	fmt.Fprintf(&b, " %d late%s, %d left early%s.", o.Late, o.from(" (counted from %s)", first.LateFrom,
		&first.StartedAt), o.LeftEarly, o.from(" (counted to %s)", first.EarlyFrom, first.LastLeft))
	if o.Later > 0 {
		fmt.Fprintf(&b, " %s to the roster only after it ended.", people(o.Later, "person was added", "people were added"))
	}
	if o.why == "" && o.Matching > len(o.Sessions) {
		fmt.Fprintf(&b, " The latest of %d sessions.", o.Matching)
	}
	return b.String()
}

// ending tells when a session ended, and when it was over if that was earlier.
func (s sessionSum) ending(zone *time.Location) string {
	switch {
	case s.LastLeft == nil && s.EndedAt == nil:
		return ", ended at " + unknownTime + "."
	case s.EndedAt == nil:
		return ", over since " + moment(*s.LastLeft, zone) + "."
	case s.LastLeft == nil || attendance.Minutes(*s.LastLeft, *s.EndedAt) == 0:
		return ", ended " + moment(*s.EndedAt, zone) + "."
	}
	return ", over " + moment(*s.LastLeft, zone) + " when the last one left, ended " + moment(*s.EndedAt, zone) + "."
}

// from tells what late or early is counted from, unless that is the begin or end.
func (o *attendanceOutput) from(format string, t, usual *time.Time) string {
	if len(o.Sessions) > 1 || t == nil || usual == nil || attendance.Minutes(*t, *usual) == 0 {
		return ""
	}
	show := newShower(o.zone, o.Sessions)
	return fmt.Sprintf(format, show.moment(t))
}

// Text leads with the headline.
func (o attendanceOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.lead() + o.about(titleCell(o.Title)) + "\n")
	if len(o.Sessions) > 1 {
		b.WriteString(sessionTable(o.Sessions, o.zone))
	}
	if len(o.People) > 0 {
		b.WriteString(o.People[0].header())
	}
	b.WriteString(o.table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not listed. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func (r attendanceRow) header() string {
	if r.show.several {
		return "\n| name | custom id | status | sessions | first joined | last left | minutes | notes |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n"
	}
	return "\n| name | custom id | status | joined | left | minutes | notes |\n| --- | --- | --- | --- | --- | --- | --- |\n"
}

// notOnRoster is what text calls a guest: nobody joins who was not added, so
// they were removed since, or came from a connected meeting.
const notOnRoster = "not on the roster (any more)"

func (r attendanceRow) status() string {
	if r.Status == "guest" {
		return notOnRoster
	}
	return r.Status
}

func (r attendanceRow) appendText(b []byte) []byte {
	cells := []string{nameCell(r.Name), untrusted.Cell(r.CustomID, 80), r.status()}
	if r.show.several {
		cells = append(cells, fmt.Sprint(r.Sessions))
	}
	present := ""
	if r.FirstJoined != nil {
		present = fmt.Sprintf("%.0f", r.Minutes)
	}
	cells = append(cells, r.show.moment(r.FirstJoined), r.show.moment(r.LastLeft), present, r.notes())
	return fmt.Appendf(b, "| %s |\n", strings.Join(cells, " | "))
}

func (r attendanceRow) notes() string {
	var n []string
	if r.HereNow {
		n = append(n, "here now")
	}
	switch {
	case r.LateSessions > 1:
		n = append(n, fmt.Sprintf("late %d times, at most %.0f min", r.LateSessions, r.LateBy))
	case r.LateSessions == 1:
		n = append(n, fmt.Sprintf("%.0f min late", r.LateBy))
	}
	switch {
	case r.EarlySessions > 1:
		n = append(n, fmt.Sprintf("left early %d times, at most %.0f min", r.EarlySessions, r.EarlyBy))
	case r.EarlySessions == 1:
		n = append(n, fmt.Sprintf("left %.0f min early", r.EarlyBy))
	}
	n = append(n, r.remarks()...)
	if r.Preset != "" {
		n = append(n, untrusted.Cell(r.Preset, 60))
	}
	if r.ID != "" {
		n = append(n, "id "+untrusted.Cell(r.ID, 64))
	}
	for _, s := range r.Spans {
		n = append(n, r.show.span(s.From, s.To))
	}
	return strings.Join(n, "; ")
}

// remarks are the notes that no column of a CSV file holds.
func (r attendanceRow) remarks() []string {
	n := r.comings()
	if r.FirstAssumed {
		n = append(n, "joining time unknown, counted from the begin")
	}
	if r.LastAssumed {
		n = append(n, "leaving time unknown, counted until the end")
	}
	return append(n, r.Flags...)
}

const maxGaps = 5 // told of one person

// comings tell gaps, reconnects, devices and breakout rooms apart.
func (r attendanceRow) comings() (n []string) {
	told, untold := 0, 0
	for _, g := range r.Gaps {
		what := "away "
		switch g.Kind {
		case "reconnect":
			continue // they are counted
		case "breakout_room":
			what = "in a breakout room "
		}
		if told == maxGaps {
			untold++
			continue
		}
		told++
		n = append(n, what+r.show.span(g.From, g.To))
	}
	if untold > 0 {
		n = append(n, fmt.Sprintf("%d more gaps", untold))
	}
	if r.Reconnects > 0 {
		n = append(n, people(r.Reconnects, "reconnect", "reconnects"))
	}
	if r.Devices > 1 {
		n = append(n, fmt.Sprintf("%d devices at once", r.Devices))
	}
	if r.Joins > max(1, r.Sessions) {
		n = append(n, fmt.Sprintf("joined %d times", r.Joins))
	}
	return n
}
