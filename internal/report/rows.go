package report

import (
	"fmt"
	"slices"
	"strings"
)

const maxText = 90_000 // characters of rows; keeps the whole text under 25,000 tokens

// Rows bounds what an answer shows, by number and by the characters of its
// text. After the first row left out no other is shown.
type Rows[R interface{ AppendText([]byte) []byte }] struct {
	Limit  int // 0 is no bound and no text, for exports
	Offset int // rows to skip first
	Shown  []R
	Left   int // rows after those that are shown

	Skipped int    // rows before them
	Table   []byte // the text of those shown
}

// Next is how to get the rows that are left.
func (l *Rows[R]) Next() string {
	if l.Left == 0 {
		return ""
	}
	return fmt.Sprintf("Repeat the call with offset=%d.", l.Offset+len(l.Shown))
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
		longer := row.AppendText(l.Table)
		if len(longer) > maxText {
			l.Left++
			return
		}
		l.Table = longer
	}
	l.Shown = append(l.Shown, row)
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
