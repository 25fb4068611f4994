package attendance

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// node is what a user id makes one: a roster row and the joinings under its id,
// the joinings under another user id, or a joining without one.
type node struct {
	rows     []int // in the roster
	joinings []*joining
	custom   string // custom id, as written
}

// who is one person.
type who struct {
	nodes           []*node
	differs, shared bool
}

// registry tells people apart.
type registry struct {
	roster []Invited
	nodes  []*node
	byID   map[string]*node
}

func newRegistry(roster []Invited, joinings []*joining) *registry {
	g := &registry{roster: roster, byID: make(map[string]*node, len(roster))}
	for i, r := range roster {
		n := g.node(r.ID)
		n.rows = append(n.rows, i)
	}
	for _, j := range joinings {
		n := g.node(j.UserID)
		n.joinings = append(n.joinings, j)
	}
	return g
}

// node returns that of an id; without an id, a new one.
func (g *registry) node(id string) *node {
	n := g.byID[id]
	if n == nil || id == "" {
		n = &node{}
		g.nodes = append(g.nodes, n)
		if id != "" {
			g.byID[id] = n
		}
	}
	return n
}

// custom is the custom id on the roster, for who is not on it that of the first
// joining which has one.
func (g *registry) custom(n *node) string {
	id := ""
	for _, i := range n.rows {
		if c := g.roster[i].CustomID; idKey(c) != "" && (id == "" || c < id) {
			id = c
		}
	}
	if len(n.rows) > 0 {
		return id
	}
	var first time.Time
	for _, j := range n.joinings {
		at := j.joined()
		order := cmp.Or(at.Compare(first), strings.Compare(j.CustomID, id))
		if idKey(j.CustomID) != "" && (id == "" || order < 0) {
			id, first = j.CustomID, at
		}
	}
	return id
}

// leaveOut takes out the people of some presets: who has one on the roster, or
// joined with nothing else. Of all others, joinings with one are taken out.
func (g *registry) leaveOut(presets []string) (out *registry) {
	out = &registry{roster: g.roster}
	named := map[string]bool{}
	for _, p := range presets {
		if p = fold(strings.TrimSpace(p)); p != "" {
			named[p] = true
		}
	}
	if len(named) == 0 {
		return out
	}
	leftOut := func(preset string) bool { return named[fold(strings.TrimSpace(preset))] }
	kept := g.nodes[:0:0]
	for _, n := range g.nodes {
		onRoster := slices.ContainsFunc(n.rows, func(i int) bool { return leftOut(g.roster[i].Preset) })
		stay, gone := split(n.joinings, func(j *joining) bool { return !leftOut(j.Preset) })
		switch {
		case onRoster, len(gone) > 0 && len(stay) == 0:
			out.nodes = append(out.nodes, n)
		default:
			n.joinings = stay
			kept = append(kept, n)
		}
	}
	g.nodes = kept
	return out
}

func split(in []*joining, keep func(*joining) bool) (stay, gone []*joining) {
	for _, j := range in {
		if keep(j) {
			stay = append(stay, j)
		} else {
			gone = append(gone, j)
		}
	}
	return stay, gone
}

func (g *registry) joinings() []*joining {
	var out []*joining
	for _, n := range g.nodes {
		out = append(out, n.joinings...)
	}
	return out
}

// people unites the nodes that are one person, in an order of their own.
func (g *registry) people() []*who {
	var out []*who
	groups := map[string][]*node{}
	for _, n := range g.nodes {
		n.custom = g.custom(n)
		key := idKey(n.custom)
		if key == "" {
			out = append(out, &who{nodes: []*node{n}})
			continue
		}
		groups[key] = append(groups[key], n)
	}
	for _, group := range groups {
		out = append(out, g.unite(group)...)
	}
	return out
}

// unite tells apart the nodes under one custom id.
func (g *registry) unite(group []*node) []*who {
	if len(group) == 1 || bearers(group) == 1 {
		return []*who{{nodes: group}}
	}
	written := make([][]string, len(group))
	var all []string
	for i, n := range group {
		written[i] = g.written(n)
		all = append(all, written[i]...)
	}
	known := collect(all)
	v := known.judge()
	if v.apart == 1 || v.apart == 0 && !crowded(group) {
		return []*who{{nodes: group}}
	}
	families := map[uint]*who{}
	var out []*who
	for i, n := range group {
		family := uint(0)
		if v.apart == 2 {
			family = v.families(written[i], known)
		}
		w := families[family]
		if w == nil || family == 0 {
			w = &who{differs: v.apart == 2, shared: v.apart != 2}
			families[family] = w
			out = append(out, w)
		}
		w.nodes = append(w.nodes, n)
	}
	if len(out) == 1 {
		out[0].differs = false // all have the same two names
	}
	return out
}

// bearers counts the nodes of the roster.
func bearers(group []*node) int {
	count := 0
	for _, n := range group {
		if len(n.rows) > 0 {
			count++
		}
	}
	return count
}

// written are the names of a node on the roster and in its joinings.
func (g *registry) written(n *node) []string {
	var out []string
	for _, i := range n.rows {
		out = append(out, g.roster[i].Name)
	}
	for _, j := range n.joinings {
		if len(out) == 0 || out[len(out)-1] != j.Name {
			out = append(out, j.Name)
		}
	}
	return out
}

// families are those of a node's names, a bit each; 0 if it has no name.
func (v verdict) families(written []string, known names) uint {
	var bits uint
	for _, w := range written {
		if at := known.of[w]; at >= 0 {
			bits |= 1 << v.family[at]
		}
	}
	return bits
}

// crowded reports whether three or more nodes were present at once.
func crowded(group []*node) bool {
	var spans []Interval
	for _, n := range group {
		var own []Interval
		for _, j := range n.joinings {
			own = append(own, j.spans...)
		}
		if len(own) > 0 {
			spans = append(spans, union(own)...)
		}
	}
	return most(spans) >= 3
}
