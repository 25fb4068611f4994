package when

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// A Window is a range of time as a caller named it. Its bounds are UTC, From is
// included and To is not. A zero bound is open.
type Window struct {
	From, To time.Time
	// At is set if one moment was named, instead of a range.
	At time.Time

	zone *time.Location
}

// Given reports whether any time was named.
func (w Window) Given() bool { return !w.From.IsZero() || !w.To.IsZero() || !w.At.IsZero() }

// Has reports whether a moment is in the window. Every moment is in one that names none.
func (w Window) Has(t time.Time) bool {
	return (w.From.IsZero() || !t.Before(w.From)) && (w.To.IsZero() || t.Before(w.To))
}

// String says in words what the window is, with its zone.
func (w Window) String() string {
	last := w.To
	if !last.IsZero() {
		last = last.Add(-time.Nanosecond)
	}
	switch {
	case !w.At.IsZero():
		return "at " + Moment(w.At, w.zone)
	case w.From.IsZero() && w.To.IsZero():
		return "at any time"
	case w.From.IsZero():
		return "until " + w.bound(w.To, last)
	case w.To.IsZero():
		return "since " + w.bound(w.From, w.From)
	case w.wholeDay(w.From) && w.wholeDay(w.To) && w.day(w.From) == w.day(last):
		return "on " + w.day(w.From) + " (" + w.zone.String() + ")"
	case w.wholeDay(w.From) && w.wholeDay(w.To):
		return "from " + w.day(w.From) + " to " + w.day(last) + " (" + w.zone.String() + ")"
	}
	return "from " + Moment(w.From, w.zone) + " to " + Moment(w.To, w.zone)
}

// bound is a day if the bound is at its begin or end, else a moment.
func (w Window) bound(t, shown time.Time) string {
	if w.wholeDay(t) {
		return w.day(shown) + " (" + w.zone.String() + ")"
	}
	return Moment(t, w.zone)
}

func (w Window) day(t time.Time) string { return t.In(w.zone).Format(time.DateOnly) }

func (w Window) wholeDay(t time.Time) bool {
	local := t.In(w.zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	return Shown(day, w.zone)[0].Equal(t)
}

// Forms is what ReadWindow takes, for errors.
const Forms = `a date, a time, today, yesterday, last week or a weekday, for example "2026-11-23", ` +
	`"2026-11-23T14:00" or "yesterday"`

// ReadWindow reads the arguments on, from and to, each of which may be empty. Days
// and times without a zone are those of zone. A day as the end includes that day.
func ReadWindow(on, from, to string, now time.Time, zone *time.Location) (Window, error) {
	w := Window{zone: zone}
	if on != "" && (from != "" || to != "") {
		return w, fmt.Errorf(`give "on", or "from" and "to", but not both`)
	}
	if on != "" {
		named, err := readNamed("on", on, now, zone)
		return named, err
	}
	if from != "" {
		named, err := readNamed("from", from, now, zone)
		if err != nil {
			return w, err
		}
		if w.From = named.From; !named.At.IsZero() {
			w.From = named.At
		}
	}
	if to != "" {
		named, err := readNamed("to", to, now, zone)
		if err != nil {
			return w, err
		}
		if w.To = named.To; !named.At.IsZero() {
			w.To = named.lastAt(to, zone)
		}
	}
	if !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) {
		return w, fmt.Errorf(`"from" must be earlier than "to" (a date in "to" includes that day); `+
			`they are read as %s and %s`, Moment(w.From, zone), Moment(w.To, zone))
	}
	return w, nil
}

// lastAt is the later of the two moments of a wall time that clocks show twice.
func (w Window) lastAt(text string, zone *time.Location) time.Time {
	if t, ok := Read(strings.TrimSpace(text), zone, true); ok {
		return t.UTC()
	}
	return w.At
}

func readNamed(argument, text string, now time.Time, zone *time.Location) (Window, error) {
	w, ok := readWords(text, now, zone)
	if !ok {
		return w, fmt.Errorf("argument %q must be %s; got %q. It is %s now",
			argument, Forms, clipped(text), Moment(now, zone))
	}
	return w, nil
}

func clipped(s string) string {
	s = strings.Join(strings.FieldsFunc(s, unicode.IsControl), " ")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// readWords reads one day, span or moment.
func readWords(text string, now time.Time, zone *time.Location) (Window, bool) {
	text = strings.TrimSpace(text)
	words := strings.Fields(strings.ToLower(strings.NewReplacer(",", " ", "_", " ").Replace(text)))
	w := Window{zone: zone}
	local := now.In(zone)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	if first, days, ok := span(words, today); ok {
		w.From, w.To = Shown(first, zone)[0].UTC(), Shown(first.AddDate(0, 0, days), zone)[0].UTC()
		return w, true
	}
	switch strings.Join(words, " ") {
	case "now", "right now":
		w.At = now
		return w, true
	}
	if day, clock, ok := dayAndClock(words, today); ok {
		wall := day.Add(clock)
		w.At = Shown(wall, zone)[0].UTC()
		return w, true
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		w.From, w.To = Shown(day, zone)[0].UTC(), Shown(day.AddDate(0, 0, 1), zone)[0].UTC()
		return w, Plausible(w.From)
	}
	t, ok := Read(text, zone, false)
	w.At = t.UTC()
	return w, ok && Plausible(w.At)
}

// span reads the words for days and weeks: their first day, as if in UTC, and
// how many days they last.
func span(words []string, today time.Time) (first time.Time, days int, ok bool) {
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	month := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	switch strings.Join(words, " ") {
	case "today":
		return today, 1, true
	case "yesterday":
		return today.AddDate(0, 0, -1), 1, true
	case "tomorrow":
		return today.AddDate(0, 0, 1), 1, true
	case "this week":
		return monday, 7, true
	case "last week", "previous week":
		return monday.AddDate(0, 0, -7), 7, true
	case "this month":
		return month, month.AddDate(0, 1, 0).Add(-time.Hour).Day(), true
	case "last month", "previous month":
		last := month.AddDate(0, -1, 0)
		return last, month.Add(-time.Hour).Day(), true
	}
	if len(words) > 0 && (words[0] == "last" || words[0] == "on" || words[0] == "this") {
		words = words[1:]
	}
	if len(words) != 1 {
		return first, 0, false
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		name := strings.ToLower(day.String())
		if words[0] == name || words[0] == name[:3] {
			back := (int(today.Weekday()) - int(day) + 7) % 7
			return today.AddDate(0, 0, -back), 1, true
		}
	}
	return first, 0, false
}

// dayAndClock reads "yesterday 14:20", "friday at 2pm", or a time of today.
func dayAndClock(words []string, today time.Time) (day time.Time, clock time.Duration, ok bool) {
	words = append([]string{}, words...)
	for i, word := range words {
		if word == "at" {
			words = append(words[:i], words[i+1:]...)
			break
		}
	}
	if n := len(words); n > 1 && (words[n-1] == "am" || words[n-1] == "pm") {
		words = append(words[:n-2], words[n-2]+words[n-1])
	}
	if len(words) == 0 {
		return day, 0, false
	}
	clock, ok = readClock(words[len(words)-1])
	if !ok {
		return day, 0, false
	}
	rest := words[:len(words)-1]
	if len(rest) == 0 {
		return today, clock, true
	}
	if date, err := time.Parse(time.DateOnly, rest[0]); err == nil && len(rest) == 1 {
		return date, clock, true
	}
	first, days, known := span(rest, today)
	return first, clock, known && days == 1
}

// readClock reads a time of day.
func readClock(text string) (time.Duration, bool) {
	for _, layout := range [...]string{"15:04", "15:04:05", "3:04PM", "3PM"} {
		if t, err := time.Parse(layout, strings.ToUpper(text)); err == nil {
			return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
				time.Duration(t.Second())*time.Second, true
		}
	}
	return 0, false
}

// Between is a window of two moments in the zone of another window.
func Between(from, to time.Time, like Window) Window {
	return Window{From: from.UTC(), To: to.UTC(), zone: like.zone}
}

// Zone is that in which the window was read.
func (w Window) Zone() *time.Location {
	if w.zone == nil {
		return time.UTC
	}
	return w.zone
}
