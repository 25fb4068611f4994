package attendance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// rosterOf reads rows such as "A:ann@9:00 ann A:bob": the meeting, if there is one,
// who it is, which is the custom id, and when they were added, if that is known.
func rosterOf(s string) []Invited {
	var out []Invited
	for field := range strings.FieldsSeq(s) {
		field, added, _ := strings.Cut(field, "@")
		meeting, who, in := strings.Cut(field, ":")
		if !in {
			meeting, who = "", field
		}
		out = append(out, Invited{
			ID:       meeting + "-" + who,
			CustomID: who,
			Name:     who,
			Preset:   "of " + meeting,
			Added:    clk(added),
			Meeting:  meeting,
		})
	}
	return out
}

// columnsIn reads sessions such as "A 10:00-11:00 ann bob + B 11:05-12:00 ann":
// semicolons are between columns. Everybody is there from begin to end, by the row
// of the meeting.
func columnsIn(s string) [][]Held {
	var out [][]Held
	for i, column := range strings.Split(s, "; ") {
		var own []Held
		for k, session := range strings.Split(column, " + ") {
			words := strings.Fields(session)
			begin, end, _ := strings.Cut(words[1], "-")
			h := Held{Session: Session{Start: clk(begin), End: clk(end), Meeting: strings.Trim(words[0], "?")}}
			for _, who := range words[2:] {
				h.Peers = append(h.Peers, Peer{
					ID:       fmt.Sprint(i, k, who),
					UserID:   h.Meeting + "-" + who,
					CustomID: who,
					Name:     who,
					Preset:   "joined",
					Joined:   h.Start,
					Left:     h.End,
				})
			}
			own = append(own, h)
		}
		out = append(out, own)
	}
	return out
}

// status tells of everybody, by custom id: who attended (+), is absent (-), a guest
// (?) or was added later (~).
func status(r Result) string {
	var out []string
	for sign, people := range map[string][]Person{"+": r.Attended, "-": r.Absent, "?": r.Guests, "~": r.Later} {
		for _, p := range people {
			who := p.CustomID + sign
			if p.Rows > 1 {
				who += fmt.Sprint(p.Rows)
			}
			out = append(out, who)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestMeetings(t *testing.T) {
	for _, tc := range []struct {
		name, roster, sessions string
		want                   []string // of each column
		over, marks            string
	}{
		{"of one meeting", "A:ann A:bob", "A 10:00-11:00 ann; A 12:00-13:00 ann bob",
			[]string{"ann+ bob-", "ann+ bob+"}, "ann+ bob+", "ann xx, bob -x"},
		{"whose meeting nobody knows", "ann bob", "? 10:00-11:00 ann; ? 12:00-13:00 ann bob",
			[]string{"ann+ bob-", "ann+ bob+"}, "ann+ bob+", "ann xx, bob -x"},
		{"rows that count everywhere", "ann bob", "A 10:00-11:00 ann; B 12:00-13:00 ann bob",
			[]string{"ann+ bob-", "ann+ bob+"}, "ann+ bob+", "ann xx, bob -x"},
		{"invited to the first alone", "A:ann A:bob B:bob", "A 10:00-11:00 bob; B 12:00-13:00 bob",
			[]string{"ann- bob+", "bob+"}, "ann- bob+2", "ann -., bob xx"},
		{"invited to the second alone", "A:bob B:ann B:bob", "A 10:00-11:00 bob; B 12:00-13:00 bob",
			[]string{"bob+", "ann- bob+"}, "ann- bob+2", "bob xx, ann .-"},
		{"came where not invited", "A:ann A:bob B:bob", "A 10:00-11:00 bob; B 12:00-13:00 ann",
			[]string{"ann- bob+", "ann? bob-"}, "ann+ bob+2", "ann -x, bob x-"},
		{"invited to neither", "A:bob B:bob", "A 10:00-11:00 ann; B 12:00-13:00 ann",
			[]string{"ann? bob-", "ann? bob-"}, "ann? bob-2", "bob --, ann xx"},
		{"a session whose meeting is not known", "A:ann A:bob", "A 10:00-11:00 ann; ? 12:00-13:00 ann",
			[]string{"ann+ bob-", "ann?"}, "ann+ bob-", "ann xx, bob -."},
		{"a meeting without a session", "A:ann C:bob", "A 10:00-11:00 ann; B 12:00-13:00 ann",
			[]string{"ann+", "ann?"}, "ann+", "ann xx"},
		{"a break, and another room after it", "A:ann B:bob A:cid B:cid", "A 10:00-10:30 ann cid + B 10:40-11:00 ann cid",
			[]string{"ann+ bob- cid+2"}, "ann+ bob- cid+2", "ann x, bob -, cid x"},
		{"added to the second during the first, and later", "A:ann@9:00 B:ann@10:30 A:bob@12:30 B:bob@12:30 B:cid@13:30",
			"A 10:00-11:00 ann; B 12:00-13:00 ann",
			[]string{"ann+ bob~", "ann+ bob- cid~"}, "ann+2 bob-2 cid~", "ann xx, bob .-, cid .."},
		{"added too late for the first, not invited to the second", "A:ann@11:30 B:bob",
			"A 10:00-11:00 bob; B 12:00-13:00 bob",
			[]string{"ann~ bob?", "bob+"}, "ann~ bob+", "ann .., bob xx"},
	} {
		results := Series(columnsIn(tc.sessions), rosterOf(tc.roster), Rules{})
		for i, r := range results {
			if got := status(r); got != tc.want[i] {
				t.Errorf("%s, column %d: %s, want %s", tc.name, i, got, tc.want[i])
			}
		}
		if got := status(Over(results)); got != tc.over {
			t.Errorf("%s, together: %s, want %s", tc.name, got, tc.over)
		}
		var marks []string
		for _, r := range Compare(results) {
			line := r.CustomID + " "
			for _, m := range r.Marks {
				line += string(m)
			}
			marks = append(marks, line)
			if r.Invited != (r.Rows > 0) {
				t.Errorf("%s: %s has %d rows, invited %v", tc.name, r.CustomID, r.Rows, r.Invited)
			}
		}
		if got := strings.Join(marks, ", "); got != tc.marks {
			t.Errorf("%s: marks %s, want %s", tc.name, got, tc.marks)
		}
	}
}

// Who somebody is does not depend on the meeting, but when they were added and with
// which preset does.
func TestMeetingsDescribe(t *testing.T) {
	roster := rosterOf("A:ann@8:00 B:ann@9:00")
	results := Series(columnsIn("A 10:00-11:00 ann; B 12:00-13:00 ann; C 14:00-15:00 ann"), roster, Rules{})
	for i, want := range []string{"A-ann 1 of A 08:00:00", "A-ann 1 of B 09:00:00", "A-ann 0 joined 00:00:00"} {
		p := slices.Concat(results[i].Attended, results[i].Guests)[0]
		got := fmt.Sprint(p.ID, " ", p.Rows, " ", p.Preset, " ", clock(p.Added))
		if got != want || p.Key != results[0].Attended[0].Key {
			t.Errorf("column %d: %s, want %s", i, got, want)
		}
	}
	over := Over([]Result{results[2], results[1], results[0]}).Attended[0]
	if over.Rows != 2 || over.Preset != "of A" || clock(over.Added) != "08:00:00" || len(over.Visits) != 3 {
		t.Errorf("%+v", over)
	}
}

// The sessions that tell what a roster is are those of its meeting.
func TestMeetingsJustInTime(t *testing.T) {
	for _, tc := range []struct {
		name, roster, sessions string
		earlier                string // meeting of a session from 8:00 to 8:30
		want                   string // of each column
	}{
		{"added as they came", "A:ann@9:59 B:ann@11:59", "A 10:00-11:00 ann; B 12:00-13:00 ann", "C", "true true"},
		{"invited to the second as they came to the first", "A:ann@9:59 B:ann@10:10",
			"A 10:00-11:00 ann; B 12:00-13:00 ann", "C", "true false"},
		{"added at the first, of the same meeting", "A:ann@9:59", "A 10:00-11:00 ann; A 12:00-13:00 ann", "C", "true true"},
		{"invited to the next meeting at one read before", "B:ann@8:10", "B 10:00-11:00 ann", "A", "false"},
		{"added at an earlier session of it", "B:ann@8:10", "B 10:00-11:00 ann", "B", "true"},
		{"added at an earlier session, to whatever meeting", "ann@8:10", "B 10:00-11:00 ann", "A", "true"},
		{"a guest says nothing of the roster", "A:ann@9:59 B:bob@9:00", "B 10:00-11:00 ann bob", "A", "false"},
	} {
		rules := Rules{Earlier: []Session{{Start: clk("8:00"), End: clk("8:30"), Meeting: tc.earlier}}}
		var got []string
		for _, r := range Series(columnsIn(tc.sessions), rosterOf(tc.roster), rules) {
			got = append(got, fmt.Sprint(r.JustInTime))
		}
		if got := strings.Join(got, " "); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// Somebody left out in one meeting is left out in all, and counted where invited.
func TestMeetingsLeaveOut(t *testing.T) {
	roster := rosterOf("A:bot B:ann")
	results := Series(columnsIn("A 10:00-11:00 ann; B 12:00-13:00 ann"), roster, Rules{LeaveOut: []string{"of A"}})
	if results[0].LeftOut != 1 || results[1].LeftOut != 0 || Over(results).LeftOut != 1 {
		t.Errorf("%d and %d left out", results[0].LeftOut, results[1].LeftOut)
	}
}
