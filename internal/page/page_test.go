package page

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timeline"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

var update = flag.Bool("update", false, "write the golden files anew")

var begin = time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)

func after(minutes int) time.Time { return begin.Add(time.Duration(minutes) * time.Minute) }

// spans are from, to, from, to... in minutes.
func spans(minutes ...int) (out []timeline.Span) {
	for pair := range slices.Chunk(minutes, 2) {
		out = append(out, timeline.Span{From: after(pair[0]), To: after(pair[1])})
	}
	return out
}

// review is a session with one of every kind.
func review() Page {
	visit := func(minutes ...int) timeline.Visit {
		v := timeline.Visit{Spans: spans(minutes...)}
		for i := 2; i < len(minutes); i += 2 {
			v.Away += minutes[i] - minutes[i-1]
		}
		return v
	}
	late, early := visit(10, 40), visit(0, 25)
	late.Late, early.Early = 10, 15
	here := visit(0, 40)
	here.Here = true
	unknown := visit(0, 40)
	unknown.FromAssumed, unknown.ToAssumed = true, true
	people := []timeline.Person{
		{Name: "Ann", Minutes: 40, Visits: []timeline.Visit{visit(0, 40)}},
		{Name: "Back", Minutes: 35, Visits: []timeline.Visit{visit(0, 20, 25, 40)}},
		{Name: "Late", Minutes: 30, Visits: []timeline.Visit{late}},
		{Name: "Early", Minutes: 25, Visits: []timeline.Visit{early}},
		{Name: "Here", Minutes: 40, Visits: []timeline.Visit{here}},
		{Name: "Unknown", Minutes: 40, Visits: []timeline.Visit{unknown}},
		{Name: "محمد", Minutes: 40, Status: timeline.Guest, Visits: []timeline.Visit{visit(0, 40)}},
		{CustomID: "a&b", Status: timeline.Absent},
	}
	return Page{
		Timeline: &timeline.Timeline{
			Title: "Review",
			Zone:  time.FixedZone("Asia/Kolkata", 5*3600+1800),
			Columns: []timeline.Column{{
				Session:   "s",
				From:      after(0),
				To:        after(40),
				LateFrom:  after(0),
				EarlyFrom: after(40),
			}},
			People: people,
		},
		Summary: "7 of 8 came.",
		About:   "Session s.",
		Notes:   []string{"A note."},
		Guest:   "not on the roster",
		Sample:  true,
	}
}

// weekly is three sessions.
func weekly() Page {
	p := review()
	p.Sample, p.Notes = false, nil
	p.Sessions = [][]string{{"session", "rate"}, {"s", "50%"}, {"t", "60%"}, {"u", ""}}
	p.Columns = append(p.Columns,
		timeline.Column{Session: "t", From: after(1440), To: after(1480), Live: true},
		timeline.Column{Session: "u"})
	p.People = p.People[:3]
	p.People[2].Visits = append(p.People[2].Visits, timeline.Visit{Column: 1, Spans: spans(1450, 1480), Early: 3})
	return p
}

func text(t testing.TB, p Page) string {
	t.Helper()
	var b strings.Builder
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGolden has all but the style, which is a file of its own.
func TestGolden(t *testing.T) {
	t.Parallel()
	for file, p := range map[string]Page{"testdata/one.html": review(), "testdata/several.html": weekly()} {
		got := strings.Replace(text(t, p), style, "/* page.css */\n", 1)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; if that is meant, run go test ./internal/page -update\n%s", file, got)
		}
	}
}

// known are all elements with their attributes that a page may have.
var known = map[string]string{
	"html": "lang", "head": "", "meta": "charset http-equiv content name", "title": "", "style": "", "body": "", "main": "",
	"header": "", "h1": "", "h2": "", "p": "class aria-hidden", "bdi": "", "ul": "class", "li": "", "section": "",
	"div": "class role aria-label tabindex title", "table": "class", "caption": "", "thead": "", "tbody": "", "tr": "",
	"th": "scope class", "td": "class colspan", "span": "class style", "i": "class style", "time": "datetime", "small": "",
}

// parsed is what a browser sees: its parser is kinder, but this one meets only what we wrote.
type parsed struct {
	bdi    []string // the text of each
	styles []string
}

func parse(t testing.TB, text string) (out parsed) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	inside := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			out.element(t, e)
			inside = inside || e.Name.Local == "bdi"
		case xml.EndElement:
			inside = inside && e.Name.Local != "bdi"
		case xml.CharData:
			if inside {
				out.bdi[len(out.bdi)-1] += string(e)
			}
		}
	}
}

func (p *parsed) element(t testing.TB, e xml.StartElement) {
	t.Helper()
	attributes, ok := known[e.Name.Local]
	if !ok {
		t.Errorf("an element <%s>", e.Name.Local)
	}
	for _, a := range e.Attr {
		if !slices.Contains(strings.Fields(attributes), a.Name.Local) {
			t.Errorf("an attribute %s of <%s>", a.Name.Local, e.Name.Local)
		}
		if a.Name.Local == "style" {
			p.styles = append(p.styles, a.Value)
		}
	}
	if e.Name.Local == "bdi" {
		p.bdi = append(p.bdi, "")
	}
}

// FuzzStrangers holds that what strangers typed is shown as they typed it, and is nothing else.
func FuzzStrangers(f *testing.F) {
	for _, s := range []string{
		"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</bdi></th></tr></table>", "</title><base href=//x>",
		"&lt;b&gt; &amp;amp; &#60;", "' onload='x", "<!-- ", "]]>", "</style><link rel=x>", "李娜 \u202e evil", "{{.}} ${x} `x`",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = untrusted.Line(s, 200)
		if s == "" {
			return
		}
		p := weekly()
		p.Title, p.Summary, p.About, p.Notes, p.Guest = s, s, s, []string{s}, s
		p.People = append(p.People, timeline.Person{CustomID: s}, timeline.Person{Name: s, Status: timeline.Guest})
		p.Sessions = append(p.Sessions, []string{s, s})
		got := parse(t, text(t, p)).bdi
		n := len(got)
		if got[0] != s || got[n-1] != s || got[n-2] != s {
			t.Errorf("%q became %q", s, got)
		}
	})
}

// TestGeometry holds that nothing is drawn outside of the axis, whatever the times.
func TestGeometry(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		p := review()
		c := &p.Columns[0]
		c.To = c.From.Add(time.Duration(random.Int64N(int64(30 * time.Hour))))
		c.LateFrom, c.EarlyFrom = after(random.IntN(4000)-2000), after(random.IntN(4000)-2000) // scheduled times can be anywhere
		moments := make([]int, 2*(1+random.IntN(9)))
		for i := range moments {
			moments[i] = random.IntN(60 * 24)
		}
		slices.Sort(moments)
		p.People = append(p.People, timeline.Person{Visits: []timeline.Visit{{Spans: spans(moments...), Late: 1, Early: 1, Away: 1}}})
		for _, style := range parse(t, text(t, p)).styles {
			left, width := box(t, style)
			if left < 0 || width < 0 || left+width > 100.0001 {
				t.Fatalf("%s of %v to %v", style, c.From, c.To)
			}
		}
	}
}

// TestPlaces says where the bars of the review are.
func TestPlaces(t *testing.T) {
	t.Parallel()
	got := text(t, review())
	for who, want := range map[string]string{
		"Ann":   "p 0 100",
		"Back":  "p 0 50, p 62.5 37.5, g 50 12.5",
		"Late":  "l 0 25, p 25 75, m 25 0",
		"Early": "l 62.5 37.5, p 0 62.5, m 62.5 0",
	} {
		_, row, _ := strings.Cut(got, "<bdi>"+who+"</bdi>")
		row, _, _ = strings.Cut(row, "</tr>")
		var pieces []string
		for _, m := range regexp.MustCompile(`<i class="(.*?)" style="(.*?)">`).FindAllStringSubmatch(row, -1) {
			left, width := box(t, m[2])
			pieces = append(pieces, fmt.Sprint(m[1], " ", left, " ", width))
		}
		if drawn := strings.Join(pieces, ", "); drawn != want {
			t.Errorf("%s: %s, want %s", who, drawn, want)
		}
	}
}

func box(t *testing.T, style string) (left, width float64) {
	t.Helper()
	for part := range strings.SplitSeq(style, ";") {
		name, value, _ := strings.Cut(part, ":")
		n, err := strconv.ParseFloat(strings.TrimSuffix(value, "%"), 64)
		if err != nil {
			t.Fatal(err)
		}
		switch name {
		case "left":
			left = n
		case "width":
			width = n
		default:
			t.Fatalf("a style %s", style)
		}
	}
	return left, width
}

// TestNothing has no axis and nobody.
func TestNothing(t *testing.T) {
	t.Parallel()
	p := review()
	p.Columns, p.People, p.Title = []timeline.Column{{}}, nil, ""
	if got := text(t, p); !strings.Contains(got, "No person is listed.") || !strings.Contains(got, "(untitled)") {
		t.Error(got)
	}
}

// TestThousands bounds what a row of many costs.
func TestThousands(t *testing.T) {
	t.Parallel()
	p := review()
	row := p.People[1]
	p.People = nil
	for i := range 5000 {
		row.Name = fmt.Sprint("Person ", i)
		p.People = append(p.People, row)
	}
	if got := len(text(t, p)); got > 5000*600 {
		t.Errorf("%d bytes", got)
	}
}

// TestContrast holds the colours, light and dark, to what WCAG 2 calls AA.
func TestContrast(t *testing.T) {
	t.Parallel()
	blocks := strings.Split(style, ":root {")[1:]
	if len(blocks) != 2 {
		t.Fatalf("%d palettes", len(blocks))
	}
	for i, block := range blocks {
		block, _, _ = strings.Cut(block, "}")
		colors := map[string]float64{}
		for declaration := range strings.SplitSeq(block, ";") {
			if name, value, ok := strings.Cut(strings.TrimSpace(declaration), ":"); ok {
				colors[name] = luminance(t, strings.TrimSpace(value))
			}
		}
		for _, pair := range []struct {
			on, of string
			least  float64
		}{
			{"--back", "--text", 4.5},
			{"--head", "--text", 4.5},
			{"--back", "--dim", 4.5},
			{"--head", "--dim", 4.5},
			{"--back", "--came", 4.5},
			{"--back", "--guest", 4.5},
			{"--back", "--mark", 4.5},
			{"--back", "--absent", 4.5},
			{"--track", "--came", 3},
			{"--tint", "--mark", 3},
		} {
			a, b := colors[pair.on], colors[pair.of]
			if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < pair.least {
				t.Errorf("palette %d: %s on %s has %.2f", i, pair.of, pair.on, got)
			}
		}
	}
}

// luminance is the relative luminance of #rgb or #rrggbb.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	hex := strings.TrimPrefix(color, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 24)
	if err != nil {
		t.Fatalf("%s: %v", color, err)
	}
	linear := func(c uint64) float64 {
		v := float64(c&255) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

func BenchmarkThousands(b *testing.B) {
	p := review()
	people := p.People
	for range 5000 / len(people) {
		p.People = append(p.People, people...)
	}
	for b.Loop() {
		if err := p.Write(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
