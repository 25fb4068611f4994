package attendance

import (
	"fmt"
	"testing"
	"time"
)

func TestPresentAt(t *testing.T) {
	s := Session{Start: clk("10:00"), End: clk("11:00")}
	ended := one(s, nil, group("a 10:05-10:20, a 10:20-10:30@room, a 10:40-11:00, b 10:00-10:00"), Rules{})
	live := one(Session{Start: clk("10:00")}, nil, group("a 10:05-"), Rules{Now: clk("10:30")})
	for _, tc := range []struct {
		r    Result
		who  string
		at   string
		want bool
	}{
		{ended, "a", "10:04:59", false},
		{ended, "a", "10:05", true},
		{ended, "a", "10:25", true}, // in the room
		{ended, "a", "10:29:59", true},
		{ended, "a", "10:30", false},
		{ended, "a", "10:35", false},
		{ended, "a", "10:40", true},
		{ended, "a", "10:59:59", true},
		{ended, "a", "11:00", false},
		{ended, "b", "10:00", false}, // for no time
		{live, "a", "10:05", true},
		{live, "a", "10:30", true}, // now
		{live, "a", "10:30:01", false},
	} {
		for _, p := range tc.r.Guests {
			if p.ID == tc.who && (p.PresentAt(clk(tc.at)) != tc.want || p.Visits[0].PresentAt(clk(tc.at)) != tc.want) {
				t.Errorf("%s at %s: %v", tc.who, tc.at, p.PresentAt(clk(tc.at)))
			}
		}
	}
	if (Person{}).PresentAt(clk("10:00")) {
		t.Error("somebody who never came was there")
	}
}

// Any moment of a minute counts, be it the first or the last of somebody's visit.
func TestPresentWithin(t *testing.T) {
	s := Session{Start: clk("10:00"), End: clk("11:00")}
	ended := one(s, nil, group("a 10:05:30-10:20:10, b 10:00:30-10:00:30"), Rules{})
	live := one(Session{Start: clk("10:00")}, nil, group("a 10:05-"), Rules{Now: clk("10:30:20")})
	for _, tc := range []struct {
		r           Result
		first, last string
		who         string
		want        bool
	}{
		{ended, "10:04", "10:04:59", "a", false},
		{ended, "10:05", "10:05:29", "a", false},
		{ended, "10:05", "10:05:30", "a", true},
		{ended, "10:10", "10:10:59", "a", true},
		{ended, "10:20", "10:20:59", "a", true},
		{ended, "10:20:10", "10:20:59", "a", false},
		{ended, "10:00", "10:00:59", "b", false}, // no moment
		{live, "10:30", "10:30:20", "a", true},
		{live, "10:31", "10:31:59", "a", false},
	} {
		for _, p := range tc.r.everybody() {
			if got := p.PresentWithin(clk(tc.first), clk(tc.last)); p.ID == tc.who && got != tc.want {
				t.Errorf("%s from %s to %s: %v", tc.who, tc.first, tc.last, got)
			}
		}
	}
}

func TestShare(t *testing.T) {
	hour := Session{Start: clk("10:00"), End: clk("11:00")}
	for _, tc := range []struct {
		name    string
		session Session
		peers   string
		want    string
	}{
		{"all of it", hour, "a 10:00-11:00", "100 true"},
		{"half", hour, "a 10:00-10:30, z 10:00-11:00", "50 true"},
		{"as lived: kept open after all left", hour, "a 10:00-10:15, z 10:00-10:30", "50 true"},
		{"a room is the session", hour, "a 10:00-10:30@room, z 10:00-11:00", "50 true"},
		{"two devices count once", hour, "a 10:00-10:30, a 10:00-10:30, z 10:00-11:00", "50 true"},
		{"just under half a percent", hour, "a 10:00-10:00:17, z 10:00-11:00", "0 true"},
		{"half a percent", hour, "a 10:00-10:00:18, z 10:00-11:00", "1 true"},
		{"99.4", hour, "a 10:00-10:59:38, z 10:00-11:00", "99 true"},
		{"99.5", hour, "a 10:00-10:59:42, z 10:00-11:00", "100 true"},
		{"for no time", hour, "a 10:10-10:10, z 10:00-11:00", "0 true"},
		{"live: until now", Session{Start: clk("10:00")}, "a 10:15-", "50 true"},
		{"no end, but a leaving", Session{Start: clk("10:00"), Ended: true}, "a 10:00-10:15, z 10:00-10:30", "50 true"},
		{"no end, and no leaving", Session{Start: clk("10:00"), Ended: true}, "a 10:00-, z 10:20-", "0 false"},
		{"no begin, but a joining", Session{End: clk("11:00")}, "a 10:30-11:00, z 10:00-11:00", "50 true"},
		{"no time known", Session{Ended: true}, "a -", "0 false"},
		{"of no length", Session{Start: clk("10:00"), End: clk("10:00")}, "a 10:00-10:00", "0 false"},
	} {
		r := one(tc.session, nil, group(tc.peers), Rules{Now: clk("10:30")})
		for _, p := range r.Guests {
			if p.ID != "a" {
				continue
			}
			percent, known := p.Visits[0].Share()
			whole, same := r.Share(p)
			if got := fmt.Sprint(percent, " ", known); got != tc.want || whole != percent || same != known {
				t.Errorf("%s: %s, of the result %d %v, want %s", tc.name, got, whole, same, tc.want)
			}
		}
	}
}

// A pause between two sessions that are one meeting is not part of it, and what
// several sessions come to is their time together, even if they overlap.
func TestShareOfSeveral(t *testing.T) {
	roster := rosterOf("ann bob")
	sessions := "A 10:00-10:30 ann + A 10:40-11:10 bob; A 10:00-11:00 ann; A 13:00-14:00 bob"
	results := Series(columnsIn(sessions), roster, Rules{})
	over := Over(results)
	for _, p := range over.Attended {
		if percent, known := over.Share(p); percent != 50 || !known {
			t.Errorf("%s: %d %v", p.CustomID, percent, known)
		}
	}
	first := results[0].Attended[0]
	if percent, _ := first.Visits[0].Share(); percent != 50 || first.Visits[0].Lived != time.Hour {
		t.Errorf("%d of %s", percent, first.Visits[0].Lived)
	}
	columns := columnsIn("A 10:00-11:00 ann; A 13:00-14:00 bob")
	columns[1][0].End, columns[1][0].Ended, columns[1][0].Peers[0].Left = time.Time{}, true, time.Time{}
	over = Over(Series(columns, roster, Rules{}))
	if _, known := over.Share(over.Attended[0]); known {
		t.Error("the length of one of two sessions is not known")
	}
	if percent, known := results[1].Share(results[1].Absent[0]); percent != 0 || !known {
		t.Errorf("who did not come: %d %v", percent, known)
	}
}
