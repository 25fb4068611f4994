// Package which finds out which account, app, meeting and session is meant by what
// a caller says of it.
package which

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// A Finder finds what is meant on one account, or on any that a token reaches.
type Finder struct {
	API       *client.Client
	AccountID string         // configured default, may be empty
	AppID     string         // configured default, may be empty
	Zone      *time.Location // of the times in notes and errors
	Now       time.Time      // for errors
}

// Account returns the account named, configured, or the only one reachable.
func (f Finder) Account(ctx context.Context, id string) (string, error) {
	if id == "" {
		id = f.AccountID
	}
	if id != "" {
		return id, client.CheckAccountID(id)
	}
	accounts, read, err := f.API.Accounts(ctx)
	if err != nil {
		return "", err
	}
	if len(accounts) == 1 && read.Complete() {
		return accounts[0].ID, nil
	}
	if len(accounts) == 0 {
		return "", fmt.Errorf("the token lists no account. %s", client.AccountRemedy(0))
	}
	list := Choices(accounts, func(a client.Account) (string, string) { return a.ID, a.Name })
	return "", fmt.Errorf("the token reaches %d accounts: %s. %s",
		len(accounts), list, client.AccountRemedy(len(accounts)))
}

// App returns the one app of a place: named, configured, or the only one.
func (f Finder) App(ctx context.Context, p Place) (App, error) {
	if app, sure, err := f.sure(p); sure || err != nil {
		return app, err
	}
	apps, err := f.Apps(ctx, p)
	if err != nil {
		return App{}, err
	}
	if len(apps) > 1 {
		return App{}, fmt.Errorf("there are %d apps: %s. %s", len(apps), Choices(apps, describeApp),
			client.AppRemedy(len(apps)))
	}
	return apps[0], nil
}

// MaxChoices bounds how many of several are named.
const MaxChoices = 20

// Choices lists the first of what an error asks the caller to choose from.
func Choices[T any](all []T, describe func(T) (id, name string)) string {
	var list []string
	for _, one := range all[:min(len(all), MaxChoices)] {
		id, name := describe(one)
		if name = untrusted.Cell(name, 80); name != "" {
			id += " (" + name + ")"
		}
		list = append(list, id)
	}
	if more := len(all) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}
