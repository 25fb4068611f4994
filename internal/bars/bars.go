// Package bars draws the rows of a timeline with the characters of a terminal. Every
// character that it uses is one column wide.
package bars

import (
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timeline"
)

// Style is what a terminal can show.
type Style struct {
	ASCII bool // nothing else
	Color bool
}

// The colours of terminals, which have a palette of their own for light and dark.
const (
	green   = "\x1b[32m"
	yellow  = "\x1b[33m"
	red     = "\x1b[31m"
	magenta = "\x1b[35m"
	reset   = "\x1b[0m"
)

// state is what somebody did in a part of a session.
type state int

const (
	out   state = iota // not there
	late               // missing from its begin or end, for which they count as late or early
	away               // between two spans
	there              // present
)

// Row draws somebody: a bar on the axis of the only session, or a block for each of the
// last sessions, of which there can be more than fit into the width.
func (s Style) Row(t *timeline.Timeline, p timeline.Person, width int) string {
	if len(t.Columns) > 1 {
		return s.blocks(t, p, width)
	}
	if len(p.Visits) == 0 {
		dots := strings.Repeat(s.pick("· ", ". "), width/2) + strings.Repeat(s.pick("·", "."), width%2)
		return s.colored(red, dots)
	}
	return s.bar(t.Columns[0], p.Visits[0], width, p.Status)
}

func (s Style) pick(unicode, ascii string) string {
	if s.ASCII {
		return ascii
	}
	return unicode
}

func (s Style) colored(color, text string) string {
	if !s.Color || color == "" || text == "" {
		return text
	}
	return color + text + reset
}

// bar draws two parts of the axis with each character, and one in ASCII.
func (s Style) bar(c timeline.Column, v timeline.Visit, width int, status timeline.Status) string {
	each := 2
	if s.ASCII {
		each = 1
	}
	parts := partsOf(c, v, width*each)
	present := green
	if status == timeline.Guest {
		present = magenta
	}
	colors := [...]string{out: "", late: yellow, away: yellow, there: present}
	var b, run strings.Builder
	last := ""
	for i := 0; i < len(parts); i += each {
		left, right := parts[i], parts[i+each-1]
		if color := colors[max(left, right)]; color != last {
			b.WriteString(s.colored(last, run.String()))
			run.Reset()
			last = color
		}
		run.WriteString(s.sign(left, right))
	}
	b.WriteString(s.colored(last, run.String()))
	return b.String()
}

// sign is the character for two parts.
func (s Style) sign(left, right state) string {
	switch {
	case left == there && right == there:
		return s.pick("█", "#")
	case left == there:
		return "▌"
	case right == there:
		return "▐"
	case left == away || right == away:
		return s.pick("┄", ".")
	}
	return s.pick("─", "-")
}

// partsOf tells what somebody did in each part of the axis. No span and no gap is
// too short to be seen.
func partsOf(c timeline.Column, v timeline.Visit, n int) []state {
	parts, spans := make([]state, n), v.Drawn()
	at := func(t time.Time) int { return min(max(int(c.Place(t)*float64(n)+0.5), 0), n) }
	fill := func(from, to int, what state) {
		from = min(from, n-1)
		for i := from; i < max(to, from+1); i++ {
			parts[i] = what
		}
	}
	if begin := at(spans[0].From); v.Late > 0 && begin > 0 {
		fill(0, begin, late)
	}
	if end := at(spans[len(spans)-1].To); v.Early > 0 && end < n {
		fill(end, n, late)
	}
	for _, span := range spans {
		fill(at(span.From), at(span.To), there)
	}
	gap := away
	if v.Away == 0 { // a pause between two sessions, which is nobody's gap
		gap = out
	}
	for i, span := range spans[1:] {
		fill(at(spans[i].To), at(span.From), gap)
	}
	return parts
}

// blocks draws a block for each session, as high as the part of it that somebody was
// there.
func (s Style) blocks(t *timeline.Timeline, p timeline.Person, width int) string {
	var b strings.Builder
	first := max(0, len(t.Columns)-width)
	visits := p.Visits
	for i, c := range t.Columns {
		var visit *timeline.Visit
		if len(visits) > 0 && visits[0].Column == i {
			visit, visits = &visits[0], visits[1:]
		}
		if i < first {
			continue
		}
		b.WriteString(s.block(c, visit, p.Status))
	}
	return b.String()
}

func (s Style) block(c timeline.Column, v *timeline.Visit, status timeline.Status) string {
	if v == nil {
		return s.colored(red, s.pick("·", "."))
	}
	color := green
	switch {
	case v.Late > 0 || v.Early > 0:
		color = yellow
	case status == timeline.Guest:
		color = magenta
	}
	height := 8 // eighths
	if length := c.To.Sub(c.From); length > 0 {
		var sum time.Duration
		for _, span := range v.Spans {
			sum += span.To.Sub(span.From)
		}
		height = min(max(int(8*float64(sum)/float64(length)+0.5), 1), 8)
	}
	if s.ASCII {
		return s.colored(color, string("-++++++#"[height-1]))
	}
	return s.colored(color, string([]rune("▁▂▃▄▅▆▇█")[height-1]))
}

// Heading names the row of bars: the axis by its ends, if the width has room for it.
func (s Style) Heading(t *timeline.Timeline, width int) string {
	const title = "PRESENT"
	c := t.Columns[0]
	if len(t.Columns) > 1 || c.From.IsZero() {
		return title
	}
	layout := "15:04"
	if c.To.Sub(c.From) > 24*time.Hour {
		layout = "2 Jan"
	}
	from, to := c.From.In(t.Zone).Format(layout), c.To.In(t.Zone).Format(layout)
	gap := width - len(from) - len(title) - len(to)
	if gap < 2 {
		return title
	}
	return from + strings.Repeat(" ", gap/2) + title + strings.Repeat(" ", gap-gap/2) + to
}
