package match

import (
	"fmt"
	"strings"
	"testing"
)

func TestPeople(t *testing.T) {
	all := []Person{
		{Name: "Ann Example", CustomID: "NW-1000", IDs: []string{"id-1"}},
		{Name: "Zoë Lindqvist", CustomID: "zoe@example.com"},
		{Name: "山田 太郎", CustomID: "taro.yamada@example.com"},
		{Name: "Annika", CustomID: "Ann"},
		{Name: "", CustomID: "phone-2"},
		{Name: "Sean O'Brien"},
	}
	for _, tc := range []struct {
		text, fits, closest string
	}{
		{"ann", "[3]", ""}, // an id is meant before a name
		{"ann e", "[0]", ""},
		{"example ANN", "[0]", ""},
		{"nw-1000", "[0]", ""},
		{"NW-100", "[]", ""},
		{"id-1", "[0]", ""},
		{"zoe", "[1]", ""},
		{"ZOE@Example.com", "[1]", ""},
		{"Taro Yamada", "[2]", ""},
		{"太郎", "[2]", ""},
		{"obrien", "[5]", ""},
		{"an", "[0 3]", ""},
		{"phone-2", "[4]", ""},
		{"zoe.lindquist@example.com", "[]", "Zoë Lindqvist"},
		{"Shawn", "[]", "Sean O'Brien"},
		{"", "[]", ""},
	} {
		fits, closest := People(all, tc.text)
		if got := fmt.Sprint(fits); got != tc.fits && (len(fits) > 0 || tc.fits != "[]") {
			t.Errorf("%q fits %s, want %s", tc.text, got, tc.fits)
		}
		if tc.closest != "" && (len(closest) == 0 || closest[0] != tc.closest) || len(closest) > maxClosest {
			t.Errorf("%q: closest are %q", tc.text, closest)
		}
	}
	if _, closest := People(all[4:5], "x"); len(closest) != 0 {
		t.Errorf("somebody without a name: %q", closest)
	}
	long := []Person{{Name: strings.Repeat("x", 100_000)}}
	if _, closest := People(long, strings.Repeat("y", 100_000)); len(closest) != 1 {
		t.Error("the only name is the closest")
	}
}
