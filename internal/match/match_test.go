package match

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHolds(t *testing.T) {
	for _, c := range []struct {
		title, text string
		want        bool
	}{
		{"Daily Stand-up", "standup", true},
		{"Daily Stand-up", "the stand up", true},
		{"Daily Stand-up", "stand-ups", true},
		{"Daily Standup", "stand up", true},
		{"Daily Standup", "stand-up daily", true},
		{"Design Review", "review design", true},
		{"Design Review", "design reviews", true},
		{"Design Review", "Design Rev", true},
		{"Design Review", "sign", false},
		{"Design Review", "design standup", false},
		{"Café Ünïcode", "cafe unicode", true},
		{"Q3/Q4 planning: all-hands!", "all hands q4", true},
		{"Onboarding", "board", false},
		{"週次定例会議", "定例", true},
		{"週次定例会議", "週末", false},
		{"Team sync", "the", false},
		{"The The", "the", true},
		{"anything", "", true},
		{"🎉 party", "🎉", true},
		{"party", "🎉", false},
		{"art", "start", false},
		{"Start", "art", false},
		{"Boss", "bos", true},
	} {
		if got := Holds(c.title, c.text); got != c.want {
			t.Errorf("%q holds %q: %v", c.title, c.text, got)
		}
	}
	if !Same("The Stand-up", "standup") || Same("Stand-up", "Stand-up 2") {
		t.Error("Same")
	}
	if got := LongestWord("the Überraschung of it"); got != "uberraschung" {
		t.Error(got)
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"meeting", "meetnig", 1}, {"a", "", 1}, {"limit", "limits", 1}, {"person", "preson", 1}, {"ab", "cd", 2}} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %d", c.a, c.b, got)
		}
	}
}

// FuzzHolds holds that every title holds itself, and its words in reverse.
func FuzzHolds(f *testing.F) {
	f.Add("Daily Stand-up")
	f.Add("週次 定例")
	f.Fuzz(func(t *testing.T, title string) {
		if len(title) > 200 || !utf8.ValidString(title) {
			return
		}
		if !Holds(title, title) {
			t.Fatalf("%q does not hold itself: %q", title, words(title))
		}
		reversed := ""
		for _, w := range words(title) {
			reversed = w + " " + reversed
		}
		if !Holds(title, reversed) && len(words(title)) <= maxWords {
			t.Fatalf("%q does not hold %q", title, reversed)
		}
	})
}

// TestHoldsOfHostileText is of a title that could be read in very many ways.
func TestHoldsOfHostileText(t *testing.T) {
	if Holds(strings.Repeat("x ", 20_000), strings.Repeat("x ", 40)+"b") {
		t.Error("there is no b")
	}
	if !Holds(strings.Repeat("x ", 20_000)+"b", strings.Repeat("x ", 40)+"b") {
		t.Error("there is a b")
	}
}
