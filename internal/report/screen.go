package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/bars"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timeline"
)

// Screen is what a table is written to.
type Screen struct {
	Width int // columns of the terminal; 0 is none, such as a file, whose lines have any length
	bars.Style
}

// How wide bars are, in columns.
const (
	usualBar  = 24 // outside of terminals
	widestBar = 48
	leastBar  = 20 // beside all columns; with fewer, most columns are left out
	briefBar  = 16 // beside those that are left; with fewer, their texts are shortened
	scarceBar = 10 // whatever the width
)

// writeTable lines columns up by the width that a terminal gives each character. If a
// terminal is too narrow for all of them, it gets those that WriteBars writes.
func (a *Attendance) writeTable(w io.Writer, screen Screen) error {
	columns, l := people(), a.layout
	l.several = false // a terminal has the room of one
	lines := [][]string{columns.capitals(l)}
	for _, p := range a.People {
		lines = append(lines, columns.cells(l, p))
	}
	room := usualBar
	if screen.Width > 0 {
		room = min(screen.Width-lengthOf(lines)-2, widestBar)
	}
	head := a.Lead() + a.about(a.Title) + "\n\n"
	if room < a.needed(leastBar) {
		if _, err := io.WriteString(w, head); err != nil {
			return err
		}
		if err := a.WriteBars(w, screen); err != nil {
			return err
		}
		_, err := io.WriteString(w, "\nThe terminal is too narrow for all columns; --format csv has them.\n")
		return err
	}
	drawn := a.drawing(a.drawn.people)
	at := len(lines[0]) - 1 // before the notes, which have any length
	lines[0] = slices.Insert(lines[0], at, screen.heading(drawn, room))
	for i := range a.People {
		lines[i+1] = slices.Insert(lines[i+1], at, screen.Row(drawn, drawn.People[i], room))
	}
	_, err := io.WriteString(w, head+aligned(lines))
	return err
}

// WriteBars writes the name, status, bar and minutes of each person, in the order in
// which they joined.
func (a *Attendance) WriteBars(w io.Writer, screen Screen) error {
	drawn := a.Timeline()
	lines := [][]string{{"NAME", "STATUS", "", "MINUTES"}}
	for _, p := range drawn.People {
		minutes := strconv.Itoa(p.Minutes)
		if p.Status == timeline.Absent {
			minutes = ""
		}
		name := p.Name
		if name == "" {
			name = strings.TrimSpace("(unnamed) " + p.CustomID)
		}
		lines = append(lines, []string{name, wordsOf(drawn, p), "", minutes})
	}
	room := screen.Width - 1
	if screen.Width == 0 {
		room = 100
	}
	screen.fit(lines, room-a.needed(briefBar))
	most := min(max(room-lengthOf(lines), scarceBar), widestBar)
	lines[0][2] = screen.heading(drawn, most)
	for i, p := range drawn.People {
		lines[i+1][2] = screen.Row(drawn, p, most)
	}
	_, err := io.WriteString(w, aligned(lines))
	return err
}

func wordsOf(t *timeline.Timeline, p timeline.Person) string {
	var words []string
	for _, word := range t.Words(p, NotOnRoster) {
		words = append(words, word.Text)
	}
	return strings.Join(words, ", ")
}

// needed is how wide bars have to be if one of one session has to be so wide: of several
// sessions, each needs a column.
func (a *Attendance) needed(one int) int {
	if n := len(a.Sessions); n > 1 {
		return min(n, one)
	}
	return one
}

// fit shortens names and words so that lines have at most so many columns, if they can.
func (s Screen) fit(lines [][]string, room int) {
	for _, most := range [][2]int{{40, 80}, {32, 50}, {24, 36}, {20, 24}, {14, 16}} {
		for _, line := range lines {
			line[0], line[1] = s.cut(line[0], most[0]), s.cut(line[1], most[1])
		}
		if lengthOf(lines) <= room {
			return
		}
	}
}

// cut shortens a text to at most so many columns.
func (s Screen) cut(text string, most int) string {
	if cellWidth(text) <= most {
		return text
	}
	n := 0
	for i, r := range text {
		if n += cellWidth(string(r)); n >= most {
			if s.ASCII {
				return text[:i] + "~"
			}
			return text[:i] + "…"
		}
	}
	return text
}

// heading tells how many sessions the bars show if they are not all.
func (s Screen) heading(t *timeline.Timeline, room int) string {
	if n := len(t.Columns); n > room {
		return "LATEST " + strconv.Itoa(room)
	}
	return s.Heading(t, room)
}

// aligned sets cells under each other.
func aligned(lines [][]string) string {
	widths := widthsOf(lines)
	var b strings.Builder
	for _, line := range lines {
		var text strings.Builder
		for i, cell := range line {
			text.WriteString(cell + strings.Repeat(" ", widths[i]-cellWidth(cell)+2))
		}
		b.WriteString(strings.TrimRight(text.String(), " ") + "\n")
	}
	return b.String()
}

func widthsOf(lines [][]string) []int {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], cellWidth(cell))
		}
	}
	return widths
}

// lengthOf is how many columns aligned lines have.
func lengthOf(lines [][]string) int {
	n := -2 // nothing is between the last one and the edge
	for _, width := range widthsOf(lines) {
		n += width + 2
	}
	return n
}

// cellWidth is how many columns a terminal gives a text. Colours have none, and only
// they have an escape character.
func cellWidth(s string) int {
	n, escape := 0, false
	for _, r := range s {
		switch kind := width.LookupRune(r).Kind(); {
		case escape:
			escape = r != 'm'
		case r == '\x1b':
			escape = true
		case match.Combining(r):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// Open reports whether one of the sessions had not ended when the API was asked, even if
// all had left it.
func (a *Attendance) Open() bool { return a.AsOf != nil }

// Presence is equal for two answers if between them nobody came, left or came back, and
// no session ended.
func (a *Attendance) Presence() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%t %d", a.Open(), a.Invited)
	for _, p := range a.drawn.people {
		fmt.Fprintf(&b, "\n%d %s", p.Key, p.status)
		for _, v := range p.Visits {
			fmt.Fprintf(&b, " %t %d", v.Here, len(v.Intervals))
		}
	}
	return b.String()
}

// Only is how to ask again for the same sessions alone, if there is one: by its id and
// that of its app.
func (a *Attendance) Only() (session, app string, one bool) {
	if len(a.Sessions) != 1 {
		return "", "", false
	}
	session = a.Sessions[0].ID
	if other := a.Sessions[0].Together; other != "" {
		session += "," + other
	}
	return session, a.app, true
}
