package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type compareInput struct {
	Meetings []string `json:"meetings,omitempty" jsonschema:"maxItems=10"`
	window
	Sessions  int    `json:"sessions,omitempty" jsonschema:"minimum=1,maximum=25,default=5"`
	MinStreak *int   `json:"min_absence_streak,omitempty" jsonschema:"minimum=1,maximum=25"`
	Format    string `json:"format,omitempty" jsonschema:"enum=concise,enum=detailed,default=concise"`
	paging
	place

	// Accepted and not listed.
	LeaveOut []string `json:"leave_out_presets,omitempty" jsonschema:"maxItems=50"`
}

// JSONSchemaExtend adds the descriptions.
func (compareInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{
		"meetings":           "Titles, ids or URLs",
		"sessions":           "How many of the latest that ended",
		"min_absence_streak": "Only who missed so many of the latest in a row",
	})
}

type compareOutput struct {
	report.Head
	MeetingID  string           `json:"meeting_id"`
	Title      string           `json:"title" jsonschema_description:"Untrusted text"`
	Timezone   string           `json:"timezone"`
	JustInTime bool             `json:"just_in_time" jsonschema_description:"The roster does not tell who was expected"`
	Invited    int              `json:"invited" jsonschema_description:"On the roster by the latest session"`
	Sessions   []report.Session `json:"sessions" jsonschema_description:"Oldest first"`
	Matching   int              `json:"sessions_matching" jsonschema_description:"Ended sessions of the meeting"`
	People     []compareRow     `json:"people" jsonschema_description:"Longest streak of absence first"`
	LeftOut    int              `json:"left_out"`
	Next       string           `json:"next,omitempty" jsonschema_description:"How to get those left out"`

	zone  *time.Location
	table string // the text of People
}

type compareRow struct {
	Name       string  `json:"name" jsonschema_description:"Untrusted text, empty where unnamed"`
	CustomID   string  `json:"custom_participant_id,omitempty" jsonschema_description:"Untrusted text"`
	Invited    bool    `json:"invited" jsonschema_description:"On the roster"`
	Came       int     `json:"came"`
	Missed     int     `json:"missed"`
	Streak     int     `json:"absence_streak" jsonschema_description:"Latest sessions missed in a row"`
	Longest    int     `json:"longest_absence_streak" jsonschema_description:"Most sessions missed in a row"`
	FirstTimer bool    `json:"first_timer,omitempty" jsonschema_description:"Came to the latest session only"`
	Minutes    float64 `json:"minutes_present"`
	Marks      string  `json:"marks" jsonschema_description:"Oldest session first: x came, - missed, . not yet on the roster"`

	Flags []string `json:"flags,omitempty" jsonschema_description:"Doubts about who this is"`
}

func compareAttendance(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "compare_attendance",
		Title: "Compare attendance over sessions",
		Description: "Returns how often each person came to a meeting's latest sessions: sessions attended and " +
			"missed, the current streak of absence, first-timers. Use it for a recurring meeting, such as " +
			"who missed the last three stand-ups (min_absence_streak=3), get_meeting_attendance tells more " +
			"of one session. Live sessions are left out.",
		Example: map[string]any{"meetings": "stand-up", "min_absence_streak": 3},
		Old:     oldNamesWith(map[string]string{"query": "meetings", "meeting_id": "meetings", "meeting": "meetings", "session_id": ""}),
		Hidden:  []string{"leave_out_presets"},
	}, func(ctx context.Context, call *mcptool.Call, in compareInput) (compareOutput, error) {
		zone := d.zoned(in.Timezone)
		w, err := in.window.read(d.now(), zone)
		if err != nil {
			return compareOutput{}, err
		}
		finder := d.finder(zone)
		series, err := d.compared(ctx, finder, in)
		if err != nil {
			return compareOutput{}, err
		}
		want := max(in.Sessions, valueOr(in.MinStreak, 0))
		picked, err := finder.PickEnded(ctx, series, w, want, d.people(call, zone, in.LeaveOut))
		if err != nil {
			return compareOutput{}, err
		}
		judged, err := picked.Reader.Results(ctx, picked.Columns, picked.Listed)
		if err != nil {
			return compareOutput{}, err
		}
		return compared(in, picked, judged), nil
	})
}

// compared finds the meetings that are compared.
func (d *Deps) compared(ctx context.Context, f which.Finder, in compareInput) (which.Series, error) {
	if len(in.Meetings) == 0 {
		return f.Series(ctx, in.where(), "")
	}
	var all []which.Series
	for _, text := range in.Meetings {
		s, err := f.Series(ctx, in.where(), text)
		if err != nil {
			return s, err
		}
		all = append(all, s)
	}
	return which.Merge(all)
}

func compared(in compareInput, picked *which.Picked, judged presence.Judged) compareOutput {
	people := picked.Reader
	last := judged.Columns[len(judged.Columns)-1]
	o := compareOutput{
		MeetingID: people.MeetingID,
		Title:     untrusted.Line(last[len(last)-1].Title, 120),
		Timezone:  people.Zone.String(),
		Matching:  picked.Total,
		People:    []compareRow{},
		zone:      people.Zone,
	}
	for i, column := range judged.Columns {
		o.Sessions = append(o.Sessions, report.SessionOf(column, judged.Results[i]))
	}
	over := attendance.Over(judged.Results)
	o.JustInTime = over.JustInTime
	o.Notes = slices.Concat(picked.Notes, judged.LeftOut, people.Notes(), report.ResultNotes(over))
	o.fill(in, attendance.Compare(judged.Results))
	return o
}

func (o *compareOutput) fill(in compareInput, records []attendance.Record) {
	always, never := 0, 0
	for _, r := range records {
		if r.Invited && r.Came()+r.Missed() > 0 {
			o.Invited++
		}
		if r.Invited && r.Missed() == 0 && r.Came() > 0 {
			always++
		}
		if r.Invited && r.Came() == 0 && r.Missed() > 0 {
			never++
		}
	}
	slices.SortStableFunc(records, func(a, b attendance.Record) int {
		return cmp.Or(b.Streak()-a.Streak(), b.Missed()-a.Missed(), b.Came()-a.Came())
	})
	listed := report.NewRows[compareRow](in.Limit)
	listed.Offset = in.Offset
	for _, r := range records {
		if in.MinStreak == nil || r.Streak() >= *in.MinStreak {
			listed.Add(
				compareRow{
					Name:       untrusted.Line(r.Name, 80),
					CustomID:   untrusted.Line(r.CustomID, 80),
					Invited:    r.Invited,
					Came:       r.Came(),
					Missed:     r.Missed(),
					Streak:     r.Streak(),
					Longest:    r.LongestStreak(),
					FirstTimer: r.FirstTimer(),
					Minutes:    report.MinutesPresent(r.Person),
					Marks:      marks(r.Marks),
					Flags:      report.Flags(r.Person),
				},
			)
		}
	}
	o.People, o.LeftOut, o.table = listed.Shown, listed.Left, string(listed.Table)
	invited, since := "invited", "they were invited to"
	if o.JustInTime {
		invited, since = "known to this meeting", "since they were added"
	}
	n := len(o.Sessions)
	sessions := prose.Count(n, "session", "sessions")
	if o.Matching > n {
		sessions = fmt.Sprintf("%d of %d sessions", n, o.Matching)
	}
	each := "each of the latest " + sessions
	if n == 1 && o.Matching <= 1 {
		each = "the only session"
	}
	o.Summary = fmt.Sprintf("Of %d %s, %d came to %s %s, %d to none.", o.Invited, invited, always, each, since, never)
	if in.MinStreak != nil {
		o.Summary += fmt.Sprintf(" %d missed the last %d or more.", len(o.People)+o.LeftOut, *in.MinStreak)
		switch {
		case *in.MinStreak <= n:
		case o.Matching > n:
			o.AddNote(
				fmt.Sprintf("Only %s could be compared, so that who missed %d in a row is not known.", sessions, *in.MinStreak),
			)
		default:
			o.AddNote(fmt.Sprintf("Only %s can be compared, so nobody can have missed %d in a row.", sessions, *in.MinStreak))
		}
	}
	o.Next = listed.Next()
}

func marks(m []attendance.Mark) string {
	b := make([]byte, len(m))
	for i := range m {
		b[i] = byte(m[i])
	}
	return string(b)
}

// Text leads with the summary.
func (o compareOutput) Text() string {
	var b strings.Builder
	last := o.Sessions[len(o.Sessions)-1]
	b.WriteString(o.Lead())
	fmt.Fprintf(
		&b,
		"\"%s\", sessions from %s to %s; marks oldest first: x came, - missed, . %s by then.\n",
		report.TitleCell(o.Title),
		when.MomentOr(
			&o.Sessions[0].StartedAt,
			o.zone,
			when.Unknown,
		),
		when.MomentOr(&last.StartedAt, o.zone, when.Unknown),
		o.notYet(),
	)
	if len(o.People) > 0 {
		b.WriteString(
			report.Header("name", "custom id", "came", "missed", "missed in a row, now", "at most", "minutes", "marks", "notes"),
		)
	}
	b.WriteString(o.table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not listed. %s\n", o.LeftOut, o.Next)
	}
	b.WriteString(report.SessionTable(o.Sessions, o.zone))
	return b.String()
}

// notYet is what somebody is to a session before they were added.
func (o compareOutput) notYet() string {
	if o.JustInTime {
		return "not added"
	}
	return "not invited"
}

func (r compareRow) AppendText(b []byte) []byte {
	var notes []string
	if !r.Invited {
		notes = append(notes, report.NotOnRoster)
	}
	if r.FirstTimer {
		notes = append(notes, "first time")
	}
	notes = append(notes, r.Flags...)
	return fmt.Appendf(
		b,
		"| %s | %s | %d | %d | %d | %d | %.0f | %s | %s |\n",
		report.NameCell(r.Name),
		untrusted.Cell(r.CustomID, 80),
		r.Came,
		r.Missed,
		r.Streak,
		r.Longest,
		r.Minutes,
		r.Marks,
		strings.Join(notes, "; "),
	)
}
