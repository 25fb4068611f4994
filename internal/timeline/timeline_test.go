package timeline

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

var begin = time.Date(2026, 11, 20, 15, 2, 0, 0, time.UTC)

func after(minutes float64) time.Time {
	return begin.Add(time.Duration(minutes * float64(time.Minute)))
}

func TestPlace(t *testing.T) {
	c := Column{From: begin, To: after(40)}
	for minutes, want := range map[float64]float64{-10: -0.25, 0: 0, 10: 0.25, 40: 1, 50: 1.25} {
		if got := c.Place(after(minutes)); got != want {
			t.Errorf("after %v minutes of 40: %v, want %v", minutes, got, want)
		}
	}
	if got := (Column{From: begin, To: begin}).Place(after(1)); got != 0 {
		t.Errorf("an axis without length: %v", got)
	}
}

func TestHold(t *testing.T) {
	var c Column
	c.Hold(Span{after(5), after(10)})
	c.Hold(Span{after(7), after(8)})
	c.Hold(Span{after(1), after(12)})
	if !c.From.Equal(after(1)) || !c.To.Equal(after(12)) {
		t.Errorf("%v to %v", c.From, c.To)
	}
}

func TestDrawn(t *testing.T) {
	v := Visit{Spans: []Span{{after(0), after(5)}, {after(5.9), after(10)}, {after(11), after(12)}}}
	got := v.Drawn()
	if len(got) != 2 || !got[0].To.Equal(after(10)) || !got[1].From.Equal(after(11)) || len(v.Spans) != 3 {
		t.Errorf("%v of %v", got, v.Spans)
	}
}

func TestTicks(t *testing.T) {
	kolkata, err := time.LoadLocation("Asia/Kolkata") // half an hour beside the hours of UTC
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		minutes float64
		zone    *time.Location
		most    int
		want    string
	}{
		{42, time.UTC, 5, "15:10 15:20 15:30 15:40"},
		{42, time.UTC, 1, ""}, // no full hour is in it
		{3, time.UTC, 5, "15:02 15:03 15:04 15:05"},
		{180, kolkata, 4, "21:00 22:00 23:00"},
		{180, time.UTC, 4, "16:00 17:00 18:00"},
		{0, time.UTC, 5, ""},
		{42, time.UTC, 0, ""},
		{60 * 24 * 30, time.UTC, 5, "00:00 00:00 00:00 00:00 00:00"},
	} {
		var got []string
		for _, tick := range (Column{From: begin, To: after(c.minutes)}).Ticks(c.zone, c.most) {
			got = append(got, tick.Format("15:04"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v minutes, at most %d: %q, want %q", c.minutes, c.most, got, c.want)
		}
	}
}

func sampleOf(people int) *Timeline {
	t := &Timeline{
		Title:   "Review",
		Summary: "All came.",
		Zone:    time.UTC,
		Columns: []Column{{Session: "s", From: begin, To: after(40), LateFrom: begin}},
	}
	for range people {
		t.People = append(t.People, Person{Name: "Zoë", CustomID: "z", Minutes: 30, Visits: []Visit{{
			Late:  5,
			Here:  true,
			Spans: []Span{{after(5), after(10)}, {after(15), after(40)}},
		}}})
	}
	return t
}

func TestPageIsWhole(t *testing.T) {
	raw, err := sampleOf(1).Page(0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"title":"Review","summary":"All came.","zone":"UTC",` +
		`"columns":[{"session":"s","from":1795186920,"to":1795189320,"late_from":0}],` +
		`"total":1,"offset":0,"people":[["Zoë","z",0,30,"",[0,5,0,0,1,300,300,300,1500]]]}`
	if string(raw) != want {
		t.Errorf("%s\nwant\n%s", raw, want)
	}
}

// TestPagesHoldEverybodyOnce walks through pages of every size.
func TestPagesHoldEverybodyOnce(t *testing.T) {
	const people = 20
	sample := sampleOf(people)
	for most := 1; most < 2000; most += 37 {
		seen := 0
		for next := 0; seen == 0 || next > 0; {
			n := 0
			if n, next = pageOf(t, sample, next, most); n == 0 {
				t.Fatalf("at most %d bytes: no progress after %d people", most, seen)
			}
			if seen += n; next > 0 && next != seen {
				t.Fatalf("at most %d bytes: next is %d after %d people", most, next, seen)
			}
		}
		if seen != people {
			t.Errorf("at most %d bytes: %d people of %d", most, seen, people)
		}
	}
}

// pageOf is how many people a page has, and where the next begins.
func pageOf(t *testing.T, sample *Timeline, offset, most int) (people, next int) {
	t.Helper()
	raw, err := sample.Page(offset, most)
	if err != nil {
		t.Fatal(err)
	}
	var page struct {
		Next   int
		People []json.RawMessage
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		t.Fatal(err)
	}
	if len(raw) > most && len(page.People) > 1 {
		t.Fatalf("%d bytes, at most %d", len(raw), most)
	}
	return len(page.People), page.Next
}

func TestPagePastTheLast(t *testing.T) {
	raw, err := sampleOf(2).Page(7, 1000)
	if err != nil || !strings.Contains(string(raw), `"offset":2,"people":[]`) {
		t.Errorf("%s, %v", raw, err)
	}
}
