package report

import (
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// layout is what the rows of one answer have in common.
type layout struct {
	several bool // sessions
	share   bool // of the session is asked about
}

// column is one column of an answer's rows, in every form that it is shown in. A
// form without a name for it does not have it.
type column[R any] struct {
	text    string            // heading in a text, and in capitals in a terminal
	several string            // heading in a text of several sessions, if that differs
	csv     string            // heading in CSV
	when    func(layout) bool // there is such a column; nil is always

	cell    func(R) string // in a text and in a terminal
	strange bool           // strangers typed it, so a text escapes it
	field   func(R) string // in CSV; nil is the cell
}

// columns are those of an answer, from left to right.
type columns[R any] []column[R]

// heading is that of a text, empty if the text does not have the column.
func (c column[R]) heading(l layout) string {
	switch {
	case c.when != nil && !c.when(l):
		return ""
	case l.several && c.several != "":
		return c.several
	}
	return c.text
}

// header begins a table of a text.
func (t columns[R]) header(l layout) string {
	var names []string
	for _, c := range t {
		if name := c.heading(l); name != "" {
			names = append(names, name)
		}
	}
	return Header(names...)
}

// appendRow appends a row of a text.
func (t columns[R]) appendRow(b []byte, l layout, row R) []byte {
	b = append(b, '|')
	for _, c := range t {
		if c.heading(l) == "" {
			continue
		}
		cell := c.cell(row)
		if c.strange {
			cell = untrusted.Cell(cell, 80)
		}
		b = append(append(append(b, ' '), cell...), " |"...)
	}
	return append(b, '\n')
}

// csvHeader is the first line of a CSV file.
func (t columns[R]) csvHeader(l layout) []string {
	var line []string
	for _, c := range t {
		if c.csv != "" && (c.when == nil || c.when(l)) {
			line = append(line, c.csv)
		}
	}
	return line
}

// csvLine is that of a row.
func (t columns[R]) csvLine(l layout, row R) []string {
	var line []string
	for _, c := range t {
		if c.csv == "" || c.when != nil && !c.when(l) {
			continue
		}
		field := c.field
		if field == nil {
			field = c.cell
		}
		line = append(line, field(row))
	}
	return line
}

// capitals is the header of a table in a terminal.
func (t columns[R]) capitals(l layout) []string {
	var line []string
	for _, c := range t {
		if name := c.heading(l); name != "" {
			line = append(line, strings.ToUpper(name))
		}
	}
	return line
}

func (t columns[R]) cells(l layout, row R) []string {
	var line []string
	for _, c := range t {
		if c.heading(l) != "" {
			line = append(line, c.cell(row))
		}
	}
	return line
}
