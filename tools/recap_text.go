package tools

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

func (o recapOutput) headline() string {
	var have, lack []string
	for _, p := range o.Parts {
		switch {
		case !p.Found:
			lack = append(lack, p.Part)
		case p.Part == "transcript":
			have = append(have, fmt.Sprintf("a transcript of %s by %s", people(p.Total, "line", "lines"), people(len(o.Speakers), "speaker", "speakers")))
		case p.Part == "chat":
			have = append(have, "a chat of "+people(p.Total, "line", "lines"))
		default:
			have = append(have, "a summary")
		}
	}
	text := "There is " + strings.Join(have, ", ")
	switch {
	case len(have) == 0:
		return "There is no " + strings.Join(lack, ", no ") + " of this session."
	case len(lack) > 0:
		text += "; no " + strings.Join(lack, ", no ")
	}
	return text + "."
}

// Text quotes each part, so that no line of it can pass for the answer's own.
func (o recapOutput) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\"%s\" (meeting %s), session %s, started %s", o.lead(), untrusted.Cell(o.Title, 120), untrusted.Cell(o.MeetingID, 64), o.SessionID, clock(o.StartedAt))
	if o.EndedAt != nil {
		fmt.Fprintf(&b, ", ended %s.", clock(*o.EndedAt))
	} else {
		b.WriteString(", is live.")
	}
	b.WriteString(" " + o.Note + "\n")
	for _, p := range o.Parts {
		fmt.Fprintf(&b, "\n%s: ", p.Part)
		switch {
		case !p.Found:
			b.WriteString(p.Why + "\n")
			continue
		case p.Total == 0:
			b.WriteString("empty.\n")
			continue
		}
		fmt.Fprintf(&b, "lines %d to %d of %d.\n", min(p.Offset+1, p.Total), p.Offset+len(p.Lines), p.Total)
		if p.Part == "transcript" {
			b.WriteString(o.speakers())
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
		if s.Attended {
			attended = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %s |\n", nameCell(s.Name), untrusted.Cell(s.CustomID, 80), s.Lines, s.Words, attended)
	}
	return b.String() + "\n"
}

// text is the line as a quote: "> 14:03 Ann: hello".
func (l recapLine) text() string {
	text := "> "
	if l.At != nil {
		text += l.At.Format("15:04") + " "
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
