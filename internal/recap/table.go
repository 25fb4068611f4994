package recap

import (
	"bufio"
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// The order of columns in files without a header.
var (
	transcriptColumns = []field{offset, peer, user, custom, speaker, text}
	chatColumns       = []field{other, user, other, other, speaker, other, other, kind, text, timestamp}
)

// table reads CSV, or plain lines if the head of the text shows no columns.
func (x *reader) table(head []byte) (form string) {
	first := csvReader{r: bufio.NewReaderSize(bytes.NewReader(head), 16)}
	if !first.next() {
		x.plain()
		return "text"
	}
	spaced := first.spacious()
	first.spaced = spaced
	columns, header := x.columns(&first)
	if columns == nil {
		x.plain()
		return "text"
	}
	c := &csvReader{r: x.r, spaced: spaced}
	if header {
		c.next()
	}
	for c.next() {
		x.record(columns, c, !header)
	}
	x.failed(c.err)
	x.report.OpenQuote = c.open
	return "CSV"
}

// columns reads a header, or recognises the columns of a file without one.
func (x *reader) columns(c *csvReader) (columns []field, header bool) {
	first := make([]string, c.count())
	for i := range first {
		first[i] = c.cell(i)
	}
	if columns = x.header(first); columns != nil {
		return columns, true
	}
	columns = transcriptColumns
	if x.o.Kind == Chat {
		columns = chatColumns
	}
	if !x.fits(columns, c) {
		return nil, false
	}
	return columns, false
}

// fits reports whether a row without a header is one of these columns.
func (x *reader) fits(columns []field, c *csvReader) bool {
	if c.count() < len(columns) {
		return false
	}
	at, last := slices.Index(columns, offset), len(columns)-1
	if at < 0 { // a chat
		return strings.HasSuffix(c.cell(slices.Index(columns, kind)), "_MESSAGE") && x.isTime(c.cell(last))
	}
	return x.isTime(c.cell(at))
}

func (x *reader) isTime(s string) bool {
	_, ok := when(s, x.o.Start)
	return ok
}

// header returns nil unless the names include a text and something about it.
func (x *reader) header(names []string) []field {
	out := make([]field, len(names))
	about := 0
	for i, n := range names {
		if len(n) <= maxID {
			out[i] = known(x.o.Kind, normal(n))
		}
		if out[i] != other && out[i] != text {
			about++
		}
	}
	if about == 0 || !slices.Contains(out, text) {
		return nil
	}
	return out
}

// record reads one row. In a file without a header, what does not fit its
// columns is a line of its own: a line break in a text that nobody quoted.
func (x *reader) record(columns []field, c *csvReader, bare bool) {
	r := row{cut: c.cut}
	if bare && !x.fits(columns, c) {
		r.set(text, c.cells(0, c.count()-1))
		x.emit(r)
		return
	}
	at, more := slices.Index(columns, text), x.surplus(columns, c)
	for i := range min(c.count()-more, len(columns)) {
		switch {
		case i < at || more == 0:
			r.set(columns[i], c.cell(i))
		case i == at:
			r.set(text, c.cells(at, at+more))
		default:
			r.set(columns[i], c.cell(i+more))
		}
	}
	x.emit(r)
}

// surplus is how many commas of a row are part of its text: they are there if a
// writer quotes nothing, or does not double the quotes within a text.
func (x *reader) surplus(columns []field, c *csvReader) int {
	n, last := c.count()-len(columns), len(columns)-1
	if n <= 0 {
		return 0
	}
	switch columns[last] {
	case text:
		if c.isQuoted(last) && c.isQuoted(last+1) {
			return 0 // an unknown column
		}
		return n
	case timestamp:
		if x.isTime(c.cell(c.count() - 1)) {
			return n
		}
	}
	return 0
}

const maxCells = 64 // of a row, the last of which holds the rest

// csvReader reads CSV of any width and length in bounded memory. A quote within
// a quoted cell that no separator follows is part of the text.
type csvReader struct {
	r      *bufio.Reader
	spaced bool // whether a space follows each comma and is not part of the cell
	err    error
	open   bool // whether the text ended within quotes

	// The row.
	buf    []byte // its cells, one after another
	ends   []int  // where each cell ends in buf
	quoted uint64 // which cells were quoted, one bit each
	cut    bool   // whether it is longer than what is kept
}

func (c *csvReader) count() int { return len(c.ends) }

func (c *csvReader) isQuoted(i int) bool { return c.quoted>>i&1 == 1 }

func (c *csvReader) cell(i int) string { return string(c.raw(i)) }

func (c *csvReader) raw(i int) []byte {
	from := 0
	if i > 0 {
		from = c.ends[i-1]
	}
	return c.buf[from:c.ends[i]]
}

// cells is what the cells from i to j hold, with the commas between them.
func (c *csvReader) cells(i, j int) string {
	comma := ","
	if c.spaced {
		comma = ", "
	}
	var b strings.Builder
	for k := i; k <= j; k++ {
		if k > i {
			b.WriteString(comma)
		}
		b.Write(c.raw(k))
	}
	return b.String()
}

// spacious reports whether a space follows each comma of the row.
func (c *csvReader) spacious() bool {
	for i := 1; i < c.count(); i++ {
		if !bytes.HasPrefix(c.raw(i), []byte(" ")) {
			return false
		}
	}
	return c.count() > 1
}

// next reads the next row that is not blank.
func (c *csvReader) next() bool {
	for c.err == nil {
		c.buf, c.ends, c.quoted, c.cut = c.buf[:0], c.ends[:0], 0, false
		for c.read() {
			c.ends = append(c.ends, len(c.buf))
		}
		c.ends = append(c.ends, len(c.buf))
		if len(c.ends) > 1 || c.quoted != 0 || len(bytes.TrimSpace(c.buf)) > 0 {
			return true
		}
	}
	return false
}

// read reads a cell, and reports whether another follows in the row.
func (c *csvReader) read() bool {
	start, rest := true, len(c.ends) == maxCells-1
	for {
		b, err := c.r.ReadByte()
		switch {
		case err != nil:
			c.err = err
			return false
		case b == '\n':
			return false
		case b == '\r':
			c.skip('\n')
			return false
		case b == ',' && !rest:
			return true
		case b == '"' && start:
			c.quoted |= 1 << len(c.ends)
			if !c.quote() {
				return false
			}
		case start && c.spaced && b == ' ':
			continue
		default:
			c.keep(b)
		}
		start = false
	}
}

// quote reads to the end of a quoted cell, if there is one.
func (c *csvReader) quote() bool {
	for {
		b, err := c.r.ReadByte()
		if err != nil {
			c.err, c.open = err, true
			return false
		}
		if b != '"' {
			c.keep(b)
			continue
		}
		next, err := c.r.Peek(1)
		if err != nil || next[0] == ',' || next[0] == '\n' || next[0] == '\r' {
			return true
		}
		c.skip('"')
		c.keep('"')
	}
}

// skip passes over b if it is next.
func (c *csvReader) skip(b byte) {
	if next, err := c.r.Peek(1); err == nil && next[0] == b {
		_, _ = c.r.Discard(1) // Peek has read it
	}
}

func (c *csvReader) keep(b byte) {
	if c.cut || len(c.buf) >= MaxText && utf8.RuneStart(b) {
		c.cut = true
		return
	}
	c.buf = append(c.buf, b)
}
