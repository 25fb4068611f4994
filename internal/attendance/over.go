package attendance

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Over joins the results of one call of Series, oldest first. Who came to at
// least one attended; who was invited to at least one and came to none is absent.
func Over(results []Result) Result {
	if len(results) == 1 {
		return results[0]
	}
	var out Result
	people := map[int]*Person{}
	missed, left, shared := map[int]bool{}, map[int]bool{}, map[string]bool{}
	for _, r := range results {
		for _, p := range r.everybody() {
			known := people[p.Key]
			if known == nil {
				p.Visits = slices.Clip(p.Visits)
				people[p.Key] = &p
				continue
			}
			known.join(p)
		}
		for _, p := range r.Absent {
			missed[p.Key] = true
		}
		for _, key := range r.left {
			left[key] = true
		}
		for _, id := range r.SharedIDs {
			shared[id] = true
		}
		out.Parts = append(out.Parts, r.Parts...)
		out.length, out.vague = out.length+r.length, out.vague || r.vague
	}
	for _, p := range people {
		switch {
		case len(p.Visits) > 0 && p.Rows > 0:
			out.Attended = append(out.Attended, *p)
		case len(p.Visits) > 0:
			out.Guests = append(out.Guests, *p)
		case missed[p.Key]:
			out.Absent = append(out.Absent, *p)
		default:
			out.Later = append(out.Later, *p)
		}
	}
	if n := len(results); n > 0 {
		out.Start, out.End = results[0].Start, results[n-1].End
		out.Live, out.OverSince = results[n-1].Live, results[n-1].OverSince
	}
	out.LeftOut, out.SharedIDs = len(left), slices.Sorted(maps.Keys(shared))
	out.JustInTime = justInTime(out.Attended)
	out.sort()
	return out
}

func (r *Result) everybody() []Person { return slices.Concat(r.Attended, r.Absent, r.Guests, r.Later) }

func (r *Result) sort() {
	byJoining := func(a, b Person) int {
		return cmp.Or(a.First().Compare(b.First()), strings.Compare(a.Name, b.Name), a.Key-b.Key)
	}
	slices.SortFunc(r.Attended, byJoining)
	slices.SortFunc(r.Guests, byJoining)
	byRoster := func(a, b Person) int { return a.Key - b.Key }
	slices.SortFunc(r.Absent, byRoster)
	slices.SortFunc(r.Later, byRoster)
}
