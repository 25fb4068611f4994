package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/width"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
)

// Formats are what Attendance.Write takes.
var Formats = []string{"table", "csv", "json", "markdown", "recipients"}

// Write renders an attendance made without a limit: a table for a terminal, CSV
// (RFC 4180, safe to open in a spreadsheet), JSON as the structured content, Markdown,
// or CSV of whom to write to, which has to be made with AttendanceOptions.Recipients.
func (a *Attendance) Write(w io.Writer, format string) error {
	switch format {
	case "table":
		return a.writeTable(w)
	case "csv":
		return a.writeCSV(w)
	case "recipients":
		_, err := io.WriteString(w, a.CSV)
		return err
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(a)
	case "markdown":
		whole := *a
		var b []byte
		for _, p := range a.People {
			b = p.AppendText(b)
		}
		whole.table = string(b)
		_, err := io.WriteString(w, whole.Text())
		return err
	}
	return fmt.Errorf("format must be one of %s; got %q", strings.Join(Formats, ", "), prose.Clip(format))
}

// Preface is what a form without a place for sentences leaves out: what the
// answer is about, if not the latest session alone, and what limits it.
func (a *Attendance) Preface() []string {
	if a.why == "" {
		return a.Notes
	}
	return append([]string{a.why}, a.Notes...)
}

func (a *Attendance) writeCSV(w io.Writer) error {
	text := wholeCSV(people(), a.layout, len(a.People), func(i int) Person { return a.People[i] })
	_, err := io.WriteString(w, text)
	return err
}

// writeTable lines columns up by the width that a terminal gives each character.
func (a *Attendance) writeTable(w io.Writer) error {
	columns, l := people(), a.layout
	l.several = false // a terminal has the room of one
	lines := [][]string{columns.capitals(l)}
	for _, p := range a.People {
		lines = append(lines, columns.cells(l, p))
	}
	_, err := io.WriteString(w, a.Lead()+a.about(a.Title)+"\n\n"+aligned(lines))
	return err
}

// aligned sets cells under each other.
func aligned(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], cellWidth(cell))
		}
	}
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

func cellWidth(s string) int {
	n := 0
	for _, r := range s {
		switch kind := width.LookupRune(r).Kind(); {
		case match.Combining(r):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
