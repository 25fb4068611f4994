package timeline

import (
	"strings"
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	one := Visit{Spans: []Span{{after(0), after(40)}}}
	back := Visit{Spans: []Span{{after(0), after(10)}, {after(20), after(40)}}, Late: 7, Early: 3, Away: 10}
	here := Visit{Spans: one.Spans, Here: true}
	single := &Timeline{Columns: make([]Column, 1)}
	for want, p := range map[string]Person{
		"came/attended": {Visits: []Visit{one}},
		"absent/absent": {Status: Absent},
		"guest/unknown": {Status: Guest, Visits: []Visit{one}},
		"late/7 min late, early/left 3 min early, away/away 10 min": {Visits: []Visit{back}},
		"here/here now": {Visits: []Visit{here}},
	} {
		if got := said(single.Words(p, "unknown")); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	several := &Timeline{Columns: make([]Column, 10)}
	for want, p := range map[string]Person{
		"came/came to 2 of 10, late/late 1 of 10, early/left early 1 of 10, away/away 10 min": {Visits: []Visit{one, back}},
		"guest/unknown, came/came to 1 of 10":                                                 {Status: Guest, Visits: []Visit{one}},
		"absent/absent":                                                                       {Status: Absent},
	} {
		if got := said(several.Words(p, "unknown")); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func said(words []Word) string {
	var out []string
	for _, w := range words {
		out = append(out, string(w.Kind)+"/"+w.Text)
	}
	return strings.Join(out, ", ")
}

func TestClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	night := time.Date(2026, 10, 24, 23, 30, 0, 0, time.UTC) // clocks go back at 01:00 UTC
	for _, c := range []struct {
		from time.Time
		last time.Duration
		zone *time.Location
		want string
	}{
		{begin, time.Hour, time.UTC, "15:04"},
		{begin, 12 * time.Hour, time.UTC, "2 Jan 15:04"},
		{night, 2 * time.Hour, berlin, "15:04 MST"},
		{night, 2 * time.Hour, time.UTC, "2 Jan 15:04"},
	} {
		if got := (Column{From: c.from, To: c.from.Add(c.last)}).Clock(c.zone); got != c.want {
			t.Errorf("%v: %s, want %s", c, got, c.want)
		}
	}
}
