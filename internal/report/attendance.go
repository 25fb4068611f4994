package report

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Attendance says who attended one or several sessions of a meeting. Its fields
// are the structured content of the tool that answers with it; [Attendance.Text]
// and [Attendance.Write] render the same facts. Times are in the zone of the answer.
type Attendance struct {
	Head
	MeetingID  string     `json:"meeting_id"`
	Title      string     `json:"title"`
	Live       bool       `json:"live"`
	OverSince  *time.Time `json:"over_since,omitempty" jsonschema_description:"All had left"`
	AsOf       *time.Time `json:"as_of,omitempty"`
	Timezone   string     `json:"timezone"`
	Sessions   []Session  `json:"sessions" jsonschema_description:"Oldest first"`
	Matching   int        `json:"sessions_matching"`
	JustInTime bool       `json:"just_in_time,omitempty" jsonschema_description:"The roster does not tell who was expected"`
	Invited    int        `json:"invited" jsonschema_description:"On the roster in time"`
	Attended   int        `json:"attended"`
	Absent     int        `json:"absent"`
	Guests     int        `json:"guests" jsonschema_description:"Came, not on the roster"`
	Later      int        `json:"added_later"`
	LeftAside  int        `json:"left_out_by_preset"`
	HereNow    int        `json:"here_now"`
	Late       int        `json:"late"`
	LeftEarly  int        `json:"left_early"`
	Fitting    int        `json:"people_matching"`
	People     []Person   `json:"people"`
	CSV        string     `json:"csv,omitempty"`
	Resource   string     `json:"resource,omitempty" jsonschema_description:"All of it"`
	LeftOut    int        `json:"left_out"`
	Next       string     `json:"next,omitempty"`

	layout   layout
	zone     *time.Location
	noRoster bool
	why      string // if not the latest session was taken, or not it alone
	asOf     time.Time
	app      string
	table    string // the text of People
}

// About is what an attendance is about, besides its results.
type About struct {
	AppID    string
	Columns  [][]client.Session // one for each result, oldest first; two sessions in one are taken together
	Results  []attendance.Result
	Over     attendance.Result // all of them
	Total    int               // sessions of the meeting in the time range, as far as is known
	Why      string            // a sentence if these are not what "the latest" literally is
	AsOf     time.Time         // when the API was asked
	NoRoster bool              // it could not be had
	Notes    []string          // sentences on what limits the answer
}

// AttendanceOptions say whom an attendance lists, and how.
type AttendanceOptions struct {
	Zone        *time.Location
	Show        string        // one of Shows; empty is all
	Filters     []Filter      // all must keep somebody
	Share       bool          // it is asked about
	Detailed    bool          // with ids and presets
	Presets     bool          // with presets
	Spans       bool          // with every time span present
	CSV         bool          // instead of rows
	Recipients  bool          // whom to write to, as CSV, instead of rows
	Late, Early time.Duration // more than this is late, or early
	Limit       int           // people listed; 0 is all, for exports
	Offset      int           // people left out before them
	Said        bool          // the caller said how many to list
}

// Shows are the people that an attendance can be asked to list.
var Shows = []string{"all", "attended", "absent", "guests", "late", "left_early", "here_now"}

// NewAttendance turns results into an answer.
func NewAttendance(about About, o AttendanceOptions) Attendance {
	over := &about.Over
	b := attendanceBuilder{options: o}
	a := &b.out
	a.Notes = slices.Clone(about.Notes)
	a.zone, a.Timezone, a.asOf, a.app = o.Zone, o.Zone.String(), about.AsOf, about.AppID
	a.Matching, a.noRoster, a.why = about.Total, about.NoRoster, about.Why
	for i, column := range about.Columns {
		a.Sessions = append(a.Sessions, SessionOf(column, about.Results[i], o.Zone))
	}
	last := about.Columns[len(about.Columns)-1]
	latest := last[len(last)-1]
	a.MeetingID, a.Title = untrusted.Line(latest.MeetingID, 64), untrusted.Line(latest.Title, 120)
	a.Live, a.OverSince = over.Live && over.OverSince.IsZero(), local(over.OverSince, o.Zone)
	if over.Live {
		a.AsOf = local(about.AsOf, o.Zone)
	}
	a.Attended, a.Absent, a.Guests, a.Later = len(over.Attended), len(over.Absent), len(over.Guests), len(over.Later)
	a.Invited, a.JustInTime, a.LeftAside = a.Attended+a.Absent, over.JustInTime, over.LeftOut
	fitting := b.fitting(&about.Over)
	a.Summary = a.headline(*over)
	if a.why != "" {
		a.Summary = a.why + " " + a.Summary
	}
	a.Fitting = len(fitting)
	a.Summary += kept(len(fitting), a.Invited+a.Guests, b.filters())
	if o.Show == absentStatus && len(a.Sessions) > 1 {
		a.Summary += " compare_attendance tells who missed some."
	}
	a.Notes = append(a.Notes, ResultNotes(*over)...)
	if len(a.Sessions) == 1 { // which the headline counts
		a.Sessions[0].Attended, a.Sessions[0].Absent, a.Sessions[0].Guests, a.Sessions[0].Rate = 0, 0, 0, nil
	}
	b.list(fitting)
	return *a
}

type attendanceBuilder struct {
	options AttendanceOptions
	out     Attendance
	over    *attendance.Result
	times   times
}

// somebody is one person with their status. Rows are made only of those that are
// shown, for there may be thousands.
type somebody struct {
	*attendance.Person
	status      string
	late, early bool
}

// fitting counts everybody: who came, guests, and who did not come. It returns those
// that are asked for.
func (b *attendanceBuilder) fitting(over *attendance.Result) []somebody {
	b.times = newTimes(b.options.Zone, b.out.Sessions)
	b.times.share = b.options.Share
	b.out.layout, b.over = b.times.layout, over
	fit := make([]somebody, 0, len(over.Attended)+len(over.Guests)+len(over.Absent))
	add := func(people []attendance.Person, status string) {
		for i := range people {
			s := somebody{Person: &people[i], status: status}
			if b.count(&s); b.fits(s) {
				fit = append(fit, s)
			}
		}
	}
	add(over.Attended, attendedStatus)
	add(over.Guests, guestStatus)
	add(over.Absent, absentStatus)
	return fit
}

func (b *attendanceBuilder) count(s *somebody) {
	for _, v := range s.Visits {
		s.late = s.late || v.Late() > b.options.Late
		s.early = s.early || v.Early() > b.options.Early
	}
	if s.late {
		b.out.Late++
	}
	if s.early {
		b.out.LeftEarly++
	}
	if s.Here() {
		b.out.HereNow++
	}
}

func (b *attendanceBuilder) fits(s somebody) bool {
	for _, f := range b.options.Filters {
		if !f.Keep(*s.Person) {
			return false
		}
	}
	switch b.options.Show {
	case attendedStatus, absentStatus:
		return s.status == b.options.Show
	case "guests":
		return s.status == guestStatus
	case "late":
		return s.late
	case "left_early":
		return s.early
	case "here_now":
		return s.Here()
	}
	return true
}

// filters are all of them, for the summary.
func (b *attendanceBuilder) filters() []Filter {
	var show Filter
	switch b.options.Show {
	case attendedStatus:
		show.One, show.More = "attended", "attended"
	case absentStatus:
		show.One, show.More = "was absent", "were absent"
		if n := len(b.out.Sessions); n > 1 {
			from := fmt.Sprintf(" from all %d sessions", n)
			show.One, show.More = show.One+from, show.More+from
		}
	case "guests":
		show.One, show.More = "came without being on the roster", "came without being on the roster"
	case "late":
		show.One, show.More = "was late", "were late"
	case "left_early":
		show.One, show.More = "left early", "left early"
	case "here_now":
		show.One, show.More = "is there now", "are there now"
	default:
		return b.options.Filters
	}
	return slices.Concat([]Filter{show}, b.options.Filters)
}

// list shows as many of the people as there is room for.
func (b *attendanceBuilder) list(fitting []somebody) {
	a, o := &b.out, b.options
	a.People = []Person{}
	if o.Offset > 0 && o.Offset >= len(fitting) {
		a.AddNote(pastTheLast(o.Offset, len(fitting)))
	}
	rest := fitting[min(o.Offset, len(fitting)):]
	row := func(i int) Person { return b.row(rest[i]) }
	if o.Recipients {
		b.listRecipients(fitting)
		return
	}
	if o.CSV {
		limit, shown := len(rest), 0
		if o.Said {
			limit = min(limit, o.Limit)
		}
		a.CSV, shown = csvOf(people(), a.layout, limit, row)
		a.LeftOut, a.Next = len(rest)-shown, nextAt(o.Offset+shown, len(rest)-shown)
		a.Resource, _, _, _ = a.Link()
		return
	}
	rows := rowsOf(len(rest), row, o.Limit, o.Offset, roomBeside(a, o.Said))
	a.People, a.LeftOut, a.table, a.Next = rows.Shown, rows.Left, string(rows.Table), rows.Next()
}

func (b *attendanceBuilder) row(s somebody) Person {
	row := Person{
		Name:     untrusted.Line(s.Name, 80),
		CustomID: untrusted.Line(s.CustomID, 80),
		status:   s.status,
		Flags:    Flags(*s.Person),
		times:    b.times,
	}
	if b.options.Detailed {
		row.ID = untrusted.Line(s.ID, 64)
	}
	if b.options.Detailed || b.options.Presets {
		row.Preset = untrusted.Line(s.Preset, 60)
	}
	if b.options.Share {
		row.Share, _ = b.over.Share(*s.Person)
	}
	if len(s.Visits) > 0 {
		row.came(s.Person, b.options)
	}
	row.settle()
	return row
}

// Link is the resource that holds all of the latest session, whatever the bounds of
// the answer.
func (a Attendance) Link() (uri, name, description, mime string) {
	latest := a.Sessions[len(a.Sessions)-1]
	id := latest.ID
	if latest.Together != "" {
		id += "," + latest.Together
	}
	return "realtimekit://apps/" + url.PathEscape(a.app) + "/sessions/" + id + "/attendance?format=csv",
		"session_attendance", "Everybody of the session, as CSV", "text/csv"
}
