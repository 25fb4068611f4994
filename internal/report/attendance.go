package report

import (
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Attendance says who attended one or several sessions of a meeting. Its fields
// are the structured content of the tool that answers with it; [Attendance.Text]
// and [Attendance.Write] render the same facts.
type Attendance struct {
	Head
	MeetingID  string     `json:"meeting_id"`
	Title      string     `json:"title" jsonschema_description:"Untrusted text"`
	Live       bool       `json:"live" jsonschema_description:"Somebody was there at as_of"`
	OverSince  *time.Time `json:"over_since,omitempty" jsonschema_description:"All had left, but it is kept open"`
	AsOf       time.Time  `json:"as_of" jsonschema_description:"When the API was asked"`
	Timezone   string     `json:"timezone"`
	Sessions   []Session  `json:"sessions" jsonschema_description:"Those looked into, oldest first"`
	Matching   int        `json:"sessions_matching" jsonschema_description:"Sessions of the meeting in the time range"`
	JustInTime bool       `json:"just_in_time" jsonschema_description:"The roster does not tell who was expected"`
	Invited    int        `json:"invited" jsonschema_description:"People on the roster in time"`
	Attended   int        `json:"attended" jsonschema_description:"Those of them who came"`
	Absent     int        `json:"absent" jsonschema_description:"Those of them who did not come"`
	Guests     int        `json:"guests" jsonschema_description:"Came and are not on the roster (any more)"`
	Later      int        `json:"added_later" jsonschema_description:"Added to the roster after the session"`
	LeftAside  int        `json:"left_out_by_preset"`
	HereNow    int        `json:"here_now"`
	Late       int        `json:"late"`
	LeftEarly  int        `json:"left_early"`
	People     []Person   `json:"people"`
	LeftOut    int        `json:"left_out" jsonschema_description:"People not listed"`
	Next       string     `json:"next,omitempty" jsonschema_description:"How to get those left out"`

	zone     *time.Location
	noRoster bool
	why      string // if not the latest session was taken, or not it alone
	table    string // the text of People
}

// About is what an attendance is about, besides its results.
type About struct {
	Columns  [][]client.Session // one for each result, oldest first; two sessions in one are taken together
	Total    int                // sessions of the meeting in the time range, as far as is known
	Why      string             // a sentence if these are not what "the latest" literally is
	AsOf     time.Time          // when the API was asked
	NoRoster bool               // it could not be had
	Notes    []string           // sentences on what limits the answer
}

// AttendanceOptions say whom an attendance lists, and how.
type AttendanceOptions struct {
	Zone        *time.Location
	Show        string        // one of Shows; empty is all
	Detailed    bool          // with ids, presets and spans
	Late, Early time.Duration // more than this is late, or early
	Limit       int           // people listed; 0 is all, for exports
	Offset      int           // people left out before them
}

// Shows are the people that an attendance can be asked to list.
var Shows = []string{"all", "attended", "absent", "guests", "late", "left_early", "here_now"}

// NewAttendance turns results, one for each column, into an answer.
func NewAttendance(about About, results []attendance.Result, o AttendanceOptions) Attendance {
	over := attendance.Over(results)
	b := attendanceBuilder{options: o, rows: NewRows[Person](o.Limit)}
	b.rows.Offset = o.Offset
	a := &b.out
	a.Notes = slices.Clone(about.Notes)
	a.zone, a.Timezone, a.AsOf = o.Zone, o.Zone.String(), about.AsOf.Truncate(time.Second)
	a.Matching, a.noRoster, a.why = about.Total, about.NoRoster, about.Why
	for i, column := range about.Columns {
		a.Sessions = append(a.Sessions, SessionOf(column, results[i]))
	}
	last := about.Columns[len(about.Columns)-1]
	latest := last[len(last)-1]
	a.MeetingID, a.Title = untrusted.Line(latest.MeetingID, 64), untrusted.Line(latest.Title, 120)
	a.Live, a.OverSince = over.Live && over.OverSince.IsZero(), when.Known(over.OverSince)
	a.Attended, a.Absent, a.Guests, a.Later = len(over.Attended), len(over.Absent), len(over.Guests), len(over.Later)
	a.Invited, a.JustInTime, a.LeftAside = a.Attended+a.Absent, over.JustInTime, over.LeftOut
	b.list(over)
	a.Summary = a.headline(over)
	if a.why != "" {
		a.Summary = a.why + " " + a.Summary
	}
	a.Notes = append(a.Notes, ResultNotes(over)...)
	a.Next = b.rows.Next()
	return *a
}

type attendanceBuilder struct {
	options AttendanceOptions
	out     Attendance
	times   times
	rows    Rows[Person]
}

// list adds everybody: who came, guests, and who did not come.
func (b *attendanceBuilder) list(over attendance.Result) {
	b.times = newTimes(b.options.Zone, b.out.Sessions)
	for _, p := range over.Attended {
		b.add(b.came(p, "attended"))
	}
	for _, p := range over.Guests {
		b.add(b.came(p, "guest"))
	}
	for _, p := range over.Absent {
		b.add(b.person(p, "absent"))
	}
	b.out.People, b.out.LeftOut, b.out.table = b.rows.Shown, b.rows.Left, string(b.rows.Table)
}

func (b *attendanceBuilder) add(p Person) {
	listed := true
	switch b.options.Show {
	case "attended", "absent":
		listed = p.Status == b.options.Show
	case "guests":
		listed = p.Status == "guest"
	case "late":
		listed = p.LateSessions > 0
	case "left_early":
		listed = p.EarlySessions > 0
	case "here_now":
		listed = p.HereNow
	}
	if listed {
		b.rows.Add(p)
	}
}

func (b *attendanceBuilder) person(p attendance.Person, status string) Person {
	row := Person{
		Name:     untrusted.Line(p.Name, 80),
		CustomID: untrusted.Line(p.CustomID, 80),
		Status:   status,
		Flags:    Flags(p),
		times:    b.times,
	}
	if b.options.Detailed {
		row.ID, row.Preset = untrusted.Line(p.ID, 64), untrusted.Line(p.Preset, 60)
	}
	return row
}

func (b *attendanceBuilder) came(p attendance.Person, status string) Person {
	row := b.person(p, status)
	row.FirstJoined, row.Joins, row.HereNow = when.Known(p.First()), p.Joins(), p.Here()
	row.Sessions = len(p.Visits)
	if row.HereNow {
		b.out.HereNow++
	} else {
		row.LastLeft = when.Known(p.Last())
	}
	for _, v := range p.Visits {
		row.visit(v, b.options)
	}
	row.FirstAssumed, row.LastAssumed = p.Visits[0].FirstAssumed, p.Visits[len(p.Visits)-1].LastAssumed
	row.Minutes = MinutesPresent(p)
	if row.LateSessions > 0 {
		b.out.Late++
	}
	if row.EarlySessions > 0 {
		b.out.LeftEarly++
	}
	return row
}
