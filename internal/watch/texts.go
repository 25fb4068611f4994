package watch

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/recap"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/sessiontext"
)

// The parts of a recap.
const (
	summary    = "summary"
	transcript = "transcript"
	chat       = "chat"
)

// recap looks for the texts of a session that has ended, and returns when to look again.
func (e *Engine) recap(ctx context.Context, s *session) (time.Time, error) {
	v := e.view(s)
	if v.Recapped {
		return time.Time{}, nil
	}
	if !e.wants(event.RecapReady) && !e.wants(event.RecapMissing) {
		e.update(s, recapped)
		return time.Time{}, nil
	}
	now := e.clock.Now()
	due, last, next := looking(v.Ended, v.Looked, now)
	if !due && !v.Hinted {
		return next, nil
	}
	l, err := e.lookFor(ctx, s, v, now)
	if err != nil {
		return nextLook(v.Ended, now), e.unread(s, texts, v, v.Hinted, last, err, func(r *record) { r.Looked = now })
	}
	switch {
	case !l.again.IsZero():
		return l.again, nil
	case len(l.found) > 0 && (len(l.missing) == 0 || !now.Before(v.Ended.Add(lastEarly))):
		ready := s.event(event.RecapReady, now.Truncate(time.Second))
		ready.Recap = &event.Recap{Texts: e.withChat(ctx, s, v, l.found), Missing: l.missing}
		return time.Time{}, e.deliver(ctx, s, ready, recapped)
	case l.blind, last && len(l.missing) == 0:
		e.update(s, recapped)
		return time.Time{}, nil
	case last:
		none := s.event(event.RecapMissing, v.Ended.Add(lastLook))
		none.Recap = &event.Recap{Texts: []event.Text{}, Missing: l.missing}
		return time.Time{}, e.deliver(ctx, s, none, recapped)
	}
	e.update(s, func(r *record) { r.Looked, r.Hinted = now, false })
	return nextLook(v.Ended, now), nil
}

// looked is what a look for texts has brought.
type looked struct {
	found   []event.Text
	missing []string  // of those that are expected
	blind   bool      // none is, and no other look comes
	again   time.Time // when to look instead; zero is that it was done
}

// lookFor looks for the texts of a session.
func (e *Engine) lookFor(ctx context.Context, s *session, v view, now time.Time) (l looked, err error) {
	done, err := e.reading(ctx)
	if err != nil {
		return l, err
	}
	defer done()
	expected, err := e.expected(ctx, s)
	if err != nil {
		return l, err
	}
	l.blind = len(expected) == 0 && !v.Hinted
	if l.blind && now.Before(v.Ended.Add(onlyLook)) {
		l.again = v.Ended.Add(onlyLook)
		return l, nil
	}
	l.found, l.missing, err = e.find(ctx, s, v, expected, now)
	return l, err
}

func recapped(r *record) { r.Recapped, r.Hinted = true, false }

// expected are the parts that the meeting's switches have made at a session's end. Both
// are expected of a meeting that is gone.
func (e *Engine) expected(ctx context.Context, s *session) ([]string, error) {
	if s.Meeting == "" {
		return nil, nil
	}
	if s.meeting == nil {
		m, err := e.o.API.Meeting(ctx, s.app.ref(), s.Meeting)
		if client.NotFound(err) {
			m, err = client.Meeting{SummarizeOnEnd: true, TranscribeOnEnd: true}, nil
		}
		if err != nil {
			return nil, err
		}
		s.meeting = &m
	}
	var out []string
	if s.meeting.SummarizeOnEnd {
		out = append(out, summary)
	}
	if s.meeting.TranscribeOnEnd {
		out = append(out, transcript)
	}
	return out, nil
}

// find looks for the expected parts; without any for the transcript, or if a webhook told
// of a text for both.
func (e *Engine) find(ctx context.Context, s *session, v view, expected []string, now time.Time) (found []event.Text,
	missing []string, err error) {
	parts := expected
	switch {
	case v.Hinted:
		parts = []string{summary, transcript}
	case len(parts) == 0:
		parts = []string{transcript}
	}
	for _, part := range parts {
		there, err := e.has(ctx, s, part, now.Sub(v.Ended))
		switch {
		case err != nil:
			return nil, nil, err
		case there:
			found = append(found, event.Text{Part: part, KeptUntil: moment(v.Ended.Add(sessiontext.TextsKept))})
		case slices.Contains(expected, part):
			missing = append(missing, part)
		}
	}
	return found, missing, nil
}

// has reports whether there is a text with something in it. A text that cannot be
// downloaded counts from an hour after the end.
func (e *Engine) has(ctx context.Context, s *session, part string, age time.Duration) (bool, error) {
	api, ref := e.o.API, s.app.ref()
	var link *client.Link
	var err error
	switch part {
	case summary:
		link, err = api.Summary(ctx, ref, s.id)
	case chat:
		link, err = api.Chat(ctx, ref, s.id)
	default:
		link, err = api.Transcript(ctx, ref, s.id, client.TranscriptDefault)
	}
	if err != nil || link == nil {
		return false, err
	}
	something, err := e.something(ctx, link, part)
	switch {
	case err == nil:
		return something, nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	}
	return age >= lastEarly, nil
}

// enough is how many bytes of a text tell that there is something in it.
const enough = 64 << 10

// hasLine reports whether a text has a line. Nothing of it is kept.
func (e *Engine) hasLine(ctx context.Context, link *client.Link, part string) (bool, error) {
	kind := map[string]recap.Kind{summary: recap.Summary, chat: recap.Chat, transcript: recap.Transcript}[part]
	lines := 0
	err := e.o.API.Download(ctx, link, func(text io.Reader, contentType string) error {
		o := recap.Options{Kind: kind, ContentType: contentType}
		report, err := recap.Read(io.LimitReader(text, enough), o, func(recap.Line) {})
		lines = report.Lines
		return err
	})
	if errors.Is(err, context.Canceled) {
		return false, err
	}
	return lines > 0, err
}

// withChat adds the chat to texts that were found, if there is one. It is not waited for.
func (e *Engine) withChat(ctx context.Context, s *session, v view, found []event.Text) []event.Text {
	if !e.wants(event.RecapReady) {
		return found
	}
	if there, err := e.has(ctx, s, chat, 0); err != nil || !there {
		return found
	}
	kept := moment(v.Ended.Add(sessiontext.TextsKept))
	if s.meeting != nil && s.meeting.PersistChat {
		kept = nil
	}
	return append(found, event.Text{Part: chat, KeptUntil: kept})
}
