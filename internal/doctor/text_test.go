package doctor

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestText holds that a report fits a terminal, breaks no word such as an
// address, and says everything.
func TestText(t *testing.T) {
	t.Parallel()
	long := "https://dash.cloudflare.com/" + strings.Repeat("x", 90)
	detail := strings.Repeat("the account Müller ", 12) + long + " and more"
	text := Report{Checks: []Check{
		{Name: "configuration", Status: OK, Detail: "short"},
		{Name: "rate limit", Status: Fail, Detail: detail, Remedy: strings.Repeat("do this ", 30)},
		{Name: "clock", Status: Skip},
	}}.Text()
	if words := strings.Join(strings.Fields(text), " "); !strings.Contains(words, detail+" do this do this") ||
		!strings.HasSuffix(words, "1 OK, 0 WARN, 1 FAIL; not checked: clock") {
		t.Error(words)
	}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for _, line := range lines {
		if utf8.RuneCountInString(line) > width && !strings.Contains(line, long) {
			t.Errorf("%q is longer than %d columns", line, width)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("%q ends in a space", line)
		}
	}
	if lines[0] != "OK    configuration  short" || len(lines) != 11 {
		t.Errorf("%d lines:\n%s", len(lines), text)
	}
}
