package which

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Across are sessions in a window, of a meeting or of all meetings of some apps.
type Across struct {
	Sessions []InApp // of type meeting, newest first
	Apps     []App   // that were read
	Total    int     // as far as is known
	Cut      bool    // there are older ones in the window
	Others   OtherSessions
	Notes    []string // sentences
}

// InApp is a session with the app that it is in.
type InApp struct {
	client.Session
	App App
}

// Home are the apps of a place in which is looked first: the one named or
// configured, else all. If they are not all, more tells that those of Others come
// next.
func (f Finder) Home(ctx context.Context, p Place) (apps []App, more bool, err error) {
	app, sure, err := f.sure(p)
	if sure || err != nil {
		return []App{app}, p.App == "", err
	}
	apps, err = f.Apps(ctx, p)
	return apps, false, err
}

// Others are the apps that the token reaches, if none was named, but those given.
func (f Finder) Others(ctx context.Context, p Place, but []App) ([]App, error) {
	if p.App != "" {
		return nil, nil
	}
	apps, err := f.Apps(ctx, p)
	return slices.DeleteFunc(apps, func(a App) bool {
		return slices.ContainsFunc(but, func(b App) bool { return a.AppRef == b.AppRef })
	}), err
}

// Outward looks into the apps of Home, and into the others if these had nothing. The note tells
// if that leaves apps out.
func (f Finder) Outward(ctx context.Context, p Place, look func(context.Context, []App) error, found func() bool) (
	note string, err error,
) {
	apps, more, err := f.Home(ctx, p)
	if err != nil {
		return "", err
	}
	if err := look(ctx, apps); err != nil || !more {
		return "", err
	}
	if found() {
		return f.OnlyConfigured(p), nil
	}
	others, err := f.Others(ctx, p, apps)
	if err != nil {
		return "Whether there are other apps could not be read.", nil //nolint:nilerr // what was read is an answer
	}
	if len(others) == 0 {
		return "", nil
	}
	return "", look(ctx, others)
}

// First are as many of the apps as are searched. The note tells if they are not all.
func First(apps []App) (few []App, note string) {
	few = apps[:min(len(apps), maxApps)]
	if left := len(apps) - len(few); left > 0 {
		note = prose.Count(left, "app was", "apps were") + " not searched; name one as app."
	}
	return few, note
}

// NotRead notes that something of one of several apps could not be read: "The
// sessions", say.
func NotRead(what string, app App, err error) string {
	return fmt.Sprintf("%s of app %s could not be listed: %s",
		what, app, prose.Sentence(untrusted.Line(err.Error(), 300)))
}

// Across lists the newest sessions of apps in a window, at most so many as to keep.
// If some of several apps cannot be read, that is noted.
func (f Finder) Across(ctx context.Context, apps []App, w when.Window, keep int) (Across, error) {
	var out Across
	apps, note := First(apps)
	out.note(note)
	lists, errs := make([]Listed, len(apps)), make([]error, len(apps))
	everyOne(len(apps), func(i int) { lists[i], errs[i] = f.ListAll(ctx, apps[i], started(w), "", keep) })
	failed := 0
	for i, app := range apps {
		if err := errs[i]; err != nil {
			if failed++; failed == len(apps) || ctx.Err() != nil {
				return out, err
			}
			out.note(NotRead("The sessions", app, err))
			continue
		}
		out.Apps = append(out.Apps, app)
		out.add(lists[i], app, w)
	}
	if len(out.Sessions) > keep {
		out.Sessions, out.Cut = out.Sessions[:keep], true
	}
	return out, nil
}

// AcrossMeeting lists the newest sessions of a meeting in a window, at most so many
// as to keep. It is an error if there is no such meeting.
func (f Finder) AcrossMeeting(ctx context.Context, p Place, meeting string, w when.Window,
	keep int) (Across, Series, error) {
	s, err := f.Series(ctx, p, meeting)
	if err != nil {
		return Across{}, s, err
	}
	out, err := f.acrossSeries(ctx, s, w, keep)
	if err != nil || len(out.Sessions) > 0 || s.Title != "" {
		return out, s, err
	}
	m, err := f.API.Meeting(ctx, s.App.AppRef, s.Meetings[0].ID)
	if !client.NotFound(err) {
		s.Meetings[0], s.Title = m, m.Title
		return out, s, err
	}
	id, _ := match.UUID(meeting)
	if s, err = f.Elsewhere(ctx, p, id, s.App, err); err != nil {
		return out, s, err
	}
	out, err = f.acrossSeries(ctx, s, w, keep)
	return out, s, err
}

func (f Finder) acrossSeries(ctx context.Context, s Series, w when.Window, keep int) (Across, error) {
	found, err := f.List(ctx, s, started(w), "", keep, keep)
	out := Across{Apps: []App{s.App}, Notes: slices.Clone(s.Notes)}
	out.add(found, s.App, w)
	return out, err
}

// started is when sessions began that are in a window.
func started(w when.Window) when.Window {
	if w.At.IsZero() {
		return w
	}
	return around(w)
}

func (a *Across) note(text string) {
	if text != "" {
		a.Notes = append(a.Notes, text)
	}
}

func (a *Across) add(found Listed, app App, w when.Window) {
	a.Cut = a.Cut || found.Total > len(found.Sessions)
	a.Others.merge(found.Others)
	a.note(found.Note)
	if !w.At.IsZero() {
		found.at(w.At)
	}
	a.Total += found.Total
	for _, s := range found.Sessions {
		a.Sessions = append(a.Sessions, InApp{s, app})
	}
	slices.SortStableFunc(a.Sessions, func(x, y InApp) int { return y.StartedAt.Compare(x.StartedAt) })
}
