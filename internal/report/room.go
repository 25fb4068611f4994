package report

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

const (
	maxAnswer = 100_000 // characters of a text or of structured content, whatever was asked
	usual     = 10_000  // if nobody said how many rows are wanted
)

// size is how many characters something has in the structured content.
func size(v any) int {
	raw, err := json.Marshal(v)
	if err != nil {
		return 0 // it will fail where the answer is encoded
	}
	return utf8.RuneCount(raw)
}

// roomBeside is how many characters are left for rows beside all else that an answer
// holds. It is less if nobody said how many are wanted.
func roomBeside(rest any, said bool) int {
	most := usual
	if said {
		most = maxAnswer
	}
	const spare = 300 // for what is known only once the rows are, and the sample data's marks
	return max(1, min(maxText, most-spare-size(rest)))
}

// rowsOf shows those of n rows that a limit and the room allow, each made as it is
// needed. They are the rows after an offset.
func rowsOf[R interface{ AppendText([]byte) []byte }](n int, row func(i int) R, limit, offset, room int) Rows[R] {
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
