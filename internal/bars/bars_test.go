package bars

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timeline"
)

var begin = time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)

// visit has spans from, to, from, to... in minutes.
func visit(minutes ...float64) timeline.Visit {
	var v timeline.Visit
	at := func(m float64) time.Time { return begin.Add(time.Duration(m * float64(time.Minute))) }
	for pair := range slices.Chunk(minutes, 2) {
		v.Spans = append(v.Spans, timeline.Span{From: at(pair[0]), To: at(pair[1])})
	}
	v.Away = len(v.Spans) - 1
	return v
}

func axis(minutes int) timeline.Column {
	return timeline.Column{From: begin, To: begin.Add(time.Duration(minutes) * time.Minute)}
}

func of(v timeline.Visit) timeline.Person { return timeline.Person{Visits: []timeline.Visit{v}} }

func TestRow(t *testing.T) {
	t.Parallel()
	one := &timeline.Timeline{Columns: []timeline.Column{axis(40)}, Zone: time.UTC}
	late, early := visit(9, 40), visit(0, 30)
	pause := visit(0, 16, 24, 40)
	pause.Away = 0
	late.Late, early.Early = 9, 10
	guest := of(visit(0, 40))
	guest.Status = timeline.Guest
	for _, c := range []struct {
		name                  string
		p                     timeline.Person
		plain, ascii, colored string
	}{
		{"all", of(visit(0, 40)), "██████████", "##########", "G██████████0"},
		{"back", of(visit(0, 16, 24, 40)), "████┄┄████", "####..####", "G████0Y┄┄0G████0"},
		{"pause", of(pause), "████──████", "####--####", "G████0──G████0"},
		{"a minute away", of(visit(0, 20, 21, 40)), "█████▐████", "#####.####", "G█████▐████0"},
		{"a reconnect", of(visit(0, 20, 20.01, 40)), "██████████", "##########", "G██████████0"},
		{"a moment there", of(visit(20, 20.01)), "─────▌────", "-----#----", "─────G▌0────"},
		{"the last moment", of(visit(39.99, 40)), "─────────▐", "---------#", "─────────G▐0"},
		{"late", of(late), "──▐███████", "--########", "Y──0G▐███████0"},
		{"early", of(early), "███████▌──", "########--", "G███████▌0Y──0"},
		{"guest", guest, "██████████", "##########", "M██████████0"},
		{"absent", timeline.Person{Status: timeline.Absent}, "· · · · · ", ". . . . . ", "R· · · · · 0"},
	} {
		colors := strings.NewReplacer(green, "G", yellow, "Y", red, "R", magenta, "M", reset, "0")
		for want, s := range map[string]Style{c.plain: {}, c.ascii: {ASCII: true}, c.colored: {Color: true}} {
			if got := colors.Replace(s.Row(one, c.p, 10)); got != want {
				t.Errorf("%s: %q, want %q", c.name, got, want)
			}
		}
	}
}

// TestBlocks has a block for each of four sessions.
func TestBlocks(t *testing.T) {
	t.Parallel()
	four := &timeline.Timeline{Columns: []timeline.Column{axis(40), axis(40), {}, axis(40)}, Zone: time.UTC}
	half, moment := visit(0, 20), visit(0, 0.1)
	half.Column, moment.Column = 1, 3
	half.Late = 1
	p := timeline.Person{Visits: []timeline.Visit{visit(0, 40), half, moment}}
	for want, s := range map[string]Style{
		"█▄·▁": {},
		"#+.-": {ASCII: true},
		green + "█" + reset + yellow + "▄" + reset + red + "·" + reset + green + "▁" + reset: {Color: true},
	} {
		if got := s.Row(four, p, 4); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := (Style{}).Row(four, p, 2); got != "·▁" {
		t.Errorf("the last two: %q", got)
	}
}

// TestWidth holds that every bar is exactly as wide as it should be.
func TestWidth(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		one := &timeline.Timeline{Columns: []timeline.Column{axis(random.IntN(60))}, Zone: time.UTC}
		minutes := make([]float64, 2*(1+random.IntN(9)))
		for i := range minutes {
			minutes[i] = random.Float64() * 90 // also beside the axis
		}
		slices.Sort(minutes)
		v := visit(minutes...)
		v.Late, v.Early = random.IntN(2), random.IntN(2)
		width := 1 + random.IntN(60)
		for _, p := range []timeline.Person{of(v), {Status: timeline.Absent}} {
			for _, s := range []Style{{}, {ASCII: true}} {
				if got := s.Row(one, p, width); utf8.RuneCountInString(got) != width {
					t.Fatalf("%d columns: %q of %v", width, got, minutes)
				}
			}
		}
	}
}

func TestHeading(t *testing.T) {
	t.Parallel()
	tokyo := time.FixedZone("JST", 9*3600)
	for _, c := range []struct {
		minutes, width int
		want           string
	}{
		{42, 24, "23:00   PRESENT    23:42"},
		{42, 18, "PRESENT"},
		{2 * 24 * 60, 24, "24 Nov  PRESENT   26 Nov"},
	} {
		one := &timeline.Timeline{Columns: []timeline.Column{axis(c.minutes)}, Zone: tokyo}
		if got := (Style{}).Heading(one, c.width); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	for _, columns := range [][]timeline.Column{{{}}, {axis(1), axis(1)}} {
		if got := (Style{}).Heading(&timeline.Timeline{Columns: columns, Zone: tokyo}, 40); got != "PRESENT" {
			t.Errorf("%q", got)
		}
	}
}
