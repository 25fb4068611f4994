package tools

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// maxMatches bounds how many meetings are read for a title.
const maxMatches = 500

// meeting returns the id given, else that of the one meeting whose title holds the text.
func (d *Deps) meeting(ctx context.Context, app client.AppRef, id, text string) (string, error) {
	if id != "" {
		return id, nil
	}
	if text == "" {
		return "", errors.New(`one of the arguments "meeting_id" and "query" is required, for example query "stand-up"; find_meetings lists meetings`)
	}
	var found []client.Meeting
	for page, err := range d.API.Meetings(ctx, app, client.MeetingFilter{Search: text}) {
		if err != nil {
			return "", err
		}
		found = append(found, page.Items...)
		if len(found) >= maxMatches {
			break // nobody meant one of so many
		}
	}
	exact := slices.DeleteFunc(slices.Clone(found), func(m client.Meeting) bool { return fold(m.Title) != fold(text) })
	if len(exact) == 1 {
		found = exact
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("no meeting has %q in its title; find_meetings lists them", untrusted.Line(text, 80))
	case 1:
		return found[0].ID, nil
	}
	return "", &ambiguous{found}
}

// maxSessions bounds how many sessions one call looks into.
const maxSessions = 25

// history fetches the roster once and the peers of each session, four sessions
// at a time, and applies the rules of attendance to each. With rooms it also
// asks for the breakout rooms of sessions which do not name them yet.
func (d *Deps) history(ctx context.Context, g *gauge, app client.AppRef, sessions []client.Session, rooms bool) ([]attendance.Invited, []attendance.Result, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	var roster []attendance.Invited
	group.Go(func() (err error) { roster, err = d.invited(ctx, g, app, sessions[0].MeetingID); return err })
	columns := make([][]attendance.Held, len(sessions))
	for i, s := range sessions {
		group.Go(func() error {
			peers, err := d.inside(ctx, g, app, s, rooms)
			span := attendance.Session{Start: s.StartedAt, End: s.EndedAt}
			columns[i] = []attendance.Held{{ID: s.ID, Session: span, Peers: peers, Read: true}}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	return roster, attendance.Series(columns, roster, attendance.Rules{Now: d.now()}), nil
}

// inside fetches the peers of a session, and with rooms those of its breakout rooms.
func (d *Deps) inside(ctx context.Context, g *gauge, app client.AppRef, s client.Session, rooms bool) ([]attendance.Peer, error) {
	if !rooms {
		return d.peers(ctx, g, app, s.ID)
	}
	group, ctx := errgroup.WithContext(ctx)
	var peers, inRooms []attendance.Peer
	group.Go(func() (err error) { peers, err = d.peers(ctx, g, app, s.ID); return err })
	group.Go(func() error {
		if s.Rooms == nil {
			detailed, err := d.API.Session(ctx, app, s.ID)
			if err != nil {
				return err
			}
			s.Rooms = detailed.Rooms
		}
		for _, room := range s.Rooms {
			more, err := d.peers(ctx, g, app, room)
			if err != nil {
				return err
			}
			for i := range more {
				more[i].Room = room
			}
			inRooms = append(inRooms, more...)
		}
		return nil
	})
	err := group.Wait()
	return append(peers, inRooms...), err
}

func (d *Deps) invited(ctx context.Context, g *gauge, app client.AppRef, meetingID string) ([]attendance.Invited, error) {
	return gather(ctx, g, d.API.Participants(ctx, app, meetingID), func(p client.Participant) (string, attendance.Invited) {
		return p.ID, attendance.Invited{ID: p.ID, CustomID: p.CustomID, Name: p.Name, Preset: p.Preset, Added: p.CreatedAt}
	})
}

func (d *Deps) peers(ctx context.Context, g *gauge, app client.AppRef, sessionID string) ([]attendance.Peer, error) {
	return gather(ctx, g, d.API.Peers(ctx, app, sessionID, client.PeerFilter{}), func(p client.Peer) (string, attendance.Peer) {
		return p.ID, attendance.Peer{ID: p.ID, UserID: p.UserID, CustomID: p.CustomID, Name: p.Name, Preset: p.Preset, Joined: p.JoinedAt, Left: p.LeftAt}
	})
}

// gather collects all pages, each row once, for rows move between pages while a list grows.
func gather[T, R any](ctx context.Context, g *gauge, pages iter.Seq2[client.Page[T], error], convert func(T) (string, R)) ([]R, error) {
	var out []R
	seen := map[string]struct{}{}
	for page, err := range pages {
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			id, row := convert(item)
			if _, dup := seen[id]; dup && id != "" {
				continue
			}
			seen[id] = struct{}{}
			out = append(out, row)
		}
		g.report(ctx, len(page.Items), len(out) == len(page.Items), page.Total)
	}
	return out, nil
}

// gauge adds up the progress of several walks of one call.
type gauge struct {
	req mcp.CallToolRequest

	mu          sync.Mutex
	done, total int
}

func (g *gauge) report(ctx context.Context, rows int, first bool, total int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done += rows
	if first {
		g.total += total
	}
	if rows > 0 {
		progress(ctx, g.req, g.done, max(g.done, g.total))
	}
}
