package tools

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

func (o recapOutput) headline() string {
	var have, none, odd, said []string
	for _, p := range o.Parts {
		of := ""
		if p.SessionID != "" {
			of = " (session " + p.SessionID + ")"
		}
		switch {
		case p.State == recapEmpty:
			odd = append(odd, "the "+p.Part+" was made, but empty"+of)
		case p.State == recapUnreadable || p.State == recapFailed:
			odd = append(odd, "the "+p.Part+" could not be read"+of)
		case !p.Found:
			none = append(none, "no "+p.Part+of)
		case p.Part == "summary":
			have = append(have, "a summary"+of)
		default:
			have = append(have, "a "+p.Part+" of "+people(p.Total, "line", "lines")+o.by(p)+of)
		}
	}
	switch {
	case len(have) > 0:
		said = []string{"there is " + enumerate(have)}
		if len(none) > 0 {
			said = append(said, enumerate(none))
		}
	case len(none) > 0:
		said = []string{"there is " + enumerate(none) + " of this session"}
	}
	text := strings.Join(append(said, odd...), "; ") + "."
	return strings.ToUpper(text[:1]) + text[1:]
}

// by says how many spoke, of the only transcript of an answer.
func (o recapOutput) by(p recapPart) string {
	if p.Part != "transcript" || p.SessionID != "" || o.spoke == 0 {
		return ""
	}
	return " by " + people(o.spoke, "speaker", "speakers")
}

// Text quotes each part, so that no line of it can pass for the answer's own.
func (o recapOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Summary + "\n")
	for _, note := range o.own {
		b.WriteString("Note: " + note + "\n")
	}
	fmt.Fprintf(&b, "\"%s\" (meeting %s), session %s, started %s", titleCell(o.Title),
		untrusted.Cell(o.MeetingID, 64),
		untrusted.Cell(o.SessionID, 64), momentOr(&o.StartedAt, o.zone, unknownTime))
	if o.Live {
		b.WriteString(", is live.")
	} else {
		b.WriteString(", ended " + momentOr(o.EndedAt, o.zone, unknownTime) + ".")
	}
	if slices.ContainsFunc(o.Parts, func(p recapPart) bool { return p.Found }) {
		b.WriteString(" " + o.Note)
	}
	b.WriteByte('\n')
	for _, s := range o.Sessions[:max(0, len(o.Sessions)-1)] {
		fmt.Fprintf(&b, "Together with session %s, started %s.\n", untrusted.Cell(s.SessionID, 64),
			momentOr(&s.StartedAt, o.zone, unknownTime))
	}
	spoken := false
	for _, p := range o.Parts {
		b.WriteString("\n" + p.Part)
		if p.SessionID != "" {
			b.WriteString(" of session " + p.SessionID)
		}
		if !p.Found {
			b.WriteString(": " + p.Why + "\n")
			continue
		}
		fmt.Fprintf(&b, ": lines %d to %d of %d.\n", min(p.Offset+1, p.Total), p.Offset+len(p.Lines), p.Total)
		if p.Part == "transcript" && !spoken {
			b.WriteString(o.speakers())
			spoken = true
		}
		b.WriteString(p.quote)
		if p.LeftOut > 0 {
			fmt.Fprintf(&b, "%d more. %s\n", p.LeftOut, p.Next)
		}
	}
	return b.String()
}

func (o recapOutput) speakers() string {
	if len(o.Speakers) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n| speaker | custom id | lines | words | attended |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range o.Speakers {
		attended := "not found among the attendees"
		switch {
		case s.ByName:
			attended = "yes, by name alone"
		case s.Attended:
			attended = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %s |\n", nameCell(s.Name), untrusted.Cell(s.CustomID, 80),
			s.Lines, s.Words, attended)
	}
	return b.String() + "\n"
}

// text is the line as a quote: "> 14:03:05 Ann: hello".
func (l recapLine) text(times stamp) string {
	text := "> "
	if l.At != nil {
		text += times.of(*l.At) + " "
	}
	if l.At != nil || l.Speaker != "" {
		name := cmp.Or(untrusted.Cell(l.Speaker, 80), "(unnamed)")
		if !l.Attended {
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
	return stamp{zone, start, changesOn(start, zone) || changesOn(start.Add(24*time.Hour), zone)}
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
