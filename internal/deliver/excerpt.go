package deliver

import (
	"bytes"
	"io"
	"sync"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Bounds of what is passed on of one run's output.
const (
	maxLines = 100
	maxLine  = 500 // characters; a line that is not over by then is cut there
)

// prints keeps the lines of commands that run at the same time apart.
type prints struct {
	mu sync.Mutex
	to io.Writer
}

func (p *prints) Write(line []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.to.Write(line)
}

// excerpt passes the first lines of a command's output on, without characters that could
// change the terminal. It takes all of the output, so that the command never waits.
type excerpt struct {
	to    io.Writer
	line  []byte
	lines int
	long  bool // the rest of the line is left out
}

func newExcerpt(to io.Writer) *excerpt { return &excerpt{to: to} }

// Write implements io.Writer. It never fails: a command must not break because nobody
// reads what it prints.
func (x *excerpt) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		part, rest, ended := bytes.Cut(b, []byte("\n"))
		b = rest
		if room := 4*maxLine - len(x.line); len(part) > room {
			part, x.long = part[:room], true
		}
		x.line = append(x.line, part...)
		if ended {
			x.pass()
		}
	}
	return n, nil
}

// end passes on a last line that has no line break. Call it after the last Write.
func (x *excerpt) end() {
	if len(x.line) > 0 {
		x.pass()
	}
}

func (x *excerpt) pass() {
	text := untrusted.Line(string(x.line), maxLine)
	if x.long && len(text) > 0 {
		text = untrusted.Line(text+untrusted.Ellipsis, maxLine)
	}
	x.line, x.long = x.line[:0], false
	if text == "" {
		return
	}
	x.lines++
	switch {
	case x.lines == maxLines+1:
		text = "the command printed more, which is left out"
	case x.lines > maxLines:
		return
	}
	_, _ = io.WriteString(x.to, "exec: "+text+"\n") // if standard error is lost, the event still counts
}
