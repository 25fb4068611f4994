package main

import "testing"

// TestLocale says which locales get ASCII.
func TestLocale(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]bool{
		"":                 true,
		"de_DE.UTF-8":      true,
		"C.utf8":           true,
		"C":                false,
		"POSIX":            false,
		"de_DE.ISO-8859-1": false,
		"ja_JP.eucJP":      false,
	} {
		if got := unicodeIn(locale); got != want {
			t.Errorf("%q: %v", locale, got)
		}
	}
}
