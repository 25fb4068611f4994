package timeline

import (
	"fmt"
	"time"
)

// Kind is what a word of a status is about, for its colour.
type Kind string

// The kinds of words.
const (
	Came    Kind = "came"
	Foreign Kind = "guest"
	Missing Kind = "absent"
	Late    Kind = "late"
	Early   Kind = "early"
	Away    Kind = "away"
	Here    Kind = "here"
)

// Word is one word, or a few, of somebody's status.
type Word struct {
	Kind Kind
	Text string
}

// Words say what a row shows, for those who do not see it or its colours. The word for
// a guest is the caller's.
func (t *Timeline) Words(p Person, guest string) []Word {
	var words []Word
	n := len(t.Columns)
	switch {
	case p.Status == Absent:
		return []Word{{Missing, "absent"}}
	case p.Status == Guest:
		words = append(words, Word{Foreign, guest})
		if n > 1 {
			words = append(words, Word{Came, fmt.Sprintf("came to %d of %d", len(p.Visits), n)})
		}
	case n > 1:
		words = append(words, Word{Came, fmt.Sprintf("came to %d of %d", len(p.Visits), n)})
	}
	if late := p.Late(); late > 0 && n > 1 {
		words = append(words, Word{Late, fmt.Sprintf("late %d of %d", late, n)})
	} else if late > 0 {
		words = append(words, Word{Late, fmt.Sprintf("%d min late", p.Visits[0].Late)})
	}
	if early := p.Early(); early > 0 && n > 1 {
		words = append(words, Word{Early, fmt.Sprintf("left early %d of %d", early, n)})
	} else if early > 0 {
		words = append(words, Word{Early, fmt.Sprintf("left %d min early", p.Visits[0].Early)})
	}
	if away := p.Away(); away > 0 {
		words = append(words, Word{Away, fmt.Sprintf("away %d min", away)})
	}
	if p.Here() {
		words = append(words, Word{Here, "here now"})
	}
	if len(words) == 0 {
		words = append(words, Word{Came, Attended.String()})
	}
	return words
}

// Clock is how the column's times are shown: with the date if it has several days, and
// with the zone if clocks change in it.
func (c Column) Clock(zone *time.Location) string {
	from, to := c.From.In(zone), c.To.In(zone)
	layout := "15:04"
	if from.Format(time.DateOnly) != to.Format(time.DateOnly) {
		layout = "2 Jan 15:04"
	}
	_, before := from.Zone()
	if _, after := to.Zone(); before != after {
		layout += " MST"
	}
	return layout
}
