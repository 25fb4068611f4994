package tools

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

type listAppsInput struct {
	Search    string `json:"search,omitempty" jsonschema:"maxLength=100,example=production"`
	AccountID string `json:"account_id,omitempty" jsonschema:"maxLength=32,example=023e105f4ecef8ad9ca31a8372d0c353"`
	pages
}

// JSONSchemaExtend adds the descriptions.
func (listAppsInput) JSONSchemaExtend(s *jsonschema.Schema) { describe(s, nil) }

type listAppsOutput struct {
	report.Head
	Total    int       `json:"total"`
	Matching int       `json:"matching"`
	Apps     []appItem `json:"apps"`
	LeftOut  int       `json:"left_out"`
	Next     string    `json:"next,omitempty"`

	table string // the text of Apps
}

type appItem struct {
	ID        string     `json:"id"`
	Name      string     `json:"name,omitempty"`
	CreatedAt *time.Time `json:"created_at,omitempty"`
}

// Empty reports whether there is no name in it.
func (o listAppsOutput) Empty() bool { return len(o.Apps) == 0 }

func (o listAppsOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	if len(o.Apps) > 0 {
		b.WriteString(report.Header("app", "id", "created"))
	}
	b.WriteString(o.table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not shown. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func (a appItem) AppendText(b []byte) []byte {
	created := when.Unknown
	if a.CreatedAt != nil {
		created = a.CreatedAt.Format(time.DateOnly)
	}
	return fmt.Appendf(b, "| %s | %s | %s |\n", untrusted.Cell(a.Name, 80), untrusted.Cell(a.ID, 64), created)
}

func listApps(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:        "list_apps",
		Title:       "List RealtimeKit apps",
		Description: "Returns the account's RealtimeKit apps with their ids.",
		Example:     map[string]any{},
		Old:         map[string]string{"query": "search", "name": "search", "app": "search"},
	}, func(ctx context.Context, _ *mcptool.Call, in listAppsInput) (listAppsOutput, error) {
		account, err := d.finder(d.zone()).Account(ctx, in.AccountID)
		if err != nil {
			return listAppsOutput{}, err
		}
		apps, read, err := d.API.Apps(ctx, account)
		if err != nil {
			return listAppsOutput{}, err
		}
		out := listAppsOutput{Total: max(len(apps), read.Total)}
		rows := rowsOf[appItem](in.pages, "")
		for _, a := range apps {
			if match.Holds(a.Name, in.Search) || strings.EqualFold(a.ID, strings.TrimSpace(in.Search)) {
				out.Matching++
				rows.Add(appItem{untrusted.Line(a.ID, 64), untrusted.Line(a.Name, 80), when.In(a.CreatedAt, d.zone())})
			}
		}
		out.Apps, out.LeftOut, out.Next, out.table = rows.Shown, rows.Left, rows.Next(), string(rows.Table)
		out.Summary = out.headline(in, len(apps))
		out.AddNote(read.Note())
		return out, nil
	})
}

func (o *listAppsOutput) headline(in listAppsInput, read int) string {
	has := "The account has " + prose.Count(o.Total, "RealtimeKit app", "RealtimeKit apps")
	switch {
	case o.Total == 0:
		return "The account has no RealtimeKit app. " + client.AppRemedy(0)
	case read == 0:
		return fmt.Sprintf("The API counts %s, but gave none of them.", prose.Count(o.Total, "app", "apps"))
	case strings.TrimSpace(in.Search) != "":
		return fmt.Sprintf("%s; %d with %q in the name.", has, o.Matching, untrusted.Line(in.Search, 80))
	case len(o.Apps) == 0 && in.Offset > 0:
		return fmt.Sprintf("%s, none of them after the first %d.", has, in.Offset)
	}
	return has + "."
}
