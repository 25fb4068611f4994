// Package untrusted makes text that strangers typed, such as names and titles,
// safe to put into a line or a cell of a Markdown table that a language model
// reads.
package untrusted

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Ellipsis ends a text that was cut at its limit.
const Ellipsis = "…"

// Line returns s as a single line of at most max runes; if s was cut, the last one
// is an Ellipsis. Line removes control, format (bidi overrides, zero-width, tag),
// private-use and surrogate characters, and turns each run of white space into one
// space. Structured content holds text in this form.
func Line(s string, max int) string {
	if max <= 0 {
		return ""
	}
	if plain(s, max) {
		return s
	}
	var b strings.Builder
	runes, space := 0, false
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = runes > 0
			continue
		}
		if !visible(r) {
			continue
		}
		need := 1
		if space {
			need = 2
		}
		if runes+need > max {
			return cut(b.String(), max)
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
		runes += need
	}
	return b.String()
}

// Cell returns s as Line does, with Markdown's and HTML's special characters
// escaped, so that the text can neither leave its table cell nor become a
// heading, link, image or emphasis. The limit counts runes before escaping.
func Cell(s string, max int) string {
	s = Line(s, max)
	next := escaped(s, 0)
	if next == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	done := 0
	for ; next < len(s); next = escaped(s, next+1) {
		b.WriteString(s[done:next])
		b.WriteByte('\\')
		done = next
	}
	b.WriteString(s[done:])
	return b.String()
}

// escaped returns the index of the first byte from i on that needs a backslash, or
// len(s). These are the characters that can start or end a construct of Markdown
// inside a table cell. Those that mean something only at the start of a line
// (- + . digits) are harmless there, and escaping them would garble dates and ids.
func escaped(s string, i int) int {
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\', '`', '*', '[', ']', '<', '>', '|', '#', '~', '&', '!', '$':
			return i
		case '_':
			if !insideWord(s, i) {
				return i
			}
		}
	}
	return i
}

// Lines cleans s as Line does and breaks it into lines of at most max runes, at a
// space if there is one. It loses only what Line removes. Text with nothing
// visible becomes one empty line.
func Lines(s string, max int) []string {
	s = Line(s, len(s)+1)
	var out []string
	for {
		end, space, n := len(s), -1, 0
		for i, r := range s {
			if n == max {
				end = i
				break
			}
			if r == ' ' && i > 0 {
				space = i
			}
			n++
		}
		if end == len(s) {
			return append(out, s)
		}
		if s[end] == ' ' {
			space = end
		}
		if space > 0 {
			out = append(out, s[:space])
			s = s[space+1:]
			continue
		}
		out = append(out, s[:end])
		s = s[end:]
	}
}

// Quoted returns a line that is safe in a quoted paragraph of Markdown: it cannot
// become a link, an image or HTML. Emphasis and headings are left as they are.
func Quoted(s string) string {
	if !strings.ContainsAny(s, active) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(active, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// active holds the characters that links, images, HTML, code and entities need.
const active = "\\`[]<>&"

// insideWord reports whether the underscore at i is between letters or digits.
// Markdown gives it no meaning there, and group_call_host must stay as it is,
// because models copy it into arguments.
func insideWord(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+1:])
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return word(before) && word(after)
}

// plain reports whether Line would leave s as it is, which is the common case.
func plain(s string, max int) bool {
	runes, space := 0, true
	for _, r := range s {
		if runes++; runes > max {
			return false
		}
		switch {
		case r > ' ' && r <= '~':
			space = false
		case r == ' ' && !space:
			space = true
		case unicode.IsSpace(r) || !visible(r):
			return false
		default:
			space = false
		}
	}
	return !space || s == ""
}

// visible reports whether Line keeps r. It keeps combining marks, which many
// scripts need, but no format character: even the joiners of emoji can hide text.
func visible(r rune) bool {
	if r >= ' ' && r <= '~' || r > 0xad && r < 0x300 {
		return true // most text
	}
	if r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Variation_Selector) {
		return false
	}
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u3164', '\uffa0':
		return false // invisible, though Unicode does not class them as format characters
	}
	return true
}

func cut(s string, max int) string {
	n := 0
	for i := range s {
		n++
		if n == max {
			return s[:i] + Ellipsis
		}
	}
	return s + Ellipsis
}
