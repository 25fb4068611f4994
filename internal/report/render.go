package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
)

// Formats are what Attendance.Write takes.
var Formats = []string{"table", "csv", "json", "markdown", "html", "recipients"}

// Write renders an attendance made without a limit: a table for a terminal, CSV (RFC 4180, safe to open in a
// spreadsheet), JSON as the structured content, Markdown, a page for browsers, or CSV of whom to write to, which has to
// be made with AttendanceOptions.Recipients. Only a table needs to know the screen.
func (a *Attendance) Write(w io.Writer, format string, screen Screen) error {
	switch format {
	case "table":
		return a.writeTable(w, screen)
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
	case "html":
		return a.writeHTML(w)
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
