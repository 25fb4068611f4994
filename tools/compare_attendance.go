package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

type compareInput struct {
	MeetingID string   `json:"meeting_id,omitempty" jsonschema:"format=uuid,description=The meeting's id (a URL that holds it is accepted); or give query,example=497f6eca-6276-4993-bfeb-53cbbbba6f08"`
	Query     string   `json:"query,omitempty" jsonschema:"maxLength=200,description=Part of the meeting's title instead of its id; it must fit one meeting,example=stand-up"`
	Sessions  *int     `json:"sessions,omitempty" jsonschema:"minimum=1,maximum=25,description=How many of the latest ended sessions to compare; default 5"`
	MinStreak *int     `json:"min_absence_streak,omitempty" jsonschema:"minimum=1,maximum=25,description=List only people on the roster who missed at least this many of the latest sessions in a row"`
	LeaveOut  []string `json:"leave_out_presets,omitempty" jsonschema:"maxItems=50,description=See get_meeting_attendance"`
	Timezone  string   `json:"timezone,omitempty" jsonschema:"maxLength=64,description=IANA zone of times shown,example=Europe/Berlin"`
	Limit     *int     `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,description=People listed; default 50,example=50"`
	scope
}

type compareOutput struct {
	head
	MeetingID  string       `json:"meeting_id"`
	Title      string       `json:"title" jsonschema:"description=Untrusted text"`
	Timezone   string       `json:"timezone"`
	JustInTime bool         `json:"just_in_time" jsonschema:"description=The roster does not tell who was expected"`
	Invited    int          `json:"invited" jsonschema:"description=People on the roster by the latest of these sessions"`
	Sessions   []sessionSum `json:"sessions" jsonschema:"description=Oldest first"`
	Matching   int          `json:"sessions_matching" jsonschema:"description=Ended sessions of the meeting"`
	People     []compareRow `json:"people" jsonschema:"description=Longest streak of absence first"`
	LeftOut    int          `json:"left_out"`
	Next       string       `json:"next,omitempty" jsonschema:"description=How to get those left out"`

	zone  *time.Location
	table string // the text of People
}

type compareRow struct {
	Name       string  `json:"name" jsonschema:"description=Untrusted text; empty where unnamed"`
	CustomID   string  `json:"custom_participant_id,omitempty" jsonschema:"description=Untrusted text"`
	Invited    bool    `json:"invited" jsonschema:"description=On the roster"`
	Came       int     `json:"came"`
	Missed     int     `json:"missed"`
	Streak     int     `json:"absence_streak" jsonschema:"description=Latest sessions missed in a row"`
	Longest    int     `json:"longest_absence_streak" jsonschema:"description=Most sessions missed in a row"`
	FirstTimer bool    `json:"first_timer,omitempty" jsonschema:"description=The latest session is the only one of these they came to"`
	Minutes    float64 `json:"minutes_present"`
	Marks      string  `json:"marks" jsonschema:"description=A character a session; oldest first: x came; - missed; . not on the roster by then"`

	Flags []string `json:"flags,omitempty" jsonschema:"description=Doubts about who this is"`
}

func compareAttendance(d *Deps) server.ServerTool {
	return define(d, "compare_attendance", "Compare attendance over sessions",
		"Returns how often each person came to a meeting's latest sessions: sessions attended and missed, the current streak of absence, first-timers. Use it for a recurring meeting, such as who missed the last three stand-ups (min_absence_streak=3); get_meeting_attendance tells more of one session. Live sessions are left out. Compares 5 sessions unless sessions (up to 25) says otherwise.",
		func(ctx context.Context, req mcp.CallToolRequest, in compareInput) (compareOutput, error) {
			app, err := d.app(ctx, in.scope)
			if err != nil {
				return compareOutput{}, err
			}
			l := d.lookup(&gauge{req: req}, app, d.zoned(in.Timezone), in.LeaveOut)
			l.rooms = true
			p, err := d.pickEnded(ctx, l, in)
			if err != nil {
				return compareOutput{}, err
			}
			results, err := l.results(ctx, p)
			if err != nil {
				return compareOutput{}, err
			}
			return compared(in, l, p, results), nil
		})
}

// pickEnded finds the latest ended sessions, as many as asked for and as the
// streak asked about needs.
func (d *Deps) pickEnded(ctx context.Context, l *lookup, in compareInput) (*picked, error) {
	meetingID, note, err := d.meeting(ctx, l.app, in.MeetingID, in.Query)
	if err != nil {
		return nil, err
	}
	l.meetingID = meetingID
	want := max(valueOr(in.Sessions, 5), valueOr(in.MinStreak, 0))
	keep := max(maxSessions, 2*want) + edge // each may have been opened again
	f := client.SessionFilter{MeetingID: meetingID, Status: "ENDED"}
	found, err := d.newestSessions(ctx, l.app, f, keep, keep)
	if err != nil {
		return nil, err
	}
	found.sessions = slices.DeleteFunc(found.sessions, goesOn)
	if len(found.sessions) == 0 {
		return nil, d.nothingToCompare(ctx, l.app, meetingID)
	}
	p := &picked{listed: found.sessions, total: found.total}
	p.note(note, found.others.note(), found.note)
	return p, p.chooseLatest(ctx, l, want)
}

// nothingToCompare is the error of a meeting without ended sessions.
func (d *Deps) nothingToCompare(ctx context.Context, app client.AppRef, meetingID string) error {
	if _, err := d.API.Meeting(ctx, app, meetingID); err != nil {
		return err
	}
	return fmt.Errorf("meeting %s has no ended session to compare; get_meeting tells whether one is live", meetingID)
}

// chooseLatest takes the latest columns. It reads no more sessions than these
// need: one that only reopened the meeting makes one more necessary, and one
// that is near another can be judged only together with it.
func (p *picked) chooseLatest(ctx context.Context, l *lookup, want int) error {
	for n := min(want, len(p.listed)); ; n++ {
		first := p.before(len(p.listed) - n)
		window := p.listed[first:]
		if err := l.read(ctx, window); err != nil {
			return err
		}
		columns, reopenings := attendance.Columns(l.held(window), l.roster, l.rules)
		if len(columns) < want && first > 0 {
			n = min(len(window)+want-len(columns), len(p.listed)) - 1 // and one more
			continue
		}
		p.total -= len(window) - len(columns) // what is counted is meetings as people mean them
		p.columns = p.columnsOf(columns[max(0, len(columns)-want):])
		p.note(reopeningNote(reopenings, l.zone))
		return nil
	}
}

// closeTo reports whether a session began within an hour of another's end.
func closeTo(earlier, later client.Session) bool {
	return earlier.EndedAt.IsZero() || later.StartedAt.Sub(earlier.EndedAt) <= time.Hour
}

func compared(in compareInput, l *lookup, p *picked, results []attendance.Result) compareOutput {
	latest := p.latest()
	o := compareOutput{MeetingID: l.meetingID, Title: untrusted.Line(latest.Title, 120), Timezone: l.zone.String(),
		zone: l.zone, Matching: p.total, People: []compareRow{}}
	for i, column := range p.columns {
		o.Sessions = append(o.Sessions, sessionOf(column, results[i]))
	}
	over := attendance.Over(results)
	o.JustInTime = over.JustInTime
	o.Notes = slices.Concat(p.notes, l.noted(), notesOf(over))
	o.fill(in, attendance.Compare(results))
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
	listed := rows[compareRow]{limit: valueOr(in.Limit, 50), shown: []compareRow{}}
	for _, r := range records {
		if in.MinStreak == nil || r.Streak() >= *in.MinStreak {
			listed.add(compareRow{Name: untrusted.Line(r.Name, 80), CustomID: untrusted.Line(r.CustomID, 80), Invited: r.Invited, Came: r.Came(), Missed: r.Missed(),
				Streak: r.Streak(), Longest: r.LongestStreak(), FirstTimer: r.FirstTimer(), Minutes: presence(r.Person),
				Marks: marks(r.Marks), Flags: flagsOf(r.Person)})
		}
	}
	o.People, o.LeftOut, o.table = listed.shown, listed.left, string(listed.table)
	invited, since := "invited", "they were invited to"
	if o.JustInTime {
		invited, since = "known to this meeting", "since they were added"
	}
	n := len(o.Sessions)
	sessions := people(n, "session", "sessions")
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
			o.note(fmt.Sprintf("Only %s could be compared, so that who missed %d in a row is not known.", sessions, *in.MinStreak))
		default:
			o.note(fmt.Sprintf("Only %s can be compared, so nobody can have missed %d in a row.", sessions, *in.MinStreak))
		}
	}
	if o.LeftOut > 0 {
		o.Next = "Repeat the call with a higher limit (up to 500) or with min_absence_streak."
	}
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
	b.WriteString(o.lead())
	fmt.Fprintf(&b, "\"%s\", sessions from %s to %s; marks oldest first: x came, - missed, . %s by then.\n", titleCell(o.Title),
		momentOr(&o.Sessions[0].StartedAt, o.zone, unknownTime), momentOr(&last.StartedAt, o.zone, unknownTime), o.notYet())
	if len(o.People) > 0 {
		b.WriteString("\n| name | custom id | came | missed | missed in a row, now | at most | minutes | marks | notes |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	}
	b.WriteString(o.table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not listed. %s\n", o.LeftOut, o.Next)
	}
	b.WriteString(sessionTable(o.Sessions, o.zone))
	return b.String()
}

// notYet is what somebody is to a session before they were added.
func (o compareOutput) notYet() string {
	if o.JustInTime {
		return "not added"
	}
	return "not invited"
}

func (r compareRow) appendText(b []byte) []byte {
	var notes []string
	if !r.Invited {
		notes = append(notes, notOnRoster)
	}
	if r.FirstTimer {
		notes = append(notes, "first time")
	}
	notes = append(notes, r.Flags...)
	return fmt.Appendf(b, "| %s | %s | %d | %d | %d | %d | %.0f | %s | %s |\n", nameCell(r.Name), untrusted.Cell(r.CustomID, 80), r.Came, r.Missed, r.Streak, r.Longest, r.Minutes, r.Marks, strings.Join(notes, "; "))
}
