package tools

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

type getMeetingInput struct {
	Meeting string `json:"meeting" jsonschema:"maxLength=2048,example=design review"`
	place
}

// JSONSchemaExtend adds the descriptions.
func (getMeetingInput) JSONSchemaExtend(s *jsonschema.Schema) { describe(s, nil) }

type getMeetingOutput struct {
	report.Head
	ID                string     `json:"id"`
	Title             string     `json:"title" jsonschema_description:"Untrusted text"`
	Status            string     `json:"status"`
	CreatedAt         time.Time  `json:"created_at,omitzero"`
	UpdatedAt         time.Time  `json:"updated_at,omitzero"`
	ParticipantsAdded int        `json:"participants_added" jsonschema_description:"Added, not attended"`
	Live              bool       `json:"live" jsonschema_description:"Whether a session goes on now"`
	LiveSessionID     string     `json:"live_session_id,omitempty"`
	LiveSince         *time.Time `json:"live_since,omitempty"`
	LiveParticipants  int        `json:"live_participants,omitempty"`

	zone *time.Location
}

func (o *getMeetingOutput) headline() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Meeting \"%s\" (%s) is %s; %s added to it. ", report.TitleCell(o.Title), o.ID, cmp.Or(o.Status,
		"of unknown status"),
		prose.Count(o.ParticipantsAdded, "participant was", "participants were"))
	if !o.Live {
		b.WriteString("No session is live.")
		return b.String()
	}
	fmt.Fprintf(&b, "Session %s is live", untrusted.Cell(o.LiveSessionID, 64))
	if o.LiveSince != nil {
		fmt.Fprintf(&b, " since %s", when.Moment(*o.LiveSince, o.zone))
	}
	fmt.Fprintf(&b, "; %s in it.", prose.Count(o.LiveParticipants, "person is", "people are"))
	return b.String()
}

// Text leads with the headline.
func (o getMeetingOutput) Text() string {
	return o.Lead() + fmt.Sprintf("Created %s, updated %s.\n", when.MomentOr(&o.CreatedAt, o.zone, when.Unknown),
		when.MomentOr(&o.UpdatedAt, o.zone, when.Unknown))
}

func getMeeting(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "get_meeting",
		Title: "Get a meeting",
		Description: "Returns one meeting's title, status, dates, how many participants were added, and whether a " +
			"session is live now. Use it if you have a meeting_id: find_meetings finds one by title, " +
			"list_meeting_participants names the people. It does not say who attended: " +
			"get_meeting_attendance does.",
		Example: map[string]any{"meeting": "5b2c7a10-8a1f-4c57-9d0e-3f1f8f6b0003"},
		Old:     oldNamesWith(map[string]string{"session_id": "", "started_after": "", "started_before": ""}),
	}, func(ctx context.Context, _ *mcptool.Call, in getMeetingInput) (getMeetingOutput, error) {
		zone := d.zoned(in.Timezone)
		series, err := d.finder(zone).Series(ctx, in.where(), in.Meeting)
		if err != nil {
			return getMeetingOutput{}, err
		}
		app, id := series.App.AppRef, series.Meetings[0].ID
		var m client.Meeting
		var roster client.Page[client.Participant]
		var live *client.LiveSession
		g, gctx := errgroup.WithContext(ctx)
		g.Go(func() (err error) { m, err = d.API.Meeting(gctx, app, id); return err })
		g.Go(func() (err error) { live, err = d.API.LiveSession(gctx, app, id); return err })
		g.Go(func() (err error) {
			one := 1
			roster, err = d.API.ParticipantsPage(gctx, app, id, client.PageRequest{No: &one, Per: &one})
			return err
		})
		if err := g.Wait(); err != nil {
			return getMeetingOutput{}, err
		}
		out := getMeetingOutput{
			ID: id, Title: untrusted.Line(m.Title, 120), Status: untrusted.Line(m.Status, 20),
			CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt, ParticipantsAdded: max(roster.Total,
				len(roster.Items)), Live: live != nil, zone: zone,
		}
		if roster.Total == 0 && len(roster.Items) > 0 {
			out.AddNote("The API does not say how long the roster is; list_meeting_participants counts it.")
		}
		if live != nil {
			out.LiveSessionID, out.LiveParticipants = untrusted.Line(live.ID, 64), live.LiveParticipants
			if !live.StartedAt.IsZero() {
				out.LiveSince = &live.StartedAt
			}
		}
		out.Summary = out.headline()
		return out, nil
	})
}
