// Package sessiontext fetches what was said in sessions: their summaries,
// transcripts and chats, in the forms that package recap reads.
package sessiontext

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/recap"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// States of a part, as the answer has them.
const (
	Found      = "found"
	Empty      = "empty"      // made, but there is nothing in it
	Missing    = "missing"    // nothing to download
	Unreadable = "unreadable" // made, in no form that is known
	Failed     = "failed"     // made, but could not be downloaded
)

// read gets all parts of all sessions. That one was not made, or cannot be
// downloaded, is an answer if others were asked for as well; a refusal of the
// API is not.
func (r reader) read(ctx context.Context) ([]*Text, error) {
	group, ctx := errgroup.WithContext(ctx)
	people := sync.OnceValues(func() (recap.Index, error) { return r.People(ctx) })
	who := func() (recap.Index, error) { return people() }
	var parts []*Text
	for _, s := range r.Sessions {
		for _, part := range r.parts() {
			p := newText(s, part)
			if len(r.Sessions) > 1 {
				p.SessionID = untrusted.Line(s.ID, 64)
			}
			parts = append(parts, p)
			group.Go(func() error { return r.part(ctx, p, who) })
		}
	}
	return parts, group.Wait()
}

// parts are those to read. A summary has no speakers.
func (o Options) parts() []string {
	switch {
	case o.Part != "":
		return []string{o.Part}
	case o.Speaker != "":
		return []string{"transcript", "chat"}
	}
	return Parts
}

func newText(s client.Session, part string) *Text {
	return &Text{Session: s, Tally: recap.NewTally(), Part: Part{Part: part, Lines: []Line{}}}
}

// part reads one part.
func (r reader) part(ctx context.Context, p *Text, who knower) error {
	var err error
	switch p.Part.Part {
	case "summary":
		err = r.text(ctx, p, recap.Summary, who, r.API.Summary)
	case "chat":
		err = r.text(ctx, p, recap.Chat, who, r.API.Chat)
	default:
		err = r.transcript(ctx, p, who)
	}
	if err != nil || p.State != Failed {
		return err
	}
	if r.Part != "" {
		return p.err
	}
	p.Why = untrusted.Line(p.err.Error(), 400)
	return nil
}

// transcript asks for JSON, in which nothing has to be guessed, and if that
// brings nothing, for what the API gives of itself: it may know no formats.
func (r reader) transcript(ctx context.Context, p *Text, who knower) error {
	in := func(f client.TranscriptFormat) linker {
		return func(ctx context.Context, app client.AppRef, session string) (*client.Link, error) {
			return r.API.Transcript(ctx, app, session, f)
		}
	}
	first := *p
	err := r.text(ctx, &first, recap.Transcript, who, in(client.TranscriptJSON))
	live := p.Session.Live()
	again := first.State == Empty || first.State == Unreadable ||
		first.State == Missing && !live
	if err == nil && first.State == Failed {
		again = otherForm(first.err)
	}
	if !again && !otherForm(err) {
		*p = first
		return err
	}
	err2 := r.text(ctx, p, recap.Transcript, who, in(client.TranscriptDefault))
	switch {
	case err2 == nil && p.State == Found:
		return nil
	case errors.Is(err2, context.Canceled):
		return err2
	case err == nil && first.State != Missing:
		*p = first // it was made, and this says what is wrong with it
		return nil
	case err2 == nil && err != nil && p.State == Missing && serverFault(err):
		return err
	}
	return err2
}

// otherForm reports whether a failure may be due to the format that was asked for.
func otherForm(err error) bool {
	var e *client.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Meant() {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusTooManyRequests:
		return false
	}
	return e.Meant() >= 400 || errors.Is(err, client.ErrBodyTooLarge)
}

func serverFault(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Meant() >= 500
}

// knower waits until it is known who was there.
type knower func() (recap.Index, error)

type linker func(context.Context, client.AppRef, string) (*client.Link, error)

// text gets one text. An error is one of the API: a failure to download is kept in p.
func (r reader) text(ctx context.Context, p *Text, kind recap.Kind, who knower, get linker) error {
	link, err := get(ctx, r.App, p.Session.ID)
	if err != nil {
		return err
	}
	if link == nil {
		p.State = Missing
		return nil
	}
	lines, err := r.download(ctx, p, kind, link, who)
	switch {
	case err != nil:
		return err
	case errors.Is(p.err, context.Canceled):
		return p.err
	case p.err == nil:
		p.Tally, p.Form = lines.tally, p.report.Form
	}
	switch {
	case p.err != nil:
		p.State = Failed
	case p.report.Unreadable:
		p.State = Unreadable
	case p.report.Lines == 0:
		p.State = Empty
	default:
		p.State, p.Found = Found, true
		r.fill(&p.Part, lines)
		if lines.seek != nil {
			p.Fit = lines.seek.names
		}
	}
	return nil
}

// download reads what is behind a link, or sets p.err. It asks who was there at
// the first line, for there may be none. If the download breaks off while it
// waits for the answer, it starts again.
func (r reader) download(ctx context.Context, p *Text, kind recap.Kind, link *client.Link,
	who knower) (lines *collector, err error) {
	for {
		asked := false // for long
		p.err = r.API.Download(ctx, link, func(text io.Reader, contentType string) error {
			lines = r.collector(p.Session)
			first := func(l recap.Line) {
				if lines.index == nil && err == nil {
					var index recap.Index
					began := time.Now()
					index, err = who()
					asked = time.Since(began) > time.Second
					lines.know(index)
				}
				lines.add(l)
			}
			if kind == recap.Summary {
				lines.know(recap.Index{})
			}
			o := recap.Options{Kind: kind, Start: p.Session.StartedAt, ContentType: contentType}
			report, err := recap.Read(text, o, first)
			p.report = report
			return err
		})
		if err != nil || p.err == nil || !asked || p.waited {
			break
		}
		p.waited = true
	}
	if errors.Is(p.err, recap.ErrWebPage) {
		p.err = fmt.Errorf("could not read the %s: %w; a proxy may want you to sign in, or the link has ended: "+
			"try again later", p.Part.Part, p.err)
	}
	return lines, err
}

// collector keeps the lines that an answer has room for, and counts the others.
type collector struct {
	index         *recap.Index // nil until it is known who was there
	unasked       bool         // nobody asks who attended
	tally         *recap.Tally
	times         stamp
	offset, limit int
	chars         int
	seek          *seeker // nil: all lines are wanted

	total int
	full  bool
	lines []Line
	quote strings.Builder
}

func (r reader) collector(s client.Session) *collector {
	limit, chars := 40, maxAllChars/len(r.Sessions)
	if r.Part != "" {
		limit, chars = 200, maxPartChars/len(r.Sessions)
	}
	c := &collector{
		tally: recap.NewTally(), times: newStamp(s.StartedAt, r.Zone), unasked: r.unasked,
		offset: r.Offset, limit: cmp.Or(r.Limit, limit), chars: chars,
	}
	if r.Search != "" || r.Speaker != "" {
		c.limit = cmp.Or(r.Limit, defaultHits)
		c.seek = &seeker{search: r.Search, speaker: r.Speaker, offset: r.Offset, limit: c.limit}
	}
	return c
}

func (c *collector) know(index recap.Index) {
	c.index = &index
	if c.seek != nil && c.seek.speaker != "" {
		c.seek.voice = index.Voice(c.seek.speaker)
	}
}

// add takes the next line. One that is too long becomes several.
func (c *collector) add(l recap.Line) {
	l, person, how := c.index.Attribute(l)
	c.tally.Add(l, person, how)
	var pieces []string
	n := 1
	if len(l.Text) > maxLine {
		pieces = untrusted.Lines(l.Text, maxLine)
		n = len(pieces)
	}
	before := c.total
	c.total += n
	if c.seek != nil {
		c.seek.add(before, l, pieces, person, func(text string) Line { return c.line(l, text, person, how) })
		return
	}
	if c.full || c.total <= c.offset {
		return
	}
	if pieces == nil {
		pieces = untrusted.Lines(l.Text, maxLine)
	}
	for _, text := range pieces[max(0, c.offset-before):] {
		line := c.line(l, text, person, how)
		quoted := line.text(c.times)
		if len(c.lines) >= c.limit || len(c.lines) > 0 && c.quote.Len()+len(quoted) > c.chars {
			c.full = true
			return
		}
		c.lines = append(c.lines, line)
		c.quote.WriteString(quoted)
	}
}

func (c *collector) line(l recap.Line, text string, person *recap.Person, how recap.Match) Line {
	line := Line{At: when.Known(l.At.In(c.times.zone)), Speaker: untrusted.Line(l.Name, 80), Text: text, unasked: c.unasked}
	line.Attended, line.ByName = how != recap.Unmatched, how == recap.ByName
	if person != nil && person.Name != "" {
		line.Speaker = untrusted.Line(person.Name, 80)
	}
	return line
}

func (r reader) fill(p *Part, c *collector) {
	p.Total = c.total
	all, shown := c.total, 0
	if c.seek != nil {
		p.Hits, all = &c.seek.hits, c.seek.hits
		p.Lines, p.Quote, shown = page(c.seek.lines, c.limit, c.chars, c.times)
	} else {
		p.Lines, p.Quote, shown = append(p.Lines, c.lines...), c.quote.String(), len(c.lines)
	}
	p.Offset = min(c.offset, all)
	if p.LeftOut = all - p.Offset - shown; p.LeftOut > 0 {
		session := ""
		if p.SessionID != "" {
			session = "session=" + p.SessionID + ", "
		}
		p.Next = fmt.Sprintf("Repeat the call with %spart=%s and offset=%d.", session, p.Part, p.Offset+shown)
	}
}
