package which

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Across are the sessions of all meetings of several apps.
type Across struct {
	Apps     []App // that were searched
	Sessions []SessionOf
	Total    int      // as far as is known
	Notes    []string // sentences
}

// SessionOf is a session with its app.
type SessionOf struct {
	client.Session
	App App
}

// Home are the apps of a place in which people are looked for first: the one named
// or configured, else all. If they are not all, more tells that those of Others come
// next.
func (f Finder) Home(ctx context.Context, p Place) (apps []App, more bool, err error) {
	app, sure, err := f.sure(p)
	if err != nil {
		return nil, false, err
	}
	if sure {
		return []App{app}, p.App == "", nil
	}
	apps, err = f.Apps(ctx, p)
	return apps, false, err
}

// Others are the apps that the token reaches, if none was named, but those given,
// which get their names. Of very many only the first are taken.
func (f Finder) Others(ctx context.Context, p Place, but []App) ([]App, error) {
	if p.App != "" {
		return nil, nil
	}
	apps, err := f.Apps(ctx, p)
	apps = slices.DeleteFunc(apps, func(a App) bool {
		i := slices.IndexFunc(but, func(b App) bool { return a.AppRef == b.AppRef })
		if i >= 0 {
			but[i].Name = a.Name
		}
		return i >= 0
	})
	return apps[:min(len(apps), maxApps)], err
}

// Across lists the newest sessions of apps in a window, newest first, at most so many
// as to keep. If some of several apps cannot be read, that is noted.
func (f Finder) Across(ctx context.Context, apps []App, w when.Window, keep int) (Across, error) {
	out := Across{Apps: apps[:min(len(apps), maxApps)]}
	if left := len(apps) - len(out.Apps); left > 0 {
		out.Notes = append(out.Notes, prose.Count(left, "app was", "apps were")+" not searched; name one as app.")
	}
	began := w
	if !w.At.IsZero() {
		began = around(w)
	}
	lists, errs := make([]Listed, len(out.Apps)), make([]error, len(out.Apps))
	var group errgroup.Group
	group.SetLimit(4)
	for i, app := range out.Apps {
		group.Go(func() error {
			lists[i], errs[i] = f.ListAll(ctx, app, began, "", keep)
			return nil
		})
	}
	_ = group.Wait() // none fails
	var others OtherSessions
	failed := 0
	for i, app := range out.Apps {
		if err := errs[i]; err != nil {
			if failed++; failed == len(out.Apps) || ctx.Err() != nil {
				return out, err
			}
			out.Notes = append(out.Notes, fmt.Sprintf("The sessions of app %s could not be listed: %s",
				app, prose.Sentence(untrusted.Line(err.Error(), 300))))
			continue
		}
		if !w.At.IsZero() {
			lists[i].at(w.At)
		}
		for _, s := range lists[i].Sessions {
			out.Sessions = append(out.Sessions, SessionOf{s, app})
		}
		out.Total += lists[i].Total
		others.merge(lists[i].Others)
		if note := lists[i].Note; note != "" {
			out.Notes = append(out.Notes, note)
		}
	}
	if note := others.Note(); note != "" {
		out.Notes = append(out.Notes, note)
	}
	slices.SortStableFunc(out.Sessions, func(a, b SessionOf) int { return b.StartedAt.Compare(a.StartedAt) })
	out.Sessions = out.Sessions[:min(keep, len(out.Sessions))]
	return out, nil
}

// NothingThen is the error of apps without any session in a window. It names the
// nearest ones.
func (f Finder) NothingThen(ctx context.Context, apps []App, w when.Window) error {
	return f.nothingThen(ctx, apps[0], w)
}
