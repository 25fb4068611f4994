package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/listing"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type participantsInput struct {
	MeetingID string `json:"meeting_id,omitempty" jsonschema:"format=uuid"`
	Meeting   string `json:"meeting,omitempty" jsonschema:"maxLength=2048,example=stand-up"`
	AccountID string `json:"account_id,omitempty" jsonschema:"maxLength=32,example=023e105f4ecef8ad9ca31a8372d0c353"`
	AppID     string `json:"app_id,omitempty" jsonschema:"maxLength=100,example=2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1"`
	PageNo    *int   `json:"page_no,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	PerPage   *int   `json:"per_page,omitempty" jsonschema:"minimum=0,maximum=1000"`
	Person    string `json:"person,omitempty" jsonschema:"maxLength=200,example=zoe"`
	Preset    string `json:"preset,omitempty" jsonschema:"maxLength=200,example=host"`
	Details   bool   `json:"details,omitempty"`
	Format    string `json:"format,omitempty" jsonschema:"enum=csv,enum=concise,enum=detailed"`
	pages
	Timezone string `json:"timezone,omitempty" jsonschema:"maxLength=64,example=Europe/Berlin"`
}

// alone reports whether one page of the API is asked for.
func (in participantsInput) alone() bool { return in.PageNo != nil || in.PerPage != nil }

// JSONSchemaExtend adds the descriptions.
func (participantsInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{
		"meeting_id": "Or meeting",
		"page_no":    "One request",
		"details":    "Ids, pictures",
	})
}

type participantsOutput struct {
	report.Head
	MeetingID  string               `json:"meeting_id"`
	Added      int                  `json:"added_total" jsonschema_description:"Not attendance"`
	Read       int                  `json:"read"`
	Matching   int                  `json:"matching"`
	Unnamed    int                  `json:"unnamed"`
	ByPreset   []report.PresetCount `json:"by_preset"`
	FirstAdded *time.Time           `json:"first_added,omitempty"`
	LastAdded  *time.Time           `json:"last_added,omitempty"`
	Changed    bool                 `json:"changed_while_reading,omitempty"`
	Usual      string               `json:"usual_preset,omitempty" jsonschema_description:"Of rows without one"`
	Rows       []participantRow     `json:"participants"`
	CSV        string               `json:"csv,omitempty"`
	LeftOut    int                  `json:"left_out"`
	Next       string               `json:"next,omitempty"`
	Timezone   string               `json:"timezone"`
	Resource   string               `json:"resource,omitempty"`
	Note       string               `json:"note"`

	zone  *time.Location
	table string // the text of Rows
}

type participantRow struct {
	Name     string     `json:"name,omitempty"`
	CustomID string     `json:"custom_participant_id,omitempty"`
	Preset   string     `json:"preset_name,omitempty"`
	AddedAt  *time.Time `json:"added_at,omitempty"`
	ID       string     `json:"id,omitempty"`
	Picture  string     `json:"picture,omitempty"`

	zone *time.Location
}

const rosterNote = "This is who was added to the meeting (the roster). " +
	"It does not say who attended: get_meeting_attendance does."

func (o *participantsOutput) headline() string {
	var b strings.Builder
	switch {
	case o.Matching == o.Added:
		fmt.Fprintf(&b, "%s added to meeting %s", prose.Count(o.Added, "participant was", "participants were"), o.MeetingID)
	case o.Read == o.Added:
		fmt.Fprintf(
			&b,
			"%d of the %s added to meeting %s match",
			o.Matching,
			prose.Count(o.Added, "participant", "participants"),
			o.MeetingID,
		)
	default:
		fmt.Fprintf(
			&b,
			"%s added to meeting %s; this answer covers %d of them, %d match",
			prose.Count(o.Added, "participant was", "participants were"),
			o.MeetingID,
			o.Read,
			o.Matching,
		)
	}
	b.WriteString(report.PresetText(o.ByPreset) + ".")
	if o.Unnamed > 0 {
		fmt.Fprintf(&b, " %d without a name.", o.Unnamed)
	}
	if o.FirstAdded != nil {
		fmt.Fprintf(&b, " First added %s, last %s.", when.Moment(*o.FirstAdded, o.zone), when.Moment(*o.LastAdded, o.zone))
	}
	return b.String()
}

// Empty reports whether nobody is in it.
func (o participantsOutput) Empty() bool { return o.Matching == 0 }

// Link is the resource that holds all of a roster of which CSV was asked for.
func (o participantsOutput) Link() (uri, name, description, mime string) {
	return o.Resource, "meeting_participants", "The whole roster as CSV", "text/csv"
}

// Text leads with the numbers.
func (o participantsOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead() + o.Note + "\n")
	switch {
	case o.CSV != "":
		b.WriteString("\n" + o.CSV)
	case len(o.Rows) > 0:
		if o.Usual != "" {
			fmt.Fprintf(&b, "Rows without a preset have %s.\n", untrusted.Cell(o.Usual, 60))
		}
		b.WriteString(o.Rows[0].header())
		b.WriteString(o.table)
	}
	switch {
	case o.LeftOut > 0:
		fmt.Fprintf(&b, "\n%d more not shown. %s\n", o.LeftOut, o.Next)
	case o.Next != "":
		fmt.Fprintf(&b, "\n%s\n", o.Next)
	}
	return b.String()
}

func (r participantRow) header() string {
	if r.ID != "" {
		return report.Header("name", "custom id", "preset", "added", "id", "picture")
	}
	return report.Header("name", "custom id", "preset", "added")
}

// AppendText is the row of the text.
func (r participantRow) AppendText(b []byte) []byte {
	added := when.MomentOr(r.AddedAt, r.zone, "")
	if r.ID == "" && r.AddedAt != nil {
		added = r.AddedAt.Format(time.DateOnly)
	}
	for _, cell := range [...]string{
		report.NameCell(r.Name), untrusted.Cell(r.CustomID, 80), untrusted.Cell(r.Preset, 60), added,
	} {
		b = append(append(b, "| "...), cell...)
		b = append(b, ' ')
	}
	if r.ID == "" {
		return append(b, "|\n"...)
	}
	return fmt.Appendf(b, "| %s | %s |\n", untrusted.Cell(r.ID, 64), untrusted.Cell(r.Picture, 300))
}

// rosterHeader names the columns of CSV.
var rosterHeader = [...]string{"name", "custom_participant_id", "preset_name", "added_at", "id", "picture"}

// CSV is the row of CSV.
func (r participantRow) CSV() []string {
	return []string{r.Name, r.CustomID, r.Preset, stampOf(r.AddedAt), r.ID, r.Picture}
}

// rosterOf finds the app and the meeting, whose id it puts into the input. If a title
// fits, it may be that of several.
func (d *Deps) rosterOf(ctx context.Context, in *participantsInput) (which.Series, error) {
	place := which.Place{Account: in.AccountID, App: in.AppID}
	finder := d.finder(d.zoned(in.Timezone))
	switch {
	case in.MeetingID == "" && in.Meeting == "":
		return which.Series{}, errors.New(`give "meeting_id" or "meeting" (a title), for example "stand-up"; ` +
			"find_meetings lists meetings")
	case in.MeetingID != "" && in.Meeting != "" && !strings.EqualFold(in.MeetingID, in.Meeting):
		return which.Series{}, errors.New(`"meeting_id" and "meeting" may contradict each other; give one of them`)
	case in.MeetingID != "": // exactly that request
		app, err := finder.App(ctx, place)
		return which.Series{App: app, Meetings: []client.Meeting{{ID: in.MeetingID}}}, err
	}
	s, err := finder.Series(ctx, place, in.Meeting)
	if err == nil {
		in.MeetingID = s.Meetings[0].ID
	}
	return s, err
}

func listMeetingParticipants(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "list_meeting_participants",
		Title: "List a meeting's participants",
		Description: "Returns who was added (invited) to a meeting: the roster. It does NOT say who attended: " +
			"get_meeting_attendance does.",
		Example: map[string]any{"meeting_id": "5b2c7a10-8a1f-4c57-9d0e-3f1f8f6b0001", "limit": 4},
		Old: map[string]string{
			"query": "person", "preset_name": "preset", "response_format": "format", "app": "app_id",
		},
		Hidden: []string{"format=concise", "format=detailed"},
	}, func(ctx context.Context, call *mcptool.Call, in participantsInput) (participantsOutput, error) {
		series, err := d.rosterOf(ctx, &in)
		if err != nil {
			return participantsOutput{}, err
		}
		r := newRoster(in, d.zoned(in.Timezone))
		err = d.readRoster(ctx, call, r, series.App)
		if client.NotFound(err) && in.Meeting != "" {
			place := which.Place{Account: in.AccountID, App: in.AppID}
			if series, err = d.finder(r.out.zone).Elsewhere(ctx, place, in.MeetingID, series.App, err); err == nil {
				err = d.readRoster(ctx, call, r, series.App)
			}
		}
		if err != nil {
			return participantsOutput{}, err
		}
		for _, n := range series.Notes {
			r.out.AddNote(n)
		}
		if len(series.Meetings) > 1 {
			r.out.AddNote(fmt.Sprintf("This is the roster of the newest of the %d meetings with this title.",
				len(series.Meetings)))
		}
		if in.Format == "csv" {
			r.out.Resource = rosterURI(in.MeetingID, series.App.AppID)
		}
		return r.done(), nil
	})
}

// rosterURI is the resource of a roster as CSV.
func rosterURI(meetingID, appID string) string {
	return "realtimekit://meetings/" + meetingID + "/participants?app=" + appID + "&format=csv"
}

func (d *Deps) readRoster(ctx context.Context, call *mcptool.Call, r *roster, app which.App) error {
	in := r.in
	one := func(p client.PageRequest) (client.Page[client.Participant], error) {
		return d.API.ParticipantsPage(ctx, app.AppRef, in.MeetingID, p)
	}
	all := d.API.Participants(ctx, app.AppRef, in.MeetingID)
	for page, err := range listing.Pages(in.PageNo, in.PerPage, one, all) {
		if err != nil {
			return err
		}
		r.add(page)
		if len(page.Items) > 0 {
			call.Progress(ctx, r.count.Read, max(page.Total, r.count.Read))
		}
	}
	return nil
}
