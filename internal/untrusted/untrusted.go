// Package untrusted makes text typed by strangers (names, custom ids, titles)
// safe to place into one line or one Markdown table cell that a language model
// will read.
package untrusted

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Ellipsis marks a text which was cut at its length limit.
const Ellipsis = "…"

// Line returns s as a single line of at most max runes (an Ellipsis is the last
// of them where text was cut). Control, format (bidi overrides, zero-width,
// tag), private-use and surrogate characters are removed; every kind of white
// space becomes one space. It is what structured content carries.
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

// escaped is where the first byte from i on stands that needs a backslash, or
// len(s). Of Markdown's characters these can start or end a construct inside a
// table cell. Those with a meaning only at the start of a line (- + . digits)
// are harmless there, and escaping them would garble every date and id.
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

// Lines returns s as lines in the sense of Line of at most max runes each,
// cutting at a space where there is one; nothing but what Line removes is lost.
// Text without anything visible is one empty line.
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

// Quoted returns a line as it may stand in a quoted paragraph of Markdown: it
// can be no link, image or HTML. Emphasis and headings stay readable.
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

// active lists the characters that links, images, HTML, code and entities need.
const active = "\\`[]<>&"

// insideWord reports whether the underscore at i has a letter or digit on both
// sides, where Markdown gives it no meaning: group_call_host must stay as it
// is, for a model copies it into arguments.
func insideWord(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+1:])
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return word(before) && word(after)
}

// plain reports the common case: text in no need of change.
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

// visible reports whether r shows on its own. Combining marks are kept (many
// scripts need them); of the format characters none is: even the joiners that
// emoji use can hide text.
func visible(r rune) bool {
	if r >= ' ' && r <= '~' || r > 0xad && r < 0x300 {
		return true // most text
	}
	if r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Variation_Selector) {
		return false
	}
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u3164', '\uffa0':
		return false // invisible fillers that Unicode does not class as format characters
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
