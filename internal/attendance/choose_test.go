package attendance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// sessionsOf reads sessions such as "10:00-11:00 abc": each letter is somebody
// who was there from begin to end. Without an end a session is live. What
// follows a slash is said of people in words of their own: see group.
func sessionsOf(s string) []Held {
	var out []Held
	for i, field := range strings.Split(s, "; ") {
		field, people, special := strings.Cut(field, "/")
		times, letters, _ := strings.Cut(field, " ")
		begin, end, _ := strings.Cut(times, "-")
		h := Held{ID: fmt.Sprint(i), Session: Session{Start: clk(begin), End: clk(end)}}
		for _, user := range letters {
			h.Peers = append(h.Peers, Peer{ID: fmt.Sprint(i, string(user)), UserID: string(user), Joined: h.Start, Left: h.End})
		}
		if special {
			h.Peers = append(h.Peers, group(people)...)
		}
		out = append(out, h)
	}
	return out
}

// decide reads what Choose needs until it decides, and tells what it read.
func decide(t *testing.T, held []Held, r Rules) (Choice, []int) {
	t.Helper()
	people := make([][]Peer, len(held))
	for i := range held {
		people[i], held[i].Peers, held[i].Read = held[i].Peers, nil, false
	}
	var read []int
	for {
		c := Choose(held, nil, r)
		if len(c.Need) == 0 {
			slices.Sort(read)
			return c, read
		}
		for _, i := range c.Need {
			if held[i].Read {
				t.Fatalf("session %d is needed again", i)
			}
			held[i].Peers, held[i].Read = people[i], true
			read = append(read, i)
		}
	}
}

var chooseCases = []struct {
	name, sessions string
	want           string // sessions answered for
	reopened       time.Duration
	read           string
}{
	{"one", "10:00-11:00 abc", "[0]", -1, "[]"},
	{"a link clicked again", "10:00-11:00 abc; 11:20-11:21 a", "[0]", 20 * time.Minute, "[0 1]"},
	{"at most 60 minutes after", "10:00-11:00 abc; 12:00-12:01 a", "[0]", time.Hour, "[0 1]"},
	{"61 minutes after", "10:00-11:00 abc; 12:01-12:02 a", "[1]", -1, "[]"},
	{"60 minutes and a second after", "10:00-11:00 abc; 12:00:01-12:02 a", "[1]", -1, "[]"},
	{"of one person, however long", "10:00-11:00 abc; 11:20-12:10 a", "[0]", 20 * time.Minute, "[0 1]"},
	{"but not longer", "10:00-11:00 abc; 11:20-12:20 a", "[1]", -1, "[0 1]"},
	{"under 5 minutes, however many", "10:00-11:00 abc; 11:20-11:24:59 ab", "[0]", 20 * time.Minute, "[0 1]"},
	{"5 minutes of two", "10:00-11:00 abc; 11:20-11:25 ab", "[1]", -1, "[1]"},
	{"as many people", "10:00-11:00 abc; 11:20-11:24 abc", "[1]", -1, "[0 1]"},
	{"more people", "10:00-11:00 ab; 11:20-11:24 abc", "[1]", -1, "[0 1]"},
	{"nobody came back", "10:00-11:00 abc; 11:20-11:50 ", "[0]", 20 * time.Minute, "[0 1]"},
	{
		"kept alive: short is who was there",
		"10:00-11:00 abc; 11:20-11:40 /a 11:20-11:23, b 11:20-11:23",
		"[0]",
		20 * time.Minute,
		"[0 1]",
	},
	{
		"kept alive: the end is who was there",
		"10:00-11:10 /a 10:00-11:00, b 10:00-11:00; 12:01-12:02 a",
		"[1]",
		-1,
		"[0 1]",
	},
	{"a live one always", "10:00-11:00 abc; 11:05- a", "[1]", -1, "[0 1]"},
	{"a live one always, of one person for two minutes", "11:20-12:20 abc; 12:28- a", "[1]", -1, "[0 1]"},
	{"a live one always, whatever began later", "11:05- a; 11:10-11:20 abc", "[0]", -1, "[]"},
	{"a weekly to which one came", "9:00-9:45 abcdef; 16:00-16:02 a", "[1]", -1, "[]"},
	{"reopened twice", "10:00-11:00 abc; 11:05-11:06 a; 11:10-11:11 b", "[0]", 10 * time.Minute, "[0 2]"},
	{
		"reopened twice, the first time by more",
		"10:00-11:00 abc; 11:05-11:08 ab; 11:10-11:11 b",
		"[0]",
		10 * time.Minute,
		"[0 2]",
	},
	{
		"reopened twice, for long the first time",
		"10:00-11:00 abc; 11:05-11:15 a; 11:20-11:21 b",
		"[0]",
		20 * time.Minute,
		"[0 1 2]",
	},
	{"reopened again after long: never further back", "10:00-11:00 abc; 11:50-11:51 a; 12:40-12:41 b", "[2]", -1, "[1 2]"},
	{"of two before, the nearest", "10:00-10:30 abcd; 10:40-11:00 xyz; 11:10-11:11 a", "[1]", 10 * time.Minute, "[0 1 2]"},
	{"nothing but short ones", "10:00-10:04 abc; 10:10-10:12 a", "[0]", 6 * time.Minute, "[0 1]"},
	{"twins", "10:00-10:30 abcd; 10:40-11:00 abxy", "[0 1]", -1, "[0 1]"},
	{"15 minutes apart", "10:00-10:30 ab; 10:45-11:00 ab", "[0 1]", -1, "[0 1]"},
	{"15 minutes and a second apart", "10:00-10:30 ab; 10:45:01-11:00 ab", "[1]", -1, "[1]"},
	{"one in both", "10:00-10:30 abcd; 10:40-11:00 axyz", "[1]", -1, "[0 1]"},
	{"one in both, of two", "10:00-10:30 abcd; 10:40-11:00 ax", "[1]", -1, "[0 1]"},
	{"half of the smaller one in both", "10:00-10:30 abcdefgh; 10:40-11:00 abxy", "[0 1]", -1, "[0 1]"},
	{"less than half of it", "10:00-10:30 abcdefgh; 10:40-11:00 abxyz", "[1]", -1, "[0 1]"},
	{
		"twins, then a link clicked again",
		"10:00-10:30 abcd; 10:40-11:00 abcd; 11:10-11:11 a",
		"[0 1]",
		10 * time.Minute,
		"[0 1 2]",
	},
	{"a link clicked in the break", "10:00-10:30 abcd; 10:35-10:36 a; 10:40-11:00 abcd", "[0 2]", -1, "[0 2]"},
	{"three in a row", "10:00-10:30 ab; 10:35-11:00 ab; 11:05-11:30 ab", "[1 2]", -1, "[1 2]"},
	{"goes on live", "10:00-10:30 abc; 10:35- /a 10:35-, b 10:35-", "[0 1]", -1, "[0 1]"},
	{"short before long", "10:00-10:03 ab; 10:05-11:00 ab", "[1]", -1, "[1]"},
	{"no reopening, and no twin", "10:00-10:30 ab; 11:00-11:30 ab", "[1]", -1, "[1]"},
	{"in any order", "11:20-11:21 a; 10:00-11:00 abc", "[1]", 20 * time.Minute, "[0 1]"},
	{"begin unknown", "10:00-11:00 abc; -11:21 a", "[0]", -1, "[]"},
}

func TestChoose(t *testing.T) {
	for _, tc := range chooseCases {
		held := sessionsOf(tc.sessions)
		c, read := decide(t, held, Rules{Now: clk("12:30")})
		reopened := c.Reopened && c.After == tc.reopened || !c.Reopened && tc.reopened < 0
		together := c.Together == (len(c.Sessions) == 2)
		if fmt.Sprint(c.Sessions) != tc.want || !reopened || !together || fmt.Sprint(read) != tc.read {
			t.Errorf("%s: %+v, read %v; want %s, reopened after %s, read %s", tc.name, c, read, tc.want, tc.reopened, tc.read)
		}
	}
	// Who is left out makes no session.
	held := sessionsOf("10:00-11:00 abc; 11:20-11:50 /a 11:20-11:50, b 11:20-11:50")
	held[1].Peers[1].Preset = "recorder"
	if c, _ := decide(t, held, Rules{LeaveOut: []string{"recorder"}}); fmt.Sprint(c.Sessions) != "[0]" {
		t.Errorf("with a recorder: %+v", c)
	}
}

// However many sessions there are, few are read.
func TestChooseReadsFew(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 2_000 {
		var fields []string
		minute := 0
		for range 1 + r.IntN(20) {
			minute += r.IntN(30)
			begin := at(60 + minute)
			minute += r.IntN(12)
			people := "abcdef"[:r.IntN(4)]
			fields = append(fields, fmt.Sprintf("%s-%s %s", begin.Format("15:04"), at(60+minute).Format("15:04"), people))
		}
		held := sessionsOf(strings.Join(fields, "; "))
		c, read := decide(t, slices.Clone(held), Rules{})
		if len(read) > 2*maxReads {
			t.Fatalf("%v read of %s", read, fields)
		}
		latest := held[c.Latest]
		for _, i := range c.Sessions {
			if i != c.Latest && latest.Start.Sub(held[i].End) > reopenAfter+twinPause+12*time.Minute {
				t.Fatalf("session %d of %s", i, fields)
			}
		}
		// Columns and Choose agree about the latest.
		for i := range held {
			held[i].Read = true
		}
		columns, _ := Columns(held, nil, Rules{})
		last := columns[len(columns)-1]
		if c.Reopened && last[len(last)-1].ID == latest.ID {
			t.Fatalf("%v is a reopening and a column of %s", latest.ID, fields)
		}
	}
}

func TestColumns(t *testing.T) {
	for _, tc := range []struct{ name, sessions, want string }{
		{"all", "8:00-8:30 ab; 9:40-10:00 abc; 12:00-12:30 ab", "[0] [1] [2], reopenings []"},
		{"a reopening", "8:00-8:30 ab; 8:40-8:41 a; 12:00-12:30 ab", "[0] [2], reopenings [1]"},
		{"a bad weekly", "8:00-8:30 ab; 10:00-10:02 a", "[0] [1], reopenings []"},
		{"twins", "8:00-8:30 ab; 8:40-9:00 ab; 12:00-12:30 ab", "[0 1] [2], reopenings []"},
		{
			"twins with a reopening between them and after",
			"8:00-8:30 ab; 8:35-8:36 a; 8:40-9:00 ab; 9:10-9:11 b; 12:00-12:30 ab",
			"[0 2] [4], reopenings [1 3]",
		},
		{"three in a row", "8:00-8:30 ab; 8:40-9:00 ab; 9:10-9:30 ab", "[0] [1 2], reopenings []"},
		{"live", "8:00-8:30 abc; 8:40- a", "[0] [1], reopenings []"},
		{"in any order", "12:00-12:30 ab; 8:40-8:41 a; 8:00-8:30 ab", "[2] [0], reopenings [1]"},
	} {
		held := sessionsOf(tc.sessions)
		for i := range held {
			held[i].Read = true
		}
		columns, reopenings := Columns(held, nil, Rules{Now: clk("8:50")})
		ids := func(held []Held) string {
			var out []string
			for _, h := range held {
				out = append(out, h.ID)
			}
			return fmt.Sprint(out)
		}
		var got []string
		for _, c := range columns {
			got = append(got, ids(c))
		}
		if s := strings.Join(got, " ") + ", reopenings " + ids(reopenings); s != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, s, tc.want)
		}
	}
}

// A reopening breaks no streak: who missed all meetings missed all columns.
func TestReopeningBreaksNoStreak(t *testing.T) {
	held := sessionsOf("8:00-8:30 ab; 8:40-8:41 c; 12:00-12:30 ab")
	for i := range held {
		held[i].Read = true
	}
	roster := []Invited{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	columns, _ := Columns(held, roster, Rules{})
	for _, r := range Compare(Series(columns, roster, Rules{})) {
		if want := map[string]string{"a": "xx", "b": "xx", "c": "--"}[r.ID]; string(r.Marks) != want {
			t.Errorf("%s: %s, want %s", r.ID, r.Marks, want)
		}
	}
}

func TestTogether(t *testing.T) {
	held := sessionsOf("10:00-10:40 /a 10:00-10:30, b 10:00-10:30, c 10:10-10:20, d 10:00-; " +
		"10:40-11:00 /a 10:40-11:00, b 10:45-11:00, e 10:50-11:00, d 10:40-10:58")
	roster := []Invited{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "e"}, {ID: "f"}}
	r := Series([][]Held{held}, roster, Rules{})[0]
	if r.Lived() != 50*time.Minute || clock(r.Start) != "10:00:00" || clock(r.End) != "11:00:00" || len(r.Parts) != 2 ||
		clock(r.LateFrom) != "10:00:00" || clock(r.EarlyFrom) != "11:00:00" || len(r.Absent) != 1 || len(r.Attended) != 4 {
		t.Errorf("%+v", r)
	}
	want := map[string]string{
		"a": "50m0s 0s 0s []",
		"b": "45m0s 0s 0s [gone 10:40:00-10:45:00]", // not the pause from 10:30 to 10:40
		"c": "10m0s 10m0s 40m0s []",
		"d": "48m0s 0s 2m0s []",
		"e": "10m0s 50m0s 0s []",
	}
	for _, p := range slices.Concat(r.Attended, r.Guests) {
		v := p.Visits[0]
		var gaps []string
		for _, g := range v.Away {
			gaps = append(gaps, fmt.Sprintf("gone %s-%s", clock(g.From), clock(g.To)))
		}
		got := fmt.Sprint(p.Present(), v.Late(), v.Early(), gaps)
		if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want[p.ID], " ", "") {
			t.Errorf("%s: %s, want %s", p.ID, got, want[p.ID])
		}
		if len(p.Visits) != 1 {
			t.Errorf("%s: %d visits", p.ID, len(p.Visits))
		}
	}
}

// Of several sessions, a schedule is that of the day.
func TestScheduleOfOneDay(t *testing.T) {
	s := func(day int) []Held {
		h := Held{Session: Session{Start: at(day * 1440), End: at(day*1440 + 60)}}
		h.Peers = []Peer{{UserID: "a", Joined: at(day*1440 + 10), Left: at(day*1440 + 50)}}
		return []Held{h}
	}
	rules := Rules{ScheduledStart: at(1440), ScheduledEnd: at(1440 + 60)}
	results := Series([][]Held{s(0), s(1)}, nil, rules)
	for i, want := range []time.Duration{0, 10 * time.Minute} {
		v := results[i].Guests[0].Visits[0]
		if late, early := v.Late(), v.Early(); early != want || late != 10*time.Minute && i == 1 {
			t.Errorf("session %d: late %s, early %s", i, late, early)
		}
	}
}

func webinar(people, joinings int) ([]Invited, []Peer) {
	r := rand.New(rand.NewPCG(5, 5))
	var roster []Invited
	for i := range people {
		roster = append(roster, Invited{
			ID:       fmt.Sprintf("00000000-0000-4000-8000-%012d", i),
			CustomID: fmt.Sprintf("user%d@example.com", i),
			Name:     fmt.Sprintf("Zoë Number%d", i),
			Preset:   "webinar_viewer",
			Added:    at(-1000 - i),
		})
	}
	var peers []Peer
	for i := range joinings {
		row := roster[i%people]
		from := r.IntN(3000)
		peers = append(peers, Peer{
			ID:       fmt.Sprint("peer", i),
			UserID:   row.ID,
			CustomID: row.CustomID,
			Name:     row.Name,
			Preset:   row.Preset,
			Joined:   nine.Add(time.Duration(from) * time.Second),
			Left:     nine.Add(time.Duration(from+r.IntN(600)) * time.Second),
		})
	}
	return roster, peers
}

func BenchmarkOf(b *testing.B) {
	roster, peers := webinar(5_000, 8_000)
	shared, unnamed, rooms := slices.Clone(peers), slices.Clone(peers), slices.Clone(peers)
	for i := range peers {
		shared[i].UserID, shared[i].CustomID, shared[i].Name = fmt.Sprint(i), "guest", fmt.Sprint("Zoë ", i)
		unnamed[i].UserID, unnamed[i].CustomID, unnamed[i].Name = fmt.Sprint(i), "guest", ""
		rooms[i].UserID, rooms[i].Room = "one", []string{"", fmt.Sprint("room", i)}[i%2]
	}
	for name, peers := range map[string][]Peer{"webinar": peers, "shared": shared, "unnamed": unnamed, "rooms": rooms} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				one(Session{Start: at(0), End: at(60)}, roster, peers, Rules{})
			}
		})
	}
}
