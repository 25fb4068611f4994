package watch

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// attend delivers who came to a live session and who left, if persons are watched.
func (e *Engine) attend(ctx context.Context, s *session) error {
	if !e.persons() {
		return nil
	}
	j, err := e.judge(ctx, s, false)
	if err != nil {
		return err
	}
	if !j.session.Live() { // the next reading of the app's sessions will tell
		return nil
	}
	return e.comings(ctx, s, j.result, false)
}

// comings delivers the comings and goings that were not delivered yet. Somebody with two
// devices has left when the last one has, and one who is back within a minute has not
// left, unless that was told already.
func (e *Engine) comings(ctx context.Context, s *session, r attendance.Result, over bool) error {
	v := e.view(s)
	told := map[string]bool{}
	for _, id := range v.People {
		told[id] = true
	}
	var events []event.Event
	for _, p := range r.Attended {
		events = append(events, s.visit(p, told, over, false)...)
	}
	for _, p := range r.Guests {
		events = append(events, s.visit(p, told, over, true)...)
	}
	slices.SortStableFunc(events, func(a, b event.Event) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Type), string(b.Type)))
	})
	since := s.app.Since
	for _, one := range events {
		note := func(r *record) { r.People = append(r.People, one.ID) }
		if one.At.Before(since) {
			e.update(s, note)
			continue
		}
		if err := e.deliver(ctx, s, one, note); err != nil {
			return err
		}
	}
	return nil
}

// visit are the events of one person that were not told.
func (s *session) visit(p attendance.Person, told map[string]bool, over, guest bool) (out []event.Event) {
	if len(p.Visits) == 0 {
		return nil
	}
	v := p.Visits[0]
	key := cmp.Or(p.ID, v.Peers[0])
	add := func(one event.Event, span attendance.Interval) {
		if told[one.ID] {
			return
		}
		one.Person = &event.Person{Who: whoIs(p), JoinedAt: span.From.UTC(), Guest: guest}
		if one.Type == event.PersonLeft {
			one.Person.LeftAt = moment(span.To)
		}
		out = append(out, one)
	}
	left := func(at time.Time) event.Event { return s.passing(event.PersonLeft, key, at) }
	spans := joined(v.Intervals, func(i attendance.Interval) bool { return told[left(i.To).ID] })
	for i, span := range spans {
		add(s.passing(event.PersonJoined, key, span.From), span)
		if i < len(spans)-1 || over || !v.Here {
			add(left(span.To), span)
		}
	}
	return out
}

// passing is that somebody passed through the door at a time.
func (s *session) passing(t event.Type, key string, at time.Time) event.Event {
	return s.event(t, at, key, strconv.FormatInt(at.UnixMilli(), 10))
}

// joined are intervals without the breaks of less than a minute, but for those after one
// of which it was told that it is over.
func joined(spans []attendance.Interval, told func(attendance.Interval) bool) []attendance.Interval {
	var out []attendance.Interval
	for _, next := range spans {
		if n := len(out) - 1; n >= 0 && next.From.Sub(out[n].To) < time.Minute && !told(out[n]) {
			out[n].To = next.To
			continue
		}
		out = append(out, next)
	}
	return out
}
