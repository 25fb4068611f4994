package report

import (
	"encoding/json"
	"slices"
	"strings"
)

const (
	maxText   = 90_000 // characters of rows, as text or JSON; keeps the whole answer under 100,000
	shortText = 8_000  // of an answer that nobody asked a number of rows of, which is to be under 10,000
)

// Rows bounds what an answer shows, by number and by the characters of its
// text and of its structured content. After the first row left out no other is shown.
type Rows[R interface{ AppendText([]byte) []byte }] struct {
	Limit  int // 0 is no bound and no text, for exports
	Offset int // rows to skip first
	Shown  []R
	Left   int // rows after those that are shown

	Room    int    // characters that they may have; 0 is as many as usual
	Short   bool   // the number was not asked for, so fewer characters are enough
	CSV     bool   // Table is CSV, of the cells that a row's method CSV gives, instead of text
	Skipped int    // rows before them
	Table   []byte // the text of those shown

	size int // characters of JSON
}

// Next is how to get the rows that are left.
func (l *Rows[R]) Next() string {
	return nextAt(l.Offset+len(l.Shown), l.Left)
}

// NewRows shows at most so many rows. Its list is never nil.
func NewRows[R interface{ AppendText([]byte) []byte }](limit int) Rows[R] {
	return Rows[R]{Limit: limit, Shown: []R{}}
}

// Add shows a row if there is room.
func (l *Rows[R]) Add(row R) {
	if l.Skipped < l.Offset {
		l.Skipped++
		return
	}
	if l.Limit > 0 {
		if l.Left > 0 || len(l.Shown) == l.Limit {
			l.Left++
			return
		}
		longer := l.appended(row)
		size := l.size + l.sizeOf(row, longer[len(l.Table):])
		if most := l.most(); len(l.Shown) > 0 && (len(longer) > most || size > most) {
			l.Left++
			return
		}
		l.Table, l.size = longer, size
	}
	l.Shown = append(l.Shown, row)
}

func (l *Rows[R]) most() int {
	if l.Room > 0 {
		return l.Room
	}
	if l.Short {
		return shortText
	}
	return maxText
}

func (l *Rows[R]) appended(row R) []byte {
	if cells, ok := any(row).(interface{ CSV() []string }); ok && l.CSV {
		return append(l.Table, CSVLine(cells.CSV()...)...)
	}
	return row.AppendText(l.Table)
}

// sizeOf is how long a row is in the structured content.
func (l *Rows[R]) sizeOf(row R, line []byte) int {
	var v any = row
	if l.CSV {
		v = string(line)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return len(line) // it will fail where the answer is encoded
	}
	return len(raw) + 1
}

// UsualRow is how long a row is.
const UsualRow = 100 // characters of a row's text, roughly

// Expect makes room for so many rows more.
func (l *Rows[R]) Expect(n int) {
	if l.Limit > 0 {
		n = min(n, l.Limit-len(l.Shown))
		l.Table = slices.Grow(l.Table, n*UsualRow)
	}
	l.Shown = slices.Grow(l.Shown, n)
}

// Header begins a table of a text.
func Header(names ...string) string {
	return "\n| " + strings.Join(names, " | ") + " |\n" + strings.Repeat("| --- ", len(names)) + "|\n"
}
