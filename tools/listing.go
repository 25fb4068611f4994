package tools

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

const (
	maxText      = 90_000 // characters of rows; keeps the whole text under 25,000 tokens
	maxPresets   = 20     // presets named in a summary
	otherPresets = "(other presets)"
)

// rows bounds what an answer shows, by number and by the characters of its
// text. After the first row left out no other is shown.
type rows[R interface{ appendText([]byte) []byte }] struct {
	limit int // 0 is no bound and no text, for exports
	shown []R
	left  int
	table []byte
}

func (l *rows[R]) add(row R) {
	if l.limit > 0 {
		if l.left > 0 || len(l.shown) == l.limit {
			l.left++
			return
		}
		longer := row.appendText(l.table)
		if len(longer) > maxText {
			l.left++
			return
		}
		l.table = longer
	}
	l.shown = append(l.shown, row)
}

const usualRow = 100 // characters of a row's text, roughly

// expect makes room for so many rows more.
func (l *rows[R]) expect(n int) {
	if l.limit > 0 {
		n = min(n, l.limit-len(l.shown))
		l.table = slices.Grow(l.table, n*usualRow)
	}
	l.shown = slices.Grow(l.shown, n)
}

// pagesOf gives exactly the page asked for, in one request, or where none is
// asked for all of them.
func pagesOf[T any](no, per *int, one func(client.PageRequest) (client.Page[T], error), all iter.Seq2[client.Page[T], error]) iter.Seq2[client.Page[T], error] {
	if no == nil && per == nil {
		return all
	}
	return func(yield func(client.Page[T], error) bool) { yield(one(client.PageRequest{No: no, Per: per})) }
}

// count follows the pages of one list: how long it is, how much of it was read,
// and whether it changed meanwhile.
type count struct {
	alone       bool // the only page that was asked for, not a walk over all
	total, read int
	cover       client.Coverage
	seen        map[string]struct{}
}

// page takes note of a page; in a walk the last one tells the most.
func (c *count) page(total int, cover client.Coverage) {
	c.cover = cover
	if c.alone {
		c.total, c.seen = total, map[string]struct{}{}
	}
}

// first reports whether a row is to be counted. A walk gives none twice, but a
// page alone may. Rows without an id may be of different people.
func (c *count) first(id string) bool {
	if c.alone && id != "" {
		if _, dup := c.seen[id]; dup {
			return false
		}
		c.seen[id] = struct{}{}
	}
	c.read++
	return true
}

// length is how many rows the list has as far as is known.
func (c *count) length() int { return max(c.total, c.cover.Total, c.read) }

// note says what keeps the list from being complete. After a stop, not all of it
// was wanted.
func (c *count) note(stopped bool) string {
	cover := c.cover
	if stopped {
		cover.Total = 0
	}
	return cover.Note()
}

type presetCount struct {
	Preset string `json:"preset"`
	Count  int    `json:"count"`
}

// presets counts people by preset. Presets are the account's own; a hostile
// number of them stays bounded.
type presets map[string]int

func (p presets) add(preset string) {
	preset = untrusted.Line(preset, 60)
	if _, known := p[preset]; !known && len(p) >= 1000 {
		preset = otherPresets
	}
	p[preset]++
}

// list has the most frequent first.
func (p presets) list() []presetCount {
	out := make([]presetCount, 0, len(p))
	for preset, n := range p {
		out = append(out, presetCount{preset, n})
	}
	slices.SortFunc(out, func(a, b presetCount) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Preset, b.Preset)
	})
	if len(out) > maxPresets {
		rest := presetCount{Preset: otherPresets}
		for _, p := range out[maxPresets:] {
			rest.Count += p.Count
		}
		out = append(out[:maxPresets:maxPresets], rest)
	}
	return out
}

// presetText is what follows a headline: ": 8 a, 1 b".
func presetText(list []presetCount) string {
	var b strings.Builder
	for i, p := range list {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		fmt.Fprintf(&b, "%s%d %s", sep, p.Count, cmp.Or(untrusted.Cell(p.Preset, 60), "without a preset"))
	}
	return b.String()
}
