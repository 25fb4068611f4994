package tools

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"golang.org/x/text/unicode/norm"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

type participantsInput struct {
	MeetingID string `json:"meeting_id" jsonschema:"format=uuid,description=The meeting's id (a URL that holds it is accepted),example=497f6eca-6276-4993-bfeb-53cbbbba6f08"`
	scope
	PageNo  *int   `json:"page_no,omitempty" jsonschema:"minimum=0,maximum=1000000,description=Fetch exactly this page of the API instead of all"`
	PerPage *int   `json:"per_page,omitempty" jsonschema:"minimum=0,maximum=1000,description=Rows of that one page"`
	Query   string `json:"query,omitempty" jsonschema:"maxLength=200,description=Keep those whose name or custom id contains this; case and accents do not matter,example=zoe"`
	Preset  string `json:"preset_name,omitempty" jsonschema:"maxLength=200,description=Keep those with this preset (role),example=group_call_host"`
	Format  string `json:"response_format,omitempty" jsonschema:"enum=concise,enum=detailed,description=detailed adds ids and pictures"`
	Limit   *int   `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,description=Rows shown; default 50,example=50"`
}

type participantsOutput struct {
	head
	MeetingID  string           `json:"meeting_id"`
	Added      int              `json:"added_total" jsonschema:"description=People on the roster as the API counts them; not attendance"`
	Read       int              `json:"read" jsonschema:"description=Roster entries read for this answer"`
	Matching   int              `json:"matching" jsonschema:"description=Those read which match query and preset_name"`
	Unnamed    int              `json:"unnamed" jsonschema:"description=Matching people without a name"`
	ByPreset   []presetCount    `json:"by_preset"`
	FirstAdded *time.Time       `json:"first_added,omitempty"`
	LastAdded  *time.Time       `json:"last_added,omitempty"`
	Changed    bool             `json:"changed_while_reading" jsonschema:"description=The roster changed while its pages were read"`
	Rows       []participantRow `json:"participants"`
	LeftOut    int              `json:"left_out" jsonschema:"description=Matching people not shown"`
	Next       string           `json:"next,omitempty" jsonschema:"description=How to get those left out"`
	Note       string           `json:"note"`

	zone *time.Location
}

type participantRow struct {
	Name     string    `json:"name" jsonschema:"description=Untrusted text; empty where unnamed"`
	CustomID string    `json:"custom_participant_id,omitempty" jsonschema:"description=Untrusted text"`
	Preset   string    `json:"preset_name"`
	AddedAt  time.Time `json:"added_at,omitzero"`
	ID       string    `json:"id,omitempty"`
	Picture  string    `json:"picture,omitempty" jsonschema:"description=Untrusted URL"`

	zone  *time.Location
	usual string // the preset which the text leaves out, since most rows have it
}

const rosterNote = "This is who was added to the meeting (the roster). It does not say who attended: get_meeting_attendance does."

func (o *participantsOutput) headline() string {
	var b strings.Builder
	switch {
	case o.Matching == o.Added:
		fmt.Fprintf(&b, "%s added to meeting %s", people(o.Added, "participant was", "participants were"), o.MeetingID)
	case o.Read == o.Added:
		fmt.Fprintf(&b, "%d of the %s added to meeting %s match", o.Matching, people(o.Added, "participant", "participants"), o.MeetingID)
	default:
		fmt.Fprintf(&b, "%s added to meeting %s; this answer covers %d of them, %d match", people(o.Added, "participant was", "participants were"), o.MeetingID, o.Read, o.Matching)
	}
	b.WriteString(presetText(o.ByPreset) + ".")
	if o.Unnamed > 0 {
		fmt.Fprintf(&b, " %d without a name.", o.Unnamed)
	}
	if o.FirstAdded != nil {
		fmt.Fprintf(&b, " First added %s, last %s.", moment(*o.FirstAdded, o.zone), moment(*o.LastAdded, o.zone))
	}
	return b.String()
}

// Text leads with the numbers.
func (o participantsOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.lead() + o.Note + "\n")
	if len(o.Rows) > 0 {
		if usual := o.Rows[0].usual; usual != "" {
			fmt.Fprintf(&b, "Rows without a preset have %s.\n", untrusted.Cell(usual, 60))
		}
		b.WriteString(o.Rows[0].header())
	}
	table := make([]byte, 0, len(o.Rows)*usualRow)
	for _, r := range o.Rows {
		table = r.appendText(table)
	}
	b.Write(table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not shown. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func (r participantRow) header() string {
	if r.ID != "" {
		return "\n| name | custom id | preset | added | id | picture |\n| --- | --- | --- | --- | --- | --- |\n"
	}
	return "\n| name | custom id | preset | added |\n| --- | --- | --- | --- |\n"
}

func (r participantRow) appendText(b []byte) []byte {
	preset := r.Preset
	switch {
	case r.usual == "":
	case preset == r.usual:
		preset = ""
	case preset == "":
		preset = "(none)"
	}
	for _, cell := range [...]string{nameCell(r.Name), untrusted.Cell(r.CustomID, 80), untrusted.Cell(preset, 60)} {
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
	return fmt.Appendf(b, "| %s | %s | %s |\n", momentOr(&r.AddedAt, r.zone, ""), untrusted.Cell(r.ID, 64),
		untrusted.Cell(r.Picture, 300))
}

func listMeetingParticipants(d *Deps) server.ServerTool {
	return define(d, "list_meeting_participants", "List a meeting's participants",
		"Returns a summary of who was added (invited) to a meeting: how many, by preset, first and last added, then rows. Use it for the roster; find_meetings finds the meeting_id. It does NOT say who attended: get_meeting_attendance does. With page_no or per_page it makes exactly that one API request; without them it reads all pages. Shows 50 rows unless limit (up to 500) says otherwise; ids and pictures only with response_format=detailed.",
		func(ctx context.Context, req mcp.CallToolRequest, in participantsInput) (participantsOutput, error) {
			app, err := d.app(ctx, in.scope)
			if err != nil {
				return participantsOutput{}, err
			}
			r := newRoster(in, d.zone())
			r.count.alone = in.PageNo != nil || in.PerPage != nil
			one := func(r client.PageRequest) (client.Page[client.Participant], error) {
				return d.API.ParticipantsPage(ctx, app, in.MeetingID, r)
			}
			for page, err := range pagesOf(in.PageNo, in.PerPage, one, d.API.Participants(ctx, app, in.MeetingID)) {
				if err != nil {
					return participantsOutput{}, err
				}
				r.add(page)
				if len(page.Items) > 0 {
					progress(ctx, req, r.count.read, max(page.Total, r.count.read))
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
	count   count
	presets presets // of those that match
	all     presets // of all that were read, if one is asked for
	rows    rows[participantRow]
}

func newRoster(in participantsInput, zone *time.Location) *roster {
	return &roster{in: in, query: fold(in.Query), presets: presets{}, all: presets{}, rows: rows[participantRow]{limit: valueOr(in.Limit, 50), shown: []participantRow{}},
		out: participantsOutput{MeetingID: in.MeetingID, Note: rosterNote, zone: zone}}
}

func (r *roster) add(page client.Page[client.Participant]) {
	r.count.page(page.Total, page.Coverage)
	r.rows.expect(len(page.Items))
	for _, p := range page.Items {
		if !r.count.first(p.ID) {
			continue
		}
		if r.in.Preset != "" {
			r.all.add(p.Preset)
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
	return r.query == "" || strings.Contains(fold(p.Name), r.query) || strings.Contains(fold(p.CustomID), r.query)
}

func (r *roster) match(p client.Participant) {
	o := &r.out
	o.Matching++
	row := participantRow{Name: untrusted.Line(p.Name, 80), CustomID: untrusted.Line(p.CustomID, 80),
		Preset: untrusted.Line(p.Preset, 60), AddedAt: p.CreatedAt, zone: o.zone}
	if row.Name == "" {
		o.Unnamed++
	}
	r.presets.add(p.Preset)
	o.FirstAdded, o.LastAdded = earlier(o.FirstAdded, p.CreatedAt), later(o.LastAdded, p.CreatedAt)
	if r.in.Format == "detailed" {
		row.ID, row.Picture = untrusted.Line(p.ID, 64), untrusted.Line(p.Picture, 300)
	}
	r.rows.add(row)
}

func (r *roster) done() participantsOutput {
	o := r.out
	o.Added, o.Read, o.Changed = r.count.length(), r.count.read, r.count.cover.Changed
	o.ByPreset, o.Rows, o.LeftOut = r.presets.list(), r.rows.shown, r.rows.left
	if len(o.Rows) > 3 && o.ByPreset[0].Preset != otherPresets {
		for i := range o.Rows {
			o.Rows[i].usual = o.ByPreset[0].Preset
		}
	}
	switch {
	case o.LeftOut == 0:
	case r.count.alone:
		o.Next = smallerPages
	case len(o.Rows) < 500 && len(o.Rows) == r.rows.limit:
		o.Next = fmt.Sprintf("Repeat the call with limit=%d, or narrow it with query or preset_name.", min(500, o.Matching))
	default:
		o.Next = "Narrow the call with query or preset_name, or read single pages with page_no and per_page=100."
	}
	if o.Matching == 0 && len(r.all) > 0 {
		o.note("The presets on this roster are" + presetText(r.all.list()) + ".")
	}
	o.note(r.count.note(false))
	o.Summary = o.headline()
	return o
}

const smallerPages = "Repeat the call with a smaller per_page and the pages (page_no) that cover the same rows."

// fold makes text comparable: case and the accents of Latin, Greek and Cyrillic
// letters are dropped. In other scripts a mark makes another letter (ハ, バ).
func fold(s string) string {
	european := false // the letter that marks now belong to
	return strings.Map(func(c rune) rune {
		if combining(c) {
			if european {
				return -1
			}
			return c
		}
		european = unicode.In(c, unicode.Latin, unicode.Greek, unicode.Cyrillic)
		return unicode.ToLower(c)
	}, norm.NFKD.String(s))
}

// combining reports whether a character only marks the one before it.
func combining(c rune) bool { return unicode.Is(unicode.Mn, c) }

// progress tells a caller who asked for it; a caller gone is not an error here.
func progress(ctx context.Context, req mcp.CallToolRequest, done, total int) {
	if req.Params.Meta == nil || req.Params.Meta.ProgressToken == nil {
		return
	}
	if s := server.ServerFromContext(ctx); s != nil {
		_ = s.SendNotificationToClient(ctx, "notifications/progress", map[string]any{
			"progressToken": req.Params.Meta.ProgressToken, "progress": done, "total": total,
		})
	}
}
