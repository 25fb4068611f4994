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
	wanted := Parts
	if r.Part != "" {
		wanted = []string{r.Part}
	}
	group, ctx := errgroup.WithContext(ctx)
	var index recap.Index
	met := make(chan struct{}) // closed once index is complete
	if r.Part == "summary" {
		close(met)
	} else {
		group.Go(func() (err error) {
			if index, err = r.People(ctx); err == nil {
				close(met)
			}
			return err
		})
	}
	who := func(ctx context.Context) (recap.Index, error) {
		select {
		case <-met:
			return index, nil
		case <-ctx.Done():
			return recap.Index{}, ctx.Err()
		}
	}
	var parts []*Text
	for _, s := range r.Sessions {
		for _, part := range wanted {
			p := &Text{Session: s, Tally: recap.NewTally(), Part: Part{Part: part, Lines: []Line{}}}
			if len(r.Sessions) > 1 {
				p.SessionID = untrusted.Line(s.ID, 64)
			}
			parts = append(parts, p)
			group.Go(func() error { return r.part(ctx, p, who) })
		}
	}
	return parts, group.Wait()
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
type knower func(context.Context) (recap.Index, error)

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
	index, err := who(ctx)
	if err != nil {
		return err
	}
	lines := r.download(ctx, p, kind, link, index)
	if errors.Is(p.err, context.Canceled) {
		return p.err
	}
	if p.err == nil {
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
	}
	return nil
}

// download reads what is behind a link, or sets p.err.
func (r reader) download(ctx context.Context, p *Text, kind recap.Kind, link *client.Link,
	index recap.Index) (lines *collector) {
	p.err = r.API.Download(ctx, link, func(text io.Reader, contentType string) error {
		lines = r.collector(index, p.Session)
		o := recap.Options{Kind: kind, Start: p.Session.StartedAt, ContentType: contentType}
		report, err := recap.Read(text, o, lines.add)
		p.report = report
		return err
	})
	if errors.Is(p.err, recap.ErrWebPage) {
		p.err = fmt.Errorf("could not read the %s: %w; a proxy may want you to sign in, or the link has ended: "+
			"try again later", p.Part.Part, p.err)
	}
	return lines
}

// collector keeps the lines that an answer has room for, and counts the others.
type collector struct {
	index         recap.Index
	tally         *recap.Tally
	times         stamp
	offset, limit int
	chars         int

	total int
	full  bool
	lines []Line
	quote strings.Builder
}

func (r reader) collector(index recap.Index, s client.Session) *collector {
	limit, chars := 40, maxAllChars/len(r.Sessions)
	if r.Part != "" {
		limit, chars = 200, maxPartChars/len(r.Sessions)
	}
	return &collector{
		index: index, tally: recap.NewTally(), times: newStamp(s.StartedAt, r.Zone),
		offset: r.Offset, limit: cmp.Or(r.Limit, limit), chars: chars,
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
	if c.full || c.total <= c.offset {
		return
	}
	if pieces == nil {
		pieces = untrusted.Lines(l.Text, maxLine)
	}
	line := Line{At: when.Known(l.At), Speaker: untrusted.Line(l.Name, 80)}
	line.Attended, line.ByName = how != recap.Unmatched, how == recap.ByName
	if person != nil && person.Name != "" {
		line.Speaker = untrusted.Line(person.Name, 80)
	}
	for _, text := range pieces[max(0, c.offset-before):] {
		line.Text = text
		quoted := line.text(c.times)
		if len(c.lines) >= c.limit || len(c.lines) > 0 && c.quote.Len()+len(quoted) > c.chars {
			c.full = true
			return
		}
		c.lines = append(c.lines, line)
		c.quote.WriteString(quoted)
	}
}

func (r reader) fill(p *Part, c *collector) {
	p.Total, p.Offset = c.total, min(c.offset, c.total)
	p.Lines, p.Quote = append(p.Lines, c.lines...), c.quote.String()
	if p.LeftOut = p.Total - p.Offset - len(p.Lines); p.LeftOut > 0 {
		session := ""
		if p.SessionID != "" {
			session = "session_id=" + p.SessionID + ", "
		}
		p.Next = fmt.Sprintf("Repeat the call with %spart=%s and offset=%d.", session, p.Part, p.Offset+len(p.Lines))
	}
}
