// Package page draws a timeline as one HTML file: without scripts, without a network,
// for any browser and for paper. All text in it may be by strangers, and is escaped.
package page

import (
	"bufio"
	_ "embed" // the style
	"html"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timeline"
)

// Page is a timeline with the words around it.
type Page struct {
	*timeline.Timeline
	Summary  string
	About    string // which session this is, and when it was
	Notes    []string
	Guest    string     // the status of those who came and are not on the roster
	Sample   bool       // the data is made up
	Sessions [][]string // a table of them, its heading first; empty for one
}

// policy lets the page load nothing and run nothing. Bars are placed by styles.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

//go:embed page.css
var style string

// Write writes the file.
func (p Page) Write(w io.Writer) error {
	out := &writer{Writer: bufio.NewWriterSize(w, 1<<16)}
	p.head(out)
	p.words(out)
	p.table(out)
	out.put(legend)
	p.sessions(out)
	out.put("</main>\n</body>\n</html>\n")
	return out.Flush() // which returns the first error
}

// writer escapes what strangers typed.
type writer struct{ *bufio.Writer }

// put writes markup.
func (w *writer) put(markup ...string) {
	for _, m := range markup {
		_, _ = w.WriteString(m) // Flush returns its error
	}
}

// text writes text.
func (w *writer) text(s string) { w.put(html.EscapeString(s)) }

// element writes an element that holds text.
func (w *writer) element(name, class, text string) {
	w.put("<", name)
	if class != "" {
		w.put(` class="`, class, `"`)
	}
	w.put(">")
	w.text(text)
	w.put("</", name, ">")
}

func (p Page) head(w *writer) {
	title := p.title() + " – attendance"
	w.put("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
		`<meta http-equiv="Content-Security-Policy" content="`, policy, "\">\n",
		`<meta name="viewport" content="width=device-width, initial-scale=1">`, "\n",
		`<meta name="color-scheme" content="light dark">`, "\n",
		`<meta name="referrer" content="no-referrer">`, "\n")
	w.element("title", "", title)
	w.put("\n<style>\n", style, p.grid(), "</style>\n</head>\n<body>\n<main>\n")
}

func (p Page) title() string {
	if p.Title == "" {
		return "(untitled)"
	}
	return p.Title
}

// words are what stands above the picture.
func (p Page) words(w *writer) {
	w.put("<header>\n")
	if p.Sample {
		w.put(`<p class="sample">Sample data</p>`, "\n")
	}
	w.put("<h1><bdi>")
	w.text(p.title())
	w.put("</bdi></h1>\n")
	w.element("p", "summary", p.Summary)
	w.put("\n")
	w.element("p", "about", p.About)
	w.put("\n</header>\n")
	if len(p.Notes) == 0 {
		return
	}
	w.put(`<ul class="notes">`, "\n")
	for _, note := range p.Notes {
		w.element("li", "", note)
		w.put("\n")
	}
	w.put("</ul>\n")
}

const legend = `<p class="legend" aria-hidden="true">` +
	`<span><i class="p"></i> present</span> ` +
	`<span><i class="p guest"></i> not on the roster</span> ` +
	`<span><i class="g"></i> away and back</span> ` +
	`<span><i class="m"></i> came late, left early</span> ` +
	`<span><i class="l"></i> missed by that</span> ` +
	`<span><i class="x"></i> not there</span></p>` + "\n"

// sessions is the table of them.
func (p Page) sessions(w *writer) {
	if len(p.Sessions) == 0 {
		return
	}
	w.put("<section>\n<h2>Sessions</h2>\n", `<div class="scroll" role="region" aria-label="Sessions" tabindex="0">`,
		"\n<table class=\"plain\">\n<thead><tr>")
	for _, heading := range p.Sessions[0] {
		w.put(`<th scope="col">`)
		w.text(heading)
		w.put("</th>")
	}
	w.put("</tr></thead>\n<tbody>\n")
	for _, row := range p.Sessions[1:] {
		w.put("<tr>")
		for _, cell := range row {
			w.element("td", "", cell)
		}
		w.put("</tr>\n")
	}
	w.put("</tbody>\n</table>\n</div>\n</section>\n")
}

// maxTicks is how many times the axis names at most, roughly.
const maxTicks = 5

// grid draws a line at each tick of the axis behind all bars.
func (p Page) grid() string {
	if len(p.Columns) > 1 {
		return ""
	}
	var lines []string
	column := p.Columns[0]
	for _, tick := range column.Ticks(p.Zone, maxTicks) {
		lines = append(lines, "linear-gradient(var(--grid),var(--grid)) "+percent(place(column, tick))+" 0/1px 100% no-repeat")
	}
	if len(lines) == 0 {
		return ""
	}
	return "td .t { background: " + strings.Join(lines, ", ") + " }\n"
}

// place is where a moment is on the axis, in hundredths of a percent from 0 to 10000.
func place(c timeline.Column, t time.Time) int {
	return min(max(int(c.Place(t)*10000+0.5), 0), 10000)
}

// percent writes hundredths of a percent.
func percent(n int) string {
	s := strconv.FormatFloat(float64(n)/100, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + "%"
}
