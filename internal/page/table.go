package page

import (
	"strconv"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timeline"
)

// table has a row for each person, and one column for each session.
func (p Page) table(w *writer) {
	several := len(p.Columns) > 1
	if several { // there can be more than fit, so it scrolls
		w.put(`<div class="scroll" role="region" aria-label="Attendance" tabindex="0">`, "\n<table class=\"several\">\n")
	} else {
		w.put("<table class=\"one\">\n")
	}
	w.put("<caption>Who was there, and when. Times are in ")
	w.text(p.Zone.String())
	w.put(".</caption>\n<thead><tr>",
		`<th scope="col" class="name">Name</th><th scope="col" class="status">Status</th>`)
	for i := range p.Columns {
		if several {
			p.date(w, p.Columns[i])
		} else {
			p.axis(w, p.Columns[i])
		}
	}
	w.put(`<th scope="col" class="minutes">Minutes</th></tr></thead>`, "\n<tbody>\n")
	layouts := make([]string, len(p.Columns))
	for i, c := range p.Columns {
		layouts[i] = c.Clock(p.Zone)
	}
	for i := range p.People {
		p.row(w, &p.People[i], layouts)
	}
	if len(p.People) == 0 {
		w.put(`<tr><td class="none" colspan="`, strconv.Itoa(len(p.Columns)+3), `">No person is listed.</td></tr>`, "\n")
	}
	w.put("</tbody>\n</table>\n")
	if several {
		w.put("</div>\n")
	}
}

// date heads the column of one of several sessions.
func (p Page) date(w *writer, c timeline.Column) {
	w.put(`<th scope="col" class="session">`)
	if c.From.IsZero() {
		w.put("time unknown</th>")
		return
	}
	from := c.From.In(p.Zone)
	w.put(`<time datetime="`, from.Format(time.RFC3339), `">`, from.Format("2 Jan"), " <small>", from.Format("15:04"),
		"</small></time>")
	if c.Live {
		w.put(" <small>live</small>")
	}
	w.put("</th>")
}

// axis heads the only session, with times where they are.
func (p Page) axis(w *writer, c timeline.Column) {
	w.put(`<th scope="col" class="present">Present <span class="zone">`)
	w.text(p.Zone.String())
	w.put(`</span><div class="axis">`)
	ticks := c.Ticks(p.Zone, maxTicks)
	for i, tick := range ticks {
		at := place(c, tick)
		class := "mid"
		switch {
		case at < 600: // a label in the middle of its line would leave the axis
			class = "first"
		case at > 9400:
			class = "last"
		case i > 0 && i < len(ticks)-1:
			class = "mid inner"
		}
		w.put(`<span class="`, class, `" style="left:`, percent(at), `">`, tick.Format(layoutOf(c)), "</span>")
	}
	w.put("</div></th>")
}

// layoutOf is how the axis shows a time, which has little room.
func layoutOf(c timeline.Column) string {
	if c.To.Sub(c.From) > 24*time.Hour {
		return "2 Jan"
	}
	return "15:04"
}

func (p Page) row(w *writer, who *timeline.Person, layouts []string) {
	w.put("<tr>")
	p.name(w, who)
	w.put("<td>")
	for i, word := range p.Words(*who, p.Guest) {
		if i > 0 {
			w.put(" ")
		}
		w.element("span", "word "+string(word.Kind), word.Text)
	}
	w.put("</td>")
	visits := who.Visits
	for i, c := range p.Columns {
		var visit *timeline.Visit
		if len(visits) > 0 && visits[0].Column == i {
			visit, visits = &visits[0], visits[1:]
		}
		w.put("<td>")
		switch {
		case visit != nil:
			p.visit(w, c, visit, who.Status, layouts[i])
		case len(p.Columns) > 1:
			w.put(`<div class="t x" role="img" aria-label="not there"></div>`)
		default: // the status says it
			w.put(`<div class="t x"></div>`)
		}
		w.put("</td>")
	}
	if who.Status == timeline.Absent {
		w.put(`<td class="minutes">–</td></tr>`, "\n")
		return
	}
	w.put(`<td class="minutes">`, strconv.Itoa(who.Minutes), "</td></tr>\n")
}

// name heads a row. The custom id tells apart those who have no name.
func (p Page) name(w *writer, who *timeline.Person) {
	w.put(`<th scope="row"><bdi>`)
	if who.Name != "" {
		w.text(who.Name)
	} else if w.put("(unnamed)"); who.CustomID != "" {
		w.put("</bdi> <bdi>")
		w.element("small", "", who.CustomID)
	}
	w.put("</bdi></th>")
}

// visit draws the spans of somebody in one session, what is missing of it if they were
// late or left early, and the gaps. Its name has the times.
func (p Page) visit(w *writer, c timeline.Column, v *timeline.Visit, status timeline.Status, layout string) {
	times := p.times(v, layout)
	w.put(`<div class="t" role="img" aria-label="`, times, `" title="`, times, `">`)
	spans := v.Drawn()
	first, last := spans[0], spans[len(spans)-1]
	if v.Late > 0 {
		at := place(c, first.From)
		if !c.LateFrom.IsZero() {
			piece(w, "l", min(place(c, c.LateFrom), at), at)
		}
	}
	if v.Early > 0 && !c.EarlyFrom.IsZero() {
		at := place(c, last.To)
		piece(w, "l", at, max(place(c, c.EarlyFrom), at))
	}
	class := "p"
	if status == timeline.Guest {
		class += " guest"
	}
	for i, s := range spans {
		kind := class
		if i == 0 && v.FromAssumed {
			kind += " from"
		}
		if i == len(spans)-1 && v.ToAssumed {
			kind += " to"
		}
		piece(w, kind, place(c, s.From), place(c, s.To))
	}
	if v.Away > 0 { // else there is a pause between two sessions, which is nobody's gap
		for i, s := range spans[1:] {
			piece(w, "g", place(c, spans[i].To), place(c, s.From))
		}
	}
	if v.Late > 0 {
		w.put(`<i class="m" style="left:`, percent(place(c, first.From)), `"></i>`)
	}
	if v.Early > 0 {
		w.put(`<i class="m" style="left:`, percent(place(c, last.To)), `"></i>`)
	}
	w.put("</div>")
}

// piece draws a part of the axis.
func piece(w *writer, class string, from, to int) {
	w.put(`<i class="`, class, `" style="left:`, percent(from), ";width:", percent(max(to-from, 0)), `"></i>`)
}

// maxTimes is how many spans are named in words.
const maxTimes = 12

// times are the spans in words.
func (p Page) times(v *timeline.Visit, layout string) string {
	var b strings.Builder
	spans := v.Drawn()
	for i, s := range spans {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == maxTimes {
			b.WriteString(strconv.Itoa(len(spans)-i) + " more")
			break
		}
		b.WriteString(s.From.In(p.Zone).Format(layout) + " to ")
		if v.Here && i == len(spans)-1 {
			b.WriteString("now")
		} else {
			b.WriteString(s.To.In(p.Zone).Format(layout))
		}
	}
	if v.FromAssumed {
		b.WriteString("; joining time unknown")
	}
	if v.ToAssumed {
		b.WriteString("; leaving time unknown")
	}
	return b.String()
}
