package when

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Point is a time within something that has a begin and an end: a moment, or a
// time of day, which is one of its own days.
type Point struct {
	moment time.Time // zero if a time of day
	clock  time.Duration
	zone   *time.Location
}

// ReadPoint reads a time of day ("14:20", "2:20 pm"), or whatever names a moment
// (see [ReadWindow]).
func ReadPoint(text string, now time.Time, zone *time.Location) (Point, bool) {
	c := Point{zone: zone}
	bare := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(text)), "at ")
	clock, ok := readClock(strings.ReplaceAll(bare, " ", ""))
	if c.clock = clock; ok {
		return c, true
	}
	w, ok := readWords(text, now, zone)
	c.moment = w.At
	return c, ok && !w.At.IsZero()
}

// Within is the moment from a begin to an end. If it is not within them it is the
// one nearest to the begin, which is not ok. Both bounds count as shown, to the
// minute.
func (c Point) Within(from, to time.Time) (t time.Time, ok bool) {
	moments := []time.Time{c.moment}
	if c.moment.IsZero() {
		moments = c.shown(from, to)
	}
	for _, t := range moments {
		switch {
		case t.Before(from) && !t.Before(from.Truncate(time.Minute)):
			return from, true // a session of 14:00:30 is shown as one of 14:00
		case !t.Before(from) && !t.After(to):
			return t, true
		}
	}
	return slices.MinFunc(moments, func(a, b time.Time) int {
		return cmp.Compare(a.Sub(from).Abs(), b.Sub(from).Abs())
	}), false
}

// shown are the moments at which the time of day is shown on the days from a begin
// to an end, at most a week.
func (c Point) shown(from, to time.Time) (out []time.Time) {
	const week = 7
	day := wallOf(from.In(c.zone)).Truncate(24 * time.Hour)
	for n := 0; n <= week && (n == 0 || !day.After(wallOf(to.In(c.zone)))); n++ {
		out = append(out, Shown(day.Add(c.clock), c.zone)...)
		day = day.AddDate(0, 0, 1)
	}
	return out
}
