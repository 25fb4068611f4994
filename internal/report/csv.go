package report

import (
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// ByteOrderMark tells Excel that a CSV file is UTF-8; without it, names with
// accents are garbled there. It comes before the first row.
const ByteOrderMark = "\ufeff"

// maxCell is what a cell of Excel holds.
const maxCell = 32767

// csvRows writes rows after RFC 4180. No cell can start a formula, whatever
// separator the program that opens the file goes by: encoding/csv quotes only
// what its own separator needs, while LibreOffice splits at semicolons and tabs too.
type csvRows struct{ b strings.Builder }

func (c *csvRows) add(cells ...string) {
	for i, cell := range cells {
		if i > 0 {
			c.b.WriteByte(',')
		}
		cell = untrusted.Spreadsheet(cell, maxCell)
		if !strings.ContainsAny(cell, ",;|\"") {
			c.b.WriteString(cell)
			continue
		}
		c.b.WriteByte('"')
		c.b.WriteString(strings.ReplaceAll(cell, `"`, `""`))
		c.b.WriteByte('"')
	}
	c.b.WriteString("\r\n")
}

// CSVLine is one row after RFC 4180, safe to open in a spreadsheet.
func CSVLine(cells ...string) string {
	var c csvRows
	c.add(cells...)
	return c.b.String()
}

// maxCSV is how many bytes of CSV an answer holds. A resource has no bound.
const maxCSV = 60_000

// csvOf writes as many of n rows as an answer allows, and returns how many that is.
func csvOf[R any](t columns[R], l layout, n int, row func(i int) R) (text string, written int) {
	var c csvRows
	c.add(t.csvHeader(l)...)
	fits, length := c.b.Len(), size(c.b.String())
	for written < n {
		c.add(t.csvLine(l, row(written))...)
		length += size(c.b.String()[fits:])
		if c.b.Len() > maxCSV || length > maxText {
			break
		}
		fits, written = c.b.Len(), written+1
	}
	return c.b.String()[:fits], written
}

// wholeCSV writes all of n rows.
func wholeCSV[R any](t columns[R], l layout, n int, row func(i int) R) string {
	var c csvRows
	c.add(t.csvHeader(l)...)
	for i := range n {
		c.add(t.csvLine(l, row(i))...)
	}
	return c.b.String()
}
