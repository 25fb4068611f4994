package untrusted

import (
	"strings"
	"unicode/utf8"
)

// Characters that mean something to a program that opens a table.
const (
	// formulas start a formula at the beginning of a cell, some of them only in
	// East Asian versions.
	formulas = "=+-@＝＋－＠﹢﹣﹦﹫−"
	// atStart starts a command in some programs.
	atStart = "|%"
	// separators may separate cells. A program takes the separator of its locale,
	// or one that somebody chose, whatever the file was written with.
	separators = ",;|:/\\^~!#&*$?¦·•，；｜：、،؛"
	quotes     = "\"'`“”„‟‘’‚‛«»‹›＂＇"
)

// Spreadsheet returns s as Line does, made harmless for a program that opens it
// as a cell of a table: it puts an apostrophe before whatever would start a
// formula, even after a character that could separate cells. Applying it twice
// changes nothing more.
func Spreadsheet(s string, max int) string {
	s = Line(s, max)
	if !strings.ContainsAny(s, formulas+atStart) {
		return s
	}
	var b strings.Builder
	begins, spaced := true, false // whether a cell or a word begins here, not counting quotation marks
	before := rune(0)
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		// If spaces separated cells, the sign in "Ann - Contoso" would be alone in its
		// cell, which is no formula.
		alone := before == ' ' && next == ' '
		if before != '\'' && starts(r, begins, spaced && !alone) {
			b.WriteByte('\'')
		}
		b.WriteRune(r)
		before = r
		if strings.ContainsRune(quotes, r) {
			continue
		}
		begins = strings.ContainsRune(separators, r) || begins && r == ' '
		spaced = r == ' '
	}
	return b.String()
}

// starts reports whether r could start a formula, given that a cell begins here or
// that one would if spaces separated cells.
func starts(r rune, begins, spaced bool) bool {
	if strings.ContainsRune(formulas, r) {
		return begins || spaced
	}
	return begins && strings.ContainsRune(atStart, r)
}
