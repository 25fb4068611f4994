package tools

import (
	"cmp"
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

type peersInput struct {
	Meeting string `json:"meeting,omitempty" jsonschema:"maxLength=2048,example=design review"`
	Session string `json:"session,omitempty" jsonschema:"maxLength=64,example=0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"`
	window
	Person string `json:"person,omitempty" jsonschema:"maxLength=200,example=zoe"`
	SortBy string `json:"sort_by,omitempty" jsonschema:"enum=joinedAt,enum=duration"`
	Events bool   `json:"events,omitempty"`
	Format string `json:"format,omitempty" jsonschema:"enum=detailed,enum=csv,enum=concise"`
	pages
	place

	// Accepted and not listed.
	Order   string `json:"sort_order,omitempty" jsonschema:"enum=ASC,enum=DESC"`
	View    string `json:"view,omitempty" jsonschema:"enum=raw,enum=consolidated,default=raw"`
	PageNo  *int   `json:"page_no,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	PerPage *int   `json:"per_page,omitempty" jsonschema:"minimum=0,maximum=200"`
}

// alone reports whether one page of the API is asked for.
func (in peersInput) alone() bool { return in.PageNo != nil || in.PerPage != nil }

// JSONSchemaExtend adds the descriptions.
func (peersInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{"events": "Connections coming and going"})
}

type peersOutput struct {
	report.Head
	SessionID   string               `json:"session_id"`
	Sessions    []string             `json:"session_ids,omitempty"`
	Title       string               `json:"title,omitempty"`
	StartedAt   *time.Time           `json:"started_at,omitempty"`
	Joinings    int                  `json:"joinings_total"`
	Read        int                  `json:"read"`
	Matching    int                  `json:"matching"`
	People      int                  `json:"people"`
	Unnamed     int                  `json:"unnamed"`
	Open        int                  `json:"without_left_at"`
	ByPreset    []report.PresetCount `json:"by_preset"`
	FirstJoined *time.Time           `json:"first_joined,omitempty"`
	LastLeft    *time.Time           `json:"last_left,omitempty"`
	Changed     bool                 `json:"changed_while_reading,omitempty"`
	Rows        []peerRow            `json:"participants"`
	CSV         string               `json:"csv,omitempty"`
	LeftOut     int                  `json:"left_out"`
	Next        string               `json:"next,omitempty"`
	Timezone    string               `json:"timezone"`
	Note        string               `json:"note"`

	zone  *time.Location
	table string // the text of Rows
}

type peerRow struct {
	Name     string      `json:"name,omitempty"`
	CustomID string      `json:"custom_participant_id,omitempty"`
	JoinedAt *time.Time  `json:"joined_at,omitempty"`
	LeftAt   *time.Time  `json:"left_at,omitempty"`
	Minutes  float64     `json:"minutes,omitempty"`
	Events   []peerEvent `json:"events,omitempty"`
	Preset   string      `json:"preset_name,omitempty"`
	UserID   string      `json:"user_id,omitempty"`
	ID       string      `json:"id,omitempty"`
	Session  string      `json:"session_id,omitempty"`

	zone   *time.Location
	events bool // were asked for
}

// peerEvent is a connection that came or went.
type peerEvent struct {
	Event string     `json:"event"` // joined or left
	At    *time.Time `json:"at"`
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
		Description: "Returns the single joinings of a session, one person may have several. " +
			"Who attended: get_meeting_attendance.",
		Example: map[string]any{"session": "e04b3977-eb80-45f6-b20e-21d6840b46ba", "person": "mohammed"},
		Old:     oldNamesWith(map[string]string{"search": "person"}),
		Hidden:  []string{"sort_order", "view", "page_no", "per_page", "format=concise"},
	}, func(ctx context.Context, call *mcptool.Call, in peersInput) (peersOutput, error) {
		w, err := in.read(d.now(), d.zoned(in.Timezone))
		if err != nil {
			return peersOutput{}, err
		}
		j := newJoinings(in, d.zoned(in.Timezone))
		if err := d.findJoinings(ctx, call, j, w); err != nil {
			return peersOutput{}, err
		}
		return j.done(), nil
	})
}

// findJoinings reads those of the session that is named, or of those that are meant.
// An id is taken as it is where the app is known: one request answers.
func (d *Deps) findJoinings(ctx context.Context, call *mcptool.Call, j *joinings, w when.Window) error {
	in, finder := j.in, d.finder(j.zone)
	if in.Session != "" && in.Meeting == "" && !w.Given() {
		apps, _, err := finder.Home(ctx, in.where())
		if err != nil {
			return err
		}
		if len(apps) == 1 {
			j.out.SessionID = in.Session
			err = d.readJoinings(ctx, call, j, apps[0].AppRef, in.Session)
			if !client.NotFound(err) {
				return err
			}
		}
		app, s, err := finder.Session(ctx, which.Place{App: in.App}, in.Session)
		if err != nil {
			return err
		}
		j.about([]client.Session{s})
		return d.readJoinings(ctx, call, j, app.AppRef, s.ID)
	}
	q := which.Query{Place: in.where(), Meeting: in.Meeting, Session: in.Session, Window: w}
	q.All = w.Given() && w.At.IsZero()
	picked, err := finder.Pick(ctx, q, d.people(call, j.zone, nil))
	if err != nil {
		return err
	}
	sessions := picked.Sessions()
	if len(sessions) > 1 && in.alone() {
		return errors.New("page_no and per_page mean a page of one session; use limit and offset, or name one as session")
	}
	j.about(sessions)
	j.out.AddNote(picked.Why)
	for _, n := range picked.Notes {
		j.out.AddNote(n)
	}
	for _, s := range sessions {
		if err := d.readJoinings(ctx, call, j, picked.App.AppRef, s.ID); err != nil {
			return err
		}
	}
	return nil
}

func (d *Deps) readJoinings(ctx context.Context, call *mcptool.Call, j *joinings, app client.AppRef,
	session string) error {
	in := j.in
	f := client.PeerFilter{
		SortBy:       in.SortBy,
		SortOrder:    in.Order,
		Consolidated: in.View == "consolidated",
		Events:       in.Events,
	}
	one := func(r client.PageRequest) (client.Page[client.Peer], error) {
		return d.API.PeersPage(ctx, app, session, f, r)
	}
	j.next(session)
	for page, err := range listing.Pages(in.PageNo, in.PerPage, one, d.API.Peers(ctx, app, session, f)) {
		if err != nil {
			return err
		}
		j.add(page)
		if len(page.Items) > 0 {
			call.Progress(ctx, j.read(), max(page.Total, j.read()))
		}
	}
	return nil
}

func (o *peersOutput) headline(in peersInput) string {
	found, whole := "", o.Read == o.Joinings
	if in.Person != "" {
		found = fmt.Sprintf("The search for %q found ", untrusted.Line(in.Person, 80))
	}
	about := "session " + o.SessionID
	if n := len(o.Sessions); n > 1 {
		about = prose.Count(n, "session", "sessions")
	}
	if o.Title != "" {
		about += fmt.Sprintf(" of \"%s\"", report.TitleCell(o.Title))
	}
	switch {
	case o.Read == 0 && !whole:
		return fmt.Sprintf("This page has none of the %d rows of %s.", o.Joinings, about)
	case o.Matching == 0:
		return cmp.Or(found, "The API lists ") + "nobody who joined " + about + "."
	}
	var b strings.Builder
	b.WriteString(found + prose.Count(o.People, "person", "people"))
	if found != "" {
		b.WriteString(" who")
	}
	b.WriteString(" joined " + about)
	switch {
	case in.View == "consolidated" && whole:
	case in.View == "consolidated":
		fmt.Fprintf(&b, " in the %d rows read of %d", o.Read, o.Joinings)
	case found != "":
		fmt.Fprintf(&b, " in %d of %s", o.Matching, prose.Count(o.Joinings, "joining", "joinings"))
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

// Empty reports whether nobody is in it.
func (o peersOutput) Empty() bool { return o.Matching == 0 && o.Title == "" }

// Text leads with the numbers.
func (o peersOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	switch {
	case o.CSV != "":
		b.WriteString(o.Note + "\n\n" + o.CSV)
	case len(o.Rows) > 0:
		b.WriteString(o.Note + "\n" + o.Rows[0].header() + o.table)
	}
	switch {
	case o.LeftOut > 0:
		fmt.Fprintf(&b, "\n%d more not shown. %s\n", o.LeftOut, o.Next)
	case o.Next != "":
		fmt.Fprintf(&b, "\n%s\n", o.Next)
	}
	return b.String()
}

func (r peerRow) header() string {
	names := []string{"name", "custom id", "joined", "left", "minutes"}
	if r.events {
		names = append(names, "events")
	}
	if r.Session != "" {
		names = append(names, "session_id")
	}
	if r.ID != "" {
		names = append(names, "preset", "user id", "id")
	}
	return report.Header(names...)
}

// AppendText is the row of the text.
func (r peerRow) AppendText(b []byte) []byte {
	b = fmt.Appendf(b, "| %s | %s | %s | %s | %s |", report.NameCell(r.Name), untrusted.Cell(r.CustomID, 80),
		when.MomentOr(r.JoinedAt, r.zone, ""), when.MomentOr(r.LeftAt, r.zone, ""), r.minutes())
	if r.events {
		b = fmt.Appendf(b, " %s |", r.eventText())
	}
	if r.Session != "" {
		b = fmt.Appendf(b, " %s |", untrusted.Cell(r.Session, 64))
	}
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

func (r peerRow) minutes() string {
	if r.Minutes > 0 {
		return fmt.Sprintf("%.1f", r.Minutes)
	}
	return ""
}

func (r peerRow) eventText() string {
	words := make([]string, len(r.Events))
	for i, e := range r.Events {
		words[i] = e.Event + " " + e.At.Format("15:04:05")
	}
	return strings.Join(words, ", ")
}

// peerHeader names the columns of CSV.
var peerHeader = [...]string{
	"session_id", "name", "custom_participant_id", "joined_at", "left_at", "minutes", "events", "preset_name", "user_id", "id",
}

// CSV is the row of CSV.
func (r peerRow) CSV() []string {
	return []string{
		r.Session, r.Name, r.CustomID, stampOf(r.JoinedAt), stampOf(r.LeftAt), r.minutes(), r.eventText(), r.Preset, r.UserID, r.ID,
	}
}
