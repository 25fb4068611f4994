package tools

import (
	"context"
	"fmt"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// scope holds the arguments which say in which app a tool works.
type scope struct {
	AppID     string `json:"app_id,omitempty" jsonschema:"maxLength=64,description=RealtimeKit app id (list_apps); needed only if there are several and none is configured,example=2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1"`
	AccountID string `json:"account_id,omitempty" jsonschema:"maxLength=32,description=Cloudflare account id; needed only if there are several and none is configured,example=023e105f4ecef8ad9ca31a8372d0c353"`
}

// account returns the account named, configured, or the only one reachable.
func (d *Deps) account(ctx context.Context, id string) (string, error) {
	if id == "" {
		id = d.AccountID
	}
	if id != "" {
		return id, client.CheckAccountID(id)
	}
	accounts, read, err := d.API.Accounts(ctx)
	if err != nil {
		return "", err
	}
	if len(accounts) == 1 && read.Complete() {
		return accounts[0].ID, nil
	}
	if len(accounts) == 0 {
		return "", fmt.Errorf("the token lists no account. %s", client.AccountRemedy(0))
	}
	list := choices(accounts, func(a client.Account) (string, string) { return a.ID, a.Name })
	return "", fmt.Errorf("the token reaches %d accounts: %s. %s", len(accounts), list, client.AccountRemedy(len(accounts)))
}

// app resolves both ids; where none is given and the account has one app, that one.
func (d *Deps) app(ctx context.Context, s scope) (client.AppRef, error) {
	account, err := d.account(ctx, s.AccountID)
	if err != nil {
		return client.AppRef{}, err
	}
	ref := client.AppRef{AccountID: account, AppID: s.AppID}
	if ref.AppID == "" {
		ref.AppID = d.AppID
	}
	if ref.AppID != "" {
		return ref, client.CheckID("app_id", ref.AppID)
	}
	apps, read, err := d.API.Apps(ctx, account)
	if err != nil {
		return ref, err
	}
	if len(apps) == 1 && read.Complete() {
		ref.AppID = apps[0].ID
		return ref, nil
	}
	if len(apps) == 0 {
		return ref, fmt.Errorf("the account %s has no RealtimeKit app. %s", account, client.AppRemedy(0))
	}
	list := choices(apps, func(a client.App) (string, string) { return a.ID, a.Name })
	return ref, fmt.Errorf("the account has %d apps: %s. %s", len(apps), list, client.AppRemedy(len(apps)))
}

const maxChoices = 20

// choices lists the first of what an error asks the caller to choose from.
func choices[T any](all []T, describe func(T) (id, name string)) string {
	var list []string
	for _, one := range all[:min(len(all), maxChoices)] {
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
