package tools

import (
	"fmt"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// shower is how the rows of one answer show times: those on the day of its only
// session without the date, which stands above.
type shower struct {
	zone    *time.Location
	several bool
	day     time.Time
}

func (s shower) moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	local, day := t.In(s.zone), s.day.In(s.zone)
	if !s.several && local.YearDay() == day.YearDay() && local.Year() == day.Year() {
		return local.Format("15:04")
	}
	return moment(*t, s.zone)
}

// about says what the headline is about.
func (o attendanceOutput) about(title string) string {
	var b strings.Builder
	first, last := o.Sessions[0], o.Sessions[len(o.Sessions)-1]
	fmt.Fprintf(&b, "\"%s\" (meeting %s), ", title, o.MeetingID)
	if len(o.Sessions) == 1 {
		fmt.Fprintf(&b, "session %s, started %s", first.ID, moment(first.StartedAt, o.zone))
	} else {
		fmt.Fprintf(&b, "sessions from %s to %s", moment(first.StartedAt, o.zone), moment(last.StartedAt, o.zone))
	}
	switch {
	case o.Live:
		fmt.Fprintf(&b, ", is live; as of %s.", moment(o.AsOf, o.zone))
	case len(o.Sessions) == 1:
		fmt.Fprintf(&b, ", ended %s.", moment(*first.EndedAt, o.zone))
	default:
		b.WriteByte('.')
	}
	fmt.Fprintf(&b, " %d late, %d left early.", o.Late, o.LeftEarly)
	if o.Later > 0 {
		fmt.Fprintf(&b, " %s to the roster only after it ended.", people(o.Later, "person was added", "people were added"))
	}
	if o.Matching > len(o.Sessions) {
		fmt.Fprintf(&b, " The latest of %d sessions.", o.Matching)
	}
	return b.String()
}

// Text leads with the headline.
func (o attendanceOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Summary + "\n" + o.about(untrusted.Cell(o.Title, 120)) + "\n")
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

func (r attendanceRow) appendText(b []byte) []byte {
	cells := []string{nameCell(r.Name), untrusted.Cell(r.CustomID, 80), r.Status}
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
	if r.Joins > max(1, r.Sessions) {
		n = append(n, fmt.Sprintf("joined %d times", r.Joins))
	}
	if r.Preset != "" {
		n = append(n, untrusted.Cell(r.Preset, 60))
	}
	if r.ID != "" {
		n = append(n, "id "+untrusted.Cell(r.ID, 64))
	}
	for _, s := range r.Spans {
		n = append(n, r.show.moment(&s.From)+" to "+r.show.moment(&s.To))
	}
	return strings.Join(n, "; ")
}
