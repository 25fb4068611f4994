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
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type getMeetingInput struct {
	Meeting string `json:"meeting" jsonschema:"maxLength=2048,example=design review"`
	place
}

// JSONSchemaExtend adds the descriptions.
func (getMeetingInput) JSONSchemaExtend(s *jsonschema.Schema) { describe(s, nil) }

type getMeetingOutput struct {
	report.Head
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	App       string     `json:"app,omitempty"`
	Status    string     `json:"status"`
	CreatedAt *time.Time `json:"created_at,omitempty"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
	Series    int        `json:"meetings_of_this_title"`

	Added            int        `json:"participants_added" jsonschema_description:"Not attended"`
	AtLeast          bool       `json:"at_least,omitempty"`
	Live             bool       `json:"live"`
	LiveSessionID    string     `json:"live_session_id,omitempty"`
	LiveSince        *time.Time `json:"live_since,omitempty"`
	LiveParticipants int        `json:"live_participants,omitempty"`

	RecordOnStart     bool `json:"record_on_start"`
	LiveStreamOnStart bool `json:"live_stream_on_start"`
	PersistChat       bool `json:"persist_chat"`
	SummarizeOnEnd    bool `json:"summarize_on_end"`
	TranscribeOnEnd   bool `json:"transcribe_on_end"`
	KeepAlive         int  `json:"keep_alive_seconds,omitempty"`

	Timezone string `json:"timezone"`

	zone *time.Location
}

func (o *getMeetingOutput) headline() string {
	var b strings.Builder
	added := prose.Count(o.Added, "participant was", "participants were")
	if o.AtLeast {
		added = "at least " + added
	}
	fmt.Fprintf(&b, "Meeting \"%s\" (%s) is %s; %s added to it. ", report.TitleCell(o.Title), o.ID,
		cmp.Or(o.Status, "of unknown status"), added)
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
	return o.Lead() + fmt.Sprintf("Created %s, updated %s.\n%s\n", when.MomentOr(o.CreatedAt, o.zone, when.Unknown),
		when.MomentOr(o.UpdatedAt, o.zone, when.Unknown), o.settings())
}

// settings are those that are on, and those that are off.
func (o *getMeetingOutput) settings() string {
	var on, off []string
	for _, s := range [...]struct {
		name string
		is   bool
	}{
		{"record_on_start", o.RecordOnStart},
		{"live_stream_on_start", o.LiveStreamOnStart},
		{"persist_chat", o.PersistChat},
		{"summarize_on_end", o.SummarizeOnEnd},
		{"transcribe_on_end", o.TranscribeOnEnd},
	} {
		if s.is {
			on = append(on, s.name)
		} else {
			off = append(off, s.name)
		}
	}
	text := "On: " + cmp.Or(strings.Join(on, ", "), "nothing") + ". Off: " + cmp.Or(strings.Join(off, ", "), "nothing") + "."
	if o.KeepAlive > 0 {
		text += fmt.Sprintf(" A session stays open for %d s after the last one left.", o.KeepAlive)
	}
	if o.App != "" {
		text += " App: " + untrusted.Cell(o.App, 80) + "."
	}
	return text
}

func getMeeting(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:        "get_meeting",
		Title:       "Get a meeting",
		Description: "Returns one meeting's settings, dates, roster size, and whether it is live.",
		Example:     map[string]any{"meeting": "5b2c7a10-8a1f-4c57-9d0e-3f1f8f6b0003"},
		Old:         oldNamesWith(map[string]string{"session_id": "", "started_after": "", "started_before": ""}),
	}, func(ctx context.Context, _ *mcptool.Call, in getMeetingInput) (getMeetingOutput, error) {
		zone := d.zoned(in.Timezone)
		finder := d.finder(zone)
		series, err := finder.Series(ctx, in.where(), in.Meeting)
		if err != nil {
			return getMeetingOutput{}, err
		}
		out, err := d.meeting(ctx, finder, series)
		if client.NotFound(err) {
			if series, err = finder.Elsewhere(ctx, in.where(), series.Meetings[0].ID, series.App, err); err != nil {
				return getMeetingOutput{}, err
			}
			out, err = d.meeting(ctx, finder, series)
		}
		if err != nil {
			return getMeetingOutput{}, err
		}
		if series.App.AppID != d.AppID {
			out.App = cmp.Or(untrusted.Line(series.App.Name, 80), series.App.AppID)
		}
		out.Summary = out.headline()
		return out, nil
	})
}

// meeting reads the newest meeting of a series.
func (d *Deps) meeting(ctx context.Context, f which.Finder, series which.Series) (getMeetingOutput, error) {
	app, id := series.App.AppRef, series.Meetings[0].ID
	var m client.Meeting
	out := getMeetingOutput{ID: id, Series: len(series.Meetings), Timezone: f.Zone.String(), zone: f.Zone}
	var live *client.LiveSession
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { m, err = d.API.Meeting(gctx, app, id); return err })
	g.Go(func() (err error) { live, err = d.liveIn(gctx, f, series); return err })
	g.Go(func() (err error) { out.Added, out.AtLeast, err = d.rosterSize(gctx, app, id); return err })
	if err := g.Wait(); err != nil {
		return out, err
	}
	out.Title, out.Status = untrusted.Line(m.Title, 120), untrusted.Line(m.Status, 20)
	out.CreatedAt, out.UpdatedAt = when.In(m.CreatedAt, f.Zone), when.In(m.UpdatedAt, f.Zone)
	out.RecordOnStart, out.LiveStreamOnStart, out.PersistChat = m.RecordOnStart, m.LiveStreamOnStart, m.PersistChat
	out.SummarizeOnEnd, out.TranscribeOnEnd = m.SummarizeOnEnd, m.TranscribeOnEnd
	out.KeepAlive = int(m.KeepAlive / time.Second)
	if live != nil {
		out.Live, out.LiveSessionID, out.LiveParticipants = true, untrusted.Line(live.ID, 64), live.LiveParticipants
		out.LiveSince = when.In(live.StartedAt, f.Zone)
	}
	if out.AtLeast {
		out.AddNote("The API does not say how long the roster is; list_meeting_participants counts it.")
	}
	if out.Series > 1 {
		out.AddNote("Settings and roster are those of the newest; whether one is live is told of all.")
	}
	for _, n := range series.Notes {
		out.AddNote(n)
	}
	return out, nil
}

// liveIn is the live session of one of the meetings, nil if there is none.
func (d *Deps) liveIn(ctx context.Context, f which.Finder, series which.Series) (*client.LiveSession, error) {
	if len(series.Meetings) == 1 {
		return d.API.LiveSession(ctx, series.App.AppRef, series.Meetings[0].ID)
	}
	found, err := f.List(ctx, series, when.Window{}, "LIVE", 1, client.PerPage)
	if err != nil || len(found.Sessions) == 0 {
		return nil, err
	}
	s := found.Sessions[len(found.Sessions)-1]
	return &client.LiveSession{ID: s.ID, StartedAt: s.StartedAt, LiveParticipants: s.LiveParticipants}, nil
}

// rosterSize is how many were added: as the API counts, or if it does not, as many as
// a page has.
func (d *Deps) rosterSize(ctx context.Context, app client.AppRef, id string) (n int, atLeast bool, err error) {
	no, per := 1, 1
	page, err := d.API.ParticipantsPage(ctx, app, id, client.PageRequest{No: &no, Per: &per})
	if err != nil || page.Total > 0 || len(page.Items) == 0 {
		return max(page.Total, len(page.Items)), false, err
	}
	per = client.PerPage
	page, err = d.API.ParticipantsPage(ctx, app, id, client.PageRequest{No: &no, Per: &per})
	n = max(page.Total, len(page.Items))
	return n, page.Total == 0, err
}
