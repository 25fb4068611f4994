package report

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// cellsOf reads lines as a spreadsheet with this separator would, minding quotation
// marks or not.
func cellsOf(t testing.TB, text string, separator rune, quoted bool) (cells []string) {
	t.Helper()
	if !quoted {
		for line := range strings.SplitSeq(text, "\r\n") {
			cells = append(cells, strings.Split(line, string(separator))...)
		}
		return cells
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = separator, true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%c: %v in %q", separator, err, text)
	}
	for _, row := range rows {
		cells = append(cells, row...)
	}
	return cells
}

// isFormula reports whether a spreadsheet may take a cell for a formula.
func isFormula(cell string, separator rune) bool {
	bare := strings.TrimLeft(cell, ` "“”`)
	first, size := utf8.DecodeRuneInString(bare)
	if separator == ' ' && size == len(bare) {
		return false // a sign alone is none
	}
	return first != utf8.RuneError && strings.ContainsRune("=+-@＝＋－＠\t\r\n", first)
}

// FuzzCSV holds that two texts next to each other give no formula under any
// separator, and that the file says what was written.
func FuzzCSV(f *testing.F) {
	for _, s := range [][2]string{
		{"=cmd()", "@x"}, {"Ann;=cmd()", `x;"=1`}, {"a\t=1+1", "\r\n+1"}, {`";=x`, `a"|-1`}, {" '=1", "＝1;＋2"},
		{"a b -c", "- "}, {`a,"b`, "'"},
		{"=cmd|' /C calc'!A0", "\u200b=1;\u200b=1"}, {"0", `JW"0 "- "0`}, {`0 "+0`, ""}, {"%0A-1", "a:+1|b/@2"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, name, id string) {
		var c csvRows
		c.add("name", "id", "minutes")
		c.add(name, id, "12.5")
		text := c.b.String()
		if !utf8.ValidString(text) || strings.Count(text, "\n") != 2 {
			t.Fatalf("%q", text)
		}
		if cells := cellsOf(t, text, ',', true); len(cells) != 6 || cells[5] != "12.5" {
			t.Fatalf("%q became %q", text, cells)
		}
		for _, separator := range ",;\t|:/\\^~!#&*$?¦， " {
			for _, quoted := range []bool{false, true} {
				cells := cellsOf(t, text, separator, quoted)
				if i := slices.IndexFunc(cells, func(cell string) bool { return isFormula(cell, separator) }); i >= 0 {
					t.Fatalf("separator %q, quoted %v: the cell %q of %q", separator, quoted, cells[i], text)
				}
			}
		}
	})
}
