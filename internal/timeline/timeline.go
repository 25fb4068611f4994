// Package timeline is an attendance as it is drawn: the sessions as columns with a time
// axis each, and a row for each person with the spans present. It says what is where, and
// leaves to others how that looks. It knows no clock and no network.
package timeline

import "time"

// Timeline is what a picture of an attendance or of a comparison shows.
type Timeline struct {
	Title    string // of the meeting, text of strangers
	Summary  string
	Notes    []string
	Meeting  string         // id, empty if there are several
	Zone     *time.Location // of all times that are shown
	AsOf     time.Time      // when the API was asked, if a session is live
	Compared bool           // people have marks, one for each column
	Columns  []Column       // oldest first; at least one
	People   []Person
}

// Column is a session, or a week of a comparison.
type Column struct {
	Session   string    // id, empty of a week
	Label     string    // of a week, or the title of a session if there are several meetings
	From, To  time.Time // the axis, which holds all spans; both zero if there is none
	LateFrom  time.Time // what late is counted from; zero if unknown
	EarlyFrom time.Time // what early is counted from; zero if it is too early to tell
	Live      bool
}

// Status is what somebody is.
type Status int

// The statuses.
const (
	Attended Status = iota
	Guest
	Absent
)

// String is the word that the structured content has for it.
func (s Status) String() string { return [...]string{"attended", "guest", "absent"}[s] }

// Person is a row.
type Person struct {
	Name     string // text of strangers, as CustomID
	CustomID string
	Status   Status
	Minutes  int    // present, in all columns
	Marks    string // of a comparison, one for each column: x came, - missed, . not invited
	Visits   []Visit
}

// Visit is a person in one column.
type Visit struct {
	Column      int
	Spans       []Span // present; apart from each other, in order; at least one
	Late, Early int    // minutes after and before the column's moments; 0 is neither
	Away        int    // minutes between dropping out and coming back; 0 is never
	Here        bool   // in a live session: has not left

	FromAssumed, ToAssumed bool // the session's begin or end stands in for a time that is not known
}

// Drawn are the spans, with those joined between which less than a minute passed: a reconnect
// or a change of rooms is no absence.
func (v Visit) Drawn() []Span {
	var out []Span
	for _, s := range v.Spans {
		if n := len(out); n > 0 && s.From.Sub(out[n-1].To) < time.Minute {
			out[n-1].To = s.To
			continue
		}
		out = append(out, s)
	}
	return out
}

// Span is a time span present.
type Span struct{ From, To time.Time }

// Here reports whether they are in a live session.
func (p Person) Here() bool { return p.count(func(v Visit) bool { return v.Here }) > 0 }

// Late is in how many columns they were late.
func (p Person) Late() int { return p.count(func(v Visit) bool { return v.Late > 0 }) }

// Early is how many columns they left early.
func (p Person) Early() int { return p.count(func(v Visit) bool { return v.Early > 0 }) }

func (p Person) count(is func(Visit) bool) int {
	n := 0
	for _, v := range p.Visits {
		if is(v) {
			n++
		}
	}
	return n
}

// Away is for how many minutes they were gone before they came back.
func (p Person) Away() int {
	n := 0
	for _, v := range p.Visits {
		n += v.Away
	}
	return n
}

// Hold widens a column's axis so that it holds a span.
func (c *Column) Hold(s Span) {
	if c.From.IsZero() || s.From.Before(c.From) {
		c.From = s.From
	}
	if s.To.After(c.To) {
		c.To = s.To
	}
}

// Place is where a moment is on the column's axis: 0 at its begin, 1 at its end, and
// outside of them if the moment is. It is 0 on an axis without a length.
func (c Column) Place(t time.Time) float64 {
	length := c.To.Sub(c.From)
	if length <= 0 {
		return 0
	}
	return float64(t.Sub(c.From)) / float64(length)
}

// Ticks are the moments that an axis names: round ones in the zone, between its begin and
// its end, at most one more than is said.
func (c Column) Ticks(zone *time.Location, most int) []time.Time {
	length := c.To.Sub(c.From)
	if length <= 0 || most < 1 {
		return nil
	}
	step := stepFor(length, most)
	// Rounded as clocks in the zone show it, whose hours need not begin with those of UTC.
	_, ahead := c.From.In(zone).Zone()
	shift := time.Duration(ahead) * time.Second
	var out []time.Time
	for t := c.From.Add(shift).Truncate(step).Add(-shift); !t.After(c.To); t = t.Add(step) {
		if !t.Before(c.From) {
			out = append(out, t.In(zone))
		}
	}
	return out
}

// stepFor is the round step by which a length is at most so many steps.
func stepFor(length time.Duration, most int) time.Duration {
	for _, minutes := range []time.Duration{1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720} {
		if length <= time.Duration(most)*minutes*time.Minute {
			return minutes * time.Minute
		}
	}
	const day = 24 * time.Hour
	days := (length + time.Duration(most)*day - 1) / (time.Duration(most) * day)
	return days * day
}
