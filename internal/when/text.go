package when

import "time"

// Unknown is what texts call a time that is not known.
const Unknown = "an unknown time"

// Clock shows a time to the minute in UTC. Structured content carries it in full.
func Clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }

// Moment is Clock in a zone of the reader's choice. The zone's abbreviation or
// offset tells apart the two hours of a night when clocks go back.
func Moment(t time.Time, zone *time.Location) string {
	if zone == nil || zone == time.UTC {
		return Clock(t)
	}
	return t.In(zone).Format("2006-01-02 15:04 MST")
}

// MomentOr is Moment of a time that may be unknown.
func MomentOr(t *time.Time, zone *time.Location, unknown string) string {
	if t == nil || t.IsZero() {
		return unknown
	}
	return Moment(*t, zone)
}

// In is a time as structured content shows it: to the second, with the offset of a
// zone. The zero time, which is unknown, is nil.
func In(t time.Time, zone *time.Location) *time.Time {
	if t.IsZero() {
		return nil
	}
	if zone == nil {
		zone = time.UTC
	}
	local := t.In(zone).Truncate(time.Second)
	return &local
}

// Known is nil for the zero time, which is unknown.
func Known(t time.Time) *time.Time { return Earlier(nil, t) }

// Earlier returns the earlier of a bound and a time, either of which may be
// unknown.
func Earlier(bound *time.Time, t time.Time) *time.Time {
	if t.IsZero() || bound != nil && !t.Before(*bound) {
		return bound
	}
	moved := t // only what is kept goes to the heap
	return &moved
}

// Later returns the later of a bound and a time, either of which may be unknown.
func Later(bound *time.Time, t time.Time) *time.Time {
	if t.IsZero() || bound != nil && !t.After(*bound) {
		return bound
	}
	moved := t // only what is kept goes to the heap
	return &moved
}
