package recap

import "testing"

func TestVoice(t *testing.T) {
	x := NewIndex([]Person{
		{IDs: []string{"p1", "r1"}, CustomID: "ann@example.com", Name: "Ann Example"},
		{IDs: []string{"p2", "r2"}, CustomID: "u-2", Name: "Anna"},
		{IDs: []string{"p3", "r3"}, Name: "Zoë Other"},
	})
	ann, anna, zoe, stranger := Line{Peer: "p1"}, Line{User: "r2", Name: "Ann Example"}, Line{Peer: "p3"}, Line{Name: "Ann"}
	for _, tc := range []struct {
		text string
		want [4]bool // Ann, Anna, Zoë, a stranger called Ann
	}{
		{"Ann", [4]bool{true, true, false, true}},
		{"anna", [4]bool{false, true, false, false}}, // exactly hers
		{"ann example", [4]bool{true, false, false, false}},
		{"ANN@example.com", [4]bool{true, false, false, false}},
		{"u-2", [4]bool{false, true, false, false}},
		{"r3", [4]bool{false, false, true, false}},
		{"p1", [4]bool{true, false, false, false}},
		{"zoe", [4]bool{false, false, true, false}},
		{"…", [4]bool{}},
		{" ", [4]bool{}},
	} {
		v := x.Voice(tc.text)
		var got [4]bool
		for i, l := range []Line{ann, anna, zoe, stranger} {
			l, p, _ := x.Attribute(l)
			got[i] = v.Said(l, p)
		}
		if got != tc.want {
			t.Errorf("%q: %v, want %v", tc.text, got, tc.want)
		}
	}
}
