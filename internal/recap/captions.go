package recap

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"time"
)

// captions reads the cues of SubRip, or of WebVTT: https://www.w3.org/TR/webvtt1/
func (x *reader) captions(vtt bool) {
	c := cues{x: x, vtt: vtt}
	lines := lineReader{r: x.r}
	for lines.next() {
		c.line(lines.line)
		for lines.more && lines.next() {
			c.cut = c.cut || c.open // this is the rest of a line that is too long
		}
	}
	x.failed(lines.err)
	c.flush()
	x.report.Unreadable = x.report.Lines == 0 && c.bad > 0
}

// cues collects the lines of each cue.
type cues struct {
	x   *reader
	vtt bool
	bad int // number of times that could not be read

	open bool // whether a cue has begun
	at   time.Time
	text []byte
	last int // index at which the last line of text begins
	cut  bool
}

func (c *cues) line(line []byte) {
	line = bytes.TrimSpace(line)
	start, rest, timing := bytes.Cut(line, []byte("-->"))
	var from time.Duration
	ok := false
	if timing {
		from, ok = cueTime(string(bytes.TrimSpace(start[:min(len(start), 32)])))
	}
	switch {
	case ok && len(rest) > 0:
		c.dropNumber()
		c.flush()
		c.open, c.at = true, after(c.x.o.Start, from)
	case len(line) == 0:
		if c.vtt {
			c.flush() // a comment or a cue's name may follow
		}
	case c.open:
		c.keep(line)
	case timing:
		c.bad++
	}
}

// cueTime reads the time of a cue, which may have no fraction.
func cueTime(s string) (time.Duration, bool) {
	if !strings.ContainsAny(s, ".,") {
		s += ".0"
	}
	return clock(s)
}

// dropNumber drops the number of the next cue, which SubRip has before its times.
func (c *cues) dropNumber() {
	if c.open && len(c.text) > 0 && number.Match(c.text[c.last:]) {
		c.text = c.text[:max(0, c.last-1)]
	}
}

var number = regexp.MustCompile(`^\d{1,9}$`)

func (c *cues) keep(line []byte) {
	if len(c.text)+len(line) > MaxText {
		c.cut = true
		return
	}
	if len(c.text) > 0 {
		c.text = append(c.text, '\n')
	}
	c.last = len(c.text)
	c.text = append(c.text, line...)
}

func (c *cues) flush() {
	if c.open {
		said := []voice{{text: untagged(string(c.text))}}
		if c.vtt {
			said = voices(string(c.text))
		}
		for _, v := range said {
			l := Line{At: c.at, Caption: true, Name: clip(v.name, maxID), Text: strings.TrimSpace(v.text)}
			if l.Text == "" {
				continue
			}
			if c.cut {
				c.x.report.Cut++
			}
			c.x.yield(l)
		}
	}
	c.open, c.text, c.last, c.cut = false, c.text[:0], 0, false
}

var (
	srtTag   = regexp.MustCompile(`(?i)</?(b|i|u|font)(\s[^<>]*)?>|\{\\an?\d\}`)
	vttTag   = regexp.MustCompile(`</?[a-zA-Z.][^<>]*>|</>|<[\d:.]+>`)
	vttVoice = regexp.MustCompile(`<v(?:\.[^\s<>]*)?\s+([^<>]+)>`)
)

// untagged drops the tags of SubRip, which most cues do not have.
func untagged(cue string) string {
	if !strings.ContainsAny(cue, "<{") {
		return cue
	}
	return srtTag.ReplaceAllString(cue, "")
}

// voice is what a person says in a cue.
type voice struct{ name, text string }

// voices splits a cue of WebVTT at its voice tags, and drops all other tags.
func voices(cue string) []voice {
	if !strings.Contains(cue, "<") {
		return []voice{{text: html.UnescapeString(cue)}}
	}
	clean := func(s string) string { return html.UnescapeString(vttTag.ReplaceAllString(s, "")) }
	marks := vttVoice.FindAllStringSubmatchIndex(cue, -1)
	if len(marks) == 0 {
		return []voice{{text: clean(cue)}}
	}
	out := []voice{{text: clean(cue[:marks[0][0]])}}
	for i, m := range marks {
		end := len(cue)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		out = append(out, voice{strings.TrimSpace(html.UnescapeString(cue[m[2]:m[3]])), clean(cue[m[1]:end])})
	}
	return out
}
