package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

type report struct {
	*bench
	machine    string
	when       time.Time
	took       time.Duration
	loadBefore string
}

type metric struct {
	key, title string
	chart      string // title in the chart, for those that are in it
	unit       string
	more       bool // more is better
}

var metrics = []metric{
	{"start", "start-up, ms", "Start-up", "ms", false},
	{"over-50", "overhead of a call, p50, ms", "Overhead of a call, p50", "ms", false},
	{"over-99", "overhead of a call, p99, ms", "", "ms", false},
	{"rate-1", "calls a second, 1 in flight", "", "", true},
	{"rate-16", "calls a second, 16 in flight", "", "", true},
	{"rate-128", "calls a second, 128 in flight", "Calls a second, 128 in flight", "", true},
	{"rate-slow", "the same, upstream takes 50 ms", "The same, upstream takes 50 ms", "", true},
	{"cpu", "CPU time a call, 128 in flight, ms", "", "ms", false},
	{"rss", "peak memory, MB", "Peak memory", "MB", false},
	{"text", "100 participants, characters of text", "100 participants, characters of text", "", false},
	{"structured", "and of structured content", "", "", false},
}

// markdown is what stands in docs/performance.md between the markers.
func (r report) markdown() string {
	var b strings.Builder
	b.WriteString("\n![Bars of the figures in the table below](../bench/results.svg)\n\n| |")
	for _, s := range r.subjects {
		fmt.Fprintf(&b, " %s |", s.name)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(r.subjects)) + "\n")
	for _, m := range metrics {
		fmt.Fprintf(&b, "| %s |", m.title)
		best := r.best(m)
		for _, s := range r.subjects {
			cell := spread(r.figures[s.name][m.key])
			if s.name == best {
				cell = "**" + cell + "**"
			}
			fmt.Fprintf(&b, " %s |", cell)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, medianText,
		r.done, r.when.UTC().Format("2006-01-02 15:04Z"), int(r.took.Seconds()), r.loadBefore, r.machine)
	for _, s := range r.subjects {
		fmt.Fprintf(&b, "- **%s**: %s; MCP %s.\n", s.name, s.what, r.revisions[s.name])
	}
	for _, m := range r.missing {
		fmt.Fprintf(&b, "- left out: %s\n", m)
	}
	bare, echo := r.figures[theBare], r.figures[theEcho]
	fmt.Fprintf(&b, eachCallText,
		page, spread(bare["p50"]), spread(bare["p99"]), spread(bare["rate-1"]), spread(bare["rate-16"]),
		spread(bare["rate-128"]), spread(bare["rate-slow"]), number(128/slowLatency.Seconds()))
	fmt.Fprintf(&b, "\n%s\n", r.figures.parts())
	fmt.Fprintf(&b, echoText, spread(echo["start"]), spread(echo["rss"]))
	return b.String()
}

const medianText = `
Median (least to most) of %d rounds, in which the servers took turns. The best median is bold, but if ranges overlap,
the order may be chance. %s, %d s, load average before it %s; %s.

`

const eachCallText = `
Each call lists the %d participants of one page over stdio, and each answer is checked for their names in order. API,
server and measuring program are three processes, which share the cores. Start-up is from spawn to the answer of the
first ` + "`tools/list`" + `. Overhead is what a call takes over the same HTTP request alone: %s ms at p50, %s ms at
p99 (%s, %s and %s a second at 1, 16 and 128 in flight; %s with 50 ms, of %s that are possible). This server
runs with --cache-ended=0s, for its peers remember nothing either, and for 100 participants it is told limit=100, so
that it names all.
`

const echoText = `
That echo, the least that a server on mcp-go can be, takes %s ms to start and %s MB at its peak, without HTTP,
Cloudflare's SDK or telemetry. No server on mcp-go can take less.
`

const partsText = `A call (%s ms at p50) takes %s times as long as its two parts together, timed in turn with it: the
same request made by the SDK in a Go program (%s ms) and an echo through mcp-go (%s ms). Beside this project's own
client, which decodes faster than the SDK (%s ms), it is %s times, and with an echo as long as the answer (%s ms) %s
times.`

// parts says what a call takes beside what it is made of.
func (f figures) parts() string {
	call := f[theCall]
	return fmt.Sprintf(partsText,
		spread(call["p50"]), spread(call["ratio"]), spread(f[theSDK]["p50"]), spread(f[theEcho]["p50"]),
		spread(f[theClient]["p50"]), spread(call["ratio-client"]), spread(f[theLong]["p50"]),
		spread(call["ratio-client-long"]))
}

// best is the subject with the best median, where there is something to compare.
func (r report) best(m metric) string {
	name, found, best := "", 0, 0.0
	for _, s := range r.subjects {
		values := r.figures[s.name][m.key]
		if len(values) == 0 || m.key == "structured" {
			continue
		}
		found++
		if v := median(values); name == "" || m.more == (v > best) && v != best {
			name, best = s.name, v
		}
	}
	if found < 2 {
		return ""
	}
	return name
}

func median(values []float64) float64 {
	return quantile(slices.Sorted(slices.Values(values)), 0.5)
}

// spread is the median, and the range where there is one.
func spread(values []float64) string {
	if len(values) == 0 {
		return "not measured"
	}
	least, mid, most := number(slices.Min(values)), number(median(values)), number(slices.Max(values))
	if least == most {
		return mid
	}
	return fmt.Sprintf("%s (%s to %s)", mid, least, most)
}

// number has three digits that mean something.
func number(v float64) string {
	switch {
	case v >= 100 || v <= -100:
		s := strconv.Itoa(int(v + 0.5))
		if len(s) > 3 && v > 0 {
			s = s[:len(s)-3] + "," + s[len(s)-3:]
		}
		return s
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

const (
	beginMarker = "<!-- bench: written by go run ./bench -->"
	endMarker   = "<!-- end of bench -->"
)

// rewrite puts text between the markers of a file.
func rewrite(path, text string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	out, err := between(raw, text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, out, 0o644)
}

func between(raw []byte, text string) ([]byte, error) {
	before, rest, ok := bytes.Cut(raw, []byte(beginMarker))
	_, after, ends := bytes.Cut(rest, []byte(endMarker))
	if !ok || !ends {
		return nil, errors.New("the bench markers are missing")
	}
	return []byte(string(before) + beginMarker + "\n" + text + endMarker + string(after)), nil
}
