package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

const output = `Connected to x over stdio (MCP 2026-07-28).

> get_meeting_attendance {"query":"a"}

(sample data) 1 of 2 <b>invited</b> & "attended".
Started 2026-11-24 14:00Z, ended 2026-11-24 14:42Z.

| name | status | notes |
| --- | --- | --- |
| 李娜 | attended | 16 min late |

> find_meetings {"query":"b"}

Created 2026-04-29 13:00Z.

The first meeting again, drawn:

NAME  STATUS       14:00 PRESENT 14:42  MINUTES
李娜  late 16 min  ────▐████▌┄┄▐█████   30
Ann   absent       · · · · · · · · ·

The end.
`

func TestExcerpt(t *testing.T) {
	t.Parallel()
	got, err := excerpt(output)
	if err != nil {
		t.Fatal(err)
	}
	tomorrow, err := excerpt(strings.ReplaceAll(output, "2026-11-24", "2026-11-25"))
	if err != nil || tomorrow != got {
		t.Errorf("%v: the picture of tomorrow is another:\n%s\n%s", err, got, tomorrow)
	}
	if !strings.Contains(got, "(MCP 2026-07-28)") || strings.Contains(got, "find_meetings") ||
		!strings.HasSuffix(got, "· ·") {
		t.Error(got)
	}
	for _, bad := range []string{
		"",
		"\n> only one call",
		strings.Replace(output, "2026-11-24", "2026-11-20", 1), // of two days
		strings.Replace(output, "drawn:", "not:", 1),
	} {
		if got, err := excerpt(bad); err == nil {
			t.Errorf("%q gave %q", bad, got)
		}
	}
}

func TestDraw(t *testing.T) {
	t.Parallel()
	shown, err := excerpt(output)
	if err != nil {
		t.Fatal(err)
	}
	withControls := strings.ReplaceAll(shown, "e", "e\x1b") // XML allows no escape character
	var text strings.Builder
	decoder := xml.NewDecoder(strings.NewReader(draw(withControls, dark)))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if data, ok := token.(xml.CharData); ok {
			text.Write(data)
		}
	}
	for line := range strings.SplitSeq(shown, "\n") {
		if !strings.Contains(compact(text.String()), compact(line)) {
			t.Errorf("%q is not in the picture", line)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"words":      strings.Repeat("word ", columns),
		"one word":   strings.Repeat("x", 3*columns),
		"wide signs": strings.Repeat("李", 2*columns),
		"accents":    strings.Repeat("e\u0301 ", 2*columns),
	} {
		got := wrap(line)
		for _, part := range got {
			if n := cellsOf(part); n > columns || n == 0 {
				t.Errorf("%s: a line of %d columns: %q", name, n, part)
			}
		}
		if compact(strings.Join(got, "")) != compact(line) {
			t.Errorf("%s: something got lost: %q", name, got)
		}
	}
}

func compact(s string) string { return strings.ReplaceAll(s, " ", "") }
