package attendance

import "time"

// Frame is what all the people of a session tell of it: its begin and end as lived,
// the moments that late and early are counted from, and whether its roster is
// just-in-time. With it, Series judges a few of them as it would among all, so
// that the others need not be kept.
type Frame struct {
	from, until, end, over time.Time
	known, endless         bool
	late, early            time.Time
	justInTime             bool
}

// Frames are those of the sessions of a column, in order. Its people and the roster
// must be complete, and the rules without a schedule.
func Frames(column []Held, roster []Invited, r Rules) []Frame {
	results, parts := series([][]Held{column}, roster, r)
	out := make([]Frame, len(parts))
	for i, p := range parts {
		out[i] = Frame{
			from:       p.from,
			until:      p.until,
			end:        p.end,
			over:       p.over,
			known:      p.known,
			endless:    p.endless,
			late:       results[0].LateFrom,
			early:      results[0].EarlyFrom,
			justInTime: results[0].JustInTime,
		}
	}
	return out
}

// set gives a session what is known of it.
func (f *Frame) set(p *part) {
	p.from, p.until, p.end, p.over = f.from, f.until, f.end, f.over
	p.known, p.endless = f.known, f.endless
}
