package tools

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// window holds the arguments that name a time.
type window struct {
	On   string `json:"on,omitempty" jsonschema:"maxLength=60,example=yesterday"`
	From string `json:"from,omitempty" jsonschema:"maxLength=60,example=2026-11-16"`
	To   string `json:"to,omitempty" jsonschema:"maxLength=60,example=2026-11-22"`
}

func (w window) read(now time.Time, zone *time.Location) (when.Window, error) {
	return when.ReadWindow(w.On, w.From, w.To, now, zone)
}

// paging holds the arguments that say which rows are shown.
type paging struct {
	Limit  int `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,default=50"`
	Offset int `json:"offset,omitempty" jsonschema:"minimum=0,maximum=1000000"`
}

// drawing holds the argument by which a view asks for a page of what it draws. It is
// accepted and not listed.
type drawing struct {
	From *int `json:"view_offset,omitempty" jsonschema:"minimum=0,maximum=1000000"`
}

// pages is paging without a number of rows that is meant if none is asked for: then
// an answer is to be short.
type pages struct {
	Limit  int `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500"`
	Offset int `json:"offset,omitempty" jsonschema:"minimum=0,maximum=1000000"`
}

const (
	usualRows = 50
	csvRows   = 100_000 // more than fit into an answer
)

// rowsOf is the list of rows that the arguments ask for.
func rowsOf[R interface{ AppendText([]byte) []byte }](p pages, format string) report.Rows[R] {
	rows := report.NewRows[R](cmp.Or(p.Limit, usualRows))
	rows.Offset, rows.Short = p.Offset, p.Limit == 0
	if rows.CSV = format == "csv"; rows.CSV && p.Limit == 0 {
		rows.Limit, rows.Short = csvRows, false
	}
	return rows
}

// inCSV is the CSV of rows below their header, empty if they are none.
func inCSV[R interface{ AppendText([]byte) []byte }](rows report.Rows[R], header ...string) string {
	if !rows.CSV {
		return ""
	}
	return report.CSVLine(header...) + string(rows.Table)
}

// stampOf is a time as CSV has it, empty if it is unknown.
func stampOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

// fitsPerson reports whether a name holds the words for a person, or one of the ids
// is them or begins with them.
func fitsPerson(text, name string, ids ...string) bool {
	text = strings.TrimSpace(text)
	if text == "" || match.Holds(name, text) {
		return true
	}
	folded := match.Fold(text)
	return slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(match.Fold(id), folded) })
}

// place holds the arguments that say where to look, and in which zone.
type place struct {
	Timezone string `json:"timezone,omitempty" jsonschema:"maxLength=64,example=Europe/Berlin"`
	App      string `json:"app,omitempty" jsonschema:"maxLength=100,example=2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1"`
}

func (p place) where() which.Place { return which.Place{App: p.App} }

// oldNames are those that arguments had before.
func oldNames() map[string]string {
	return map[string]string{
		"query":           "meeting",
		"meeting_id":      "meeting",
		"session_id":      "session",
		"started_after":   "from",
		"started_before":  "to",
		"response_format": "format",
		"app_id":          "app",
	}
}

func oldNamesWith(more map[string]string) map[string]string {
	names := oldNames()
	for old, now := range more {
		if now == "" {
			delete(names, old)
		} else {
			names[old] = now
		}
	}
	return names
}
