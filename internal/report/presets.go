package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

const (
	maxPresets = 20 // named in a summary

	// OtherPresets stands for those beyond.
	OtherPresets = "(other presets)"
)

// PresetCount is how many people have a preset.
type PresetCount struct {
	Preset string `json:"preset"`
	Count  int    `json:"count"`
}

// Presets counts people by preset. Presets are the account's own; a hostile
// number of them stays bounded.
type Presets map[string]int

// Add counts one person.
func (p Presets) Add(preset string) {
	preset = untrusted.Line(preset, 60)
	if _, known := p[preset]; !known && len(p) >= 1000 {
		preset = OtherPresets
	}
	p[preset]++
}

// List has the most frequent first.
func (p Presets) List() []PresetCount {
	out := make([]PresetCount, 0, len(p))
	for preset, n := range p {
		out = append(out, PresetCount{preset, n})
	}
	slices.SortFunc(out, func(a, b PresetCount) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Preset, b.Preset)
	})
	if len(out) > maxPresets {
		rest := PresetCount{Preset: OtherPresets}
		for _, p := range out[maxPresets:] {
			rest.Count += p.Count
		}
		out = append(out[:maxPresets:maxPresets], rest)
	}
	return out
}

// PresetText is what follows a headline: ": 8 a, 1 b".
func PresetText(list []PresetCount) string {
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
