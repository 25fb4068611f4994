package tools

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// lookup is what one call reads of people: the roster of a meeting, and who
// joined its sessions, each once.
type lookup struct {
	d     *Deps
	g     *gauge
	app   client.AppRef
	zone  *time.Location
	rooms bool // breakout rooms too
	rules attendance.Rules

	meetingID string
	roster    []attendance.Invited
	known     bool // the roster was read, or is not to be had
	noRoster  bool
	peers     map[string][]attendance.Peer

	mu    sync.Mutex
	notes []string // sentences, in any order
	plain bool     // the API refused to tell events
}

// lookup begins a call. Presets are those to leave out, as an argument gives them.
func (d *Deps) lookup(g *gauge, app client.AppRef, zone *time.Location, presets []string) *lookup {
	if len(presets) == 0 {
		presets = d.LeaveOut
	} else if len(presets) == 1 && presets[0] == "none" {
		presets = nil
	}
	return &lookup{d: d, g: g, app: app, zone: zone, peers: map[string][]attendance.Peer{},
		rules: attendance.Rules{Now: d.now(), LeaveOut: presets}}
}

func (l *lookup) note(sentence string) {
	if sentence == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.notes, sentence) {
		l.notes = append(l.notes, sentence)
	}
}

// noted are the notes in an order that does not depend on what came first.
func (l *lookup) noted() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(slices.Values(l.notes))
}

// read fetches the roster and who joined the sessions, five at a time, as far as
// they were not read before.
func (l *lookup) read(ctx context.Context, sessions []client.Session) error {
	group, ctx := errgroup.WithContext(ctx)
	if !l.known {
		group.Go(func() (err error) { l.roster, err = l.invited(ctx); return err })
	}
	group.Go(func() error { return l.readPeers(ctx, sessions) })
	err := group.Wait()
	l.known = err == nil
	return err
}

// readPeers is read without the roster.
func (l *lookup) readPeers(ctx context.Context, sessions []client.Session) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(5) // what a comparison takes unless told otherwise
	read := make([][]attendance.Peer, len(sessions))
	for i, s := range sessions {
		if _, before := l.peers[s.ID]; !before {
			group.Go(func() (err error) { read[i], err = l.inside(ctx, s); return err })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, s := range sessions {
		if _, before := l.peers[s.ID]; !before {
			l.peers[s.ID] = read[i]
		}
	}
	return nil
}

// held gives sessions to the rules, with the people that were read.
func (l *lookup) held(sessions []client.Session) []attendance.Held {
	out := make([]attendance.Held, len(sessions))
	for i, s := range sessions {
		peers, read := l.peers[s.ID]
		out[i] = attendance.Held{ID: s.ID, Session: spanOf(s), Peers: peers, Read: read}
	}
	return out
}

func spanOf(s client.Session) attendance.Session {
	return attendance.Session{Start: s.StartedAt, End: s.EndedAt, Ended: !goesOn(s)}
}

// results applies the rules to columns of sessions, whose people are read first.
// Of several, those of which the API tells nobody, though people were there, are
// taken out.
func (l *lookup) results(ctx context.Context, p *picked) ([]attendance.Result, error) {
	if err := l.read(ctx, p.sessions()); err != nil {
		return nil, err
	}
	var doubt error
	p.columns = slices.DeleteFunc(p.columns, func(column []client.Session) bool {
		for _, s := range column {
			if err := l.doubt(s); err != nil {
				doubt = err
				p.note(sentence(err.Error() + ": it is left out"))
				return true
			}
		}
		return false
	})
	if len(p.columns) == 0 {
		return nil, fmt.Errorf("%w; try again later, or with another session", doubt)
	}
	columns := make([][]attendance.Held, len(p.columns))
	within := map[string]bool{}
	for i, column := range p.columns {
		columns[i] = l.held(column)
		for _, s := range column {
			within[s.ID] = true
		}
	}
	rules := l.rules
	for _, s := range p.listed {
		if !within[s.ID] && s.StartedAt.Before(p.columns[0][0].StartedAt) {
			rules.Earlier = append(rules.Earlier, spanOf(s))
		}
	}
	return attendance.Series(columns, l.roster, rules), nil
}

// forget lets go of what was read, which may be large, once the results are made.
func (l *lookup) forget() { l.roster, l.peers = nil, nil }

// doubt is the error of a session of which the API lists nobody, though it
// counts some: then nobody can be said to be absent.
func (l *lookup) doubt(s client.Session) error {
	counted := fmt.Sprintf("%d at one time", max(s.MaxConcurrent, s.LiveParticipants))
	switch {
	case len(l.peers[s.ID]) > 0:
		return nil
	case s.MaxConcurrent > 0 || s.LiveParticipants > 0:
	case s.MinutesConsumed > 0 && !goesOn(s):
		counted = fmt.Sprintf("%.0f minutes of people", math.Ceil(s.MinutesConsumed))
	default:
		l.note("The API lists nobody who joined session " + untrusted.Line(s.ID, 64) + ", and counts nobody in it.")
		return nil
	}
	return fmt.Errorf("the API lists nobody who joined session %s of %s, but counts %s, so who attended is not known",
		untrusted.Line(s.ID, 64), momentOr(&s.StartedAt, l.zone, unknownTime), counted)
}

// inside fetches who joined a session, and with rooms who joined its breakout
// rooms. What cannot be learnt of the rooms costs no more than the rooms.
func (l *lookup) inside(ctx context.Context, s client.Session) ([]attendance.Peer, error) {
	if !l.rooms {
		return l.joined(ctx, s.ID, "")
	}
	group, ctx := errgroup.WithContext(ctx)
	var peers, inRooms []attendance.Peer
	group.Go(func() (err error) { peers, err = l.joined(ctx, s.ID, ""); return err })
	group.Go(func() error {
		if inRooms = l.inRooms(ctx, s); errors.Is(ctx.Err(), context.Canceled) {
			return context.Canceled
		}
		return nil // late, the answer can do without rooms
	})
	err := group.Wait()
	return append(peers, inRooms...), err
}

// inRooms fetches who joined the breakout rooms of a session, four rooms at a time.
func (l *lookup) inRooms(ctx context.Context, s client.Session) (peers []attendance.Peer) {
	if s.Rooms == nil {
		detailed, err := l.d.API.Session(ctx, l.app, s.ID)
		if err != nil {
			l.noRooms(ctx, "Whether session "+untrusted.Line(s.ID,
				64)+" had breakout rooms could not be read, so who was in them may seem to have left", err)
			return nil
		}
		s.Rooms, s.RoomsLeft = detailed.Rooms, detailed.RoomsLeft
	}
	if s.RoomsLeft > 0 {
		l.note(fmt.Sprintf("Of the breakout rooms of session %s, %s not looked into, so who was in them may seem to have left.",
			untrusted.Line(s.ID, 64), people(s.RoomsLeft, "was", "were")))
	}
	read := make([][]attendance.Peer, len(s.Rooms))
	group := errgroup.Group{}
	group.SetLimit(4)
	for i, room := range s.Rooms {
		group.Go(func() error {
			var err error
			if read[i], err = l.joined(ctx, room, room); err != nil {
				l.noRooms(ctx, "Who was in breakout room "+untrusted.Line(room,
					64)+" could not be read, so they may seem to have left", err)
			}
			return nil
		})
	}
	_ = group.Wait() // what failed is noted
	return slices.Concat(read...)
}

// noRooms says nothing if the call was cancelled.
func (l *lookup) noRooms(ctx context.Context, what string, err error) {
	if !errors.Is(ctx.Err(), context.Canceled) {
		l.note(what + ": " + untrusted.Line(err.Error(), 300) + ".")
	}
}

// invited fetches the roster. An old meeting goes by the name of a room, by which
// the API may not find one.
func (l *lookup) invited(ctx context.Context) ([]attendance.Invited, error) {
	err := client.CheckID("meeting_id", l.meetingID)
	if err == nil {
		pages := l.d.API.Participants(ctx, l.app, l.meetingID)
		var roster []attendance.Invited
		roster, err = gather(ctx, l, "Of the roster some may be missing", pages,
			func(p client.Participant) attendance.Invited {
				return attendance.Invited{ID: p.ID, CustomID: p.CustomID, Name: p.Name, Preset: p.Preset, Added: p.CreatedAt}
			})
		if err == nil || uuid.MatchString(l.meetingID) || !client.NotFound(err) && !refused(err) {
			return roster, err
		}
	}
	l.noRoster = true
	l.note("The API does not name this session's meeting by its id, " +
		"so its roster is not known: everybody counts as not on it.")
	return nil, nil
}

// joined fetches who joined, with the events that show gaps; without them if the
// API refuses that.
func (l *lookup) joined(ctx context.Context, sessionID, room string) ([]attendance.Peer, error) {
	l.mu.Lock()
	events := !l.plain
	l.mu.Unlock()
	convert := func(p client.Peer) attendance.Peer {
		peer := attendance.Peer{ID: p.ID, UserID: p.UserID, CustomID: p.CustomID, Name: p.Name, Preset: p.Preset,
			Joined: p.JoinedAt, Left: p.LeftAt, Room: room}
		for _, e := range p.Events {
			peer.Events = append(peer.Events, attendance.Event(e))
		}
		return peer
	}
	what := "Of those who joined session " + untrusted.Line(sessionID, 64) + " some may be missing, and be called absent"
	peers, err := gather(ctx, l, what, l.d.API.Peers(ctx, l.app, sessionID, client.PeerFilter{Events: events}), convert)
	if !events || !refused(err) {
		return peers, err
	}
	l.mu.Lock()
	l.plain = true
	l.mu.Unlock()
	return gather(ctx, l, what, l.d.API.Peers(ctx, l.app, sessionID, client.PeerFilter{}), convert)
}

// refused reports whether the API may not know a parameter of the request.
func refused(err error) bool {
	var e *client.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Meant() {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusNotImplemented, http.StatusConflict:
		return true
	}
	return false
}

// gather collects all pages, and notes what is missing.
func gather[T, R any](ctx context.Context, l *lookup, what string, pages iter.Seq2[client.Page[T], error],
	convert func(T) R) ([]R, error) {
	var out []R
	var read client.Coverage
	for page, err := range pages {
		if err != nil {
			return nil, err
		}
		read = page.Coverage
		for _, item := range page.Items {
			out = append(out, convert(item))
		}
		l.g.report(ctx, len(page.Items), len(out) == len(page.Items), page.Total)
	}
	if text := read.Note(); text != "" {
		l.note(what + ": " + text)
	}
	return out, nil
}
