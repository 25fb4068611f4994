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
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type participantsInput struct {
	MeetingID string `json:"meeting_id,omitempty" jsonschema:"format=uuid"`
	Meeting   string `json:"meeting,omitempty" jsonschema:"maxLength=200,example=stand-up"`
	AccountID string `json:"account_id,omitempty" jsonschema:"maxLength=32,example=023e105f4ecef8ad9ca31a8372d0c353"`
	AppID     string `json:"app_id,omitempty" jsonschema:"maxLength=64,example=2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1"`
	PageNo    *int   `json:"page_no,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	PerPage   *int   `json:"per_page,omitempty" jsonschema:"minimum=0,maximum=1000"`
	Query     string `json:"person,omitempty" jsonschema:"maxLength=200,example=zoe"`
	Preset    string `json:"preset,omitempty" jsonschema:"maxLength=200,example=group_call_host"`
	Format    string `json:"format,omitempty" jsonschema:"enum=concise,enum=detailed,default=concise"`
	paging
	Timezone string `json:"timezone,omitempty" jsonschema:"maxLength=64,example=Europe/Berlin"`
}

// JSONSchemaExtend adds the descriptions.
func (participantsInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{
		"meeting_id": "Or meeting",
		"page_no":    "Only this page",
	})
}

type participantsOutput struct {
	report.Head
	MeetingID  string               `json:"meeting_id"`
	Added      int                  `json:"added_total" jsonschema_description:"On the roster as the API counts, not attendance"`
	Read       int                  `json:"read" jsonschema_description:"Roster entries read for this answer"`
	Matching   int                  `json:"matching" jsonschema_description:"Those read which match query and preset_name"`
	Unnamed    int                  `json:"unnamed" jsonschema_description:"Matching people without a name"`
	ByPreset   []report.PresetCount `json:"by_preset"`
	FirstAdded *time.Time           `json:"first_added,omitempty"`
	LastAdded  *time.Time           `json:"last_added,omitempty"`
	Changed    bool                 `json:"changed_while_reading" jsonschema_description:"The roster changed meanwhile"`
	Rows       []participantRow     `json:"participants"`
	LeftOut    int                  `json:"left_out" jsonschema_description:"Matching people not shown"`
	Next       string               `json:"next,omitempty" jsonschema_description:"How to get those left out"`
	Note       string               `json:"note"`

	zone *time.Location
}

type participantRow struct {
	Name     string    `json:"name" jsonschema_description:"Untrusted text, empty where unnamed"`
	CustomID string    `json:"custom_participant_id,omitempty" jsonschema_description:"Untrusted text"`
	Preset   string    `json:"preset_name"`
	AddedAt  time.Time `json:"added_at,omitzero"`
	ID       string    `json:"id,omitempty"`
	Picture  string    `json:"picture,omitempty" jsonschema_description:"Untrusted URL"`

	zone  *time.Location
	usual string // the preset which the text leaves out, since most rows have it
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

// Text leads with the numbers.
func (o participantsOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead() + o.Note + "\n")
	if len(o.Rows) > 0 {
		if usual := o.Rows[0].usual; usual != "" {
			fmt.Fprintf(&b, "Rows without a preset have %s.\n", untrusted.Cell(usual, 60))
		}
		b.WriteString(o.Rows[0].header())
	}
	table := make([]byte, 0, len(o.Rows)*report.UsualRow)
	for _, r := range o.Rows {
		table = r.AppendText(table)
	}
	b.Write(table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not shown. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func (r participantRow) header() string {
	if r.ID != "" {
		return report.Header("name", "custom id", "preset", "added", "id", "picture")
	}
	return report.Header("name", "custom id", "preset", "added")
}

func (r participantRow) AppendText(b []byte) []byte {
	preset := r.Preset
	switch {
	case r.usual == "":
	case preset == r.usual:
		preset = ""
	case preset == "":
		preset = "(none)"
	}
	for _, cell := range [...]string{report.NameCell(r.Name), untrusted.Cell(r.CustomID, 80), untrusted.Cell(preset, 60)} {
		b = append(append(b, "| "...), cell...)
		b = append(b, ' ')
	}
	if r.ID == "" {
		b = append(b, "| "...)
		if !r.AddedAt.IsZero() {
			b = r.AddedAt.In(r.zone).AppendFormat(b, time.DateOnly)
		}
		return append(b, " |\n"...)
	}
	return fmt.Appendf(b, "| %s | %s | %s |\n", when.MomentOr(&r.AddedAt, r.zone, ""), untrusted.Cell(r.ID, 64),
		untrusted.Cell(r.Picture, 300))
}

// rosterOf finds the app and the meeting, whose id it puts into the input.
func (d *Deps) rosterOf(ctx context.Context, in *participantsInput) (client.AppRef, error) {
	place := which.Place{Account: in.AccountID, App: in.AppID}
	finder := d.finder(d.zoned(in.Timezone))
	if in.MeetingID == "" && in.Meeting == "" {
		return client.AppRef{}, errors.New(`give "meeting_id" or "meeting" (a title), for example "stand-up"; ` +
			"find_meetings lists meetings")
	}
	if in.MeetingID != "" {
		app, err := finder.App(ctx, place)
		return app.AppRef, err
	}
	s, err := finder.Series(ctx, place, in.Meeting)
	if err != nil {
		return client.AppRef{}, err
	}
	in.MeetingID = s.Meetings[0].ID
	return s.App.AppRef, nil
}

func listMeetingParticipants(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "list_meeting_participants",
		Title: "List a meeting's participants",
		Description: "Returns a summary of who was added (invited) to a meeting: how many, by preset, first and last " +
			"added, then rows. Use it for the roster, find_meetings finds the meeting_id. It does NOT say " +
			"who attended: get_meeting_attendance does. With page_no or per_page it makes exactly that one " +
			"API request, without them it reads all pages.",
		Example: map[string]any{"meeting_id": "5b2c7a10-8a1f-4c57-9d0e-3f1f8f6b0001", "limit": 4},
		Old: map[string]string{
			"query": "person", "preset_name": "preset", "response_format": "format", "app": "app_id",
		},
	}, func(ctx context.Context, call *mcptool.Call, in participantsInput) (participantsOutput, error) {
		app, err := d.rosterOf(ctx, &in)
		if err != nil {
			return participantsOutput{}, err
		}
		r := newRoster(in, d.zone())
		r.count.Alone = in.PageNo != nil || in.PerPage != nil
		one := func(r client.PageRequest) (client.Page[client.Participant], error) {
			return d.API.ParticipantsPage(ctx, app, in.MeetingID, r)
		}
		for page, err := range listing.Pages(in.PageNo, in.PerPage, one, d.API.Participants(ctx, app, in.MeetingID)) {
			if err != nil {
				return participantsOutput{}, err
			}
			r.add(page)
			if len(page.Items) > 0 {
				call.Progress(ctx, r.count.Read, max(page.Total, r.count.Read))
			}
		}
		return r.done(), nil
	})
}

// roster folds pages into an answer; its memory is the ids seen and the rows shown.
type roster struct {
	in      participantsInput
	out     participantsOutput
	query   string
	count   listing.Count
	presets report.Presets // of those that match
	all     report.Presets // of all that were read, if one is asked for
	rows    report.Rows[participantRow]
}

func newRoster(in participantsInput, zone *time.Location) *roster {
	return &roster{
		in:      in,
		query:   match.Fold(in.Query),
		presets: report.Presets{},
		all:     report.Presets{},
		rows:    report.NewRows[participantRow](in.Limit),
		out:     participantsOutput{MeetingID: in.MeetingID, Note: rosterNote, zone: zone},
	}
}

func (r *roster) add(page client.Page[client.Participant]) {
	r.count.Page(page.Total, page.Coverage)
	r.rows.Expect(len(page.Items))
	for _, p := range page.Items {
		if !r.count.First(p.ID) {
			continue
		}
		if r.in.Preset != "" {
			r.all.Add(p.Preset)
		}
		if r.matches(p) {
			r.match(p)
		}
	}
}

func (r *roster) matches(p client.Participant) bool {
	if r.in.Preset != "" && !strings.EqualFold(p.Preset, r.in.Preset) {
		return false
	}
	return r.query == "" || strings.Contains(match.Fold(p.Name), r.query) ||
		strings.Contains(match.Fold(p.CustomID), r.query)
}

func (r *roster) match(p client.Participant) {
	o := &r.out
	o.Matching++
	row := participantRow{Name: untrusted.Line(p.Name, 80), CustomID: untrusted.Line(p.CustomID, 80),
		Preset: untrusted.Line(p.Preset, 60), AddedAt: p.CreatedAt, zone: o.zone}
	if row.Name == "" {
		o.Unnamed++
	}
	r.presets.Add(p.Preset)
	o.FirstAdded, o.LastAdded = when.Earlier(o.FirstAdded, p.CreatedAt), when.Later(o.LastAdded, p.CreatedAt)
	if r.in.Format == "detailed" {
		row.ID, row.Picture = untrusted.Line(p.ID, 64), untrusted.Line(p.Picture, 300)
	}
	r.rows.Add(row)
}

func (r *roster) done() participantsOutput {
	o := r.out
	o.Added, o.Read, o.Changed = r.count.Length(), r.count.Read, r.count.Changed()
	o.ByPreset, o.Rows, o.LeftOut = r.presets.List(), r.rows.Shown, r.rows.Left
	if len(o.Rows) > 3 && o.ByPreset[0].Preset != report.OtherPresets {
		for i := range o.Rows {
			o.Rows[i].usual = o.ByPreset[0].Preset
		}
	}
	switch {
	case o.LeftOut == 0:
	case r.count.Alone:
		o.Next = smallerPages
	case len(o.Rows) < 500 && len(o.Rows) == r.rows.Limit:
		o.Next = fmt.Sprintf("Repeat the call with limit=%d, or narrow it with query or preset_name.", min(500, o.Matching))
	default:
		o.Next = "Narrow the call with query or preset_name, or read single pages with page_no and per_page=100."
	}
	if o.Matching == 0 && len(r.all) > 0 {
		o.AddNote("The presets on this roster are" + report.PresetText(r.all.List()) + ".")
	}
	o.AddNote(r.count.Note(false))
	o.Summary = o.headline()
	return o
}

const smallerPages = "Repeat the call with a smaller per_page and the pages (page_no) that cover the same rows."
