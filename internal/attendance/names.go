package attendance

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// name is a name as it is compared: without case, accents, width and spacing.
type name struct {
	words  []string // different ones, in alphabetical order
	joined string   // as written, without spaces and signs
}

// parse reads a name. One without anything visible has no words.
func parse(s string) name {
	folded := fold(s)
	var all, spoken []string
	for w := range strings.FieldsSeq(folded) {
		all = append(all, w)
		if w = strings.TrimFunc(w, mute); w != "" {
			spoken = append(spoken, w)
		}
	}
	if len(spoken) == 0 {
		spoken = all // a name of signs alone is a name
	}
	n := name{joined: strings.Join(spoken, "")}
	if letters := strings.Join(strings.FieldsFunc(n.joined, mute), ""); letters != "" {
		n.joined = letters
	}
	slices.Sort(spoken)
	n.words = slices.Compact(spoken)
	return n
}

func (n name) key() string { return strings.Join(n.words, " ") }

// mute reports what stands around a word without belonging to it: "(Ann)", "Example,".
func mute(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) }

// strokes are letters whose accent is part of the letter in Unicode.
var strokes = map[rune]string{'ß': "ss", 'ł': "l", 'ø': "o", 'đ': "d", 'ħ': "h", 'ŧ': "t"}

// fold drops case, width and what is invisible, and the accents of Latin, Greek
// and Cyrillic letters: in other scripts a mark makes another letter (ハ, バ).
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	european := false // the letter that marks now belong to
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "\ufffd")) {
		switch {
		case r < unicode.MaxASCII:
			european = 'a' <= r|0x20 && r|0x20 <= 'z'
			b.WriteRune(unicode.ToLower(r))
			continue
		case unicode.Is(unicode.Cf, r), european && unicode.Is(unicode.Mn, r):
			continue
		case !unicode.Is(unicode.M, r):
			european = unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
		}
		r = unicode.ToLower(unicode.ToUpper(r)) // both ways, so that ς and σ are equal
		if plain, ok := strokes[r]; ok {
			b.WriteString(plain)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// within reports whether all words of a are among those of b.
func within(a, b []string) bool {
	if len(a) > len(b) {
		return false
	}
	i := 0
	for _, w := range b {
		if i < len(a) && a[i] == w {
			i++
		}
	}
	return i == len(a)
}

func agree(a, b name) bool { return within(a.words, b.words) || within(b.words, a.words) }

// idKey is a custom id as it is compared: exactly, but for e-mail addresses,
// whose ASCII case is ignored. One of spaces alone is none.
func idKey(id string) string {
	if strings.TrimSpace(id) == "" {
		return ""
	}
	local, domain, ok := strings.Cut(id, "@")
	dot := strings.IndexByte(domain, '.')
	if !ok || local == "" || dot < 1 || strings.HasSuffix(domain, ".") || strings.ContainsFunc(id, unicode.IsSpace) ||
		strings.Contains(domain, "@") {
		return id
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, id)
}

// CustomKey is equal for custom ids that are the same: see idKey.
func CustomKey(id string) string { return idKey(id) }

// names are the different names that one custom id goes by.
type names struct {
	list []name
	of   map[string]int // a name as written to its index in list; -1 is unnamed
}

// collect finds the different names. Names that differ in spacing and signs alone
// are one, the one with the most words, and so are names of the same words.
func collect(written []string) names {
	out := names{of: make(map[string]int, len(written))}
	parsed := make(map[string]name, len(written))
	best := map[string]name{} // by what is left without spaces
	for _, w := range written {
		if _, known := parsed[w]; known {
			continue
		}
		n := parse(w)
		parsed[w] = n
		b, known := best[n.joined]
		if !known || len(n.words) > len(b.words) || len(n.words) == len(b.words) && n.key() < b.key() {
			best[n.joined] = n
		}
	}
	index := map[string]int{}
	for w, n := range parsed {
		if len(n.words) == 0 {
			out.of[w] = -1
			continue
		}
		n = best[n.joined]
		at, known := index[n.key()]
		if !known {
			at = len(out.list)
			index[n.key()] = at
			out.list = append(out.list, n)
		}
		out.of[w] = at
	}
	return out
}

// maxNames bounds the names under one custom id that are compared each with
// each; if there are more, and they do not all agree, the id is shared.
const maxNames = 16

// verdict is what the names under one custom id say.
type verdict struct {
	apart  int   // how many names there are of which no two agree: 0, 1, 2, or 3 for more
	family []int // for each name, the first of those that it is one with
}

func (n names) judge() verdict {
	if len(n.list) < 2 || n.chain(n.all()) {
		return verdict{apart: min(1, len(n.list)), family: make([]int, len(n.list))}
	}
	if len(n.list) > maxNames || n.three() {
		return verdict{apart: 3}
	}
	v := verdict{apart: 2, family: make([]int, len(n.list))}
	for i := range v.family {
		v.family[i] = i
		for j := range i {
			if agree(n.list[i], n.list[j]) && !n.torn(i) && !n.torn(j) {
				v.family[i] = v.family[j] // names that fit only one family agree with each other
				break
			}
		}
	}
	return v
}

// torn reports whether a name agrees with two that do not agree with each other:
// "Ann" may be "Ann Example" or "Ann Other". It goes with neither.
func (n names) torn(i int) bool {
	for j := range n.list {
		for k := range j {
			if agree(n.list[i], n.list[j]) && agree(n.list[i], n.list[k]) && !agree(n.list[j], n.list[k]) {
				return true
			}
		}
	}
	return false
}

func (n names) all() []int {
	out := make([]int, len(n.list))
	for i := range out {
		out[i] = i
	}
	return out
}

// chain reports whether each two of the names agree.
func (n names) chain(members []int) bool {
	slices.SortFunc(members, func(a, b int) int { return len(n.list[a].words) - len(n.list[b].words) })
	for i := 1; i < len(members); i++ {
		if !within(n.list[members[i-1]].words, n.list[members[i]].words) {
			return false
		}
	}
	return true
}

// three reports whether there are three names of which no two agree.
func (n names) three() bool {
	for i := range n.list {
		for j := range i {
			if agree(n.list[i], n.list[j]) {
				continue
			}
			for k := range j {
				if !agree(n.list[k], n.list[i]) && !agree(n.list[k], n.list[j]) {
					return true
				}
			}
		}
	}
	return false
}
