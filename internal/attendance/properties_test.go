package attendance

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// properties hold whatever comes in.
func properties(t *testing.T, columns [][]Held, roster []Invited, rules Rules, results []Result) {
	t.Helper()
	for i, r := range results {
		rows := 0
		for _, p := range r.everybody() {
			rows += p.Rows
		}
		absent(t, slices.Concat(r.Absent, r.Later))
		joins, peers := 0, 0
		for _, p := range slices.Concat(r.Attended, r.Guests) {
			joins += p.Joins()
			visited(t, r, p)
		}
		for _, h := range columns[i] {
			peers += len(h.Peers)
		}
		counted := countedRows(columns[i], roster)
		if rows > counted || joins > peers ||
			len(rules.LeaveOut) == 0 && (rows != counted || joins != peers || r.LeftOut > 0) {
			t.Fatalf("%d rows of %d, %d joins of %d, %d left out", rows, counted, joins, peers, r.LeftOut)
		}
		if r.End.Before(r.Start) || r.Lived() > r.End.Sub(r.Start) && !r.Start.IsZero() {
			t.Fatalf("%s to %s, lived %s", r.Start, r.End, r.Lived())
		}
	}
	over := Over(results)
	if n := len(Compare(results)); n > len(over.everybody()) {
		t.Fatalf("%d records of %d people", n, len(over.everybody()))
	}
}

// countedRows are those that count for a column.
func countedRows(column []Held, roster []Invited) int {
	n := 0
	for _, row := range roster {
		if slices.ContainsFunc(column, func(h Held) bool { return row.Meeting == "" || row.Meeting == h.Meeting }) {
			n++
		}
	}
	return n
}

func visited(t *testing.T, r Result, p Person) {
	t.Helper()
	if len(p.Visits) != 1 {
		t.Fatalf("visits %+v", p.Visits)
	}
	v := p.Visits[0]
	if d := p.Present(); d < 0 || d > v.Session.End.Sub(v.Session.Start) {
		t.Fatalf("present %s of %+v", d, v.Session)
	}
	if v.Late() < 0 || v.Early() < 0 || v.LateMinutes() < 0 || v.EarlyMinutes() < 0 || v.Devices < 1 || v.Reconnects < 0 || len(v.Peers) == 0 {
		t.Fatalf("visit %+v", v)
	}
	share, known := v.Share()
	whole, same := r.Share(p)
	if share < 0 || share > 100 || known != (v.Lived > 0) || share != whole || known != same ||
		v.Present() > r.Lived() && known {
		t.Fatalf("share %d %v of %s, %d %v of %s", share, known, v.Lived, whole, same, r.Lived())
	}
	intervals(t, v)
	if v.Here && !r.Live || v.Here && v.Early() > 0 {
		t.Fatalf("here %+v", v)
	}
}

// intervals holds that those of a visit are in order, and that what is between is away.
func intervals(t *testing.T, v Visit) {
	t.Helper()
	for _, n := range v.Intervals {
		begun := n.To.After(n.From) || v.Here && n.From.Equal(v.Last())
		if v.PresentAt(n.From) != begun || v.PresentAt(v.Last()) != v.Here {
			t.Fatalf("present from %s, until %s: %+v", n.From, v.Last(), v)
		}
	}
	for i, n := range v.Intervals {
		if n.To.Before(n.From) || n.From.Before(v.Session.Start) || n.To.After(v.Session.End) || i > 0 && !n.From.After(v.Intervals[i-1].To) {
			t.Fatalf("intervals %v of %+v", v.Intervals, v.Session)
		}
	}
	for _, g := range v.Away {
		inside := slices.ContainsFunc(v.Intervals, func(n Interval) bool { return g.From.Before(n.To) && n.From.Before(g.To) })
		if !g.To.After(g.From) || inside != (g.Kind == InRoom) {
			t.Fatalf("gap %v of %v", g, v.Intervals)
		}
	}
}

func absent(t *testing.T, people []Person) {
	t.Helper()
	for _, p := range people {
		if p.Rows == 0 || len(p.Visits) > 0 {
			t.Fatalf("not absent: %+v", p)
		}
	}
}

// shuffled is the same in another order.
func shuffled(r *rand.Rand, columns [][]Held) [][]Held {
	var out [][]Held
	for _, column := range columns {
		var own []Held
		for _, h := range column {
			h.Peers = slices.Clone(h.Peers)
			r.Shuffle(len(h.Peers), func(i, j int) { h.Peers[i], h.Peers[j] = h.Peers[j], h.Peers[i] })
			for i := range h.Peers {
				events := slices.Clone(h.Peers[i].Events)
				r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
				h.Peers[i].Events = events
			}
			own = append(own, h)
		}
		out = append(out, own)
	}
	return out
}

// Nothing but the roster's own order shows in an answer.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for n := range 5_000 {
		columns, roster, rules := random(r)
		want := Series(columns, roster, rules)
		if got := Series(shuffled(r, columns), roster, rules); !reflect.DeepEqual(got, want) {
			t.Fatalf("case %d:\n%+v\nin order:\n%+v", n, got, want)
		}
		turned := slices.Clone(roster)
		slices.Reverse(turned)
		for i, got := range Series(columns, turned, rules) {
			if shown(got) != shown(want[i]) {
				t.Fatalf("case %d, roster turned around:\n%s\nin order:\n%s", n, shown(got), shown(want[i]))
			}
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add(uint64(1), int64(0), int64(60), int64(5), int64(70), int64(30), int64(40), "Ann", "guest")
	f.Add(uint64(2), int64(10), int64(-60), int64(-5), int64(0), int64(1), int64(0), "ﾊﾞﾅ", "A@b.c")
	f.Add(uint64(8), int64(42), int64(0), int64(103), int64(101), int64(-149), int64(129), "0", "0") // overlapping twins
	f.Fuzz(func(t *testing.T, seed uint64, start, end, joined, left, now, event int64, name, id string) {
		r := rand.New(rand.NewPCG(seed, 1))
		columns, roster, rules := random(r)
		moment := func(n int64) time.Time {
			if n == 0 {
				return time.Time{}
			}
			return time.Unix(n%(1<<33), n%1000)
		}
		h := &columns[0][0]
		h.Session = Session{Start: moment(start), End: moment(end), Ended: seed%2 == 0}
		for i := range h.Peers {
			if p := &h.Peers[i]; i < 3 {
				p.Joined, p.Left, p.Name, p.CustomID = moment(joined), moment(left), name, id
				p.Events = append(p.Events, Event{At: moment(event), Leaving: i%2 == 0})
			}
		}
		rules.Now = moment(now)
		results := Series(columns, roster, rules)
		properties(t, columns, roster, rules, results)
		if again := Series(shuffled(r, columns), roster, rules); !reflect.DeepEqual(again, results) {
			t.Fatalf("%+v\nshuffled\n%+v", results, again)
		}
	})
}

func FuzzNames(f *testing.F) {
	f.Add("Ann", "ann  example", "バナ")
	f.Add("Łukasz", "LUKASZ", "Ё й")
	f.Add("\xf4Ů", "İ", "ǅ ẞ")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if fold(fold(a)) != fold(a) {
			t.Fatalf("%q folds to %q, which folds to %q", a, fold(a), fold(fold(a)))
		}
		if agree(parse(a), parse(b)) != agree(parse(b), parse(a)) {
			t.Fatalf("%q and %q agree in one direction", a, b)
		}
		one, other := collect([]string{a, b, c}), collect([]string{c, b, a})
		if one.judge().apart != other.judge().apart || one.judge().apart > 3 {
			t.Fatalf("%q %q %q: %d, turned around %d", a, b, c, one.judge().apart, other.judge().apart)
		}
	})
}
