package attendance

import "testing"

func TestCompare(t *testing.T) {
	roster := []Invited{{ID: "always"}, {ID: "never"}, {ID: "new", Added: at(1501)}, {ID: "gone"}, {ID: "added-during", Added: at(1470)}}
	came := map[string][]int{"always": {0, 1, 2}, "new": {2}, "gone": {0}, "guest": {1}}
	var sessions []Meeting
	for i := range 3 {
		s := Session{at(i * 1440), at(i*1440 + 60)}
		peers := []Peer{{ID: "anonymous", Joined: s.Start, Left: s.End}}
		for who, when := range came {
			for _, k := range when {
				if k == i {
					peers = append(peers, Peer{ID: who, UserID: who, Joined: s.Start, Left: s.End})
				}
			}
		}
		sessions = append(sessions, Meeting{s, Of(s, roster, peers, s.End)})
	}
	want := map[string]struct {
		marks                string
		came, missed, streak int
		first                bool
	}{
		"always": {"xxx", 3, 0, 0, false}, "never": {"---", 0, 3, 3, false}, "new": {"..x", 1, 0, 0, true}, "gone": {"x--", 1, 2, 2, false},
		"added-during": {".--", 0, 2, 2, false}, "guest": {".x.", 1, 0, 0, false},
	}
	records := Compare(roster, sessions)
	if len(records) != len(want) {
		t.Fatalf("%d records", len(records))
	}
	for _, r := range records {
		w, marks := want[r.ID], ""
		for _, m := range r.Marks {
			marks += string(m)
		}
		if marks != w.marks || r.Came() != w.came || r.Missed() != w.missed || r.Streak() != w.streak || r.FirstTimer() != w.first || r.Invited == (r.ID == "guest") {
			t.Errorf("%s: %s, came %d, missed %d, streak %d, first %v; want %+v", r.ID, marks, r.Came(), r.Missed(), r.Streak(), r.FirstTimer(), w)
		}
	}
	if records[0].Present.Minutes() != 180 {
		t.Errorf("present %s", records[0].Present)
	}
}
