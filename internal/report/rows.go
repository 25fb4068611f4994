package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxRows   = 90_000  // characters of rows, in the text as in the structured content, if not said otherwise
	maxAnswer = 100_000 // characters of either, whatever was asked
	usual     = 10_000  // if it was not said how many rows are wanted
)

// Rows bounds what an answer shows, by number and by the characters of its text and
// of its structured content. After the first row left out no other is shown.
type Rows[R interface{ AppendText([]byte) []byte }] struct {
	Limit  int // 0 is no bound and no text, for exports
	Offset int // rows to skip first
	Shown  []R
	Left   int // rows after those that are shown
	Room   int // characters that they may have; 0 is as many as an answer can hold

	size    int    // of those shown, in the structured content
	Skipped int    // rows before them
	Table   []byte // the text of those shown
}

// Next is how to get the rows that are left.
func (l *Rows[R]) Next() string {
	return nextAt(l.Offset+len(l.Shown), l.Left)
}

func nextAt(offset, left int) string {
	if left == 0 {
		return ""
	}
	return fmt.Sprintf("Repeat the call with offset=%d.", offset)
}

// pastTheLast says why an answer lists nobody.
func pastTheLast(offset, n int) string {
	return fmt.Sprintf("offset=%d is past the last of %d.", offset, n)
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
		longer, size, room := row.AppendText(l.Table), l.size+Size(row)+1, l.Room
		if room == 0 {
			room = maxRows
		}
		if len(longer) > room || size > room {
			l.Left++
			return
		}
		l.Table, l.size = longer, size
	}
	l.Shown = append(l.Shown, row)
}

// Size is how many characters something has in the structured content.
func Size(v any) int {
	raw, err := json.Marshal(v)
	if err != nil {
		return 0 // the answer cannot be sent either
	}
	return utf8.RuneCount(raw)
}

// RoomBeside is how many characters are left for rows beside all else that an answer
// holds. It is less if nobody said how many are wanted.
func RoomBeside(rest any, said bool) int {
	most := usual
	if said {
		most = maxAnswer
	}
	const spare = 200 // for what is known only once the rows are
	return max(1, min(maxRows, most-spare-Size(rest)))
}

// RowsOf shows those of so many rows that a limit and the room allow, each made as
// it is needed. They are the rows after an offset.
func RowsOf[R interface{ AppendText([]byte) []byte }](n int, row func(i int) R, limit, offset, room int) Rows[R] {
	l := NewRows[R](limit)
	l.Offset, l.Skipped, l.Room = offset, offset, room
	l.Expect(n)
	for i := range n {
		if l.Add(row(i)); l.Left > 0 {
			l.Left = n - i
			break
		}
	}
	return l
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
