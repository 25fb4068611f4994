package sessiontext

import (
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/recap"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

const (
	defaultHits = 20
	around      = 2   // lines shown before and after a hit
	maxAround   = 300 // characters of each
)

// seeker keeps the lines that somebody looks for. Of a text it holds no more than
// those, and the last two.
type seeker struct {
	search, speaker string
	voice           recap.Voice // of speaker
	offset, limit   int         // hits

	hits   int
	after  int    // lines that still are beside the last hit
	before []Line // those that may come before the next
	lines  []Line
	names  []string // of those who said the hits, the first few
}

// add takes a line that begins after so many others. Pieces are what a long one is
// cut into.
func (s *seeker) add(number int, l recap.Line, pieces []string, p *recap.Person, line func(text string) Line) {
	said := s.speaker == "" || s.voice.Said(l, p)
	holds := said && (s.search == "" || match.Holds(l.Text, s.search))
	if !holds && s.search == "" {
		return // nothing is shown beside what one person said
	}
	if pieces == nil {
		pieces = []string{l.Text}
	}
	isHit := func(int) bool { return holds }
	if holds && len(pieces) > 1 && s.search != "" {
		of := s.which(pieces)
		isHit = func(i int) bool { return slices.Contains(of, i) }
	}
	for i, text := range pieces {
		number++
		s.piece(isHit(i), func(most int) Line {
			out := line(untrusted.Line(text, most))
			out.Number = number
			return out
		})
	}
}

// which of the pieces of a line are hits: those that hold all words, else the
// first that holds the longest.
func (s *seeker) which(pieces []string) (of []int) {
	for i, text := range pieces {
		if match.Holds(text, s.search) {
			of = append(of, i)
		}
	}
	if len(of) > 0 {
		return of
	}
	longest := match.LongestWord(s.search)
	return []int{max(0, slices.IndexFunc(pieces, func(text string) bool { return match.Holds(text, longest) }))}
}

func (s *seeker) piece(hit bool, line func(most int) Line) {
	if hit {
		s.hits++
	}
	wanted := hit && s.hits > s.offset && s.hits <= s.offset+s.limit
	switch {
	case wanted:
		l := line(maxLine)
		l.Hit = true
		s.lines = append(append(s.lines, s.before...), l)
		s.before, s.after = s.before[:0], around
		s.name(l.Speaker)
	case s.search == "":
	case s.after > 0:
		s.after--
		s.lines = append(s.lines, line(maxAround))
	case s.hits < s.offset+s.limit:
		l := line(maxAround)
		l.Text = strings.Clone(l.Text) // of a text that may be long
		s.before = append(s.before[max(0, len(s.before)-around+1):], l)
	}
}

func (s *seeker) name(name string) {
	const most = 5
	if name != "" && len(s.names) < most && !slices.Contains(s.names, name) {
		s.names = append(s.names, name)
	}
}

// page is as many of the lines as have so many hits and characters, but at least
// one hit.
func page(lines []Line, hits, chars int, times stamp) (kept []Line, quote string, n int) {
	size, last := 0, 0
	for _, l := range lines {
		size += len(l.text(times))
		if l.Hit {
			if n == hits || n > 0 && size > chars {
				break
			}
			n, last = n+1, l.Number
		}
		kept = append(kept, l)
	}
	kept = slices.DeleteFunc(kept, func(l Line) bool { return l.Number > last+around })
	var b strings.Builder
	for i, l := range kept {
		if i > 0 && l.Number != kept[i-1].Number+1 {
			b.WriteString("> …\n")
		}
		b.WriteString(l.text(times))
	}
	return append([]Line{}, kept...), b.String(), n
}
