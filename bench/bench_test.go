package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	values := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for q, want := range map[float64]int{0: 1, 0.5: 6, 0.99: 10, 1: 10} {
		if got := quantile(values, q); got != want {
			t.Errorf("%g: %d, want %d", q, got, want)
		}
	}
	if quantile([]int{}, 0.5) != 0 {
		t.Error("of nothing")
	}
}

func TestInOrder(t *testing.T) {
	names := []string{"Ann", "Zoë", "Ann"}
	if err := inOrder([]byte("Ann|Zoë|Ann"), names); err != nil {
		t.Error(err)
	}
	for _, answer := range []string{"", "Zoë|Ann|Ann", "Ann|Zoë"} {
		if inOrder([]byte(answer), names) == nil {
			t.Errorf("%q passes", answer)
		}
	}
}

func TestSize(t *testing.T) {
	text, structured, err := size(
		[]byte(`{"result":{"content":[{"text":"Zoë"},{"text":"!"}],"structuredContent":{"a":1}}}`))
	if text != 4 || structured != 7 || err != nil {
		t.Errorf("%d, %d, %v", text, structured, err)
	}
}

func TestBetween(t *testing.T) {
	page := "a\n" + beginMarker + "\nold\n" + endMarker + "\nb\n"
	got, err := between([]byte(page), "new\n")
	if want := "a\n" + beginMarker + "\nnew\n" + endMarker + "\nb\n"; string(got) != want || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, page := range []string{"", beginMarker, endMarker + beginMarker} {
		if _, err := between([]byte(page), "new"); err == nil {
			t.Errorf("%q has both markers", page)
		}
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0.0449: "0.04", 5.94: "5.94", 26.07: "26.1", 424.6: "425", 7379: "7,379", 1000: "1,000"} {
		if got := number(v); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
}

// A leak shows, and noise does not.
func TestTrend(t *testing.T) {
	var flat, leak []sample
	for i := range 90 {
		flat = append(flat, sample{rss: 27 + float64(i%5)})
		leak = append(leak, sample{rss: 27 + float64(i)})
	}
	rss := func(s sample) float64 { return s.rss }
	if got := trendOf(flat, rss); got.grew(4) {
		t.Errorf("flat: %v", got)
	}
	if got := trendOf(leak, rss); !got.grew(4) {
		t.Errorf("leak: %v", got)
	}
}

func fixture() report {
	b := &bench{figures: figures{}, revisions: map[string]string{}, done: 3}
	b.subjects = []subject{{name: "ours", own: true}, {name: "<theirs>"}}
	for _, m := range metrics {
		for i, s := range b.subjects {
			for round := range 3 {
				b.figures.add(s.name, m.key, float64((i+1)*10+round))
			}
		}
	}
	return report{bench: b, machine: "a <machine>", when: time.Unix(0, 0)}
}

func TestBestIsBold(t *testing.T) {
	md := fixture().markdown()
	for _, row := range []string{
		"| start-up, ms | **11.0 (10.0 to 12.0)** | 21.0 (20.0 to 22.0) |",
		"| calls a second, 128 in flight | 11.0 (10.0 to 12.0) | **21.0 (20.0 to 22.0)** |",
	} {
		if !strings.Contains(md, row) {
			t.Errorf("no row %q in\n%s", row, md)
		}
	}
}

func TestChartIsXML(t *testing.T) {
	d := xml.NewDecoder(strings.NewReader(fixture().chart()))
	bars := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "rect" {
			bars++
		}
	}
	if bars < 1+2*5 {
		t.Errorf("%d rectangles", bars)
	}
}
