package report

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// regulars is what a comparison shows of each person.
func regulars() columns[Regular] {
	count := func(n func(Regular) int) func(Regular) string {
		return func(r Regular) string { return strconv.Itoa(n(r)) }
	}
	return columns[Regular]{
		{
			text: "name", csv: "name",
			cell:    func(r Regular) string { return cmp.Or(r.Name, "(unnamed)") },
			strange: true,
			field:   func(r Regular) string { return r.Name },
		},
		{
			text: "custom id", csv: "custom_participant_id",
			cell:    func(r Regular) string { return r.CustomID },
			strange: true,
		},
		{text: "came", csv: "came", cell: count(func(r Regular) int { return r.Came })},
		{text: "missed", csv: "missed", cell: count(func(r Regular) int { return r.Missed })},
		{
			text: "rate", csv: "rate_percent",
			cell:  func(r Regular) string { return r.rate("%") },
			field: func(r Regular) string { return r.rate("") },
		},
		{
			text: "missed in a row, now", csv: "absence_streak",
			cell: count(func(r Regular) int { return r.Streak }),
		},
		{text: "at most", csv: "longest_absence_streak", cell: count(func(r Regular) int { return r.Longest })},
		{
			text: "minutes", csv: "minutes_present",
			cell: func(r Regular) string { return number(r.Minutes) },
		},
		{text: "marks", csv: "marks", cell: func(r Regular) string { return r.Marks }},
		{
			text: "notes", csv: "notes",
			cell:  func(r Regular) string { return strings.Join(r.notes(), "; ") },
			field: func(r Regular) string { return strings.Join(r.remarks(), "; ") },
		},
	}
}

// rate is empty for who was invited to nothing.
func (r Regular) rate(sign string) string {
	if r.Rate == nil {
		return ""
	}
	return strconv.Itoa(*r.Rate) + sign
}

func (r Regular) remarks() []string {
	var n []string
	if r.NotInvited {
		n = append(n, NotOnRoster)
	}
	if r.FirstTimer {
		n = append(n, "first time")
	}
	return append(n, r.Flags...)
}

// notes is all that a text says of somebody beside their counts.
func (r Regular) notes() []string {
	n := r.remarks()
	if r.Preset != "" {
		n = append(n, untrusted.Cell(r.Preset, 60))
	}
	if r.ID != "" {
		n = append(n, "id "+untrusted.Cell(r.ID, 64))
	}
	return n
}

// AppendText appends the row of somebody in a text.
func (r Regular) AppendText(b []byte) []byte { return regulars().appendRow(b, layout{}, r) }
