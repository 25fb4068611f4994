package attendance

import (
	"fmt"
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
	if records[0].Present().Minutes() != 180 {
		t.Errorf("present %s", records[0].Present())
	}
}

// A session to which somebody was not invited says nothing about a streak.
func TestStreak(t *testing.T) {
	for marks, want := range map[string][2]int{
		"":          {0, 0},
		"...":       {0, 0},
		"x":         {0, 0},
		"--x---.-x": {0, 4},
		"x-.-.-":    {3, 3},
		"--x-..":    {1, 2},
		".-.x.":     {0, 1},
		"-.-.x-":    {1, 2},
	} {
		r := Record{Marks: []Mark(marks)}
		if got := [2]int{r.Streak(), r.LongestStreak()}; got != want {
			t.Errorf("%s: %v, want %v", marks, got, want)
		}
	}
}

// Results can be added up and compared again and again, though their visits may have
// room for more.
func TestResultsStayAsTheyAre(t *testing.T) {
	results := Series(columnsIn("A 10:00-11:00 ann; A 12:00-13:00 ann; A 14:00-15:00 ann"), rosterOf("ann"), Rules{})
	for i := range results {
		results[i].Attended[0].Visits = slices.Grow(results[i].Attended[0].Visits, 4)
	}
	first, compared := Over(results).Attended[0].Visits, Compare(results)[0].Visits
	Over([]Result{results[0], results[2]})
	Compare([]Result{results[0], results[2]})
	for i, want := range []string{"10:00:00", "12:00:00", "14:00:00"} {
		if clock(first[i].First()) != want || clock(compared[i].First()) != want {
			t.Errorf("visit %d: %s and %s, want %s", i, clock(first[i].First()), clock(compared[i].First()), want)
		}
	}
}

// A week is missed by whoever came to none of the sessions that they were invited to
// in it, and counts once however many of them somebody came to.
func TestCompareGroups(t *testing.T) {
	roster := rosterOf("A:ann A:bob A:cid B:ann A:late@12:30")
	columns := columnsIn("A 09:00-10:00 ann; A 10:30-11:00 ann bob; B 11:30-12:00 bob; A 13:00-14:00 ann late; B 14:30-15:00 cid")
	results := Series(columns, roster, Rules{})
	records, groups := CompareGroups(results, []int{0, 0, 1, 2, 2})
	want := map[string]string{"ann": "x-x 2/3", "bob": "xx- 1/2", "cid": "-.- 0/2", "late": "..x 1/1"}
	for _, r := range records {
		marks := ""
		for _, m := range r.Marks {
			marks += string(m)
		}
		if got := fmt.Sprintf("%s %d/%d", marks, r.Kept, r.Invitations); got != want[r.CustomID] {
			t.Errorf("%s: %s, want %s", r.CustomID, got, want[r.CustomID])
		}
	}
	// Bob, a guest in the second week, was invited to nothing in it; cid missed the
	// session of the third to which he was invited, though he came to another.
	if got := fmt.Sprint(groups); len(records) != 4 || got != "[{2 3 2 0} {1 1 0 1} {2 4 2 0}]" {
		t.Errorf("%s", got)
	}
	if percent, known := records[0].Rate(); percent != 67 || !known {
		t.Errorf("%d %v", percent, known)
	}
	if _, known := (Group{}).Rate(); known {
		t.Error("a rate of nobody")
	}
	if records, groups := CompareGroups(nil, nil); records != nil || groups != nil {
		t.Error("nothing to compare")
	}
}
