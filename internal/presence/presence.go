// Package presence reads who was added to a meeting and who joined its sessions,
// and applies the rules of package attendance to them.
package presence

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
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Options say what a Reader reads.
type Options struct {
	API  *client.Client
	App  client.AppRef
	Zone *time.Location // of the times in notes and errors

	// LeaveOut names presets of those who are no attendees, such as recorders.
	LeaveOut []string
	Now      time.Time

	// Progress is told of each page: its rows, whether it is the first of its
	// list, and how long that is. It may be nil.
	Progress func(ctx context.Context, rows int, first bool, total int)
}

// A Reader reads what one call needs of people: the roster of a meeting, and who
// joined its sessions, each once.
type Reader struct {
	Options

	// Rooms has breakout rooms read too.
	Rooms bool
	// MeetingID is whose roster is read. It must be set before the first reading.
	MeetingID string

	rules    attendance.Rules
	roster   []attendance.Invited
	known    bool // the roster was read, or is not to be had
	noRoster bool
	peers    map[string][]attendance.Peer

	mu    sync.Mutex
	notes []string // sentences, in any order
	plain bool     // the API refused to tell events
}

// NewReader begins the reading for one call.
func NewReader(o Options) *Reader {
	return &Reader{
		Options: o,
		peers:   map[string][]attendance.Peer{},
		rules:   attendance.Rules{Now: o.Now, LeaveOut: o.LeaveOut},
	}
}

func (r *Reader) note(sentence string) {
	if sentence == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.notes, sentence) {
		r.notes = append(r.notes, sentence)
	}
}

// Notes are the notes in an order that does not depend on what came first.
func (r *Reader) Notes() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.notes))
}

// Read fetches the roster and who joined the sessions, five at a time, as far as
// they were not read before.
func (r *Reader) Read(ctx context.Context, sessions []client.Session) error {
	group, ctx := errgroup.WithContext(ctx)
	if !r.known {
		group.Go(func() (err error) { r.roster, err = r.invited(ctx); return err })
	}
	group.Go(func() error { return r.ReadPeers(ctx, sessions) })
	err := group.Wait()
	r.known = err == nil
	return err
}

// ReadPeers is Read without the roster.
func (r *Reader) ReadPeers(ctx context.Context, sessions []client.Session) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(5) // what a comparison takes unless told otherwise
	read := make([][]attendance.Peer, len(sessions))
	for i, s := range sessions {
		if _, before := r.peers[s.ID]; !before {
			group.Go(func() (err error) { read[i], err = r.inside(ctx, s); return err })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, s := range sessions {
		if _, before := r.peers[s.ID]; !before {
			r.peers[s.ID] = read[i]
		}
	}
	return nil
}

// Held gives sessions to the rules, with the people that were read.
func (r *Reader) Held(sessions []client.Session) []attendance.Held {
	out := make([]attendance.Held, len(sessions))
	for i, s := range sessions {
		peers, read := r.peers[s.ID]
		out[i] = attendance.Held{ID: s.ID, Session: spanOf(s), Peers: peers, Read: read}
	}
	return out
}

func spanOf(s client.Session) attendance.Session {
	return attendance.Session{Start: s.StartedAt, End: s.EndedAt, Ended: !s.Live()}
}

// Judged are columns of sessions with what the rules make of each.
type Judged struct {
	Columns [][]client.Session // oldest first; the sessions of one are taken together
	Results []attendance.Result
	LeftOut []string // a sentence for each column that is not among them
}

// Results applies the rules to columns of sessions, whose people are read first.
// Listed are all sessions of the meeting that are known. Of several columns those
// are left out of which the API tells nobody, though people were there.
func (r *Reader) Results(ctx context.Context, columns [][]client.Session, listed []client.Session) (Judged, error) {
	if err := r.Read(ctx, slices.Concat(columns...)); err != nil {
		return Judged{}, err
	}
	var j Judged
	var doubt error
	for _, column := range columns {
		if err := r.doubtful(column); err != nil {
			doubt = err
			j.LeftOut = append(j.LeftOut, prose.Sentence(err.Error()+": it is left out"))
			continue
		}
		j.Columns = append(j.Columns, column)
	}
	if len(j.Columns) == 0 {
		return Judged{}, fmt.Errorf("%w; try again later, or with another session", doubt)
	}
	held := make([][]attendance.Held, len(j.Columns))
	within := map[string]bool{}
	for i, column := range j.Columns {
		held[i] = r.Held(column)
		for _, s := range column {
			within[s.ID] = true
		}
	}
	rules := r.rules
	for _, s := range listed {
		if !within[s.ID] && s.StartedAt.Before(j.Columns[0][0].StartedAt) {
			rules.Earlier = append(rules.Earlier, spanOf(s))
		}
	}
	j.Results = attendance.Series(held, r.roster, rules)
	return j, nil
}

// People judges sessions, taken together, without a roster: everybody who was
// there is a guest, under the names that the sessions show.
func (r *Reader) People(ctx context.Context, sessions []client.Session) ([]attendance.Person, error) {
	if err := r.ReadPeers(ctx, sessions); err != nil {
		return nil, err
	}
	together := [][]attendance.Held{r.Held(sessions)}
	return attendance.Series(together, nil, attendance.Rules{Now: r.Now})[0].Guests, nil
}

// Choose tells which of the sessions listed is the latest that people mean, by the
// rules of package attendance. It says who of which sessions it needs to know.
func (r *Reader) Choose(listed []client.Session) attendance.Choice {
	return attendance.Choose(r.Held(listed), r.roster, r.rules)
}

// Columns joins sessions that are one meeting with a break, and takes out those
// that only opened it again.
func (r *Reader) Columns(listed []client.Session) (columns [][]attendance.Held, reopenings []attendance.Held) {
	return attendance.Columns(r.Held(listed), r.roster, r.rules)
}

// NoRoster reports whether the roster could not be had.
func (r *Reader) NoRoster() bool { return r.noRoster }

// Forget lets go of what was read, which may be large, once the results are made.
func (r *Reader) Forget() { r.roster, r.peers = nil, nil }

// doubtful is the error of the first session of a column that has one.
func (r *Reader) doubtful(column []client.Session) error {
	for _, s := range column {
		if err := r.doubt(s); err != nil {
			return err
		}
	}
	return nil
}

// doubt is the error of a session of which the API lists nobody, though it
// counts some: then nobody can be said to be absent.
func (r *Reader) doubt(s client.Session) error {
	counted := fmt.Sprintf("%d at one time", max(s.MaxConcurrent, s.LiveParticipants))
	switch {
	case len(r.peers[s.ID]) > 0:
		return nil
	case s.MaxConcurrent > 0 || s.LiveParticipants > 0:
	case s.MinutesConsumed > 0 && !s.Live():
		counted = fmt.Sprintf("%.0f minutes of people", math.Ceil(s.MinutesConsumed))
	default:
		r.note("The API lists nobody who joined session " + untrusted.Line(s.ID, 64) + ", and counts nobody in it.")
		return nil
	}
	return fmt.Errorf("the API lists nobody who joined session %s of %s, but counts %s, so who attended is not known",
		untrusted.Line(s.ID, 64), when.MomentOr(&s.StartedAt, r.Zone, when.Unknown), counted)
}

// inside fetches who joined a session, and with rooms who joined its breakout
// rooms. What cannot be learnt of the rooms costs no more than the rooms.
func (r *Reader) inside(ctx context.Context, s client.Session) ([]attendance.Peer, error) {
	if !r.Rooms {
		return r.joined(ctx, s.ID, "")
	}
	group, ctx := errgroup.WithContext(ctx)
	var peers, inRooms []attendance.Peer
	group.Go(func() (err error) { peers, err = r.joined(ctx, s.ID, ""); return err })
	group.Go(func() error {
		if inRooms = r.inRooms(ctx, s); errors.Is(ctx.Err(), context.Canceled) {
			return context.Canceled
		}
		return nil // late, the answer can do without rooms
	})
	err := group.Wait()
	return append(peers, inRooms...), err
}

// inRooms fetches who joined the breakout rooms of a session, four rooms at a time.
func (r *Reader) inRooms(ctx context.Context, s client.Session) (peers []attendance.Peer) {
	if s.Rooms == nil {
		detailed, err := r.API.Session(ctx, r.App, s.ID)
		if err != nil {
			r.noRooms(ctx, "Whether session "+untrusted.Line(s.ID,
				64)+" had breakout rooms could not be read, so who was in them may seem to have left", err)
			return nil
		}
		s.Rooms, s.RoomsLeft = detailed.Rooms, detailed.RoomsLeft
	}
	if s.RoomsLeft > 0 {
		r.note(fmt.Sprintf("Of the breakout rooms of session %s, %s not looked into, so who was in them may seem to have left.",
			untrusted.Line(s.ID, 64), prose.Count(s.RoomsLeft, "was", "were")))
	}
	read := make([][]attendance.Peer, len(s.Rooms))
	group := errgroup.Group{}
	group.SetLimit(4)
	for i, room := range s.Rooms {
		group.Go(func() error {
			var err error
			if read[i], err = r.joined(ctx, room, room); err != nil {
				r.noRooms(ctx, "Who was in breakout room "+untrusted.Line(room,
					64)+" could not be read, so they may seem to have left", err)
			}
			return nil
		})
	}
	_ = group.Wait() // what failed is noted
	return slices.Concat(read...)
}

// noRooms says nothing if the call was cancelled.
func (r *Reader) noRooms(ctx context.Context, what string, err error) {
	if !errors.Is(ctx.Err(), context.Canceled) {
		r.note(what + ": " + untrusted.Line(err.Error(), 300) + ".")
	}
}

// invited fetches the roster. An old meeting goes by the name of a room, by which
// the API may not find one.
func (r *Reader) invited(ctx context.Context) ([]attendance.Invited, error) {
	err := client.CheckID("meeting_id", r.MeetingID)
	if err == nil {
		pages := r.API.Participants(ctx, r.App, r.MeetingID)
		var roster []attendance.Invited
		roster, err = gather(ctx, r, "Of the roster some may be missing", pages,
			func(p client.Participant) attendance.Invited {
				return attendance.Invited{ID: p.ID, CustomID: p.CustomID, Name: p.Name, Preset: p.Preset, Added: p.CreatedAt}
			})
		if err == nil || match.HasUUID(r.MeetingID) || !client.NotFound(err) && !refused(err) {
			return roster, err
		}
	}
	r.noRoster = true
	r.note("The API does not name this session's meeting by its id, " +
		"so its roster is not known: everybody counts as not on it.")
	return nil, nil
}

// joined fetches who joined, with the events that show gaps; without them if the
// API refuses that.
func (r *Reader) joined(ctx context.Context, sessionID, room string) ([]attendance.Peer, error) {
	r.mu.Lock()
	events := !r.plain
	r.mu.Unlock()
	convert := func(p client.Peer) attendance.Peer {
		peer := attendance.Peer{ID: p.ID, UserID: p.UserID, CustomID: p.CustomID, Name: p.Name, Preset: p.Preset,
			Joined: p.JoinedAt, Left: p.LeftAt, Room: room}
		for _, e := range p.Events {
			peer.Events = append(peer.Events, attendance.Event(e))
		}
		return peer
	}
	what := "Of those who joined session " + untrusted.Line(sessionID, 64) + " some may be missing, and be called absent"
	peers, err := gather(ctx, r, what, r.API.Peers(ctx, r.App, sessionID, client.PeerFilter{Events: events}), convert)
	if !events || !refused(err) {
		return peers, err
	}
	r.mu.Lock()
	r.plain = true
	r.mu.Unlock()
	return gather(ctx, r, what, r.API.Peers(ctx, r.App, sessionID, client.PeerFilter{}), convert)
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
func gather[T, R any](ctx context.Context, r *Reader, what string, pages iter.Seq2[client.Page[T], error],
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
		if r.Progress != nil {
			r.Progress(ctx, len(page.Items), len(out) == len(page.Items), page.Total)
		}
	}
	if text := read.Note(); text != "" {
		r.note(what + ": " + text)
	}
	return out, nil
}
