package attendance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"Ann", "ANN", true},
		{"Ann", "Ann Example", true},
		{"Ann Example", "Example, Ann", true},
		{"Ann (Example Ltd.)", "ann example ltd", true},
		{"Ann", "Anne", false},
		{"Ann Example", "Ann Other", false},
		{"  Ann \u00a0 Example\u3000", "Ann Example", true},
		{"山田 太郎", "山田太郎", true},
		{"ＡＮＮ", "ann", true},
		{"ﾊﾅ", "ハナ", true},
		{"ﾊﾞﾅ", "バナ", true},
		{"ハナ", "バナ", false},
		{"ハ\u3099ナ", "バナ", true},
		{"Zoë Lindqvist", "zoe lindqvist", true},
		{"Zoe\u0308", "Zoë", true},
		{"Γιώργος", "ΓΙΩΡΓΟΣ", true},
		{"Семён", "Семен", true},
		{"Андрей", "Андреи", true},
		{"Łukasz Nowak", "Lukasz Nowak", true},
		{"Jørgen", "Jorgen", true},
		{"Weiß", "WEISS", true},
		{"Nguyễn Thị Hoa", "Nguyen Thi Hoa", true},
		{"मोहन", "मोहिन", false},
		{"محمد", "مُحمد", false}, // marks of other scripts are not accents
		{"A\u200dnn\ufeff", "Ann", true},
		{"김민수", "김민서", false},
		{"Ann-Marie", "Ann Marie", true},
		{"Ann-Marie", "Ann", false},
		{"Pat O'Neil", "Pat O’Neil", true},
		{"J.R. Example", "JR Example", true},
		{"-", "Ann", false},
		{"🎉", "🎈", false},
	} {
		if n := collect([]string{tc.a, tc.b}); (n.judge().apart == 1) != tc.want {
			t.Errorf("%q and %q: %d names", tc.a, tc.b, n.judge().apart)
		}
	}
	for _, unnamed := range []string{"", "  ", "\u200b\u2060", "\u3000"} {
		if n := collect([]string{unnamed}); len(n.list) != 0 || n.of[unnamed] != -1 {
			t.Errorf("%q has a name", unnamed)
		}
	}
}

func TestHowManyNames(t *testing.T) {
	for _, tc := range []struct {
		names string
		want  int
	}{
		{"", 0},
		{"Ann", 1},
		{"Ann|Ann Example|Ann Marie Example", 1},
		{"Ann|Bob", 2},
		{"Ann|Bob|", 2},
		{"Ann|Ann Example|Bob", 2},
		{"Ann|Ann Example|Ann Other", 2}, {"Ann|Bob|Cid", 3}, {"Ann|Bob|Ann Bob", 2}, {"Ann|Bob|Cid|Ann Bob Cid", 3},
		{"Ann Example|AnnExample|Ann", 1},
	} {
		written := strings.Split(tc.names, "|")
		for range written {
			if n := collect(written); n.judge().apart != tc.want {
				t.Errorf("%v: %d names, want %d", written, n.judge().apart, tc.want)
			}
			written = append(written[1:], written[0])
		}
	}
}

func TestIDs(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"ann@example.com", "Ann@Example.COM", true},
		{"u-1", "U-1", false},
		{"u-1", "u-1 ", false},
		{"a@b", "A@b", false},
		{"@example.com", "@Example.com", false},
		{"a b@example.com", "A b@example.com", false},
		{"a@b@example.com", "A@b@example.com", false},
		{"ä@example.com", "Ä@example.com", false}, // only ASCII
		{"ann@example.", "Ann@example.", false},
	} {
		if got := idKey(tc.a) == idKey(tc.b); got != tc.want {
			t.Errorf("%q and %q are one: %v", tc.a, tc.b, got)
		}
	}
}

// whoIs tells who is who: each person by rows and joinings, with their flags.
func whoIs(r Result) string {
	var out []string
	for _, p := range r.everybody() {
		s := strings.Join(p.IDs, "+")
		for _, v := range p.Visits {
			s += ":" + strings.Join(v.Peers, "+")
		}
		if p.DifferentNames {
			s += " differs"
		}
		if p.SharedID {
			s += " shared"
		}
		out = append(out, s)
	}
	slices.Sort(out)
	s := strings.Join(out, "; ")
	if len(r.SharedIDs) > 0 {
		s += fmt.Sprintf(" %q", r.SharedIDs)
	}
	return s
}

func row(id, custom, name string) Invited { return Invited{ID: id, CustomID: custom, Name: name} }

// peer is there from minute to minute.
func peer(id, user, custom, name string, from, to int) Peer {
	return Peer{ID: id, UserID: user, CustomID: custom, Name: name, Joined: at(from), Left: at(to)}
}

// identityCases say which ids and joinings belong to one person.
var identityCases = []struct {
	name   string
	roster []Invited
	peers  []Peer
	want   string
}{
	{"a user id always identifies", []Invited{row("a", "c", "Ann"), row("b", "d", "Bob")},
		[]Peer{peer("1", "a", "d", "Bob", 0, 60)}, "a:1; b"},
	{"even without custom id on the roster", []Invited{row("a", "c", "Ann"), row("b", "", "Bob")},
		[]Peer{peer("1", "b", "c", "Ann", 0, 60)}, "a; b:1"},
	{
		"a row that alone bears the id",
		[]Invited{row("a", "c", "Ann"), row("b", "d", "Bob")},
		[]Peer{
			peer("1", "x", "c", "Somebody Else", 0, 60),
			peer("2", "y", "c", "", 0, 60),
			peer("3", "z", "c", "Cid", 0, 60),
		},
		"a+x+y+z:1+2+3; b",
	},
	{"two rows, one name", []Invited{row("a", "c", "Ann"), row("b", "c", "ann ")},
		[]Peer{peer("1", "b", "c", "Ann", 0, 60)}, "a+b:1"},
	{"two rows, one name within the other", []Invited{row("a", "c", "Ann"), row("b", "c", "Ann Example")},
		[]Peer{peer("1", "x", "c", "Example, Ann", 0, 60)}, "a+b+x:1"},
	{"two rows, names apart", []Invited{row("a", "c", "Ann"), row("b", "c", "Bob")},
		[]Peer{peer("1", "a", "c", "Ann", 0, 60)}, "a:1 differs; b differs"},
	{"names apart, yet each its own", []Invited{row("a", "c", "Ann"), row("b", "c", "Bob")},
		[]Peer{peer("1", "x", "c", "ANN", 0, 60), peer("2", "y", "c", "Bob", 0, 60)}, "a+x:1 differs; b+y:2 differs"},
	{"who can be either is neither", []Invited{row("a", "c", "Ann Example"), row("b", "c", "Ann Other")},
		[]Peer{peer("1", "x", "c", "Ann", 0, 60)}, "a differs; b differs; x:1 differs"},
	{
		"but equal names are one",
		nil,
		[]Peer{
			peer("1", "x", "c", "Ann Example", 0, 9),
			peer("2", "y", "c", "Ann Example", 10, 60),
			peer("3", "z", "c", "Ann Other", 0, 60),
			peer("4", "q", "c", "Ann", 0, 9),
			peer("5", "r", "c", "ANN", 10, 60),
		},
		"q+r:4+5 differs; x+y:1+2 differs; z:3 differs",
	},
	{"three names", []Invited{row("a", "guest", "Ann"), row("b", "guest", "Bob")},
		[]Peer{peer("1", "x", "guest", "Cid", 0, 60)}, `a shared; b shared; x:1 shared ["guest"]`},
	{
		"a shared id tells nobody apart",
		nil,
		[]Peer{
			peer("1", "x", "guest", "Ann", 0, 9),
			peer("2", "y", "guest", "Ann", 10, 60),
			peer("3", "z", "guest", "Bob", 0, 60),
			peer("4", "q", "guest", "Cid", 0, 60),
		},
		`q:4 shared; x:1 shared; y:2 shared; z:3 shared ["guest"]`,
	},
	{
		"but a user id does",
		nil,
		[]Peer{
			peer("1", "x", "guest", "Ann", 0, 9),
			peer("2", "x", "guest", "Ann", 10, 60),
			peer("3", "z", "guest", "Bob", 0, 60),
			peer("4", "q", "guest", "Cid", 0, 60),
		},
		`q:4 shared; x:1+2 shared; z:3 shared ["guest"]`,
	},
	{"unnamed beside one name", []Invited{row("a", "c", "Ann"), row("b", "c", "")},
		[]Peer{peer("1", "x", "c", "", 0, 60)}, "a+b+x:1"},
	{"unnamed beside two names", []Invited{row("a", "c", "Ann"), row("b", "c", "Bob")},
		[]Peer{peer("1", "x", "c", "", 0, 60)}, "a differs; b differs; x:1 differs"},
	{"two unnamed at once", nil,
		[]Peer{peer("1", "x", "c", "", 0, 60), peer("2", "y", "c", "", 0, 60)}, "x+y:1+2"},
	{
		"three unnamed one after another",
		nil,
		[]Peer{peer("1", "x", "c", "", 0, 10), peer("2", "y", "c", "", 10, 20), peer("3", "z", "c", "", 20, 60)},
		"x+y+z:1+2+3",
	},
	{"three unnamed at once", nil,
		[]Peer{peer("1", "x", "c", "", 0, 11), peer("2", "y", "c", "", 10, 20), peer("3", "z", "c", "", 10, 60)},
		`x:1 shared; y:2 shared; z:3 shared ["c"]`},
	{"three devices of one user id are one", nil,
		[]Peer{peer("1", "x", "c", "", 0, 60), peer("2", "x", "c", "", 0, 60), peer("3", "y", "c", "", 0, 60)}, "x+y:1+2+3"},
	{
		"three named alike at once",
		nil,
		[]Peer{peer("1", "x", "c", "Ann", 0, 60), peer("2", "y", "c", "Ann", 0, 60), peer("3", "z", "c", "Ann", 0, 60)},
		"x+y+z:1+2+3",
	},
	{
		"no user ids at all",
		nil,
		[]Peer{peer("1", "", "c", "Ann", 0, 10), peer("2", "", "c", "Ann", 20, 60), peer("3", "", "", "Ann", 0, 60)},
		":1+2; :3",
	},
	{"e-mail addresses", []Invited{row("a", "Ann@Example.com", "Ann")},
		[]Peer{peer("1", "x", "ann@example.com", "A.", 0, 60)}, "a+x:1"},
	{"an id of spaces is none", []Invited{row("a", " ", "Ann"), row("b", " ", "Bob")},
		[]Peer{peer("1", "x", " ", "Ann", 0, 60)}, "a; b; x:1"},
	{"other ids", []Invited{row("a", "ANN", "Ann")}, []Peer{peer("1", "x", "ann", "Ann", 0, 60)}, "a; x:1"},
	{
		"never by name",
		[]Invited{row("a", "", "Ann"), row("b", "", "Ann")},
		[]Peer{peer("1", "x", "", "Ann", 0, 60)},
		"a; b; x:1",
	},
	{"kana", []Invited{row("a", "c", "ハナ"), row("b", "c", "バナ")}, nil, "a differs; b differs"},
	{"two rows that go by the same two names", []Invited{row("a", "c", "ann@x.org"), row("b", "c", "ann@x.org")},
		[]Peer{peer("1", "a", "c", "Ann", 0, 10), peer("2", "b", "c", "Ann", 20, 60)}, "a+b:1+2"},
	{"two rows of which one goes by two names", []Invited{row("a", "c", "Ann"), row("b", "c", "Ann")},
		[]Peer{peer("1", "a", "c", "Bob", 0, 10), peer("2", "b", "c", "Ann", 20, 60)}, "a:1 differs; b:2 differs"},
	{
		"everybody is Guest on the roster",
		[]Invited{row("a", "guest", "Guest"), row("b", "guest", "Guest"), row("d", "guest", "Guest")},
		[]Peer{
			peer("1", "a", "guest", "Ann", 0, 60),
			peer("2", "b", "guest", "Bob", 0, 60),
			peer("3", "d", "guest", "Cid", 0, 60),
		},
		`a:1 shared; b:2 shared; d:3 shared ["guest"]`,
	},
}

func TestOnePerson(t *testing.T) {
	for _, tc := range identityCases {
		if got := whoIs(one(Session{Start: at(0), End: at(60)}, tc.roster, tc.peers, Rules{})); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestWhatAPersonIsCalled(t *testing.T) {
	roster := []Invited{
		{ID: "new", CustomID: "c", Name: "Ann Example", Preset: "host", Added: at(-5)},
		{ID: "old", CustomID: "c", Name: "Ann", Preset: "guest", Added: at(-50)},
	}
	peers := []Peer{{ID: "1", UserID: "x", CustomID: "c", Name: "Ann", Preset: "other"}}
	r := one(Session{Start: at(0), End: at(60)}, roster, peers, Rules{})
	p := r.Attended[0]
	if p.ID != "old" || p.Name != "Ann Example" || p.Preset != "guest" || p.CustomID != "c" {
		t.Errorf("%+v", p)
	}
	if !p.Added.Equal(at(-50)) || p.Rows != 2 || strings.Join(p.IDs, " ") != "old new x" {
		t.Errorf("%+v", p)
	}
}

func TestLeaveOut(t *testing.T) {
	roster := []Invited{
		{ID: "a", Name: "Ann", Preset: "host"}, {ID: "b", Name: "Bot", Preset: "Recorder"}, {ID: "idle", Preset: "recorder"},
		{ID: "d", Name: "Dan", Preset: "host"},
	}
	peers := []Peer{
		{ID: "1", UserID: "a", Preset: "host", Joined: at(10), Left: at(30)},
		{ID: "2", UserID: "b", Preset: "host", Joined: at(0), Left: at(60)},        // the roster decides
		{ID: "3", UserID: "x", Preset: "RECORDER ", Joined: at(0), Left: at(60)},   // not on the roster (any more)
		{ID: "4", UserID: "d", Preset: "host", Joined: at(15), Left: at(20)},       // a person
		{ID: "5", UserID: "d", Preset: "recorder", Joined: at(0), Left: at(60)},    // and its recorder
		{ID: "6", UserID: "y", Preset: "participant", Joined: at(25), Left: at(0)}, // a guest
	}
	r := one(Session{Start: at(0), End: at(90)}, roster, peers, Rules{LeaveOut: []string{" reCorder"}})
	want := "+a x1 20 10-30; +d x1 5 15-20; ?y x1 0 25-25"
	if got := show(r); got != want || r.LeftOut != 3 {
		t.Errorf("%s, want %s; %+v", got, want, r)
	}
	if !r.End.Equal(at(30)) || !r.LateFrom.Equal(at(15)) || !r.EarlyFrom.Equal(at(20)) {
		t.Errorf("end %s, late from %s, early from %s", r.End, r.LateFrom, r.EarlyFrom)
	}
	for _, none := range [][]string{nil, {""}, {" "}, {"record"}} {
		r := one(Session{Start: at(0), End: at(90)}, roster, peers, Rules{LeaveOut: none})
		if r.LeftOut != 0 || len(r.Attended) != 3 {
			t.Errorf("%q: %s", none, show(r))
		}
	}
}

// An id under which each joining has a name of its own must not cost the square of them.
func TestHostileIDs(t *testing.T) {
	const n = 10_000
	var roster []Invited
	var peers []Peer
	for i := range n {
		name := fmt.Sprint("Name", i)
		roster = append(roster, Invited{ID: fmt.Sprint("r", i), CustomID: "c", Name: name})
		peers = append(peers, Peer{ID: fmt.Sprint(i), CustomID: "c", Name: name, Joined: at(0), Left: at(60)})
	}
	r := one(Session{Start: at(0), End: at(60)}, roster, peers, Rules{})
	if len(r.Absent) != n || len(r.Guests) != n || len(r.SharedIDs) != 1 {
		t.Errorf("%d absent, %d guests, shared %v", len(r.Absent), len(r.Guests), r.SharedIDs)
	}
}
