package report

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// people is what an attendance shows of each person.
func people() columns[Person] {
	return columns[Person]{
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
			cell:  Person.standing,
			field: func(p Person) string { return p.status },
		},
		{
			several: "sessions", csv: "sessions_attended",
			cell: func(p Person) string { return strconv.Itoa(p.sessions) },
		},
		{
			text: "joined", several: "first joined", csv: "first_joined",
			cell:  func(p Person) string { return p.times.at(p.first) },
			field: func(p Person) string { return rfc3339(p.first) },
		},
		{
			text: "left", several: "last left", csv: "last_left",
			cell:  func(p Person) string { return p.times.at(p.last) },
			field: func(p Person) string { return rfc3339(p.last) },
		},
		{
			text: "minutes", csv: "minutes_present",
			cell:  Person.minutes,
			field: func(p Person) string { return number(p.Minutes) },
		},
		{
			text: "share", csv: "share_percent",
			when:  func(l layout) bool { return l.share },
			cell:  func(p Person) string { return strconv.Itoa(p.Share) + "%" },
			field: func(p Person) string { return strconv.Itoa(p.Share) },
		},
		{csv: "joins", field: func(p Person) string { return strconv.Itoa(p.joins) }},
		{csv: "late_by_minutes", field: func(p Person) string { return number(p.LateBy) }},
		{csv: "left_early_by_minutes", field: func(p Person) string { return number(p.EarlyBy) }},
		{csv: "here_now", field: func(p Person) string { return strconv.FormatBool(p.HereNow) }},
		{
			text: "notes", csv: "notes",
			cell:  func(p Person) string { return strings.Join(p.notes(), "; ") },
			field: func(p Person) string { return strings.Join(p.remarks(), "; ") },
		},
	}
}

func (p Person) standing() string {
	if p.status == guestStatus {
		return NotOnRoster
	}
	return p.status
}

func (p Person) minutes() string {
	if p.first == nil {
		return ""
	}
	return fmt.Sprintf("%.0f", p.Minutes)
}

// rfc3339 is in the zone of the time.
func rfc3339(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// AppendText appends the row of somebody in a text.
func (p Person) AppendText(b []byte) []byte { return p.times.columns.appendRow(b, p.times.layout, p) }
