package match

import (
	"slices"
	"strings"
	"unicode"
)

// articles are words that say nothing of a title.
var articles = [...]string{"the", "a", "an", "der", "die", "das", "le", "la", "les", "el", "los", "las", "il"}

// words are those of a text that tell: letters and digits, folded, in order.
func words(s string) []string {
	all := strings.FieldsFunc(Fold(s), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.Is(unicode.M, c)
	})
	telling := slices.DeleteFunc(slices.Clone(all), func(w string) bool { return slices.Contains(articles[:], w) })
	if len(telling) == 0 {
		return all
	}
	return telling
}

// Same reports whether two titles are the same but for case, accents,
// punctuation, articles and a hyphen.
func Same(a, b string) bool { return Key(a) == Key(b) }

// Key is equal for titles that are the same. It is empty for a title without
// letters and digits.
func Key(title string) string { return strings.Join(words(title), "") }

// LongestWord is the longest word of a text, folded.
func LongestWord(text string) string {
	longest := ""
	for _, w := range words(text) {
		if len([]rune(w)) > len([]rune(longest)) {
			longest = w
		}
	}
	return longest
}

// Holds reports whether a title holds all words of a text, in any order. A word
// of the text may be the begin of one in the title, and may be written together
// there or apart ("standup", "stand-up").
func Holds(title, text string) bool {
	wanted := words(text)
	if len(wanted) == 0 {
		return strings.TrimSpace(text) == "" || strings.Contains(Fold(title), Fold(strings.TrimSpace(text)))
	}
	return holds(words(title), wanted)
}

const maxWords = 12 // of a text that are joined in every way

// holds tries the first word alone, then joined with those that follow. Missing
// has for each word whether the title lacks what begins with it, so that none is
// tried again.
func holds(title, wanted []string) bool {
	missing := make([]bool, len(wanted))
	var from func(first int) bool
	from = func(first int) bool {
		if first == len(wanted) {
			return true
		}
		if missing[first] {
			return false
		}
		var joined strings.Builder
		for n, w := range wanted[first:min(len(wanted), first+maxWords)] {
			joined.WriteString(w)
			if begins(title, joined.String()) && from(first+n+1) {
				return true
			}
		}
		missing[first] = true
		return false
	}
	return from(0)
}

// begins reports whether words of the title, written together, begin with a word.
func begins(title []string, word string) bool {
	if unspaced(word) {
		return strings.Contains(strings.Join(title, ""), word)
	}
	single, plural := strings.CutSuffix(word, "s")
	for i := range title {
		switch {
		case beginsHere(title[i:], word):
			return true
		case !plural:
		case len(single) > 1 && title[i] == single:
			return true
		case len(title)-i > 1 && beginsHere(title[i:], single) && endsAtWord(title[i:], len(single)):
			return true
		}
	}
	return false
}

// beginsHere is begins for words from the first of the title on.
func beginsHere(title []string, word string) bool {
	for _, w := range title[:min(len(title), maxWords)] {
		if len(w) >= len(word) {
			return strings.HasPrefix(w, word)
		}
		if !strings.HasPrefix(word, w) {
			return false
		}
		word = word[len(w):]
	}
	return word == ""
}

// endsAtWord reports whether so many bytes are whole words.
func endsAtWord(title []string, n int) bool {
	for _, w := range title {
		if n -= len(w); n <= 0 {
			return n == 0
		}
	}
	return false
}

// unspaced reports whether a word is of a script that writes words without
// spaces, so that a part of a title may begin anywhere.
func unspaced(word string) bool {
	return strings.ContainsFunc(word, func(c rune) bool {
		return unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer,
			unicode.Myanmar)
	})
}

// Distance counts the letters by which two words differ: those that are missing,
// added, changed, or swapped with their neighbour.
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, next := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		next[0] = i + 1
		for j := range y {
			change := 1
			if x[i] == y[j] {
				change = 0
			}
			next[j+1] = min(last[j]+change, last[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, last, next = last, next, before
	}
	return last[len(y)]
}
