package tools

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

type listAppsInput struct {
	Search    string `json:"search,omitempty" jsonschema:"maxLength=100,example=production"`
	AccountID string `json:"account_id,omitempty" jsonschema:"maxLength=32,example=023e105f4ecef8ad9ca31a8372d0c353"`
	paging
}

// JSONSchemaExtend adds the descriptions.
func (listAppsInput) JSONSchemaExtend(s *jsonschema.Schema) { describe(s, nil) }

type listAppsOutput struct {
	report.Head
	Total int       `json:"total" jsonschema_description:"Number of apps"`
	Apps  []appItem `json:"apps"`
}

type appItem struct {
	ID        string    `json:"id"`
	Name      string    `json:"name" jsonschema_description:"Untrusted text"`
	CreatedAt time.Time `json:"created_at,omitzero"`
}

func (o listAppsOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	if len(o.Apps) > 0 {
		b.WriteString(report.Header("app", "id", "created"))
	}
	for _, a := range o.Apps {
		created := "unknown"
		if !a.CreatedAt.IsZero() {
			created = a.CreatedAt.Format(time.DateOnly)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", untrusted.Cell(a.Name, 80), untrusted.Cell(a.ID, 64), created)
	}
	return b.String()
}

func listApps(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "list_apps",
		Title: "List RealtimeKit apps",
		Description: "Returns the RealtimeKit apps of the account, with their ids. Use it if another tool asks for an " +
			"app_id. It does not list meetings: find_meetings does. Shows at most 200 apps.",
		Example: map[string]any{},
	}, func(ctx context.Context, _ *mcptool.Call, in listAppsInput) (listAppsOutput, error) {
		account, err := d.finder(d.zone()).Account(ctx, in.AccountID)
		if err != nil {
			return listAppsOutput{}, err
		}
		apps, read, err := d.API.Apps(ctx, account)
		if err != nil {
			return listAppsOutput{}, err
		}
		out := listAppsOutput{Total: len(apps), Apps: []appItem{}}
		for _, a := range apps[:min(len(apps), 200)] {
			out.Apps = append(out.Apps, appItem{untrusted.Line(a.ID, 64), untrusted.Line(a.Name, 80), a.CreatedAt})
		}
		out.Summary = "The account has " + prose.Count(out.Total, "RealtimeKit app", "RealtimeKit apps") + "."
		if out.Total == 0 {
			out.Summary = "The account has no RealtimeKit app. " + client.AppRemedy(0)
		}
		if out.Total > len(out.Apps) {
			out.AddNote(fmt.Sprintf("Only the first %d are shown.", len(out.Apps)))
		}
		out.AddNote(read.Note())
		return out, nil
	})
}
