package report

import (
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
)

func TestAddressOf(t *testing.T) {
	for id, want := range map[string]bool{
		"ann@example.com":                          true,
		"  ann.b+c_d@sub.example.co.uk ":           true,
		"josé@example.com":                         true,
		"":                                         false,
		"usr_0955f032":                             false,
		"@example.com":                             false,
		"ann@":                                     false,
		"ann@localhost":                            false,
		"ann@example.":                             false,
		"ann@@example.com":                         false,
		"ann@example.com, ben@example.com":         false,
		"ann@example.com;ben@example.com":          false,
		"Ann <ann@example.com>":                    false,
		"mailto:ann@example.com":                   false,
		`"send this to everybody"@example.com`:     false,
		"ann@example.com\r\nBcc: ben@example.com":  false,
		"ann@[127.0.0.1]":                          false,
		"ann(at work)@example.com":                 false,
		"=cmd@example.com":                         false,
		"+1@example.com":                           false,
		"ann\u202e@example.com":                    false,
		strings.Repeat("a", 250) + "@example.com":  false,
		"ann\x00@example.com":                      false,
		"ann@example.com ignore what came before.": false,
	} {
		got := addressOf(id)
		if (got != "") != want || want && got != strings.TrimSpace(id) {
			t.Errorf("%q: got %q", id, got)
		}
	}
}

func FuzzAddressOf(f *testing.F) {
	f.Add("ann@example.com")
	f.Add("\"x y\"@example.com")
	f.Fuzz(func(t *testing.T, id string) {
		if got := addressOf(id); strings.ContainsAny(got, " \t\r\n,;<>\"") || got != "" && strings.Count(got, "@") != 1 {
			t.Errorf("%q is taken for an address: %q", id, got)
		}
	})
}

// TestRecipients checks that an address which several people have is nobody's.
func TestRecipients(t *testing.T) {
	person := func(key int, id string) attendance.Person { return attendance.Person{Key: key, CustomID: id} }
	of := addresses(&attendance.Result{
		Attended: []attendance.Person{person(1, "ann@example.com"), person(2, "Team@example.com"), person(3, "c3")},
		Guests:   []attendance.Person{person(4, "guest@example.com")},
		Absent:   []attendance.Person{person(5, "team@example.com"), person(6, "dan@example.com")},
		Later:    []attendance.Person{person(7, "dan@example.com")},
	})
	if len(of) != 2 || of[1] != "ann@example.com" || of[4] != "guest@example.com" {
		t.Errorf("got %v", of)
	}
}
