package which

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// InApp is a session with the app that it is in.
type InApp struct {
	client.Session
	App App
}

// Within are sessions that took place in a window.
type Within struct {
	Sessions []InApp // of type meeting, newest first
	Apps     []App   // that were looked into
	Cut      bool    // there are older ones in the window
	Notes    []string
}

// Likely are the apps of a place: the one that is named or configured, else all
// that the token reaches. Of very many only the first are taken.
func (f Finder) Likely(ctx context.Context, p Place) ([]App, error) {
	apps, err := f.likely(ctx, p)
	return apps[:min(len(apps), maxApps)], err
}

// OfMeeting lists the newest sessions of a meeting in a window, at most so many as
// to keep. It is an error if there is no such meeting.
func (f Finder) OfMeeting(ctx context.Context, p Place, meeting string, w when.Window, keep int) (Within, Series,
	error) {
	s, err := f.Series(ctx, p, meeting)
	if err != nil {
		return Within{}, s, err
	}
	out, err := f.ofSeries(ctx, s, w, keep)
	if err != nil || len(out.Sessions) > 0 || s.Title != "" {
		return out, s, err
	}
	m, err := f.API.Meeting(ctx, s.App.AppRef, s.Meetings[0].ID)
	if !client.NotFound(err) {
		s.Meetings[0], s.Title = m, m.Title
		return out, s, err
	}
	id, _ := match.UUID(meeting)
	if p.App == "" {
		if there, err := f.locate(ctx, p, id, s.App); err == nil {
			out, err := f.ofSeries(ctx, there, w, keep)
			return out, there, err
		}
	}
	if _, e := f.API.Session(ctx, s.App.AppRef, id); e == nil {
		err = fmt.Errorf("%s is a session's id, not a meeting's; pass it as session to a tool that takes one", id)
	}
	return out, s, err
}

func (f Finder) ofSeries(ctx context.Context, s Series, w when.Window, keep int) (Within, error) {
	found, err := f.List(ctx, s, started(w), "", keep, keep)
	out := Within{Apps: []App{s.App}, Notes: slices.Clone(s.Notes)}
	out.add(found, s.App, w)
	return out, err
}

// InApps lists the newest sessions of apps in a window, at most so many of each
// as to keep.
func (f Finder) InApps(ctx context.Context, apps []App, w when.Window, keep int) (Within, error) {
	lists := make([]Listed, len(apps))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i, app := range apps {
		group.Go(func() (err error) { lists[i], err = f.ListAll(gctx, app, started(w), "", keep); return err })
	}
	if err := group.Wait(); err != nil {
		return Within{}, err
	}
	out := Within{Apps: apps}
	for i, found := range lists {
		out.add(found, apps[i], w)
	}
	return out, nil
}

// started is when sessions began that are in a window.
func started(w when.Window) when.Window {
	if w.At.IsZero() {
		return w
	}
	return around(w)
}

func (o *Within) add(found Listed, app App, w when.Window) {
	o.Cut = o.Cut || found.Total > len(found.Sessions)
	if found.Note != "" {
		o.Notes = append(o.Notes, found.Note)
	}
	if !w.At.IsZero() {
		found.at(w.At)
	}
	for _, s := range found.Sessions {
		o.Sessions = append(o.Sessions, InApp{s, app})
	}
	slices.SortStableFunc(o.Sessions, func(a, b InApp) int { return b.StartedAt.Compare(a.StartedAt) })
}
