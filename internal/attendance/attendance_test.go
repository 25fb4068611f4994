package attendance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

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

func TestRules(t *testing.T) {
	hour := Session{at(0), at(60)}
	live := Session{Start: at(0)}
	roster := []Invited{{ID: "a", CustomID: "ca", Name: "Ann"}, {ID: "b", CustomID: "cb", Name: "Bob"}}
	for _, tc := range []struct {
		name    string
		session Session
		roster  []Invited
		peers   []Peer
		want    string
	}{
		{"nobody came", hour, roster, nil, "-a; -b"},
		{"by user id", hour, roster, []Peer{{ID: "1", UserID: "a", Joined: at(1), Left: at(60)}}, "+a x1 59 1-60; -b"},
		{"by custom id", hour, roster, []Peer{{ID: "1", UserID: "x", CustomID: "cb", Joined: at(0), Left: at(60)}}, "+b x1 60 0-60; -a"},
		{"never by name", hour, roster, []Peer{{ID: "1", UserID: "x", Name: "Ann", Joined: at(0), Left: at(60)}}, "-a; -b; ?x x1 60 0-60"},
		{"user id wins", hour, roster, []Peer{{ID: "1", UserID: "a", CustomID: "cb", Joined: at(0), Left: at(60)}}, "+a x1 60 0-60; -b"},
		{"duplicate custom id", hour, []Invited{{ID: "a", CustomID: "c"}, {ID: "b", CustomID: "c"}}, []Peer{{ID: "1", UserID: "x", CustomID: "c", Joined: at(0), Left: at(60)}}, "-a; -b; ?x x1 60 0-60"},
		{"empty custom ids do not meet", hour, []Invited{{ID: "a"}}, []Peer{{ID: "1", Joined: at(0), Left: at(60)}}, "-a; ? x1 60 0-60"},
		{"drop and rejoin", hour, roster[:1], []Peer{{ID: "2", UserID: "a", Joined: at(30), Left: at(60)}, {ID: "1", UserID: "a", Joined: at(0), Left: at(20)}}, "+a x2 50 0-20 30-60"},
		{"two devices", hour, roster[:1], []Peer{{ID: "1", UserID: "a", Joined: at(0), Left: at(60)}, {ID: "2", UserID: "a", Joined: at(10), Left: at(50)}}, "+a x2 60 0-60"},
		{"overlap", hour, roster[:1], []Peer{{ID: "1", UserID: "a", Joined: at(0), Left: at(30)}, {ID: "2", UserID: "a", Joined: at(20), Left: at(60)}}, "+a x2 60 0-60"},
		{"touching", hour, roster[:1], []Peer{{ID: "1", UserID: "a", Joined: at(0), Left: at(30)}, {ID: "2", UserID: "a", Joined: at(30), Left: at(40)}}, "+a x2 40 0-40"},
		{"no left_at, ended", hour, roster[:1], []Peer{{ID: "1", UserID: "a", Joined: at(50)}}, "+a x1 10 50-60"},
		{"no left_at, live", live, roster[:1], []Peer{{ID: "1", UserID: "a", Joined: at(20)}}, "+a x1 10 20-30 here"},
		{"left a live session", live, roster[:1], []Peer{{ID: "1", UserID: "a", Joined: at(10), Left: at(20)}}, "+a x1 10 10-20"},
		{"no joined_at", hour, roster[:1], []Peer{{ID: "1", UserID: "a", Left: at(5)}}, "+a x1 5 0-5"},
		{"left before joined", hour, roster[:1], []Peer{{ID: "1", UserID: "a", Joined: at(20), Left: at(10)}}, "+a x1 0 20-20"},
		{"outside the session", hour, roster[:1], []Peer{{ID: "1", UserID: "a", Joined: at(-600), Left: at(600)}}, "+a x1 60 0-60"},
		{"anonymous guests", hour, nil, []Peer{{ID: "1", Joined: at(0), Left: at(9)}, {ID: "2", Joined: at(1), Left: at(9)}}, "? x1 9 0-9; ? x1 8 1-9"},
		{"guests of one custom id", hour, nil, []Peer{{ID: "1", UserID: "x", CustomID: "guest", Joined: at(0), Left: at(9)}, {ID: "2", UserID: "y", CustomID: "guest", Joined: at(1), Left: at(9)}}, "?x x1 9 0-9; ?y x1 8 1-9"},
		{"breakout room, rejoined by custom id", hour, roster[:1], []Peer{{ID: "1", UserID: "a", Joined: at(0), Left: at(20)}, {ID: "2", UserID: "room-7", CustomID: "ca", Joined: at(20), Left: at(40)}, {ID: "3", UserID: "a", Joined: at(40), Left: at(60)}}, "+a x3 60 0-60"},
		{"added after the end", hour, []Invited{{ID: "a", Added: at(61)}, {ID: "b", Added: at(59)}}, nil, "-b; later a"},
		{"added after the end, yet came", hour, []Invited{{ID: "a", Added: at(61)}}, []Peer{{ID: "1", UserID: "a", Joined: at(0), Left: at(60)}}, "+a x1 60 0-60"},
		{"added after the time looked at a live session", live, []Invited{{ID: "a", Added: at(31)}}, nil, "-a"},
		{"end before start", Session{at(10), at(0)}, roster[:1], []Peer{{ID: "1", UserID: "a", Joined: at(3), Left: at(4)}}, "+a x1 0 10-10"},
	} {
		if got := show(Of(tc.session, tc.roster, tc.peers, at(30))); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

const length = 120 // minutes of a random session

func random(r *rand.Rand) (Session, []Invited, []Peer, time.Time) {
	s := Session{Start: at(0), End: at(length)}
	if r.IntN(4) == 0 {
		s.End = time.Time{}
	}
	var roster []Invited
	for i := range r.IntN(6) {
		roster = append(roster, Invited{ID: fmt.Sprint("id", i), CustomID: []string{"", "same", fmt.Sprint("c", i)}[r.IntN(3)]})
	}
	var peers []Peer
	for i := range r.IntN(12) {
		p := Peer{ID: fmt.Sprint("peer", i), UserID: []string{"", fmt.Sprint("id", r.IntN(8))}[r.IntN(2)], CustomID: []string{"", "same", fmt.Sprint("c", r.IntN(8))}[r.IntN(3)]}
		if r.IntN(10) > 0 {
			p.Joined = at(r.IntN(length+40) - 20)
		}
		if r.IntN(5) > 0 {
			p.Left = at(r.IntN(length+40) - 20)
		}
		peers = append(peers, p)
	}
	return s, roster, peers, at(r.IntN(length) + 1)
}

// slow is a second implementation, minute by minute, of who is present.
func slow(s Session, roster []Invited, peers []Peer, now time.Time) map[string]int {
	end := s.End
	if end.IsZero() {
		end = now
	}
	total := map[string]int{}
	for _, peer := range peers {
		total[owner(roster, peer)] += 0 // came, if only for no time
	}
	for minute := at(0); minute.Before(end); minute = minute.Add(time.Minute) {
		there := map[string]bool{}
		for _, peer := range peers {
			joined := peer.Joined.IsZero() || !peer.Joined.After(minute)
			left := !peer.Left.IsZero() && !peer.Left.After(minute)
			if joined && !left {
				there[owner(roster, peer)] = true
			}
		}
		for who := range there {
			total[who]++
		}
	}
	return total
}

func owner(roster []Invited, peer Peer) string {
	for _, r := range roster {
		if peer.UserID != "" && r.ID == peer.UserID {
			return "+" + r.ID
		}
	}
	var same []string
	for _, r := range roster {
		if peer.CustomID != "" && r.CustomID == peer.CustomID {
			same = append(same, "+"+r.ID)
		}
	}
	if len(same) == 1 {
		return same[0]
	}
	if peer.UserID != "" {
		return "?" + peer.UserID
	}
	return "?" + peer.ID
}

func TestDifferential(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for n := range 10_000 {
		s, roster, peers, now := random(r)
		got := map[string]int{}
		result := Of(s, roster, peers, now)
		anonymous := 0
		for _, p := range result.Attended {
			got["+"+p.ID] = int(p.Present().Minutes())
		}
		for _, p := range result.Guests {
			if p.ID == "" {
				anonymous += int(p.Present().Minutes())
				continue
			}
			got["?"+p.ID] = int(p.Present().Minutes())
		}
		wantAnonymous := 0
		want := slow(s, roster, peers, now)
		for who, minutes := range want {
			if strings.HasPrefix(who, "?peer") {
				wantAnonymous += minutes
				delete(want, who)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || anonymous != wantAnonymous {
			t.Fatalf("session %d: %v and %d anonymous minutes, minute by minute %v and %d\n%+v\n%+v\n%+v", n, got, anonymous, want, wantAnonymous, s, roster, peers)
		}
		properties(t, s, roster, peers, now, result)
	}
}

// properties holds what must be true whatever comes in.
func properties(t *testing.T, s Session, roster []Invited, peers []Peer, now time.Time, r Result) {
	t.Helper()
	end := s.End
	if end.IsZero() {
		end = now
	}
	if end.Before(s.Start) {
		end = s.Start
	}
	if len(r.Attended)+len(r.Absent)+len(r.Later) != len(roster) {
		t.Fatalf("%d attended, %d absent, %d later of %d", len(r.Attended), len(r.Absent), len(r.Later), len(roster))
	}
	joins := 0
	for _, p := range slices.Concat(r.Attended, r.Guests) {
		joins += p.Joins()
		if d := p.Present(); d < 0 || d > end.Sub(s.Start) {
			t.Fatalf("present %s of %s", d, end.Sub(s.Start))
		}
		if len(p.Visits) != 1 || p.Visits[0].Late() < 0 || p.Visits[0].Early() < 0 {
			t.Fatalf("visits %+v", p.Visits)
		}
		intervals := p.Visits[0].Intervals
		for i, v := range intervals {
			if v.To.Before(v.From) || v.From.Before(s.Start) || v.To.After(end) || i > 0 && !v.From.After(intervals[i-1].To) {
				t.Fatalf("intervals %v", intervals)
			}
		}
	}
	if joins != len(peers) {
		t.Fatalf("%d joins of %d peers", joins, len(peers))
	}
}

func FuzzOf(f *testing.F) {
	f.Add(uint64(1), int64(0), int64(60), int64(5), int64(70), int64(30))
	f.Add(uint64(2), int64(10), int64(-60), int64(-5), int64(0), int64(1))
	f.Fuzz(func(t *testing.T, seed uint64, start, end, joined, left, now int64) {
		_, roster, peers, _ := random(rand.New(rand.NewPCG(seed, 1)))
		moment := func(n int64) time.Time {
			if n == 0 {
				return time.Time{}
			}
			return time.Unix(n%(1<<33), 0)
		}
		if len(peers) > 0 {
			peers[0].Joined, peers[0].Left = moment(joined), moment(left)
		}
		s := Session{Start: moment(start), End: moment(end)}
		roster = slices.CompactFunc(roster, func(a, b Invited) bool { return a.ID == b.ID })
		properties(t, s, roster, peers, moment(now), Of(s, roster, peers, moment(now)))
	})
}
