package attendance

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// one applies the rules to one session.
func one(s Session, roster []Invited, peers []Peer, r Rules) Result {
	return Series([][]Held{{{Session: s, Peers: peers}}}, roster, r)[0]
}

// clk reads a time of the day of nine o'clock, hours, minutes and maybe seconds.
func clk(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	layout := "15:04:05"
	if strings.Count(s, ":") == 1 {
		layout = "15:04"
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		panic(err)
	}
	return nine.Add(t.Sub(time.Date(0, 1, 1, 9, 0, 0, 0, time.UTC)))
}

// group reads joinings such as "a 10:00-10:30, a 10:31-@room, b -": user id,
// joining and leaving, and after @ a room.
func group(s string) []Peer {
	var out []Peer
	for i, field := range strings.Split(s, ", ") {
		if field == "" {
			continue
		}
		user, times, _ := strings.Cut(field, " ")
		times, room, _ := strings.Cut(times, "@")
		joined, left, _ := strings.Cut(times, "-")
		out = append(out, Peer{ID: fmt.Sprint(i), UserID: user, Joined: clk(joined), Left: clk(left), Room: room})
	}
	return out
}

// momentCases say when sessions begin and end, and from when people are late or leave early.
var momentCases = []struct {
	name, start, end, now, peers string
	rules                        Rules
	want                         string // begin, end, late from, early from, over since
}{
	{"kept alive", "10:00", "10:40", "", "a 10:00-10:30, b 10:00-10:30", Rules{}, "10:00 10:30 10:00 10:30 -"},
	{
		"a leaving after the end",
		"10:00",
		"10:40",
		"",
		"a 10:00-11:00, b 10:00-10:30",
		Rules{},
		"10:00 10:40 10:00 10:30 -",
	},
	{
		"an unknown leaving is at the last known",
		"10:00",
		"10:40",
		"",
		"a 10:00-, b 10:00-10:30",
		Rules{},
		"10:00 10:30 10:00 10:30 -",
	},
	{"no leaving known", "10:00", "10:40", "", "a 10:00-, b 10:00-", Rules{}, "10:00 10:40 10:00 10:40 -"},
	{
		"a room's leaving counts",
		"10:00",
		"10:40",
		"",
		"a 10:00-10:20, b 10:00-10:20, b 10:20-10:35@r",
		Rules{},
		"10:00 10:35 10:00 10:20 -",
	},
	{
		"joined after the last known leaving",
		"10:00",
		"10:40",
		"",
		"a 10:00-10:30, b 10:35-",
		Rules{},
		"10:00 10:35 10:00 10:35 -",
	},
	{"a host who opens early", "9:40", "10:30", "", "a 9:40-10:30, b 10:00-10:30", Rules{}, "09:40 10:30 10:00 10:30 -"},
	{
		"a forgotten tab",
		"10:00",
		"12:00",
		"",
		"a 10:00-12:00, b 10:00-10:30, c 10:02-10:29",
		Rules{},
		"10:00 12:00 10:00 10:30 -",
	},
	{"never two", "10:00", "11:00", "", "a 10:05-10:20, b 10:20-10:50", Rules{}, "10:00 10:50 10:00 10:50 -"},
	{
		"two devices are not two people",
		"10:00",
		"10:30",
		"",
		"a 10:00-10:30, a 10:05-10:30, b 10:10-10:20",
		Rules{},
		"10:00 10:30 10:10 10:20 -",
	},
	{
		"two, one, two again",
		"10:00",
		"10:30",
		"",
		"a 10:00-10:30, b 10:05-10:10, c 10:10-10:20",
		Rules{},
		"10:00 10:30 10:05 10:20 -",
	},
	{
		"in no time there is nobody",
		"10:00",
		"10:30",
		"",
		"a 10:00-10:30, b 10:05-10:05, c 10:08-10:20",
		Rules{},
		"10:00 10:30 10:08 10:20 -",
	},
	{
		"scheduled",
		"10:00",
		"10:30",
		"",
		"a 10:00-10:30, b 10:05-10:10",
		Rules{ScheduledStart: clk("10:02"), ScheduledEnd: clk("10:25")},
		"10:00 10:30 10:02 10:25 -",
	},
	{
		"scheduled start only",
		"10:00",
		"10:30",
		"",
		"a 10:00-10:30, b 10:05-10:10",
		Rules{ScheduledStart: clk("9:55")},
		"10:00 10:30 09:55 10:10 -",
	},
	{"live", "10:00", "", "10:20", "a 10:00-, b 10:05-10:10", Rules{}, "10:00 10:20 10:05 - -"},
	{
		"live, and late for its scheduled end",
		"10:00",
		"",
		"10:20",
		"a 10:00-, b 10:05-10:10",
		Rules{ScheduledEnd: clk("10:20")},
		"10:00 10:20 10:05 10:20 -",
	},
	{
		"live, before its scheduled end",
		"10:00",
		"",
		"10:20",
		"a 10:00-, b 10:05-10:10",
		Rules{ScheduledEnd: clk("10:20:01")},
		"10:00 10:20 10:05 - -",
	},
	{
		"live with nobody in it",
		"10:00",
		"",
		"10:45",
		"a 10:00-10:30, b 10:05-10:20",
		Rules{},
		"10:00 10:30 10:05 10:20 10:30",
	},
	{"live with nobody yet", "10:00", "", "10:45", "", Rules{}, "10:00 10:45 10:00 - -"},
	{"begin unknown", "", "10:30", "", "a 10:04-10:20, b 10:10-10:20", Rules{}, "10:04 10:20 10:10 10:20 -"},
	{"nothing known", "", "10:30", "", "a -", Rules{}, "- 10:30 10:30 10:30 -"},
}

func TestMoments(t *testing.T) {
	for _, tc := range momentCases {
		tc.rules.Now = clk(tc.now)
		r := one(Session{Start: clk(tc.start), End: clk(tc.end)}, nil, group(tc.peers), tc.rules)
		var got []string
		for _, m := range []time.Time{r.Start, r.End, r.LateFrom, r.EarlyFrom, r.OverSince} {
			s := "-"
			if !m.IsZero() {
				s = m.Format("15:04")
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != tc.want || r.Live != (tc.end == "") {
			t.Errorf("%s: %s, want %s (live %v)", tc.name, s, tc.want, r.Live)
		}
	}
}

// An ended session whose end nobody knows is not live, and ends with its people.
func TestEndedAtAnUnknownTime(t *testing.T) {
	r := one(Session{Start: clk("10:00"), Ended: true}, nil, group("a 10:00-10:20, b 10:10-"), Rules{Now: clk("18:00")})
	if r.Live || clock(r.End) != "10:20:00" || r.Guests[0].Here() || r.Guests[1].Here() {
		t.Errorf("%+v", r)
	}
	if got := r.Guests[1].Present(); got != 10*time.Minute {
		t.Errorf("present for %s", got)
	}
	if v := r.Guests[1].Visits[0]; v.FirstAssumed || !v.LastAssumed {
		t.Errorf("%+v", v)
	}
	r = one(Session{Start: clk("10:00"), Ended: true}, nil, group("a 10:05-"), Rules{})
	if clock(r.End) != "10:05:00" {
		t.Errorf("ends %s", r.End)
	}
}

func TestLateAndEarly(t *testing.T) {
	const people = "host 9:40-10:45, a 10:00-10:30:10, b 10:00:50-10:30:20, " +
		"c 10:17:10-10:29:50, tab 10:01-11:00, left 9:41-9:50"
	r := one(Session{Start: clk("9:40"), End: clk("11:00")}, nil, group(people), Rules{})
	want := map[string]string{ // late and early, each exactly and in minutes of the clock
		"host": "0s 0 0s 0",
		"left": "0s 0 55m0s 55",
		"a":    "19m0s 19 14m50s 15",
		"b":    "19m50s 19 14m40s 15",
		"c":    "36m10s 36 15m10s 16",
		"tab":  "20m0s 20 0s 0",
	}
	for _, p := range r.Guests {
		v := p.Visits[0]
		if got := fmt.Sprint(v.Late(), " ", v.LateMinutes(), " ", v.Early(), " ", v.EarlyMinutes()); got != want[p.ID] {
			t.Errorf("%s: %s, want %s (counted from %s and %s)", p.ID, got, want[p.ID], r.LateFrom, r.EarlyFrom)
		}
	}
}

func TestMinutes(t *testing.T) {
	for _, tc := range []struct {
		from, to string
		want     int
	}{
		{"14:00:00", "14:16:40", 16},
		{"14:00:59", "14:16:00", 16},
		{"14:00", "14:00:59", 0},
		{"14:00:59", "14:01", 1},
		{"14:05", "14:00", -5},
	} {
		if got := Minutes(clk(tc.from), clk(tc.to)); got != tc.want {
			t.Errorf("%s to %s: %d, want %d", tc.from, tc.to, got, tc.want)
		}
	}
}

func TestAway(t *testing.T) {
	for _, tc := range []struct{ name, peers, want string }{
		{"nothing", "a 10:00-11:00", "devices 1"},
		{"a gap", "a 10:00-10:18, a 10:23-11:00", "gone 10:18:00-10:23:00, devices 1"},
		{"a minute is a gap", "a 10:00-10:18, a 10:19-11:00", "gone 10:18:00-10:19:00, devices 1"},
		{"less is a reconnect", "a 10:00-10:18, a 10:18:59-11:00", "reconnected 10:18:00-10:18:59, devices 1, reconnects 1"},
		{"at once", "a 10:00-10:18, a 10:18-11:00", "devices 1, reconnects 1"},
		{"the old connection noticed late", "a 10:00-10:18:30, a 10:18-11:00", "devices 1, reconnects 1"},
		{"a minute of both is a second device", "a 10:00-10:19, a 10:18-11:00", "devices 2"},
		{"a second device", "a 10:00-11:00, a 10:10-10:50", "devices 2"},
		{"three devices", "a 10:00-11:00, a 10:10-10:50, a 10:20-10:30", "devices 3"},
		{"two devices, both gone for a while", "a 10:00-10:20, a 10:05-10:20, a 10:30-11:00, a 10:31-11:00",
			"gone 10:20:00-10:30:00, devices 2"},
		{
			"a breakout room",
			"a 10:00-10:20, a 10:20-10:40@r, a 10:40-11:00",
			"in room 10:20:00-10:40:00, stay r 10:20:00-10:40:00, devices 1",
		},
		{"on the way to it", "a 10:00-10:20, a 10:20:20-10:40@r, a 10:40:30-11:00",
			"in room 10:20:20-10:40:00, stay r 10:20:20-10:40:00, devices 1"},
		{"a long way to it", "a 10:00-10:20, a 10:25-10:40@r, a 10:40-11:00",
			"gone 10:20:00-10:25:00, in room 10:25:00-10:40:00, stay r 10:25:00-10:40:00, devices 1"},
		{"to the end", "a 10:00-10:20, a 10:20-11:00@r", "in room 10:20:00-11:00:00, stay r 10:20:00-11:00:00, devices 1"},
		{"two rooms", "a 10:00-10:20@r, a 10:20-10:40@s, a 10:40-11:00",
			"in room 10:00:00-10:40:00, stay r 10:00:00-10:20:00, stay s 10:20:00-10:40:00, devices 1"},
		{"a reconnect in a room", "a 10:00-10:20@r, a 10:20:10-11:00@r",
			"in room 10:00:00-10:20:00, reconnected 10:20:00-10:20:10, in room 10:20:10-11:00:00, " +
				"stay r 10:00:00-10:20:00, stay r 10:20:10-11:00:00, devices 1, reconnects 1"},
		{
			"a phone stays while the laptop is in a room",
			"a 10:00-11:00, a 10:20-10:40@r",
			"stay r 10:20:00-10:40:00, devices 2",
		},
	} {
		// Somebody else keeps the session open.
		peers := append(group(tc.peers), Peer{UserID: "z", Joined: clk("10:00"), Left: clk("11:00")})
		r := one(Session{Start: clk("10:00"), End: clk("11:00")}, nil, peers, Rules{})
		if got := away(r); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// away tells of the person a.
func away(r Result) string {
	var out []string
	for _, p := range r.Guests {
		if p.ID != "a" {
			continue
		}
		v := p.Visits[0]
		for _, g := range v.Away {
			kind := map[Kind]string{Gone: "gone", Reconnected: "reconnected", InRoom: "in room"}[g.Kind]
			out = append(out, fmt.Sprintf("%s %s-%s", kind, clock(g.From), clock(g.To)))
		}
		for _, s := range v.Rooms {
			out = append(out, fmt.Sprintf("stay %s %s-%s", s.Room, clock(s.From), clock(s.To)))
		}
		out = append(out, fmt.Sprintf("devices %d", v.Devices))
		if v.Reconnects > 0 {
			out = append(out, fmt.Sprintf("reconnects %d", v.Reconnects))
		}
	}
	return strings.Join(out, ", ")
}

func TestEvents(t *testing.T) {
	for _, tc := range []struct{ name, events, left, want string }{
		{"a gap", "-10:10 +10:13 -10:30", "10:30", "gone 10:10:00-10:13:00, devices 1"},
		{"a reconnect", "-10:10 +10:10:30", "10:30", "reconnected 10:10:00-10:10:30, devices 1, reconnects 1"},
		{"only a joining", "+10:00", "10:30", "devices 1"},
		{
			"two gaps",
			"+10:00 -10:10 +10:13 -10:20 +10:22 -10:30",
			"10:30",
			"gone 10:10:00-10:13:00, gone 10:20:00-10:22:00, devices 1",
		},
		{"a leaving that no joining follows", "-10:10", "10:30", "devices 1"},
		{"said twice", "-10:10 -10:11 +10:13 +10:14", "10:30", "gone 10:10:00-10:13:00, devices 1"},
		{"outside of the joining", "-9:50 +9:55 -10:40 +10:50", "10:30", "devices 1"},
		{"the leaving is known by an event alone", "-10:10 +10:13 -10:25", "", "gone 10:10:00-10:13:00, devices 1"},
	} {
		p := Peer{ID: "1", UserID: "a", Joined: clk("10:00"), Left: clk(tc.left)}
		for e := range strings.FieldsSeq(tc.events) {
			p.Events = append(p.Events, Event{At: clk(e[1:]), Leaving: e[0] == '-'})
		}
		r := one(Session{Start: clk("10:00"), End: clk("10:40")}, nil, []Peer{p}, Rules{})
		if got := away(r); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
		if want := "10:30:00"; tc.left != "" && clock(r.End) != want || tc.left == "" && clock(r.End) != "10:25:00" {
			t.Errorf("%s: ends %s", tc.name, clock(r.End))
		}
	}
	live := Peer{ID: "1", UserID: "a", Joined: clk("10:00"), Events: []Event{{At: clk("10:10"), Leaving: true}}}
	r := one(Session{Start: clk("10:00")}, nil, []Peer{live}, Rules{Now: clk("10:30")})
	if clock(r.OverSince) != "10:10:00" || r.Guests[0].Here() {
		t.Errorf("%+v", r)
	}
	live.Events = append(live.Events, Event{At: clk("10:12")})
	r = one(Session{Start: clk("10:00")}, nil, []Peer{live}, Rules{Now: clk("10:30")})
	if !r.OverSince.IsZero() || !r.Guests[0].Here() || r.Guests[0].Present() != 28*time.Minute {
		t.Errorf("%+v", r)
	}
}

func TestJustInTime(t *testing.T) {
	s := Session{Start: clk("10:00"), End: clk("11:00")}
	earlier := Session{Start: clk("8:00"), End: clk("8:30")}
	for _, tc := range []struct {
		name, added string // of those who came at 10:10, in order
		want        bool
	}{
		{"nobody came", "", false},
		{"4 in 5", "10:09 10:09 10:09 10:09 9:00", true},
		{"3 in 4", "10:09 10:09 10:09 9:00", false},
		{"1:59 before", "10:08:01", true},
		{"2 minutes before", "10:08", false},
		{"after coming", "10:10:01", true},
		{"as the session ended", "11:00", true},
		{"after the session, on a roster made anew", "11:00:01", false},
		{"at an earlier session", "8:00", true},
		{"as its last", "8:30", true},
		{"after it", "8:30:01", false},
		{"just before it, as its first", "7:58:01", true},
		{"long before it", "7:58", false},
		{"long ago", "-", false},
	} {
		var roster []Invited
		var peers []Peer
		for i, added := range strings.Fields(tc.added) {
			id := fmt.Sprint(i)
			roster = append(roster, Invited{ID: id, Added: clk(strings.Trim(added, "-"))})
			peers = append(peers, Peer{UserID: id, Joined: clk("10:10"), Left: clk("11:00")})
		}
		roster = append(roster, Invited{ID: "absent", Added: clk("8:10")})
		peers = append(peers, Peer{UserID: "guest", Joined: clk("10:10"), Left: clk("11:00")})
		if got := one(s, roster, peers, Rules{Earlier: []Session{earlier}}).JustInTime; got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
}

// The sessions of one series know of each other, and so does what they have in common.
func TestJustInTimeInASeries(t *testing.T) {
	s := Session{Start: clk("10:00"), End: clk("11:00")}
	earlier := Session{Start: clk("8:00"), End: clk("8:30")}
	roster := []Invited{{ID: "a", Added: clk("8:09")}}
	columns := [][]Held{
		{{Session: earlier, Peers: group("a 8:10-8:30")}},
		{{Session: s, Peers: group("a 10:00-11:00")}},
	}
	results := Series(columns, roster, Rules{})
	if !results[0].JustInTime || !results[1].JustInTime || !Over(results).JustInTime {
		t.Errorf("%+v", results)
	}
	roster[0].Added = clk("7:00")
	if results = Series(columns, roster, Rules{}); results[1].JustInTime || Over(results).JustInTime {
		t.Errorf("%+v", results)
	}
	// Somebody who has another row each time was added just before coming to the last one.
	columns[0][0].Peers = group("x 8:10-8:30")
	columns[0][0].Peers[0].CustomID = "c"
	roster[0] = Invited{ID: "a", CustomID: "c", Added: clk("9:59")}
	results = Series(columns, roster, Rules{})
	if results[0].JustInTime || !results[1].JustInTime || !Over(results).JustInTime {
		t.Errorf("%+v", results)
	}
	roster = []Invited{{ID: "a", CustomID: "c", Added: clk("9:00")}, {ID: "b", CustomID: "c", Added: clk("10:09")}}
	rules := Rules{Earlier: []Session{{Start: clk("9:00"), End: clk("9:10")}}}
	if !one(s, roster, []Peer{{UserID: "b", Joined: clk("10:10")}}, rules).JustInTime {
		t.Error("somebody who is added anew at each joining")
	}
}
