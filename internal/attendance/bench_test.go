package attendance

import (
	"fmt"
	"testing"
	"time"
)

// large makes sessions of a day each, with 5,000 people on the roster, of whom 9
// in 10 came, each twice.
func large(sessions int) ([][]Held, []Invited) {
	const people = 5_000
	roster := make([]Invited, people)
	for i := range roster {
		roster[i] = Invited{
			ID:       fmt.Sprintf("user-%05d", i),
			CustomID: fmt.Sprintf("custom-%05d", i),
			Name:     fmt.Sprintf("Person %d", i),
			Preset:   "participant",
			Added:    at(-60),
		}
	}
	columns := make([][]Held, sessions)
	for s := range columns {
		day := s * 24 * 60
		h := Held{ID: fmt.Sprint(s), Session: Session{Start: at(day), End: at(day + 60)}}
		for i, row := range roster {
			if i%10 == s%10 {
				continue
			}
			for k := range 2 {
				h.Peers = append(h.Peers, Peer{
					ID:       fmt.Sprintf("peer-%d-%d-%d", s, i, k),
					UserID:   row.ID,
					CustomID: row.CustomID,
					Name:     row.Name,
					Preset:   row.Preset,
					Joined:   at(day + 30*k).Add(time.Duration(i) * time.Millisecond),
					Left:     at(day + 25 + 30*k),
				})
			}
		}
		columns[s] = []Held{h}
	}
	return columns, roster
}

// BenchmarkSeries judges 5,000 people in one session and in several.
func BenchmarkSeries(b *testing.B) {
	for _, sessions := range []int{1, 10} {
		columns, roster := large(sessions)
		b.Run(fmt.Sprintf("sessions=%d", sessions), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Series(columns, roster, Rules{})
			}
		})
	}
}
