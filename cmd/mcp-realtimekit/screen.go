package main

import (
	"cmp"
	"io"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/bars"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/terminal"
)

// screenOf is what w can show, by the terminal behind it and by the variables that
// programs heed.
func screenOf(w io.Writer, variable func(string) string) report.Screen {
	return report.Screen{
		Width: terminal.Width(w),
		Style: bars.Style{
			ASCII: !unicodeIn(cmp.Or(variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG"))),
			Color: variable("NO_COLOR") == "" && obeys(w, variable),
		},
	}
}

// obeys reports whether w is a terminal that can be cleared and has colours.
func obeys(w io.Writer, variable func(string) string) bool {
	return variable("TERM") != "dumb" && terminal.Control(w)
}

// unicodeIn reports whether a locale writes Unicode. If none is set, as in many
// containers and on Windows, names need Unicode anyway.
func unicodeIn(locale string) bool {
	charset := strings.ToLower(strings.ReplaceAll(locale, "-", ""))
	return locale == "" || strings.Contains(charset, "utf8")
}
