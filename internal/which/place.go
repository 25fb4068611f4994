package which

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Place says where to look. Both may be empty: then it is the configured app, and
// every app that the token reaches.
type Place struct {
	Account string // id
	App     string // name or id, or all
}

// everywhere reports whether every app is meant, even if one is configured.
func (p Place) everywhere() bool { return strings.EqualFold(strings.TrimSpace(p.App), "all") }

// App is an app with its name, as far as that is known.
type App struct {
	client.AppRef
	Name string // untrusted
}

// String names an app for a reader.
func (a App) String() string {
	if name := untrusted.Line(a.Name, 80); name != "" {
		return fmt.Sprintf("%q", name)
	}
	return a.AppID
}

// maxApps bounds the apps that are searched.
const maxApps = 20

// sure returns the app that a place names, or the configured one, if no request
// is needed to know it.
func (f Finder) sure(p Place) (App, bool, error) {
	account := p.Account
	if account == "" {
		account = f.AccountID
	}
	id := p.App
	if p.everywhere() {
		return App{}, false, nil
	}
	if id == "" && (p.Account == "" || p.Account == f.AccountID) {
		id = f.AppID
	}
	if account == "" || id == "" || p.App != "" && !match.HasUUID(p.App) {
		return App{}, false, nil
	}
	if err := client.CheckAccountID(account); err != nil {
		return App{}, false, err
	}
	return App{AppRef: client.AppRef{AccountID: account, AppID: id}}, true, client.CheckID("app", id)
}

// Apps returns the apps of a place, the configured one first. It is an error if
// there is none.
func (f Finder) Apps(ctx context.Context, p Place) ([]App, error) {
	if app, sure, err := f.sure(p); sure && p.App != "" || err != nil {
		return []App{app}, err
	}
	accounts, err := f.accounts(ctx, p.Account)
	if err != nil {
		return nil, err
	}
	lists := make([][]App, len(accounts))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i, account := range accounts {
		group.Go(func() (err error) { lists[i], err = f.appsOf(gctx, account); return err })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	apps := slices.Concat(lists...)
	if len(apps) == 0 {
		return nil, fmt.Errorf("the account %s has no RealtimeKit app. %s",
			strings.Join(accounts, ", "), client.AppRemedy(0))
	}
	if p.App != "" && !p.everywhere() {
		return f.namedApp(apps, p.App)
	}
	slices.SortStableFunc(apps, func(a, b App) int { return f.distance(a) - f.distance(b) })
	return apps, nil
}

// distance puts the configured app before all others.
func (f Finder) distance(a App) int {
	if a.AppID == f.AppID {
		return 0
	}
	return 1
}

func (f Finder) appsOf(ctx context.Context, account string) ([]App, error) {
	listed, _, err := f.API.RecentApps(ctx, account)
	apps := make([]App, len(listed))
	for i, a := range listed {
		apps[i] = App{client.AppRef{AccountID: account, AppID: a.ID}, a.Name}
	}
	return apps, err
}

// accounts are the one named or configured, or all that the token reaches.
func (f Finder) accounts(ctx context.Context, id string) ([]string, error) {
	if id == "" {
		id = f.AccountID
	}
	if id != "" {
		return []string{id}, client.CheckAccountID(id)
	}
	listed, _, err := f.API.RecentAccounts(ctx)
	if err != nil {
		return nil, err
	}
	if len(listed) == 0 {
		return nil, fmt.Errorf("the token lists no account. %s", client.AccountRemedy(0))
	}
	var ids []string
	for _, a := range listed[:min(len(listed), maxApps)] {
		ids = append(ids, a.ID)
	}
	return ids, nil
}

// namedApp finds the app of an id or a name: the one that is called so, else the
// only one whose name holds the words.
func (f Finder) namedApp(apps []App, text string) ([]App, error) {
	for _, fits := range []func(App) bool{
		func(a App) bool { return strings.EqualFold(a.AppID, text) },
		func(a App) bool { return match.Same(a.Name, text) },
		func(a App) bool { return match.Holds(a.Name, text) },
	} {
		found := slices.DeleteFunc(slices.Clone(apps), func(a App) bool { return !fits(a) })
		if len(found) == 1 {
			return found, nil
		}
		if len(found) > 1 {
			return nil, fmt.Errorf("several apps are called %q: %s; pass the id of one as app",
				untrusted.Line(text, 80), Choices(found, describeApp))
		}
	}
	return nil, fmt.Errorf("no app has the name or id %q; there are %s",
		untrusted.Line(text, 80), Choices(apps, describeApp))
}

func describeApp(a App) (id, name string) { return a.AppID, a.Name }
