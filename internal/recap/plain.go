package recap

import (
	"bufio"
	"bytes"
	"unicode"
	"unicode/utf8"
)

// plain reads line by line, and drops empty lines at both ends of the text. A line longer
// than MaxText becomes several.
func (x *reader) plain() {
	lines := lineReader{r: x.r}
	blank, any := 0, false
	for lines.next() {
		line := bytes.TrimRightFunc(lines.line, unicode.IsSpace)
		if len(line) == 0 {
			blank++
			continue
		}
		for ; any && blank > 0; blank-- {
			x.yield(Line{})
		}
		blank, any = 0, true
		x.yield(Line{Text: string(line)})
	}
	x.failed(lines.err)
}

// lineReader reads lines that end with a line feed, a carriage return or both. A line
// longer than MaxText comes in pieces, and more is true for all but the last.
type lineReader struct {
	r    *bufio.Reader
	line []byte
	more bool
	err  error
}

func (l *lineReader) next() bool {
	l.line, l.more = l.line[:0], false
	if l.err != nil {
		return false
	}
	for {
		b, err := l.r.ReadByte()
		switch {
		case err != nil:
			l.err = err
			return len(l.line) > 0
		case b == '\n':
			return true
		case b == '\r':
			if next, err := l.r.Peek(1); err == nil && next[0] == '\n' {
				_, _ = l.r.Discard(1) // Peek has read it
			}
			return true
		case len(l.line) >= MaxText && utf8.RuneStart(b):
			_ = l.r.UnreadByte() // it has just been read
			l.more = true
			return true
		}
		l.line = append(l.line, b)
	}
}
