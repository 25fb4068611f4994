package sessiontext

import (
	"cmp"
	"strconv"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// text is the line as a quote: "> 14:03:05 Ann: hello". If it was looked for, its
// number comes first as grep shows it: "> 12: 14:03:05 Ann: hello" for a hit, and
// "> 13- …" for a line beside one.
func (l Line) text(times stamp) string {
	text := "> "
	switch {
	case l.Hit:
		text += strconv.Itoa(l.Number) + ": "
	case l.Number > 0:
		text += strconv.Itoa(l.Number) + "- "
	}
	if l.At != nil {
		text += times.of(*l.At) + " "
	}
	if l.At != nil || l.Speaker != "" {
		name := cmp.Or(untrusted.Cell(l.Speaker, 80), "(unnamed)")
		if !l.Attended && !l.unasked {
			name += " (not found among the attendees)"
		}
		text += name + ": "
	}
	return text + untrusted.Quoted(l.Text) + "\n"
}

// stamp is how lines of a session show their times.
type stamp struct {
	zone  *time.Location
	start time.Time // of the session
	named bool      // clocks change that day, so that a time needs its zone
}

func newStamp(start time.Time, zone *time.Location) stamp {
	return stamp{zone, start, when.ClocksChangeOn(start, zone) || when.ClocksChangeOn(start.Add(24*time.Hour), zone)}
}

// of is the time of day, with the date if that is not the session's.
func (s stamp) of(t time.Time) string {
	t = t.In(s.zone)
	layout := time.TimeOnly
	if t.Format(time.DateOnly) != s.start.In(s.zone).Format(time.DateOnly) {
		layout = time.DateTime
	}
	if s.named {
		layout += " MST"
	}
	return t.Format(layout)
}
