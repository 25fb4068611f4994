package which

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Series is what people call a meeting: one room, or several of one app with the
// same title, if each call was given a room of its own.
type Series struct {
	App      App
	Title    string           // of the newest; empty if only the id is known
	Meetings []client.Meeting // newest first, at least one
	Notes    []string         // sentences on what was searched
}

// IDs are those of its meetings.
func (s Series) IDs() []string {
	ids := make([]string, len(s.Meetings))
	for i, m := range s.Meetings {
		ids[i] = m.ID
	}
	return ids
}

// Name is how texts call the series: by its title, or by its only meeting's id.
func (s Series) Name() string {
	if title := untrusted.Line(s.Title, 120); title != "" {
		return fmt.Sprintf("%q", title)
	}
	return "meeting " + untrusted.Line(s.Meetings[0].ID, 64)
}

// Series finds the meeting of a title, an id or a URL. If titles of several
// different meetings fit, the error is Ambiguous.
func (f Finder) Series(ctx context.Context, p Place, text string) (Series, error) {
	if id, ok := match.UUID(text); ok {
		return f.seriesOfID(ctx, p, id)
	}
	if strings.TrimSpace(text) == "" {
		return Series{}, errors.New(`"meeting" is required: a title, an id or a URL, for example "stand-up"; ` +
			"find_meetings lists meetings")
	}
	s := &search{Finder: f, text: text, left: maxRequests}
	app, sure, err := f.sure(p)
	if err != nil {
		return Series{}, err
	}
	if sure {
		if err := s.inApp(ctx, app, maxRequests/2); err != nil {
			return Series{}, err
		}
		if len(s.fits) > 0 || p.App != "" {
			return s.settle(ctx)
		}
	}
	if err := s.elsewhere(ctx, p, app); err != nil {
		return Series{}, err
	}
	return s.settle(ctx)
}

// seriesOfID takes an id as it is if the app is known: whether the meeting exists
// shows when it is read. Else it looks for the app that has it.
func (f Finder) seriesOfID(ctx context.Context, p Place, id string) (Series, error) {
	app, sure, err := f.sure(p)
	if err != nil {
		return Series{}, err
	}
	if sure {
		return Series{App: app, Meetings: []client.Meeting{{ID: id}}}, nil
	}
	return f.locate(ctx, p, id, App{})
}

// locate asks every app but one for a meeting.
func (f Finder) locate(ctx context.Context, p Place, id string, but App) (Series, error) {
	apps, err := f.Apps(ctx, p)
	if err != nil {
		return Series{}, err
	}
	if len(apps) == 1 && apps[0].AppID != but.AppID {
		return Series{App: apps[0], Meetings: []client.Meeting{{ID: id}}}, nil
	}
	var last error
	for _, app := range apps[:min(len(apps), maxApps)] {
		if app.AppID == but.AppID {
			continue
		}
		m, err := f.API.Meeting(ctx, app.AppRef, id)
		switch {
		case err == nil:
			return Series{App: app, Title: m.Title, Meetings: []client.Meeting{m}}, nil
		case !client.NotFound(err):
			return Series{}, err
		}
		last = err
	}
	if last == nil {
		last = fmt.Errorf("no app has a meeting %s; find_meetings lists meetings", id)
	}
	return Series{}, last
}

// Merge makes one series of several, which must be of one app.
func Merge(all []Series) (Series, error) {
	out := all[0]
	for _, s := range all[1:] {
		if s.App.AppID != out.App.AppID {
			return out, fmt.Errorf("%s is in app %s and %s in app %s; ask for each app alone",
				out.Name(), out.App, s.Name(), s.App)
		}
		for _, m := range s.Meetings {
			if !slices.Contains(out.IDs(), m.ID) {
				out.Meetings = append(slices.Clone(out.Meetings), m)
			}
		}
		out.Notes = append(slices.Clone(out.Notes), s.Notes...)
	}
	return out, nil
}

// several says how many meetings a series has, if not one.
func (s Series) several() string {
	if len(s.Meetings) == 1 {
		return ""
	}
	if untrusted.Line(s.Title, 120) == "" {
		return prose.Count(len(s.Meetings), "meeting has", "meetings have") + " no title and count as one series."
	}
	return fmt.Sprintf("%d meetings have the title %s and count as one series.", len(s.Meetings), s.Name())
}
