package main

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// The chart has a panel for each figure, with a bar for each server. It stands
// on a light card of its own, and so reads alike on light and dark pages.
const (
	chartWidth = 860
	columns    = 2
	panelWidth = 392
	barHeight  = 20
	barGap     = 6
	labelWidth = 122
	valueWidth = 88
)

const chartStyle = `text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1f2328}` +
	`.t{font-size:15px;font-weight:600}.h{font-size:13px;font-weight:600}.n{font-size:12px;fill:#59636e}` +
	`.v{font-size:12px;font-variant-numeric:tabular-nums}` +
	`.own{fill:#c2410c}.peer{fill:#94a3b8}.w{stroke:#1f2328;stroke-width:1.25;fill:none}`

func (r report) chart() string {
	var shown []metric
	for _, m := range metrics {
		if m.chart != "" {
			shown = append(shown, m)
		}
	}
	panel := 30 + len(r.subjects)*(barHeight+barGap) + 22
	height := 96 + (len(shown)+columns-1)/columns*panel + 6
	var b strings.Builder
	fmt.Fprintf(&b,
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" `+
			`aria-label="Benchmarks of mcp-realtimekit and its peers">`+"\n",
		chartWidth, height, chartWidth, height)
	fmt.Fprintf(&b, "<style>%s</style>\n", chartStyle)
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%d" height="%d" rx="8" fill="#ffffff" stroke="#d1d9e0"/>`+"\n",
		chartWidth-1, height-1)
	fmt.Fprintf(&b,
		`<text class="t" x="26" y="32">Listing 20 participants over stdio: this server and its peers</text>`+"\n")
	fmt.Fprintf(&b, `<text class="n" x="26" y="52">Median of %d rounds, %s; whiskers show the range.</text>`+"\n", r.done,
		r.when.UTC().Format("2006-01-02"))
	fmt.Fprintf(&b, `<text class="n" x="26" y="70">%s</text>`+"\n", html.EscapeString(r.machine))
	for i, m := range shown {
		r.panel(&b, m, 26+i%columns*(panelWidth+24), 96+i/columns*panel)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (r report) panel(b *strings.Builder, m metric, x, y int) {
	sense := "less is better"
	if m.more {
		sense = "more is better"
	}
	fmt.Fprintf(b, `<text class="h" x="%d" y="%d">%s<tspan class="n" font-weight="400" dx="8">%s</tspan></text>`+"\n", x,
		y+14, html.EscapeString(m.chart), sense)
	top := 0.0
	for _, s := range r.subjects {
		if v := r.figures[s.name][m.key]; len(v) > 0 {
			top = max(top, slices.Max(v))
		}
	}
	scale := func(v float64) float64 {
		return max(0, v) / max(top, 1e-9) * (panelWidth - labelWidth - valueWidth)
	}
	for i, s := range r.subjects {
		values := r.figures[s.name][m.key]
		at := y + 26 + i*(barHeight+barGap)
		fmt.Fprintf(b, `<text class="n" x="%d" y="%d" text-anchor="end">%s</text>`+"\n", x+labelWidth-8, at+14,
			html.EscapeString(s.name))
		if len(values) == 0 {
			fmt.Fprintf(b, `<text class="n" x="%d" y="%d">not measured</text>`+"\n", x+labelWidth, at+14)
			continue
		}
		class := "peer"
		if s.own {
			class = "own"
		}
		left, mid := float64(x+labelWidth), median(values)
		low, high := left+scale(slices.Min(values)), left+scale(slices.Max(values))
		fmt.Fprintf(b, `<rect class="%s" x="%.1f" y="%d" width="%.1f" height="%d" rx="2"/>`+"\n", class, left, at,
			max(1, scale(mid)), barHeight)
		if high-low > 1 {
			fmt.Fprintf(b, `<path class="w" d="M%.1f %dH%.1fM%.1f %dv8M%.1f %dv8"/>`+"\n", low, at+barHeight/2, high, low,
				at+barHeight/2-4, high, at+barHeight/2-4)
		}
		fmt.Fprintf(b, `<text class="v" x="%.1f" y="%d">%s</text>`+"\n", max(left+scale(mid), high)+6, at+14,
			strings.TrimSpace(number(mid)+" "+m.unit))
	}
}
