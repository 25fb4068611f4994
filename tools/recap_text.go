package tools

import (
	"cmp"
	"fmt"
	"strings"

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
		case p.State == empty:
			odd = append(odd, "the "+p.Part+" was made, but empty"+of)
		case p.State == unreadable || p.State == failed:
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
		said = []string{"there is " + strings.Join(have, ", ")}
		if len(none) > 0 {
			said = append(said, strings.Join(none, ", "))
		}
	case len(none) > 0:
		said = []string{"there is " + strings.Join(none, ", ") + " of this session"}
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
	fmt.Fprintf(&b, "%s\n\"%s\" (meeting %s), session %s, started %s", o.Summary, untrusted.Cell(o.Title, 120), untrusted.Cell(o.MeetingID, 64), o.SessionID, clock(o.StartedAt))
	if o.EndedAt != nil {
		fmt.Fprintf(&b, ", ended %s.", clock(*o.EndedAt))
	} else {
		b.WriteString(", is live.")
	}
	b.WriteString(" " + o.Note + "\n")
	for _, note := range o.own {
		b.WriteString(note + "\n")
	}
	for _, s := range o.Sessions {
		fmt.Fprintf(&b, "Together with it: session %s, started %s.\n", s.SessionID, clock(s.StartedAt))
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
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %s |\n", nameCell(s.Name), untrusted.Cell(s.CustomID, 80), s.Lines, s.Words, attended)
	}
	return b.String() + "\n"
}

// text is the line as a quote: "> 14:03:05 Ann: hello".
func (l recapLine) text() string {
	text := "> "
	if l.At != nil {
		text += l.At.Format("15:04:05") + " "
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
