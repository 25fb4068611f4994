package questions

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// answer is what a call returned, in both of its forms: some clients give the
// model only the text, others only the structured content.
type answer struct {
	text    string
	summary string // the structured content's
	leaves  []any  // every value in the structured content
	objects []map[string]any

	folded []string // the text, and then every string of the leaves
}

// decode reads the structured content; an error has none.
func (a *answer) decode(raw []byte) error {
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("structured content %.200s: %w", raw, err)
	}
	a.summary, _ = v["summary"].(string)
	a.walk(v)
	a.folded = []string{fold(a.text)}
	for _, leaf := range a.leaves {
		if s, ok := leaf.(string); ok {
			a.folded = append(a.folded, fold(s))
		}
	}
	return nil
}

func (a *answer) walk(v any) {
	switch v := v.(type) {
	case map[string]any:
		a.objects = append(a.objects, v)
		for _, inner := range v {
			a.walk(inner)
		}
	case []any:
		for _, inner := range v {
			a.walk(inner)
		}
	default:
		a.leaves = append(a.leaves, v)
	}
}

// fact checks one thing in both forms of an answer, and says what is missing.
type fact func(*answer) []string

// says is text that both forms hold, somewhere.
func says(wanted ...string) fact {
	return func(a *answer) (missing []string) {
		for _, want := range wanted {
			short := fold(want)
			if !strings.Contains(a.folded[0], short) {
				missing = append(missing, fmt.Sprintf("the text does not say %q", want))
			}
			if !slices.ContainsFunc(a.folded[1:], func(leaf string) bool { return strings.Contains(leaf, short) }) {
				missing = append(missing, fmt.Sprintf("the structured content does not say %q", want))
			}
		}
		return missing
	}
}

// lacking is text that neither form holds.
func lacking(unwanted ...string) fact {
	return func(a *answer) (wrong []string) {
		for _, not := range unwanted {
			short := fold(not)
			if strings.Contains(a.folded[0], short) {
				wrong = append(wrong, fmt.Sprintf("the text says %q", not))
			}
			for _, leaf := range a.folded[1:] {
				if strings.Contains(leaf, short) {
					wrong = append(wrong, fmt.Sprintf("the structured content says %q", not))
				}
			}
		}
		return wrong
	}
}

// fold leaves out what a quoted line or a table may write otherwise.
func fold(s string) string {
	return strings.Join(strings.Fields(marks.Replace(strings.ToLower(s))), " ")
}

var marks = strings.NewReplacer("**", "", `\`, "", "> ", "", "\n", " ")

// counts are numbers of the summary, which a field or the length of a list
// confirms.
func counts(numbers ...int) fact {
	return func(a *answer) (missing []string) {
		for _, n := range numbers {
			for form, s := range map[string]string{"text": a.text, "summary": a.summary} {
				if form == "text" {
					s, _, _ = strings.Cut(s, "\n\n")
				}
				if !hasNumber(s, n) {
					missing = append(missing, fmt.Sprintf("the %s does not count %d: %q", form, n, s))
				}
			}
			if !slices.ContainsFunc(a.leaves, func(leaf any) bool { return isNumber(leaf, n) }) && !a.listOf(n) {
				missing = append(missing, fmt.Sprintf("no field is %d", n))
			}
		}
		return missing
	}
}

func (a *answer) listOf(n int) bool {
	return slices.ContainsFunc(a.objects, func(o map[string]any) bool {
		for _, v := range o {
			if list, ok := v.([]any); ok && len(list) == n {
				return true
			}
		}
		return false
	})
}

func hasNumber(s string, n int) bool {
	s = strings.ReplaceAll(s, ",", "")
	if n == 0 && strings.Contains(fold(s), "no ") {
		return true
	}
	return regexp.MustCompile(`(^|[^\d.:-])` + strconv.Itoa(n) + `($|[^\d:-]|[-:]\D)`).MatchString(s)
}

// isNumber tolerates half: texts round, and fields may not.
func isNumber(leaf any, n int) bool {
	f, ok := leaf.(float64)
	return ok && math.Abs(f-float64(n)) <= 0.5
}

// row is a line of the text and an object of the structured content that belong
// to the name and hold every cell: a number, a time of day, or text. Fields of
// rows that are zero are left out of structured content.
func row(name string, cells ...any) fact {
	return func(a *answer) (missing []string) {
		if !slices.ContainsFunc(strings.Split(a.text, "\n"), func(line string) bool {
			return strings.Contains(fold(line), fold(name)) && all(cells, func(c any) bool { return inLine(line, name, c) })
		}) {
			missing = append(missing, fmt.Sprintf("no line of the text has %q with %v", name, cells))
		}
		if !slices.ContainsFunc(a.objects, func(o map[string]any) bool {
			return inObject(o, name) && all(cells, func(c any) bool { return c == 0 || inObject(o, c) })
		}) {
			missing = append(missing, fmt.Sprintf("no object has %q with %v", name, cells))
		}
		return missing
	}
}

func all(cells []any, is func(any) bool) bool {
	return !slices.ContainsFunc(cells, func(c any) bool { return !is(c) })
}

func inLine(line, name string, cell any) bool {
	if n, ok := cell.(int); ok {
		return hasNumber(strings.Replace(line, name, "", 1), n)
	}
	if l, ok := cell.(length); ok {
		return strings.Contains(line, l.text())
	}
	return strings.Contains(fold(line), fold(fmt.Sprint(cell)))
}

var timeOfDay = regexp.MustCompile(`^\d\d:\d\d$`)

// inObject looks into what the object holds, but not into lists of other rows:
// an object with more than one name is a list.
func inObject(v, cell any) bool {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if _, list := inner.([]any); list && slices.Contains(rowLists, name) {
				continue
			}
			if inObject(inner, cell) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(inner any) bool { return inObject(inner, cell) })
	case string:
		want := fmt.Sprint(cell)
		if timeOfDay.MatchString(want) {
			return strings.Contains(v, "T"+want) || v == want
		}
		_, number := cell.(int)
		return !number && strings.Contains(fold(v), fold(want))
	case float64:
		if l, ok := cell.(length); ok {
			return v == float64(l)
		}
		n, ok := cell.(int)
		return ok && isNumber(v, n)
	}
	return false
}

// rowLists hold rows: whoever looks for a row looks at their objects one by one.
var rowLists = []string{
	"people", "participants", "sessions", "meetings", "recordings", "apps", "hits", "rows", "notes", "matches",
}

// only are those of everybody who could be named whom both forms name.
func only(everybody, wanted []string) fact {
	var others []string
	for _, name := range everybody {
		if !slices.Contains(wanted, name) {
			others = append(others, name)
		}
	}
	return func(a *answer) []string { return append(says(wanted...)(a), lacking(others...)(a)...) }
}

// rows is a list of so many rows in the structured content, each of which is a
// line of the text too.
func rows(list string, n int) fact {
	return func(a *answer) (missing []string) {
		for _, o := range a.objects {
			have, ok := o[list].([]any)
			if !ok {
				continue
			}
			if len(have) != n {
				return []string{fmt.Sprintf("%s has %d rows, want %d", list, len(have), n)}
			}
			lines := 0
			for line := range strings.SplitSeq(a.text, "\n") {
				if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| ---") {
					lines++
				}
			}
			if lines != n+1 { // and the heading
				missing = append(missing, fmt.Sprintf("the text has %d lines in its table, want %d", lines, n+1))
			}
			return missing
		}
		return []string{"there is no list " + list}
	}
}

// linked is a resource that both forms lead to.
func linked(format string) fact {
	return func(a *answer) []string {
		if !slices.ContainsFunc(a.leaves, func(leaf any) bool {
			s, ok := leaf.(string)
			return ok && strings.HasPrefix(s, "realtimekit://") && strings.Contains(s, format)
		}) {
			return []string{"the structured content has no link of a resource"}
		}
		return nil
	}
}

// length is a cell of so many seconds, which a text may write as 0:44:55.
type length int

func (l length) text() string {
	return fmt.Sprintf("%d:%02d:%02d", l/3600, l/60%60, l%60)
}
