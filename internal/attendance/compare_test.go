package attendance

import (
	"maps"
	"slices"
	"testing"
)

func TestCompare(t *testing.T) {
	roster := []Invited{
		{ID: "always"},
		{ID: "never"},
		{ID: "new", Added: at(1501)},
		{ID: "gone"},
		{ID: "added-during", Added: at(1470)},
	}
	came := map[string][]int{"always": {0, 1, 2}, "new": {2}, "gone": {0}, "guest": {1}}
	var columns [][]Held
	for i := range 3 {
		s := Session{Start: at(i * 1440), End: at(i*1440 + 60)}
		peers := []Peer{{ID: "anonymous", Joined: s.Start, Left: s.End}}
		for _, who := range slices.Sorted(maps.Keys(came)) {
			if slices.Contains(came[who], i) {
				peers = append(peers, Peer{ID: who, UserID: who, Joined: s.Start, Left: s.End})
			}
		}
		columns = append(columns, []Held{{Session: s, Peers: peers}})
	}
	results := Series(columns, roster, Rules{})
	want := map[string]struct {
		marks                string
		came, missed, streak int
		first                bool
	}{
		"always":       {"xxx", 3, 0, 0, false},
		"never":        {"---", 0, 3, 3, false},
		"new":          {"..x", 1, 0, 0, true},
		"gone":         {"x--", 1, 2, 2, false},
		"added-during": {".--", 0, 2, 2, false},
		"guest":        {".x.", 1, 0, 0, false},
	}
	const all = "+always x3 180 0-60 1440-1500 2880-2940; +gone x1 60 0-60; +new x1 60 2880-2940; " +
		"-never; -added-during; ? x1 60 0-60; ? x1 60 1440-1500; ?guest x1 60 1440-1500; ? x1 60 2880-2940"
	over := Over(results)
	if got := show(over); got != all {
		t.Errorf("over all: %s, want %s", got, all)
	}
	records := Compare(results)
	if len(records) != len(want) {
		t.Fatalf("%d records", len(records))
	}
	for _, r := range records {
		w, marks := want[r.ID], string(r.Marks)
		if marks != w.marks || r.Came() != w.came || r.Missed() != w.missed || r.Streak() != w.streak {
			t.Errorf("%s: %s, came %d, missed %d, streak %d; want %+v", r.ID, marks, r.Came(), r.Missed(), r.Streak(), w)
		}
		if r.FirstTimer() != w.first || r.Invited == (r.ID == "guest") {
			t.Errorf("%s: first %v, invited %v; want %+v", r.ID, r.FirstTimer(), r.Invited, w)
		}
	}
	if got := (Record{Marks: []Mark("--x---.-x")}).LongestStreak(); got != 3 {
		t.Errorf("longest streak %d", got)
	}
	if records[0].Present().Minutes() != 180 {
		t.Errorf("present %s", records[0].Present())
	}
}
