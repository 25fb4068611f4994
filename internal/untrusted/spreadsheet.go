package untrusted

import (
	"strings"
	"unicode/utf8"
)

// What spreadsheets make of a character where a cell begins: a formula, also in
// the forms that East Asian versions take for the same; and what might separate
// cells. A program reads a file with the separator of its own locale or with one
// that somebody chose, whatever the file was written with.
const (
	formulas   = "=+-@＝＋－＠﹢﹣﹦﹫−"
	atStart    = "|%" // commands of other programs
	separators = ",;|:/\\^~!#&*$?¦·•，；｜：、،؛"
	quotes     = "\"'`“”„‟‘’‚‛«»‹›＂＇"
)

// Spreadsheet returns s as Line does, made harmless for a program that opens it
// as a table's cell: what would start a formula gets an apostrophe before it, also
// behind anything that could separate cells. Twice does no more than once.
func Spreadsheet(s string, max int) string {
	s = Line(s, max)
	if !strings.ContainsAny(s, formulas+atStart) {
		return s
	}
	var b strings.Builder
	begins, spaced := true, false // a cell does, or a word, but for quotation marks
	before := rune(0)
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		// In "Ann - Contoso" the sign would have a cell of its own, which is no formula.
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

// starts reports whether r could start a formula where a cell begins, or where one
// would if spaces separated them.
func starts(r rune, begins, spaced bool) bool {
	if strings.ContainsRune(formulas, r) {
		return begins || spaced
	}
	return begins && strings.ContainsRune(atStart, r)
}
