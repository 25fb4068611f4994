package attendance

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// TestMain collects garbage less often than usual: random cases leave much of it, and
// nothing that is kept.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	m.Run()
}

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func at(minute int) time.Time { return nine.Add(time.Duration(minute) * time.Minute) }

// show writes a result down in minutes from nine o'clock.
func show(r Result) string {
	var b strings.Builder
	person := func(kind string, p Person) {
		fmt.Fprintf(&b, "%s%s x%d %v", kind, p.ID, p.Joins(), p.Present().Minutes())
		for _, v := range p.Visits {
			for _, i := range v.Intervals {
				fmt.Fprintf(&b, " %v-%v", i.From.Sub(nine).Minutes(), i.To.Sub(nine).Minutes())
			}
		}
		if p.Here() {
			b.WriteString(" here")
		}
		b.WriteString("; ")
	}
	for _, p := range r.Attended {
		person("+", p)
	}
	for _, p := range r.Absent {
		fmt.Fprintf(&b, "-%s; ", p.ID)
	}
	for _, p := range r.Guests {
		person("?", p)
	}
	for _, p := range r.Later {
		fmt.Fprintf(&b, "later %s; ", p.ID)
	}
	return strings.TrimSuffix(b.String(), "; ")
}

var (
	hour      = Session{Start: at(0), End: at(60)}
	live      = Session{Start: at(0)}
	annAndBob = []Invited{{ID: "a", CustomID: "ca", Name: "Ann"}, {ID: "b", CustomID: "cb", Name: "Bob"}}
)

// ruleCases have one rule each. A live session is looked at after 30 minutes.
var ruleCases = []struct {
	name    string
	session Session
	roster  []Invited
	peers   []Peer
	want    string
}{
	{"nobody came", hour, annAndBob, nil, "-a; -b"},
	{"by user id", hour, annAndBob, []Peer{{ID: "1", UserID: "a", Joined: at(1), Left: at(60)}}, "+a x1 59 1-60; -b"},
	{
		"by custom id",
		hour,
		annAndBob,
		[]Peer{{ID: "1", UserID: "x", CustomID: "cb", Joined: at(0), Left: at(60)}},
		"+b x1 60 0-60; -a",
	},
	{
		"never by name",
		hour,
		annAndBob,
		[]Peer{{ID: "1", UserID: "x", Name: "Ann", Joined: at(0), Left: at(60)}},
		"-a; -b; ?x x1 60 0-60",
	},
	{
		"user id wins",
		hour,
		annAndBob,
		[]Peer{{ID: "1", UserID: "a", CustomID: "cb", Joined: at(0), Left: at(60)}},
		"+a x1 60 0-60; -b",
	},
	{
		"duplicate custom id",
		hour,
		[]Invited{{ID: "a", CustomID: "c", Name: "Ann"}, {ID: "b", CustomID: "c", Name: "Bob"}},
		[]Peer{{ID: "1", UserID: "x", CustomID: "c", Name: "Cid", Joined: at(0), Left: at(60)}},
		"-a; -b; ?x x1 60 0-60",
	},
	{
		"empty custom ids do not meet",
		hour,
		[]Invited{{ID: "a"}},
		[]Peer{{ID: "1", Joined: at(0), Left: at(60)}},
		"-a; ? x1 60 0-60",
	},
	{
		"drop and rejoin",
		hour,
		annAndBob[:1],
		[]Peer{{ID: "2", UserID: "a", Joined: at(30), Left: at(60)}, {ID: "1", UserID: "a", Joined: at(0), Left: at(20)}},
		"+a x2 50 0-20 30-60",
	},
	{
		"two devices",
		hour,
		annAndBob[:1],
		[]Peer{{ID: "1", UserID: "a", Joined: at(0), Left: at(60)}, {ID: "2", UserID: "a", Joined: at(10), Left: at(50)}},
		"+a x2 60 0-60",
	},
	{
		"overlap",
		hour,
		annAndBob[:1],
		[]Peer{{ID: "1", UserID: "a", Joined: at(0), Left: at(30)}, {ID: "2", UserID: "a", Joined: at(20), Left: at(60)}},
		"+a x2 60 0-60",
	},
	{
		"touching",
		hour,
		annAndBob[:1],
		[]Peer{{ID: "1", UserID: "a", Joined: at(0), Left: at(30)}, {ID: "2", UserID: "a", Joined: at(30), Left: at(40)}},
		"+a x2 40 0-40",
	},
	{"no left_at, ended", hour, annAndBob[:1], []Peer{{ID: "1", UserID: "a", Joined: at(50)}}, "+a x1 10 50-60"},
	{"no left_at, live", live, annAndBob[:1], []Peer{{ID: "1", UserID: "a", Joined: at(20)}}, "+a x1 10 20-30 here"},
	{
		"left a live session",
		live,
		annAndBob[:1],
		[]Peer{{ID: "1", UserID: "a", Joined: at(10), Left: at(20)}},
		"+a x1 10 10-20",
	},
	{"no joined_at", hour, annAndBob[:1], []Peer{{ID: "1", UserID: "a", Left: at(5)}}, "+a x1 5 0-5"},
	{
		"left before joined",
		hour,
		annAndBob[:1],
		[]Peer{{ID: "1", UserID: "a", Joined: at(20), Left: at(10)}},
		"+a x1 0 20-20",
	},
	{
		"outside the session",
		hour,
		annAndBob[:1],
		[]Peer{{ID: "1", UserID: "a", Joined: at(-600), Left: at(600)}},
		"+a x1 60 0-60",
	},
	{
		"anonymous guests",
		hour,
		nil,
		[]Peer{{ID: "1", Joined: at(0), Left: at(9)}, {ID: "2", Joined: at(1), Left: at(9)}},
		"? x1 9 0-9; ? x1 8 1-9",
	},
	{
		"guests of one custom id",
		hour,
		nil,
		[]Peer{
			{ID: "1", UserID: "x", CustomID: "guest", Name: "Ann", Joined: at(0), Left: at(9)},
			{ID: "2", UserID: "y", CustomID: "guest", Name: "Bob", Joined: at(1), Left: at(9)},
		},
		"?x x1 9 0-9; ?y x1 8 1-9",
	},
	{
		"breakout room, rejoined by custom id",
		hour,
		annAndBob[:1],
		[]Peer{
			{ID: "1", UserID: "a", Joined: at(0), Left: at(20)},
			{ID: "2", UserID: "room-7", CustomID: "ca", Joined: at(20), Left: at(40)},
			{ID: "3", UserID: "a", Joined: at(40), Left: at(60)},
		},
		"+a x3 60 0-60",
	},
	{"added after the end", hour, []Invited{{ID: "a", Added: at(61)}, {ID: "b", Added: at(59)}}, nil, "-b; later a"},
	{
		"added after the end, yet came",
		hour,
		[]Invited{{ID: "a", Added: at(61)}},
		[]Peer{{ID: "1", UserID: "a", Joined: at(0), Left: at(60)}},
		"+a x1 60 0-60",
	},
	{"added after the time looked at a live session", live, []Invited{{ID: "a", Added: at(31)}}, nil, "-a"},
	{
		"end before start",
		Session{Start: at(10), End: at(0)},
		annAndBob[:1],
		[]Peer{{ID: "1", UserID: "a", Joined: at(3), Left: at(4)}},
		"+a x1 0 10-10",
	},
}

func TestRules(t *testing.T) {
	for _, tc := range ruleCases {
		if got := show(one(tc.session, tc.roster, tc.peers, Rules{Now: at(30)})); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}
