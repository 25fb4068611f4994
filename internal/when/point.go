package when

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Point is a time within something that has a begin and an end: a moment, or a
// time of day, which is one of its own days. One without seconds is any moment of
// its minute.
type Point struct {
	moment  time.Time // zero if a time of day
	clock   time.Duration
	seconds bool // were given
	zone    *time.Location
}

// ToTheSecond reports whether it was given with seconds.
func (c Point) ToTheSecond() bool { return c.seconds }

var withSeconds = regexp.MustCompile(`\d:\d\d:\d\d`)

// ReadPoint reads a time of day ("14:20", "2:20 pm"), or whatever names a moment
// (see [ReadWindow]).
func ReadPoint(text string, now time.Time, zone *time.Location) (Point, bool) {
	c := Point{zone: zone, seconds: withSeconds.MatchString(text)}
	bare := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(text)), "at ")
	clock, ok := readClock(strings.ReplaceAll(bare, " ", ""))
	if c.clock = clock; ok {
		return c, true
	}
	w, ok := readWords(text, now, zone)
	c.moment = w.At
	return c, ok && !w.At.IsZero()
}

// Within are the first and the last of its moments from a begin to an end, the same
// for one with seconds. If none is within them, both are the one nearest to the begin,
// which is not ok. The begin counts as shown, to the minute.
func (c Point) Within(from, to time.Time) (first, last time.Time, ok bool) {
	moments := []time.Time{c.moment}
	if c.moment.IsZero() {
		moments = c.shown(from, to)
	}
	for _, t := range moments {
		switch last := c.last(t); {
		case t.Before(from) && !t.Before(from.Truncate(time.Minute)): // a session of 14:00:30 is shown as one of 14:00
			return from, earliest(latest(last, from), to), true
		case !t.Before(from) && !t.After(to):
			return t, earliest(last, to), true
		}
	}
	nearest := slices.MinFunc(moments, func(a, b time.Time) int {
		return cmp.Compare(a.Sub(from).Abs(), b.Sub(from).Abs())
	})
	return nearest, nearest, false
}

// last is the last moment that is meant by one. Words such as "now" mean no minute.
func (c Point) last(t time.Time) time.Time {
	if c.seconds || !t.Equal(t.Truncate(time.Minute)) {
		return t
	}
	return t.Add(time.Minute - time.Nanosecond)
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
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
