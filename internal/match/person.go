package match

import (
	"cmp"
	"slices"
	"strings"
)

// A Person is what somebody may be called by. All of it may be empty.
type Person struct {
	Name, CustomID string
	IDs            []string
}

const maxClosest = 3 // names, if nobody fits

// People finds whom a text means: those with that id, custom id or e-mail address
// (which some apps give as custom id), whatever its case; if there are none, those
// whose name, or whose address before the @, holds the words. Fits are indexes. If
// nobody fits, closest are the names that differ least.
func People(all []Person, text string) (fits []int, closest []string) {
	wanted := Fold(strings.TrimSpace(text))
	for i, p := range all {
		is := func(id string) bool { return id != "" && Fold(strings.TrimSpace(id)) == wanted }
		if is(p.CustomID) || slices.ContainsFunc(p.IDs, is) {
			fits = append(fits, i)
		}
	}
	if len(fits) > 0 || wanted == "" {
		return fits, nil
	}
	for i, p := range all {
		local, _, isAddress := strings.Cut(p.CustomID, "@")
		if p.Name != "" && Holds(p.Name, text) || isAddress && Holds(local, text) {
			fits = append(fits, i)
		}
	}
	if len(fits) > 0 {
		return fits, nil
	}
	return nil, closestNames(all, text)
}

// closestNames are the different names that differ least from a text. Of an address
// the part before the @ counts, since most hold a name.
func closestNames(all []Person, text string) []string {
	local, _, _ := strings.Cut(text, "@")
	key := clippedKey(local)
	far := map[string]int{}
	var names []string
	for _, p := range all {
		if _, known := far[p.Name]; known || Key(p.Name) == "" {
			continue
		}
		names = append(names, p.Name)
		far[p.Name] = farness(p.Name, key)
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(far[a], far[b]) })
	return names[:min(len(names), maxClosest)]
}

// farness is how much a name differs from a text: the name as a whole or, for a
// text of one word, the word of it that is nearest.
func farness(name, key string) int {
	least := Distance(clippedKey(name), key)
	for _, w := range words(name) {
		least = min(least, 1+Distance(clip(w), key))
	}
	return least
}

func clippedKey(s string) string { return clip(Key(s)) }

// clip keeps the cost of a comparison small.
func clip(s string) string {
	const most = 40 // letters
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
