package main

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Sizes are in pixels, columns in characters.
const (
	columns    = 124
	fontSize   = 12
	lineHeight = 18
	textWidth  = columns * 29 / 4 // in most monospaced fonts a character is a little narrower
	cellWidth  = 7.22             // of most
	margin     = 16
	bar        = 32 // height of the title bar
)

// palette has the colors of a picture, as CSS writes them.
type palette struct {
	background, edge, text, dim, accent, good, bad, odd string
}

var (
	light = palette{
		background: "#ffffff",
		edge:       "#d1d9e0",
		text:       "#1f2328",
		dim:        "#818b98",
		accent:     "#0550ae",
		good:       "#116329",
		bad:        "#cf222e",
		odd:        "#9a6700",
	}
	dark = palette{
		background: "#0d1117",
		edge:       "#3d444d",
		text:       "#f0f6fc",
		dim:        "#7d8590",
		accent:     "#79c0ff",
		good:       "#7ee787",
		bad:        "#ff7b72",
		odd:        "#d29922",
	}
)

// draw returns an SVG of a terminal in which the command printed this output.
func draw(output string, c palette) string {
	lines := append([]string{"$ " + command}, wrap(output)...)
	w := textWidth + 2*margin
	h := bar + len(lines)*lineHeight + margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img"`+
		` aria-label="%s and what it prints">`+"\n", w, h, w, h, html.EscapeString(command))
	fmt.Fprintf(&b, "<style>\n%s</style>\n", c.style())
	fmt.Fprintf(&b, `<rect class="frame" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>`+"\n", w-1, h-1)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle class="button" cx="%d" cy="%d" r="5"/>`+"\n", margin+5+i*18, bar/2)
	}
	for i, line := range lines {
		fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`+"\n", margin, bar+i*lineHeight+fontSize, spans(line))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (c palette) style() string {
	var b strings.Builder
	fmt.Fprintf(&b, "text { font: %dpx ui-monospace, SFMono-Regular, Menlo, Consolas, \"Liberation Mono\", "+
		"\"DejaVu Sans Mono\", monospace; fill: %s; white-space: pre }\n", fontSize, c.text)
	fmt.Fprintf(&b, ".frame { fill: %s; stroke: %s }\n.button { fill: %s }\n", c.background, c.edge, c.edge)
	fmt.Fprintf(&b, ".headline { font-weight: bold }\n")
	for _, class := range [][2]string{
		{"dim", c.dim}, {"accent", c.accent}, {"good", c.good}, {"bad", c.bad}, {"odd", c.odd},
	} {
		fmt.Fprintf(&b, ".%s { fill: %s }\n", class[0], class[1])
	}
	return b.String()
}

// spans is one line of the terminal as the content of an SVG text, colored.
func spans(line string) string {
	switch {
	case strings.HasPrefix(line, "$ "), strings.HasPrefix(line, "> "):
		return span("accent", line)
	case strings.HasPrefix(line, "(sample data)"):
		return span("headline", line)
	case strings.HasPrefix(line, "| ---"), strings.HasPrefix(line, "…"):
		return span("dim", line)
	case strings.ContainsAny(line, "█·") || strings.HasPrefix(line, "NAME "):
		return aligned(line)
	case strings.HasPrefix(line, "| "):
		cells := strings.Split(line, "|")
		for i, cell := range cells {
			cells[i] = span(classOf(strings.TrimSpace(cell)), cell)
		}
		return strings.Join(cells, span("dim", "|"))
	}
	return span("", line)
}

// aligned puts the cells of a line where they are in a terminal: names in some scripts
// are wider or narrower in a browser.
func aligned(line string) string {
	var b strings.Builder
	at := 0 // the column
	for _, cell := range cells.FindAllString(line, -1) {
		text := strings.TrimRight(cell, " ")
		fmt.Fprintf(&b, `<tspan x="%.1f">%s</tspan>`, margin+float64(at)*cellWidth, drawing(text))
		at += cellsOf(cell)
	}
	return b.String()
}

// cells are apart by two spaces at least.
var cells = regexp.MustCompile(`\S+(?: \S+)*(?: {2,}|$)`)

// drawing colors a bar as a terminal does, and other cells by what they say.
func drawing(cell string) string {
	if !strings.ContainsAny(cell, "█·") {
		return span(classOf(cell), cell)
	}
	var b strings.Builder
	for _, run := range runs.FindAllString(cell, -1) {
		class := "odd"
		switch r, _ := utf8.DecodeRuneInString(run); r {
		case '█', '▌', '▐':
			class = "good"
		case '·', ' ':
			class = "bad"
		}
		b.WriteString(span(class, run))
	}
	return b.String()
}

var runs = regexp.MustCompile(`[█▌▐]+|[· ]+|[^█▌▐· ]+`)

func classOf(cell string) string {
	switch {
	case cell == "attended":
		return "good"
	case cell == "absent":
		return "bad"
	case strings.HasPrefix(cell, "not on the roster"), strings.HasSuffix(cell, " late"), strings.HasSuffix(cell, " early"),
		strings.HasPrefix(cell, "late "):
		return "odd"
	}
	return ""
}

func span(class, text string) string {
	text = html.EscapeString(strings.Map(printable, text))
	if class == "" || text == "" {
		return text
	}
	return fmt.Sprintf(`<tspan class="%s">%s</tspan>`, class, text)
}

// printable drops control characters, which XML does not allow.
func printable(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}

// wrap breaks lines at spaces where they exceed the terminal's width.
func wrap(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		for cellsOf(line) > columns {
			at := lastFit(line)
			out = append(out, strings.TrimRight(line[:at], " "))
			line = strings.TrimLeft(line[at:], " ")
		}
		out = append(out, line)
	}
	return out
}

// lastFit is where to break a line that is too long: after its last space within the width, else at the width.
func lastFit(line string) int {
	cells, space, end := 0, 0, 0
	for i, r := range line {
		if r == ' ' {
			space = i + 1
		}
		if cells += cellsOfRune(r); cells > columns {
			break
		}
		end = i + len(string(r))
	}
	if space > 0 {
		return space
	}
	return end
}

func cellsOf(s string) int {
	n := 0
	for _, r := range s {
		n += cellsOfRune(r)
	}
	return n
}

func cellsOfRune(r rune) int {
	switch kind := width.LookupRune(r).Kind(); {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), unicode.IsControl(r):
		return 0
	case kind == width.EastAsianWide, kind == width.EastAsianFullwidth:
		return 2
	}
	return 1
}
