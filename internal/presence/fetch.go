package presence

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

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
		detailed, err := r.API.RecentSession(ctx, r.App, s.ID)
		if err != nil {
			r.lackRooms(ctx, "Whether session "+untrusted.Line(s.ID,
				64)+" had breakout rooms could not be read, so who was in them may seem to have left", err)
			return nil
		}
		s.Rooms, s.RoomsLeft = detailed.Rooms, detailed.RoomsLeft
	}
	if s.RoomsLeft > 0 {
		r.note(fmt.Sprintf("Of the breakout rooms of session %s, %s not looked into, "+
			"so who was in them may seem to have left.",
			untrusted.Line(s.ID, 64), prose.Count(s.RoomsLeft, "was", "were")))
	}
	read := make([][]attendance.Peer, len(s.Rooms))
	group := errgroup.Group{}
	group.SetLimit(4)
	for i, room := range s.Rooms {
		group.Go(func() error {
			var err error
			if read[i], err = r.joined(ctx, room, room); err != nil {
				r.lackRooms(ctx, "Who was in breakout room "+untrusted.Line(room,
					64)+" could not be read, so they may seem to have left", err)
			}
			return nil
		})
	}
	_ = group.Wait() // what failed is noted
	return slices.Concat(read...)
}

// lackRooms says nothing if the call was cancelled.
func (r *Reader) lackRooms(ctx context.Context, what string, err error) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	r.note(what + ": " + untrusted.Line(err.Error(), 300) + ".")
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noRooms = err
}

// joined fetches who joined, and notes if some may be missing.
func (r *Reader) joined(ctx context.Context, sessionID, room string) ([]attendance.Peer, error) {
	peers, missing, err := r.peersOf(ctx, sessionID, room)
	if missing != "" {
		r.note("Of those who joined session " + untrusted.Line(sessionID, 64) +
			" some may be missing, and be called absent: " + missing)
	}
	return peers, err
}

// peersOf fetches who joined, with the events that show gaps; without them if the
// API refuses that. If some may be missing, it says why.
func (r *Reader) peersOf(ctx context.Context, sessionID, room string) (_ []attendance.Peer, missing string, _ error) {
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
	peers, missing, err := gather(ctx, r, r.API.Peers(ctx, r.App, sessionID, client.PeerFilter{Events: events}), convert)
	if !events || !refused(err) {
		return peers, missing, err
	}
	r.mu.Lock()
	r.plain = true
	r.mu.Unlock()
	return gather(ctx, r, r.API.Peers(ctx, r.App, sessionID, client.PeerFilter{}), convert)
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

// gather collects all pages. If rows may be missing, it says why.
func gather[T, R any](ctx context.Context, r *Reader, pages iter.Seq2[client.Page[T], error],
	convert func(T) R) (out []R, missing string, err error) {
	var read client.Coverage
	for page, err := range pages {
		if err != nil {
			return nil, "", err
		}
		if r.spent != nil && r.spent() {
			return out, "", errSpent
		}
		read = page.Coverage
		for _, item := range page.Items {
			out = append(out, convert(item))
		}
		if r.Progress != nil {
			r.Progress(ctx, len(page.Items), len(out) == len(page.Items), page.Total)
		}
	}
	return out, read.Note(), nil
}

// errSpent ends the reading of a call that may make no more requests.
var errSpent = errors.New("the call has made as many requests as it may")
