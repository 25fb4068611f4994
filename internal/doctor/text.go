package doctor

import (
	"fmt"
	"strings"
)

// Text is the report for a reader: a line for each check, a second one where
// something is to be done.
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
		fmt.Fprintf(&b, "%-4s  %-13s  %s\n", c.Status, c.Name, c.Detail)
		if c.Remedy != "" {
			fmt.Fprintf(&b, "%21s%s\n", "", c.Remedy)
		}
	}
	fmt.Fprintf(&b, "\n%d OK, %d WARN, %d FAIL", counts[OK], counts[Warn], counts[Fail])
	if len(skipped) > 0 {
		fmt.Fprintf(&b, "; not checked therefore: %s", strings.Join(skipped, ", "))
	}
	b.WriteByte('\n')
	return b.String()
}
