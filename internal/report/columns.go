package report

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// column is one column of an attendance, in every form that it is shown in. A
// form without a name for it does not have it.
type column struct {
	text    string // heading in a text, and in capitals in a terminal
	several string // heading in a text of several sessions, if that differs
	csv     string // heading in CSV, which is its name in the structured content

	cell    func(p Person) string // in a text and in a terminal
	strange bool                  // strangers typed it, so a text escapes it
	field   func(p Person) string // in CSV; nil is the cell
}

// columns is what an attendance shows of people, from left to right.
var columns = []column{
	{
		text: "name", csv: "name",
		cell:    func(p Person) string { return cmp.Or(p.Name, "(unnamed)") },
		strange: true,
		field:   func(p Person) string { return p.Name },
	},
	{
		text: "custom id", csv: "custom_participant_id",
		cell:    func(p Person) string { return p.CustomID },
		strange: true,
	},
	{
		text: "status", csv: "status",
		cell:  Person.status,
		field: func(p Person) string { return p.Status },
	},
	{
		several: "sessions", csv: "sessions_attended",
		cell: func(p Person) string { return strconv.Itoa(p.Sessions) },
	},
	{
		text: "joined", several: "first joined", csv: "first_joined",
		cell:  func(p Person) string { return p.times.at(p.FirstJoined) },
		field: func(p Person) string { return rfc3339(p.FirstJoined) },
	},
	{
		text: "left", several: "last left", csv: "last_left",
		cell:  func(p Person) string { return p.times.at(p.LastLeft) },
		field: func(p Person) string { return rfc3339(p.LastLeft) },
	},
	{
		text: "minutes", csv: "minutes_present",
		cell:  Person.minutes,
		field: func(p Person) string { return number(p.Minutes) },
	},
	{csv: "joins", field: func(p Person) string { return strconv.Itoa(p.Joins) }},
	{csv: "late_by_minutes", field: func(p Person) string { return number(p.LateBy) }},
	{csv: "left_early_by_minutes", field: func(p Person) string { return number(p.EarlyBy) }},
	{csv: "here_now", field: func(p Person) string { return strconv.FormatBool(p.HereNow) }},
	{
		text: "notes", csv: "notes",
		cell:  func(p Person) string { return strings.Join(p.notes(), "; ") },
		field: func(p Person) string { return strings.Join(p.remarks(), "; ") },
	},
}

// heading is that of a text, empty if the text does not have the column.
func (c column) heading(several bool) string {
	if several {
		return cmp.Or(c.several, c.text)
	}
	return c.text
}

func (p Person) status() string {
	if p.Status == "guest" {
		return NotOnRoster
	}
	return p.Status
}

func (p Person) minutes() string {
	if p.FirstJoined == nil {
		return ""
	}
	return fmt.Sprintf("%.0f", p.Minutes)
}

func rfc3339(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// header is that of the table of people in a text.
func (t times) header() string {
	var names []string
	for _, c := range columns {
		if name := c.heading(t.several); name != "" {
			names = append(names, name)
		}
	}
	return Header(names...)
}

// AppendText appends the row of somebody in a text.
func (p Person) AppendText(b []byte) []byte {
	b = append(b, '|')
	for _, c := range columns {
		if c.heading(p.times.several) == "" {
			continue
		}
		cell := c.cell(p)
		if c.strange {
			cell = untrusted.Cell(cell, 80)
		}
		b = append(append(append(b, ' '), cell...), " |"...)
	}
	return append(b, '\n')
}
