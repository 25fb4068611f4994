package attendance

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// kin keeps the rows and joinings that may be of the same person as an id or a
// custom id: all that share one with another that is kept.
func kin(ids map[string]bool, columns [][]Held, roster []Invited) ([][]Held, []Invited) {
	related := func(id, custom string) bool {
		key := CustomKey(custom)
		if id != "" && ids["id "+id] || key != "" && ids["custom "+key] {
			ids["id "+id], ids["custom "+key] = true, true
			return true
		}
		return false
	}
	var kept []Invited
	var out [][]Held
	for before := -1; before != len(ids); {
		before = len(ids)
		kept, out = nil, nil
		for _, row := range roster {
			if related(row.ID, row.CustomID) {
				kept = append(kept, row)
			}
		}
		for _, column := range columns {
			column = slices.Clone(column)
			for i := range column {
				column[i].Peers = slices.DeleteFunc(slices.Clone(column[i].Peers), func(p Peer) bool {
					return !related(p.UserID, p.CustomID)
				})
			}
			out = append(out, column)
		}
	}
	return out, kept
}

// seen is what the results say of one person.
func seen(results []Result, id string) (out []any) {
	for i, r := range results {
		for kind, people := range [][]Person{r.Attended, r.Guests, r.Absent, r.Later} {
			for _, p := range people {
				if slices.Contains(p.IDs, id) {
					out = append(out, i, kind, p.IDs, p.CustomID, p.Name, p.Rows, p.Visits, r.JustInTime, r.Live, r.OverSince)
				}
			}
		}
	}
	return out
}

// TestFramesJudgeFewAsAmongAll holds that with frames somebody is judged the same if
// nobody else's joinings are known.
func TestFramesJudgeFewAsAmongAll(t *testing.T) {
	compared := 0
	for seed := range uint64(4000) {
		columns, roster, rules := random(rand.New(rand.NewPCG(seed, 12)))
		rules.ScheduledStart, rules.ScheduledEnd = time.Time{}, time.Time{}
		columns = columns[:1] // identity over several is told by all of them
		full := Series(columns, roster, rules)
		frames := Frames(columns[0], roster, rules)
		for _, p := range full[0].everybody() {
			if p.ID == "" {
				continue
			}
			ids := map[string]bool{"id " + p.ID: true}
			few, kept := kin(ids, columns, roster)
			for i := range few[0] {
				few[0][i].Frame = &frames[i]
			}
			want, got := seen(full, p.ID), seen(Series(few, kept, rules), p.ID)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, %s\n got: %+v\nwant: %+v", seed, p.ID, got, want)
			}
			compared++
		}
	}
	if compared < 4000 {
		t.Errorf("only %d people were compared", compared)
	}
}
