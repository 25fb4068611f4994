package tools

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// personOutput says in which sessions one person was.
type personOutput struct {
	report.Head
	Name      string      `json:"name"`
	CustomID  string      `json:"custom_participant_id,omitempty"`
	IDs       []string    `json:"ids,omitempty"`
	Range     string      `json:"range"`
	Timezone  string      `json:"timezone"`
	Read      int         `json:"sessions_read"`
	Matching  int         `json:"sessions_in_range"`
	Invited   int         `json:"invited"`
	Attended  int         `json:"attended"`
	Absent    int         `json:"absent"`
	Guest     int         `json:"guest"`
	Came      int         `json:"came" jsonschema_description:"Invited or not is unknown"`
	Late      int         `json:"late"`
	LeftEarly int         `json:"left_early"`
	Minutes   float64     `json:"minutes_present"`
	Sessions  []personRow `json:"sessions"`
	CSV       string      `json:"csv,omitempty"`
	LeftOut   int         `json:"left_out"`
	Next      string      `json:"next,omitempty"`

	zone  *time.Location
	table string // the text of Sessions
}

// personRow is one session, or two taken together.
type personRow struct {
	ID        string     `json:"session_id"`
	Together  string     `json:"together_with,omitempty"`
	MeetingID string     `json:"meeting_id,omitempty"`
	Title     string     `json:"title"`
	App       string     `json:"app,omitempty"`
	StartedAt time.Time  `json:"started_at,omitzero"`
	Status    string     `json:"status" jsonschema:"enum=attended,enum=absent,enum=guest,enum=came"`
	Joined    *time.Time `json:"joined,omitempty"`
	Left      *time.Time `json:"left,omitempty"`
	Minutes   float64    `json:"minutes_present,omitempty"`
	Share     int        `json:"share_percent,omitempty"`
	LateBy    float64    `json:"late_by_minutes,omitempty"`
	EarlyBy   float64    `json:"left_early_by_minutes,omitempty"`
	HereNow   bool       `json:"here_now,omitempty"`
	Live      bool       `json:"live,omitempty"`
	Preset    string     `json:"preset_name,omitempty"`

	zone *time.Location
}

// tolerated is how late somebody may come, or how early leave.
const tolerated = 5 * time.Minute

// recordBuilder makes an answer of what was found.
type recordBuilder struct {
	*personSearch
	out   personOutput
	added []personRow // that are to be shown
	known int         // sessions of a just-in-time roster to which they did not come
	just  int         // and to which they came
}

func newRecord(s *personSearch, found presence.Found) personOutput {
	p := found.People[0]
	b := &recordBuilder{personSearch: s}
	o := &b.out
	o.zone = s.finder.Zone
	o.Name, o.CustomID = untrusted.Line(p.Name, 80), untrusted.Line(p.CustomID, 80)
	if s.in.Format == "detailed" {
		for _, id := range p.IDs[:min(len(p.IDs), maxPersonIDs)] {
			o.IDs = append(o.IDs, untrusted.Line(id, 64))
		}
	}
	o.Range, o.Timezone = s.window.String(), o.zone.String()
	o.Read, o.Matching = found.Read, max(s.total, found.Read)
	for _, sitting := range p.Sittings {
		b.add(sitting)
	}
	o.Invited = o.Attended + o.Absent
	o.Summary = b.summary()
	o.Notes = slices.Concat(s.notes, unreadNotes(found, s), b.notes(p, found))
	b.list()
	return *o
}

const maxPersonIDs = 20

// add counts a session, and keeps its row if it is to be shown.
func (b *recordBuilder) add(s presence.Sitting) {
	o := &b.out
	row := b.row(s)
	switch s.Status {
	case presence.Attended:
		o.Attended++
		if s.JustInTime {
			b.just++
		}
	case presence.Guest:
		o.Guest++
	case presence.Came:
		o.Came++
	case presence.Absent:
		o.Absent++
	case presence.Known:
		b.known++
		return
	default:
		return
	}
	o.Minutes += row.Minutes
	if row.LateBy > 0 {
		o.Late++
	}
	if row.EarlyBy > 0 {
		o.LeftEarly++
	}
	show := b.in.Show
	if show == "all" || show == row.Status || show == "guests" && row.Status == "guest" ||
		show == "attended" && s.Visit != nil || show == "late" && row.LateBy > 0 ||
		show == "left_early" && row.EarlyBy > 0 {
		b.added = append(b.added, row)
	}
}

func (b *recordBuilder) row(s presence.Sitting) personRow {
	first, last := s.Sessions[0], s.Sessions[len(s.Sessions)-1]
	row := personRow{
		ID:     untrusted.Line(first.ID, 64),
		Title:  untrusted.Line(first.Title, 120),
		Status: string(s.Status),
		Live:   s.Live,
		zone:   b.finder.Zone,
	}
	if !first.StartedAt.IsZero() {
		row.StartedAt = b.local(first.StartedAt)
	}
	if len(s.Sessions) > 1 {
		row.Together = untrusted.Line(last.ID, 64)
	}
	if len(b.apps) > 1 {
		row.App = b.appName(s.App)
	}
	if b.in.Format == "detailed" {
		row.MeetingID, row.Preset = untrusted.Line(first.MeetingID, 64), untrusted.Line(s.Preset, 60)
	}
	if s.Visit != nil {
		b.visit(&row, *s.Visit)
	}
	return row
}

func (b *recordBuilder) visit(row *personRow, v attendance.Visit) {
	joined, left := b.local(v.First()), b.local(v.Last())
	row.Joined, row.HereNow = &joined, v.Here
	if !v.Here {
		row.Left = &left
	}
	row.Minutes = report.MinutesPresent(attendance.Person{Visits: []attendance.Visit{v}})
	row.Share, _ = v.Share()
	if v.Late() > tolerated {
		row.LateBy = report.Believable(v.LateMinutes())
	}
	if v.Early() > tolerated {
		row.EarlyBy = report.Believable(v.EarlyMinutes())
	}
}

func (b *recordBuilder) local(t time.Time) time.Time {
	return t.In(b.finder.Zone).Truncate(time.Second)
}

func (b *recordBuilder) appName(of client.AppRef) string {
	for _, app := range b.apps {
		if app.AppRef == of {
			return cmp.Or(untrusted.Line(app.Name, 80), app.AppID)
		}
	}
	return ""
}

// maxRecordRows is more than one call reads sessions.
const maxRecordRows = 1000

// list fills in the rows, or as many of them as CSV as an answer holds.
func (b *recordBuilder) list() {
	o := &b.out
	rows := report.NewRows[personRow](b.in.Limit)
	rows.Offset, rows.CSV = b.in.Offset, b.in.Format == "csv"
	if rows.CSV {
		rows.Limit = maxRecordRows
	}
	for _, row := range b.added {
		rows.Add(row)
	}
	o.Sessions, o.LeftOut, o.table, o.Next = rows.Shown, rows.Left, string(rows.Table), rows.Next()
	if rows.CSV {
		o.Sessions, o.CSV = []personRow{}, recordHeader()+o.table
	}
	if len(rows.Shown) == 0 && rows.Skipped > 0 {
		o.Notes = append(o.Notes, fmt.Sprintf("offset=%d is beyond the list of %s.",
			b.in.Offset, prose.Count(len(b.added), "session", "sessions")))
	}
}

func recordHeader() string {
	return report.CSVLine("session_id", "title", "app", "started_at", "status", "joined", "left",
		"minutes_present", "share_percent", "late_by_minutes", "left_early_by_minutes", "here_now")
}

// CSV are the cells of a row.
func (r personRow) CSV() []string {
	at := func(t *time.Time) string {
		if t == nil || t.IsZero() {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	return []string{
		r.ID, r.Title, r.App, at(&r.StartedAt), r.Status, at(r.Joined), at(r.Left), number(r.Minutes),
		strconv.Itoa(r.Share), number(r.LateBy), number(r.EarlyBy), strconv.FormatBool(r.HereNow),
	}
}

// who is how a sentence calls the person.
func (o *personOutput) who() string {
	name := cmp.Or(o.Name, "Somebody without a name")
	if o.CustomID != "" && o.Name == "" {
		name += " (" + o.CustomID + ")"
	}
	return name
}

// summary is the answer in one sentence.
func (b *recordBuilder) summary() string {
	o := &b.out
	var s strings.Builder
	invited := "they were invited to"
	if b.just > 0 {
		invited = "they were on the roster of" // which does not tell who was expected
	}
	switch {
	case o.Invited == 1 && o.Attended == 0:
		fmt.Fprintf(&s, "%s did not come to the only session %s", o.who(), invited)
	case o.Invited == 1:
		fmt.Fprintf(&s, "%s attended the only session %s", o.who(), invited)
	case o.Invited > 0 && o.Attended == 0:
		fmt.Fprintf(&s, "%s came to none of the %d sessions %s", o.who(), o.Invited, invited)
	case o.Invited > 0:
		fmt.Fprintf(&s, "%s attended %d of the %d sessions %s", o.who(), o.Attended, o.Invited, invited)
	case o.Guest+o.Came > 0:
		fmt.Fprintf(&s, "%s was invited to no session", o.who())
	default:
		fmt.Fprintf(&s, "No session is known that %s came to or missed", o.who())
	}
	s.WriteString(" " + o.Range)
	if n := o.Attended + o.Guest + o.Came; n > 0 {
		fmt.Fprintf(&s, ": %s in all", prose.Count(int(o.Minutes), "minute", "minutes"))
	} else {
		s.WriteString(":")
	}
	parts := []string{
		fmt.Sprintf("late %s", prose.Count(o.Late, "time", "times")),
		fmt.Sprintf("left early %s", prose.Count(o.LeftEarly, "time", "times")),
		fmt.Sprintf("absent from %d", o.Absent),
	}
	if o.Attended+o.Guest+o.Came == 0 {
		parts = parts[2:]
		s.WriteString(" " + parts[0])
	} else {
		s.WriteString(", " + strings.Join(parts, ", "))
	}
	if o.Guest > 0 {
		fmt.Fprintf(&s, "; also a guest in %d", o.Guest)
	}
	if o.Came > 0 {
		fmt.Fprintf(&s, "; also in %d whose roster is not known", o.Came)
	}
	s.WriteString(".")
	if o.Matching > o.Read {
		fmt.Fprintf(&s, " Only %d of %s were read.", o.Read, prose.Count(o.Matching, "session", "sessions"))
	}
	return s.String()
}

// Text leads with the summary.
func (o personOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	if o.CSV != "" {
		b.WriteString("\n" + o.CSV)
		if o.LeftOut > 0 {
			fmt.Fprintf(&b, "\n%d more not listed. %s\n", o.LeftOut, o.Next)
		}
		return b.String()
	}
	if o.CustomID != "" {
		fmt.Fprintf(&b, "Custom id %s. ", untrusted.Cell(o.CustomID, 80))
	}
	fmt.Fprintf(&b, "Sessions read %s: %d, newest first.\n", o.Range, o.Read)
	if len(o.IDs) > 0 {
		fmt.Fprintf(&b, "Ids: %s.\n", untrusted.Cell(strings.Join(o.IDs, ", "), 2000))
	}
	if len(o.Sessions) > 0 {
		b.WriteString(report.Header(o.Sessions[0].header()...))
	}
	b.WriteString(o.table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not listed. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func (r personRow) header() []string {
	names := []string{"started", "meeting", "status", "joined", "left", "minutes", "share", "notes", "session"}
	if r.App != "" {
		names = slices.Insert(names, 2, "app")
	}
	return names
}

// AppendText appends the row of a session.
func (r personRow) AppendText(b []byte) []byte {
	cells := []string{when.MomentOr(&r.StartedAt, r.zone, when.Unknown), report.TitleCell(r.Title)}
	if r.App != "" {
		cells = append(cells, untrusted.Cell(r.App, 80))
	}
	status := r.Status
	if status == string(presence.Guest) {
		status = report.NotOnRoster
	}
	minutes, share := "", ""
	if r.Joined != nil {
		minutes = fmt.Sprintf("%.0f", r.Minutes)
	}
	if r.Share > 0 {
		share = strconv.Itoa(r.Share) + "%"
	}
	session := untrusted.Cell(r.ID, 64)
	if r.Together != "" {
		session += " and " + untrusted.Cell(r.Together, 64)
	}
	remarks := strings.Join(r.remarks(), "; ")
	cells = append(cells, status, r.clock(r.Joined), r.clock(r.Left), minutes, share, remarks, session)
	for _, cell := range cells {
		b = append(append(append(b, "| "...), cell...), ' ')
	}
	return append(b, "|\n"...)
}

// clock is a time of the day on which the session began, with the date on others.
func (r personRow) clock(t *time.Time) string {
	switch {
	case t == nil:
		return ""
	case r.StartedAt.IsZero() || t.Format(time.DateOnly) != r.StartedAt.Format(time.DateOnly) ||
		when.ClocksChangeOn(r.StartedAt, r.zone):
		return when.Moment(*t, r.zone)
	}
	return t.Format("15:04")
}

func (r personRow) remarks() (n []string) {
	switch {
	case r.HereNow:
		n = append(n, "here now")
	case r.Live && r.Joined == nil:
		n = append(n, "live, not there so far")
	case r.Live:
		n = append(n, "live")
	}
	if r.LateBy > 0 {
		n = append(n, fmt.Sprintf("%.0f min late", r.LateBy))
	}
	if r.EarlyBy > 0 {
		n = append(n, fmt.Sprintf("left %.0f min early", r.EarlyBy))
	}
	if r.MeetingID != "" {
		n = append(n, "meeting "+untrusted.Cell(r.MeetingID, 64))
	}
	if r.Preset != "" {
		n = append(n, untrusted.Cell(r.Preset, 60))
	}
	return n
}
