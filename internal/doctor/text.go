package doctor

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	width = 100 // columns
	left  = 21  // columns before what a check says
)

// Text is the report for a reader: what each check found and, if something is
// wrong, what to do.
func (r Report) Text() string {
	var b strings.Builder
	var skipped []string
	counts := map[Status]int{}
	for _, c := range r.Checks {
		if c.Detail == "" {
			skipped = append(skipped, c.Name)
			continue
		}
		counts[c.Status]++
		fmt.Fprintf(&b, "%-4s  %-13s  %s", c.Status, c.Name, wrap(c.Detail))
		if c.Remedy != "" {
			fmt.Fprintf(&b, "%*s%s", left, "", wrap(c.Remedy))
		}
	}
	fmt.Fprintf(&b, "\n%d OK, %d WARN, %d FAIL", counts[OK], counts[Warn], counts[Fail])
	if len(skipped) > 0 {
		fmt.Fprintf(&b, "; not checked: %s", strings.Join(skipped, ", "))
	}
	b.WriteByte('\n')
	b.WriteString(r.Webhooks.text())
	return b.String()
}

// wrap breaks text into lines, which end before width and from the second on
// begin at left.
func wrap(text string) string {
	var b strings.Builder
	column := left
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			fmt.Fprintf(&b, "\n%*s", left, "")
			column = left
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	b.WriteByte('\n')
	return b.String()
}
