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
	return "", fmt.Errorf("%d meetings have that in their title; pass the meeting_id of one: %s", len(found), choices(found, func(m client.Meeting) (string, string) { return m.ID, m.Title }))
}

// people fetches the roster and the session's peers at the same time.
func (d *Deps) people(ctx context.Context, g *gauge, app client.AppRef, s client.Session) (roster []attendance.Invited, peers []attendance.Peer, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) { roster, err = d.invited(ctx, g, app, s.MeetingID); return err })
	group.Go(func() (err error) { peers, err = d.peers(ctx, g, app, s.ID); return err })
	return roster, peers, group.Wait()
}

func (d *Deps) invited(ctx context.Context, g *gauge, app client.AppRef, meetingID string) ([]attendance.Invited, error) {
	return gather(ctx, g, d.API.Participants(ctx, app, meetingID), func(p client.Participant) (string, attendance.Invited) {
		return p.ID, attendance.Invited{ID: p.ID, CustomID: p.CustomID, Name: p.Name, Preset: p.Preset, Added: p.CreatedAt}
	})
}

func (d *Deps) peers(ctx context.Context, g *gauge, app client.AppRef, sessionID string) ([]attendance.Peer, error) {
	return gather(ctx, g, d.API.Peers(ctx, app, sessionID), func(p client.Peer) (string, attendance.Peer) {
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
