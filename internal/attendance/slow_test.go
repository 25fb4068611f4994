package attendance

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// A second implementation of the rules, minute by minute and each with each,
// for sessions in which everything happens at whole minutes.

const (
	length  = 120     // minutes of a random session
	unknown = -100000 // a moment
)

func minuteOf(t time.Time) int {
	if t.IsZero() {
		return unknown
	}
	return int(t.Sub(nine) / time.Minute)
}

// plain is what the names of random people are when compared.
var plain = map[string]string{
	"": "", " \u200b": "", "Ann": "ann", "ÁNN": "ann", "Ann  Example": "ann example", "EXAMPLE, Ánn": "ann example",
	"Ann Other": "ann other", "Bob": "bob", "ｂｏｂ": "bob", "ハナ": "ハナ", "バナ": "バナ", "Иван": "иван", "Ивaн Й.": "ивaн и",
}

type slowPart struct {
	from, until, end, over int
	live, dated            bool
	closed, endless        bool // its end is known by itself, by nothing
	meeting                string
	peers                  []*slowPeer
}

type slowPeer struct {
	Peer
	part         *slowPart
	column       int
	joined, left int
	from, to     int
}

type slowPerson struct {
	rows            []Invited
	peers           []*slowPeer
	custom          string
	differs, shared bool
}

func events(p Peer, leaving bool) []int {
	var out []int
	for _, e := range p.Events {
		if e.Leaving == leaving && !e.At.IsZero() {
			out = append(out, minuteOf(e.At))
		}
	}
	slices.Sort(out)
	return out
}

func slowPeers(columns [][]Held) (parts [][]*slowPart, all []*slowPeer) {
	for c, column := range columns {
		var own []*slowPart
		for _, h := range column {
			part := &slowPart{
				from:    minuteOf(h.Start),
				until:   minuteOf(h.End),
				live:    h.End.IsZero() && !h.Ended,
				dated:   !h.Start.IsZero(),
				closed:  !h.End.IsZero(),
				meeting: h.Meeting,
			}
			for _, p := range h.Peers {
				s := &slowPeer{Peer: p, part: part, column: c, joined: minuteOf(p.Joined), left: minuteOf(p.Left)}
				coming, going := events(p, false), events(p, true)
				if s.joined == unknown && len(coming) > 0 {
					s.joined = coming[0]
				}
				if s.left == unknown && len(going) > 0 && (len(coming) == 0 || going[len(going)-1] > coming[len(coming)-1]) {
					s.left = going[len(going)-1]
				}
				all = append(all, s)
				part.peers = append(part.peers, s)
			}
			own = append(own, part)
		}
		parts = append(parts, own)
	}
	return parts, all
}

// settle finds begin and end of a session from those of its peers who count.
func (s *slowPart) settle(kept map[*slowPeer]bool, now int) {
	var moments, leavings []int
	open := false
	for _, p := range s.peers {
		if !kept[p] {
			continue
		}
		for _, m := range []int{p.joined, p.left} {
			if m != unknown {
				moments = append(moments, m)
			}
		}
		if p.left == unknown {
			open = true
		} else {
			leavings = append(leavings, p.left)
		}
	}
	if s.live {
		s.until = now
	}
	if s.until == unknown && len(moments) > 0 {
		s.until = slices.Max(moments)
	}
	if s.from == unknown {
		s.from = s.until
		if len(moments) > 0 {
			s.from = slices.Min(moments)
		}
	}
	s.dated = s.dated || len(moments) > 0
	s.endless = !s.live && !s.closed && len(leavings) == 0
	s.until = max(s.until, s.from)
	s.end, s.over = s.until, unknown
	if len(leavings) > 0 && (!s.live || !open) {
		s.end = s.limit(slices.Max(moments))
		if s.live {
			s.over = s.end
		}
	}
	for _, p := range s.peers {
		p.from, p.to = s.limit(p.joined), s.end
		if p.left != unknown {
			p.to = s.limit(p.left)
		}
		p.to = max(p.to, p.from)
	}
}

func (s *slowPart) limit(m int) int {
	if m == unknown {
		return s.from
	}
	return max(s.from, min(s.until, m))
}

// there reports whether a peer is there in the minute that begins at m.
func (p *slowPeer) there(m int) bool {
	if m < p.from || m >= p.to || len(p.Events) == 0 {
		return m >= p.from && m < p.to
	}
	last, leaving, back := unknown, false, false
	for _, e := range p.Events {
		at := minuteOf(e.At)
		if at == unknown || at <= p.from || at >= p.to {
			continue
		}
		if at <= m && (at > last || at == last && !e.Leaving) {
			last, leaving = at, e.Leaving
		}
		back = back || at > m && !e.Leaving
	}
	return !leaving || !back
}

func slowID(id string) string {
	if strings.Contains(id, "@") {
		return strings.ToLower(id)
	}
	return id
}

// slowPeople tells people apart, after those left out were taken away.
func slowPeople(roster []Invited, peers []*slowPeer) []*slowPerson {
	byUser := map[string]*slowPerson{}
	var nodes []*slowPerson
	node := func(id string) *slowPerson {
		if n := byUser[id]; n != nil && id != "" {
			return n
		}
		byUser[id] = &slowPerson{}
		nodes = append(nodes, byUser[id])
		return byUser[id]
	}
	for _, r := range roster {
		n := node(r.ID)
		n.rows = append(n.rows, r)
	}
	for _, p := range peers {
		n := node(p.UserID)
		n.peers = append(n.peers, p)
	}
	groups := map[string][]*slowPerson{}
	var out []*slowPerson
	for _, n := range nodes {
		id := ""
		if len(n.rows) > 0 {
			id = n.rows[0].CustomID // rows of one id do not differ here
		} else {
			first := slices.Clone(n.peers)
			slices.SortFunc(first, func(a, b *slowPeer) int {
				return cmp.Or(a.joined-b.joined, strings.Compare(a.CustomID, b.CustomID))
			})
			for _, p := range first {
				id = cmp.Or(id, p.CustomID)
			}
		}
		n.custom = slowID(id)
		if id == "" {
			out = append(out, n)
			continue
		}
		groups[slowID(id)] = append(groups[slowID(id)], n)
	}
	for _, g := range groups {
		out = append(out, slowGroup(g)...)
	}
	return out
}

func slowNames(n *slowPerson) []string {
	var out []string
	for _, r := range n.rows {
		out = append(out, plain[r.Name])
	}
	for _, p := range n.peers {
		out = append(out, plain[p.Name])
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

func slowAgree(a, b string) bool {
	in := func(a, b string) bool {
		for w := range strings.FieldsSeq(a) {
			if !slices.Contains(strings.Fields(b), w) {
				return false
			}
		}
		return true
	}
	return in(a, b) || in(b, a)
}

// antichain is the largest number of names of which no two agree.
func antichain(names []string) int {
	most := 0
	for set := range 1 << len(names) {
		var chosen []string
		for i, n := range names {
			if set>>i&1 == 1 {
				chosen = append(chosen, n)
			}
		}
		free := true
		for i, a := range chosen {
			for _, b := range chosen[:i] {
				free = free && !slowAgree(a, b)
			}
		}
		if free {
			most = max(most, len(chosen))
		}
	}
	return most
}

func merge(nodes []*slowPerson) *slowPerson {
	out := &slowPerson{custom: nodes[0].custom}
	for _, n := range nodes {
		out.rows, out.peers = append(out.rows, n.rows...), append(out.peers, n.peers...)
	}
	return out
}

func slowCount(people []*slowPerson, m int) int {
	count := 0
	for _, n := range people {
		if slices.ContainsFunc(n.peers, func(p *slowPeer) bool { return p.there(m) }) {
			count++
		}
	}
	return count
}

func slowGroup(group []*slowPerson) []*slowPerson {
	onRoster := 0
	var names []string
	for _, n := range group {
		names = append(names, slowNames(n)...)
		if len(n.rows) > 0 {
			onRoster++
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	apart := antichain(names)
	if onRoster == 1 || len(group) == 1 || apart == 1 || apart == 0 && slowAtOnce(group) < 3 {
		return []*slowPerson{merge(group)}
	}
	out := slowFamilies(group, names, apart)
	for _, p := range out {
		p.differs, p.shared = apart == 2 && len(out) > 1, apart != 2
	}
	return out
}

// slowAtOnce returns how many of them are there at once. Most are there when somebody
// comes or comes back.
func slowAtOnce(group []*slowPerson) int {
	most := 0
	for _, n := range group {
		for _, p := range n.peers {
			for _, m := range append(events(p.Peer, false), p.from) {
				most = max(most, slowCount(group, m))
			}
		}
	}
	return most
}

// slowFamilies merges those who have the same names, if there are two names.
func slowFamilies(group []*slowPerson, names []string, apart int) []*slowPerson {
	with := func(a string) (out []string) {
		for _, b := range names {
			if slowAgree(a, b) {
				out = append(out, b)
			}
		}
		return out
	}
	// A name that fits two others goes with neither, but with itself.
	related := func(a string) []string {
		if antichain(with(a)) > 1 {
			return []string{a}
		}
		return slices.DeleteFunc(with(a), func(b string) bool { return antichain(with(b)) > 1 })
	}
	byFamily := map[string][]*slowPerson{}
	var out []*slowPerson
	for _, n := range group {
		own := slowNames(n)
		if apart != 2 || len(own) == 0 {
			out = append(out, n)
			continue
		}
		var families []string
		for _, name := range own {
			if family := fmt.Sprint(related(name)); !slices.Contains(families, family) {
				families = append(families, family)
			}
		}
		slices.Sort(families)
		key := fmt.Sprint(families)
		byFamily[key] = append(byFamily[key], n)
	}
	for _, nodes := range byFamily {
		out = append(out, merge(nodes))
	}
	return out
}

// slowLeaveOut returns the rows and peers that count, and those that do not.
func slowLeaveOut(roster []Invited, peers []*slowPeer, presets []string) (rows, outRows []Invited, kept, out []*slowPeer) {
	bot := func(preset string) bool {
		return slices.ContainsFunc(presets, func(p string) bool { return strings.EqualFold(strings.TrimSpace(p), preset) })
	}
	gone := map[string]bool{}
	for _, r := range roster {
		all, some := true, false
		for _, p := range peers {
			if p.UserID == r.ID && r.ID != "" {
				some, all = true, all && bot(p.Preset)
			}
		}
		if bot(r.Preset) || some && all {
			gone[r.ID] = true
			outRows = append(outRows, r)
		} else {
			rows = append(rows, r)
		}
	}
	for _, p := range peers {
		onRoster := slices.ContainsFunc(roster, func(r Invited) bool { return r.ID == p.UserID && r.ID != "" })
		allBots := true
		for _, q := range peers {
			allBots = allBots && (q != p && (q.UserID != p.UserID || p.UserID == "") || bot(q.Preset))
		}
		switch {
		case onRoster && gone[p.UserID], !onRoster && allBots:
			out = append(out, p)
		case bot(p.Preset): // of somebody who counts
		default:
			kept = append(kept, p)
		}
	}
	return rows, outRows, kept, out
}

// slowSeries writes down the results, and what they come to together.
func slowSeries(columns [][]Held, roster []Invited, r Rules) (texts []string, over string) {
	parts, peers := slowPeers(columns)
	rows, outRows, kept, out := slowLeaveOut(roster, peers, r.LeaveOut)
	counts := map[*slowPeer]bool{}
	for _, p := range kept {
		counts[p] = true
	}
	for _, column := range parts {
		for _, p := range column {
			p.settle(counts, minuteOf(r.Now))
		}
	}
	people, bots := slowPeople(rows, kept), slowPeople(outRows, out)
	for c, column := range parts {
		texts = append(texts, slowColumn(c, column, parts[:c], people, bots, r, len(columns) > 1))
	}
	return texts, slowOver(parts, people, bots)
}

// slowRows are the rows of somebody on the rosters of a column's meetings.
func slowRows(p *slowPerson, own []*slowPart) []Invited {
	var out []Invited
	for _, row := range p.rows {
		for _, part := range own {
			if row.Meeting == "" || row.Meeting == part.meeting {
				out = append(out, row)
				break
			}
		}
	}
	return out
}

// slowOver writes down who was invited to anything and came to which of several sessions.
func slowOver(parts [][]*slowPart, people, bots []*slowPerson) string {
	var lines []string
	left := 0
	for _, p := range slices.Concat(people, bots) {
		ids, known, rows, came, missed, later := []string{}, p.custom != "" && !p.shared, 0, false, false, false
		for _, row := range p.rows {
			known = known || row.ID != ""
			alone := &slowPerson{rows: []Invited{row}}
			if slices.ContainsFunc(parts, func(own []*slowPart) bool { return len(slowRows(alone, own)) > 0 }) {
				rows++
			}
		}
		for _, q := range p.peers {
			known = known || q.UserID != ""
			ids = append(ids, q.ID)
		}
		marks := ""
		for c, own := range parts {
			here := slices.ContainsFunc(p.peers, func(q *slowPeer) bool { return q.column == c })
			last := own[len(own)-1]
			over, end := !last.live || last.over != unknown, max(own[0].end, last.end)
			mark := "."
			switch invited := slowRows(p, own); {
			case here:
				mark, came = "x", true
			case len(invited) == 0:
			case over && slowAdded(invited) > end:
				later = true
			default:
				mark, missed = "-", true
			}
			marks += mark
		}
		slices.Sort(ids)
		switch {
		case !came && rows == 0:
			continue
		case slices.Contains(bots, p):
			left++
			continue
		case came && rows > 0:
			lines = append(lines, fmt.Sprint("attended ", rows, ids))
		case came:
			lines = append(lines, fmt.Sprint("guest ", rows, ids))
		case missed:
			lines = append(lines, fmt.Sprint("absent ", rows, ids))
		case later:
			lines = append(lines, fmt.Sprint("later ", rows, ids))
		}
		if rows > 0 || known {
			now, most := slowStreaks(marks)
			lines = append(lines, fmt.Sprint(marks, " missed ", now, most, " invited ", rows > 0, ids))
		}
	}
	slices.Sort(lines)
	return fmt.Sprintf("left out %d\n%s", left, strings.Join(lines, "\n"))
}

// slowStreaks are how many sessions somebody missed in a row, at the end and at most.
func slowStreaks(marks string) (now, most int) {
	runs := strings.SplitSeq(strings.ReplaceAll(marks, ".", ""), "x")
	for run := range runs {
		now, most = len(run), max(most, len(run))
	}
	return now, most
}

// shownOver writes down what several results come to as slowOver does.
func shownOver(results []Result) string {
	var lines []string
	peers := func(p Person) []string {
		ids := []string{}
		for _, v := range p.Visits {
			ids = append(ids, v.Peers...)
		}
		slices.Sort(ids)
		return ids
	}
	over := Over(results)
	for status, people := range map[string][]Person{
		"attended ": over.Attended, "guest ": over.Guests, "absent ": over.Absent, "later ": over.Later,
	} {
		for _, p := range people {
			lines = append(lines, fmt.Sprint(status, p.Rows, peers(p)))
		}
	}
	for _, r := range Compare(results) {
		marks := ""
		for _, m := range r.Marks {
			marks += string(m)
		}
		lines = append(lines, fmt.Sprint(marks, " missed ", r.Streak(), r.LongestStreak(), " invited ", r.Invited,
			peers(r.Person)))
	}
	slices.Sort(lines)
	return fmt.Sprintf("left out %d\n%s", over.LeftOut, strings.Join(lines, "\n"))
}

// slowPresent returns the peers of each person in a column.
func slowPresent(c int, people []*slowPerson) map[*slowPerson][]*slowPeer {
	in := map[*slowPerson][]*slowPeer{}
	for _, p := range people {
		in[p] = slices.DeleteFunc(slices.Clone(p.peers), func(q *slowPeer) bool { return q.column != c })
	}
	return in
}

// slowTogether returns when two people were there first, and until when they were last.
func slowTogether(
	people []*slowPerson, start, end int, there func(*slowPerson, int, bool, bool) bool,
) (from, until int) {
	from, until = start, end
	twoSeen := false
	for m := start; m < end; m++ {
		n := 0
		for _, p := range people {
			if there(p, m, true, true) {
				n++
			}
		}
		if n >= 2 && !twoSeen {
			twoSeen, from = true, m
		}
		if n >= 2 {
			until = m + 1
		}
	}
	return from, until
}

// slowScheduled returns the scheduled moments, if there are any, and otherwise the others.
func slowScheduled(r Rules, own []*slowPart, several bool, lateFrom, earlyFrom int) (from, until int) {
	first, last := own[0], own[len(own)-1]
	live := last.live && last.over == unknown
	near := func(s, begin int) bool { return s != unknown && (!several || max(s-begin, begin-s) <= 720) }
	if s := minuteOf(r.ScheduledStart); near(s, first.from) {
		lateFrom = s
	}
	if s := minuteOf(r.ScheduledEnd); near(s, last.from) && (!live || s <= minuteOf(r.Now)) {
		earlyFrom = s
	}
	return lateFrom, earlyFrom
}

func slowTimes(peers []*slowPeer, live bool, lateFrom, earlyFrom int) string {
	b, e := span(peers)
	isHere := live && slices.ContainsFunc(peers, func(q *slowPeer) bool { return q.part.live && q.left == unknown })
	early := 0
	if earlyFrom != unknown && !isHere {
		early = max(0, earlyFrom-e)
	}
	return fmt.Sprintf(" late %d early %d here %v", max(0, b-lateFrom), early, isHere)
}

// slowColumn writes a result down.
func slowColumn(c int, own []*slowPart, before [][]*slowPart, people, bots []*slowPerson, r Rules, several bool) string {
	first, last := own[0], own[len(own)-1]
	start, end := first.from, max(first.end, last.end)
	in := slowPresent(c, slices.Concat(people, bots))
	here := func(p *slowPerson) []*slowPeer { return in[p] }
	there := func(p *slowPerson, m int, rooms, main bool) bool {
		return slices.ContainsFunc(here(p), func(q *slowPeer) bool {
			return q.there(m) && (q.Room == "" && main || q.Room != "" && rooms)
		})
	}
	live := last.live && last.over == unknown
	lateFrom, earlyFrom := slowTogether(people, start, end, there)
	if live {
		earlyFrom = unknown
	}
	lateFrom, earlyFrom = slowScheduled(r, own, several, lateFrom, earlyFrom)
	var lines []string
	attended, fresh, shared := 0, 0, map[string]bool{}
	for _, p := range people {
		line, came, isNew := slowLine(p, here(p), start, end, there, own)
		rows := slowRows(p, own)
		added := slowAdded(rows)
		switch {
		case came && len(rows) > 0:
			attended++
			if added != unknown && added <= end && (isNew || slowEarlier(rows, before, r)) {
				fresh++
			}
			line = "attended " + line
		case came:
			line = "guest " + line
		case len(rows) == 0:
			continue
		case !live && added > end:
			line = "later " + line
		default:
			line = "absent " + line
		}
		if came {
			line += slowTimes(here(p), live, lateFrom, earlyFrom)
		}
		if p.shared {
			shared[p.custom] = true
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	if !first.dated {
		start = unknown
	}
	left := 0
	for _, p := range bots {
		if len(slowRows(p, own)) > 0 || len(here(p)) > 0 {
			left++
		}
	}
	return fmt.Sprintf("%d to %d, late from %d, early from %d, live %v, over %d, left out %d, just in time %v, shared %d\n%s",
		start, end, lateFrom, earlyFrom, last.live, last.over, left, fresh > 0 && 5*fresh >= 4*attended, len(shared), strings.Join(lines, "\n"))
}

func slowAdded(rows []Invited) int {
	added := 1 << 30
	for _, r := range rows {
		added = min(added, minuteOf(r.Added))
	}
	return added
}

// slowEarlier reports whether the row that is the first was added to its meeting at
// an earlier session of it.
func slowEarlier(rows []Invited, before [][]*slowPart, r Rules) bool {
	added := slowAdded(rows)
	for _, row := range rows {
		if minuteOf(row.Added) != added {
			continue
		}
		at := func(meeting string, from, until int) bool {
			return (row.Meeting == "" || row.Meeting == meeting) && added > from-2 && added <= until
		}
		for _, p := range slices.Concat(before...) {
			if at(p.meeting, p.from, p.until) {
				return true
			}
		}
		for _, s := range r.Earlier {
			if at(s.Meeting, minuteOf(s.Start), minuteOf(s.End)) {
				return true
			}
		}
	}
	return false
}

func span(peers []*slowPeer) (from, to int) {
	from, to = 1<<30, -1<<30
	for _, p := range peers {
		from, to = min(from, p.from), max(to, p.to)
	}
	return from, to
}

func slowLine(
	p *slowPerson, peers []*slowPeer, start, end int, there func(*slowPerson, int, bool, bool) bool, own []*slowPart,
) (line string, came, isNew bool) {
	var ids []string
	for _, q := range peers {
		ids = append(ids, q.ID)
	}
	slices.Sort(ids)
	line = fmt.Sprintf("rows %d %v differs %v shared %v", len(slowRows(p, own)), ids, p.differs, p.shared)
	if len(peers) == 0 {
		return line, false, false
	}
	b, e := span(peers)
	present, away, inRoom, devices, lived, moments := 0, 0, 0, 1, 0, 0
	for m := start; m < end; m++ {
		n := 0
		for _, q := range peers {
			if q.there(m) {
				n++
			}
		}
		devices = max(devices, n)
		if slices.ContainsFunc(own, func(s *slowPart) bool { return m >= s.from && m < s.end }) {
			lived++
		}
		pause := len(own) == 2 && m >= own[0].end && m < own[1].from
		switch {
		case n > 0:
			present++
			moments += m
			if !there(p, m, false, true) {
				inRoom++
			}
		case m >= b && m < e && !pause:
			away++
		}
	}
	share := "unknown"
	if lived > 0 && !slices.ContainsFunc(own, func(s *slowPart) bool { return s.endless || !s.dated }) {
		percent := 0
		for (2*percent+1)*lived <= 200*present { // at least half of the next
			percent++
		}
		share = fmt.Sprint(percent)
	}
	line = fmt.Sprintf("%s present %d at %d away %d in room %d devices %d share %s",
		line, present, moments, away, inRoom, devices, share)
	return line, true, b-slowAdded(slowRows(p, own)) < 2
}

// moments adds up the minutes of a session at which somebody was there.
func moments(p Person, r Result) int {
	sum := 0
	for at, m := p.First(), minuteOf(p.First()); at.Before(r.End); at, m = at.Add(time.Minute), m+1 {
		if p.PresentAt(at) {
			sum += m
		}
	}
	return sum
}

// shown writes a result down as slowColumn does.
func shown(r Result) string {
	var lines []string
	group := func(status string, people []Person) {
		for _, p := range people {
			var ids []string
			for _, v := range p.Visits {
				ids = append(ids, v.Peers...)
			}
			slices.Sort(ids)
			line := fmt.Sprintf("%s rows %d %v differs %v shared %v", status, p.Rows, ids, p.DifferentNames, p.SharedID)
			for _, v := range p.Visits {
				away, inRoom := 0, 0
				for _, g := range v.Away {
					if g.Kind == InRoom {
						inRoom += Minutes(g.From, g.To)
					} else {
						away += Minutes(g.From, g.To)
					}
				}
				share := "unknown"
				if percent, known := v.Share(); known {
					share = fmt.Sprint(percent)
				}
				line += fmt.Sprintf(" present %v at %d away %d in room %d devices %d share %s late %v early %v here %v",
					p.Present().Minutes(), moments(p, r), away, inRoom, v.Devices, share,
					v.Late().Minutes(), v.Early().Minutes(), v.Here)
			}
			lines = append(lines, line)
		}
	}
	group("attended", r.Attended)
	group("absent", r.Absent)
	group("guest", r.Guests)
	group("later", r.Later)
	slices.Sort(lines)
	return fmt.Sprintf(
		"%d to %d, late from %d, early from %d, live %v, over %d, left out %d, just in time %v, shared %d\n%s",
		minuteOf(r.Start), minuteOf(r.End), minuteOf(r.LateFrom), minuteOf(r.EarlyFrom), r.Live,
		minuteOf(r.OverSince), r.LeftOut, r.JustInTime, len(r.SharedIDs),
		strings.Join(lines, "\n"))
}

// pick takes one of several, the first most often.
func pick[T any](r *rand.Rand, of ...T) T { return of[max(0, r.IntN(len(of)+2)-2)] }

func randomPeer(r *rand.Rand, id string, base int, guests int) Peer {
	written := []string{"Ann", "", "ÁNN", " \u200b", "Ann  Example", "EXAMPLE, Ánn", "Ann Other", "Bob", "ｂｏｂ", "ハナ", "バナ", "Иван", "Ивaн Й."}
	p := Peer{ID: id, UserID: pick(r, fmt.Sprint("id", r.IntN(guests)), ""), Name: written[r.IntN(1+r.IntN(len(written)))],
		CustomID: pick(r, fmt.Sprint("c", r.IntN(5)), "", "same", "A@x.org", "a@X.org"), Preset: pick(r, "host", "", "Bot"),
		Room: pick(r, "", "", "", "room1", "room2")}
	if r.IntN(10) > 0 {
		p.Joined = at(base + r.IntN(length+40) - 20)
	}
	if r.IntN(4) > 0 {
		p.Left = at(base + r.IntN(length+40) - 20)
	}
	for range max(0, r.IntN(9)-4) {
		p.Events = append(p.Events, Event{At: at(base + r.IntN(length)), Leaving: r.IntN(2) == 0})
	}
	return p
}

// random makes a series of sessions, a roster and rules.
func random(r *rand.Rand) ([][]Held, []Invited, Rules) {
	rules := Rules{Now: at(r.IntN(length) + 1), LeaveOut: pick(r, nil, []string{"BOT"}, []string{"x", " bot"})}
	var roster []Invited
	for i := range r.IntN(7) {
		p := randomPeer(r, "", 0, 1)
		row := Invited{ID: pick(r, fmt.Sprint("id", i), ""), CustomID: p.CustomID, Name: p.Name, Preset: p.Preset}
		if r.IntN(4) > 0 {
			row.Added = at(r.IntN(length+80) - 60)
		}
		roster = append(roster, row)
	}
	if r.IntN(3) == 0 {
		rules.ScheduledStart, rules.ScheduledEnd = at(r.IntN(length)), pick(r, at(r.IntN(length)), time.Time{})
	}
	if r.IntN(3) == 0 {
		rules.Earlier = []Session{{Start: at(-60), End: at(-40)}}
	}
	var columns [][]Held
	base, peers := 0, 0
	for range 1 + r.IntN(2) {
		var column []Held
		for range 1 + r.IntN(2) {
			h := Held{Session: Session{Start: at(base), End: at(base + length), Ended: true}}
			for range r.IntN(10) {
				peers++
				h.Peers = append(h.Peers, randomPeer(r, fmt.Sprint("peer", peers), base, 9))
			}
			column = append(column, h)
			base += length + pick(r, 10, 0, 800)
		}
		columns = append(columns, column)
	}
	last := &columns[len(columns)-1][len(columns[len(columns)-1])-1]
	switch r.IntN(5) {
	case 0:
		last.End, last.Ended = time.Time{}, false
		rules.Now = last.Start.Add(rules.Now.Sub(nine))
	case 1:
		if len(columns[0]) == 1 {
			columns[0][0].Start = time.Time{}
		}
	case 2:
		if len(last.Peers) > 0 {
			last.End = time.Time{}
		}
	}
	if r.IntN(2) == 0 {
		mixMeetings(r, columns, roster, rules)
	}
	return columns, roster, rules
}

// mixMeetings deals sessions and rows to meetings, of which some have none of one kind.
func mixMeetings(r *rand.Rand, columns [][]Held, roster []Invited, rules Rules) {
	of := func() string { return pick(r, "A", "B", "C", "") }
	for _, column := range columns {
		for i := range column {
			column[i].Meeting = of()
		}
	}
	for i := range roster {
		roster[i].Meeting = of()
	}
	for i := range rules.Earlier {
		rules.Earlier[i].Meeting = of()
	}
}

func TestDifferential(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for n := range 10_000 {
		columns, roster, rules := random(r)
		results := Series(columns, roster, rules)
		want, over := slowSeries(columns, roster, rules)
		for i, result := range results {
			if got := shown(result); got != want[i] {
				t.Fatalf("case %d, result %d:\n%s\nminute by minute:\n%s\n%+v\n%+v\n%+v", n, i, got, want[i], columns, roster, rules)
			}
		}
		if got := shownOver(results); got != over {
			t.Fatalf("case %d, together:\n%s\nminute by minute:\n%s\n%+v\n%+v\n%+v", n, got, over, columns, roster, rules)
		}
		properties(t, columns, roster, rules, results)
	}
}
