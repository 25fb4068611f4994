package tools

import (
	"cmp"
	"context"
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
)

type peersInput struct {
	SessionID string `json:"session" jsonschema:"maxLength=64,example=0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"`
	Search    string `json:"person,omitempty" jsonschema:"maxLength=200,example=zoe"`
	SortBy    string `json:"sort_by,omitempty" jsonschema:"enum=joinedAt,enum=duration"`
	Format    string `json:"format,omitempty" jsonschema:"enum=concise,enum=detailed,default=concise"`
	paging
	place

	// Accepted and not listed.
	Order   string `json:"sort_order,omitempty" jsonschema:"enum=ASC,enum=DESC"`
	View    string `json:"view,omitempty" jsonschema:"enum=raw,enum=consolidated,default=raw"`
	PageNo  *int   `json:"page_no,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	PerPage *int   `json:"per_page,omitempty" jsonschema:"minimum=0,maximum=200"`
}

// JSONSchemaExtend adds the descriptions.
func (peersInput) JSONSchemaExtend(s *jsonschema.Schema) { describe(s, nil) }

type peersOutput struct {
	report.Head
	SessionID   string               `json:"session_id"`
	Joinings    int                  `json:"joinings_total" jsonschema_description:"As the API counts, one person may join several times"`
	Read        int                  `json:"read" jsonschema_description:"Joinings read for this answer"`
	People      int                  `json:"people" jsonschema_description:"Different people, unnamed guests without a user id count each"`
	Unnamed     int                  `json:"unnamed" jsonschema_description:"Joinings without a name"`
	Open        int                  `json:"without_left_at" jsonschema_description:"No leaving time: still there if the session is live"`
	ByPreset    []report.PresetCount `json:"by_preset"`
	FirstJoined *time.Time           `json:"first_joined,omitempty"`
	LastLeft    *time.Time           `json:"last_left,omitempty"`
	Changed     bool                 `json:"changed_while_reading" jsonschema_description:"The list changed meanwhile"`
	Rows        []peerRow            `json:"participants"`
	LeftOut     int                  `json:"left_out" jsonschema_description:"Joinings read and not shown"`
	Next        string               `json:"next,omitempty" jsonschema_description:"How to get those left out"`
	Note        string               `json:"note"`

	zone  *time.Location
	table string // the text of Rows
}

type peerRow struct {
	Name     string     `json:"name" jsonschema_description:"Untrusted text, empty where unnamed"`
	CustomID string     `json:"custom_participant_id,omitempty" jsonschema_description:"Untrusted text"`
	JoinedAt *time.Time `json:"joined_at,omitempty"`
	LeftAt   *time.Time `json:"left_at,omitempty"`
	Minutes  float64    `json:"minutes" jsonschema_description:"As the API counts, 0 if it does not say"`
	Preset   string     `json:"preset_name,omitempty"`
	UserID   string     `json:"user_id,omitempty" jsonschema_description:"The participant's id on the roster"`
	ID       string     `json:"id,omitempty" jsonschema_description:"Of this joining"`

	zone *time.Location
}

const (
	peersNote = "A row is one joining, so one person may have several. " +
		"get_meeting_attendance adds them up and compares them with who was invited."
	personsNote = "A row is one person, with the minutes in breakout rooms added. " +
		"get_meeting_attendance compares them with who was invited."
)

func listSessionParticipants(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "list_session_participants",
		Title: "List a session's participants",
		Description: "Returns who joined one session, joining by joining: how many joinings of how many people, by " +
			"preset, first joined and last left, then rows with the API's minutes. Use it to search or sort " +
			"the joinings of a session. For who attended, late or absent, get_meeting_attendance is the " +
			"right tool. With page_no or per_page it makes exactly that one API request, without them it " +
			"reads all pages.",
		Example: map[string]any{"session": "e04b3977-eb80-45f6-b20e-21d6840b46ba", "person": "mohammed"},
		Old:     oldNamesWith(map[string]string{"search": "person", "query": "person"}),
		Hidden:  []string{"sort_order", "view", "page_no", "per_page"},
	}, func(ctx context.Context, call *mcptool.Call, in peersInput) (peersOutput, error) {
		zone := d.zoned(in.Timezone)
		found, err := d.finder(zone).App(ctx, in.where())
		if err != nil {
			return peersOutput{}, err
		}
		app := found.AppRef
		f := client.PeerFilter{
			Search:       in.Search,
			SortBy:       in.SortBy,
			SortOrder:    in.Order,
			Consolidated: in.View == "consolidated",
		}
		j := joinings{in: in, zone: zone, presets: report.Presets{}, people: map[string]struct{}{}}
		j.rows = report.NewRows[peerRow](in.Limit)
		j.count.Alone = in.PageNo != nil || in.PerPage != nil
		one := func(r client.PageRequest) (client.Page[client.Peer], error) {
			return d.API.PeersPage(ctx, app, in.SessionID, f, r)
		}
		for page, err := range listing.Pages(in.PageNo, in.PerPage, one, d.API.Peers(ctx, app, in.SessionID, f)) {
			if err != nil {
				return peersOutput{}, err
			}
			j.add(page)
			if len(page.Items) > 0 {
				call.Progress(ctx, j.count.Read, max(page.Total, j.count.Read))
			}
		}
		return j.done(), nil
	})
}

// joinings folds pages into an answer.
type joinings struct {
	in      peersInput
	zone    *time.Location
	out     peersOutput
	count   listing.Count
	presets report.Presets
	people  map[string]struct{}
	rows    report.Rows[peerRow]
}

func (j *joinings) add(page client.Page[client.Peer]) {
	j.count.Page(page.Total, page.Coverage)
	for _, p := range page.Items {
		if j.count.First(p.ID) {
			j.joined(p)
		}
	}
}

func (j *joinings) joined(p client.Peer) {
	o := &j.out
	person := "user " + p.UserID
	if p.UserID == "" {
		person = "peer " + cmp.Or(p.ID, fmt.Sprint(j.count.Read))
	}
	j.people[person] = struct{}{}
	j.presets.Add(p.Preset)
	o.FirstJoined, o.LastLeft = when.Earlier(o.FirstJoined, p.JoinedAt), when.Later(o.LastLeft, p.LeftAt)
	row := peerRow{Name: untrusted.Line(p.Name, 80), CustomID: untrusted.Line(p.CustomID, 80),
		JoinedAt: when.Known(p.JoinedAt), LeftAt: when.Known(p.LeftAt), Minutes: p.Minutes, zone: j.zone}
	if row.Name == "" {
		o.Unnamed++
	}
	if row.LeftAt == nil {
		o.Open++
	}
	if j.in.Format == "detailed" {
		row.Preset, row.UserID, row.ID = untrusted.Line(p.Preset, 60), untrusted.Line(p.UserID, 64), untrusted.Line(p.ID, 64)
	}
	j.rows.Add(row)
}

func (j *joinings) done() peersOutput {
	o := j.out
	o.SessionID, o.Note, o.zone = j.in.SessionID, peersNote, j.zone
	if j.in.View == "consolidated" {
		o.Note = personsNote
	}
	o.Joinings, o.Read, o.Changed, o.People = j.count.Length(), j.count.Read, j.count.Changed(), len(j.people)
	o.ByPreset, o.Rows, o.LeftOut, o.table = j.presets.List(), j.rows.Shown, j.rows.Left, string(j.rows.Table)
	switch {
	case o.LeftOut == 0:
	case j.count.Alone:
		o.Next = smallerPages
	default:
		o.Next = "Raise limit (up to 500), narrow the call with search, or read single pages with page_no and per_page=100."
	}
	o.AddNote(j.count.Note(false))
	o.Summary = o.headline(j.in)
	return o
}

func (o *peersOutput) headline(in peersInput) string {
	found, whole := "", o.Read == o.Joinings
	if in.Search != "" {
		found = fmt.Sprintf("The search for %q found ", untrusted.Line(in.Search, 80))
	}
	switch {
	case o.Read == 0 && !whole:
		return fmt.Sprintf("This page has none of the %d rows of session %s.", o.Joinings, o.SessionID)
	case o.Read == 0:
		return cmp.Or(found, "The API lists ") + "nobody who joined session " + o.SessionID + "."
	}
	var b strings.Builder
	b.WriteString(found + prose.Count(o.People, "person", "people"))
	if found != "" {
		b.WriteString(" who")
	}
	b.WriteString(" joined session " + o.SessionID)
	switch {
	case in.View == "consolidated" && whole:
	case in.View == "consolidated":
		fmt.Fprintf(&b, " in the %d rows read of %d", o.Read, o.Joinings)
	case whole:
		fmt.Fprintf(&b, " in %s", prose.Count(o.Joinings, "joining", "joinings"))
	default:
		fmt.Fprintf(&b, " in the %d joinings read of %d", o.Read, o.Joinings)
	}
	b.WriteString(report.PresetText(o.ByPreset) + ".")
	if o.FirstJoined != nil {
		fmt.Fprintf(&b, " First joined %s.", when.Moment(*o.FirstJoined, o.zone))
	}
	if o.LastLeft != nil {
		fmt.Fprintf(&b, " Last left %s.", when.Moment(*o.LastLeft, o.zone))
	}
	if o.Open > 0 {
		fmt.Fprintf(&b, " %d without a leaving time.", o.Open)
	}
	if o.Unnamed > 0 {
		fmt.Fprintf(&b, " %d without a name.", o.Unnamed)
	}
	return b.String()
}

// Text leads with the numbers.
func (o peersOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	if len(o.Rows) > 0 {
		b.WriteString(o.Note + "\n")
		b.WriteString(o.Rows[0].header())
	}
	b.WriteString(o.table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not shown. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func (r peerRow) header() string {
	if r.ID != "" {
		return report.Header("name", "custom id", "joined", "left", "minutes", "preset", "user id", "id")
	}
	return report.Header("name", "custom id", "joined", "left", "minutes")
}

func (r peerRow) AppendText(b []byte) []byte {
	minutes := ""
	if r.Minutes > 0 {
		minutes = fmt.Sprintf("%.1f", r.Minutes)
	}
	b = fmt.Appendf(b, "| %s | %s | %s | %s | %s |", report.NameCell(r.Name), untrusted.Cell(r.CustomID, 80),
		when.MomentOr(r.JoinedAt, r.zone, ""), when.MomentOr(r.LeftAt, r.zone, ""), minutes)
	if r.ID != "" {
		b = fmt.Appendf(
			b,
			" %s | %s | %s |",
			untrusted.Cell(r.Preset, 60),
			untrusted.Cell(r.UserID, 64),
			untrusted.Cell(r.ID, 64),
		)
	}
	return append(b, '\n')
}
