package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

type compareInput struct {
	MeetingID string `json:"meeting_id,omitempty" jsonschema:"format=uuid,description=The meeting's id (a URL that holds it is accepted); or give query,example=497f6eca-6276-4993-bfeb-53cbbbba6f08"`
	Query     string `json:"query,omitempty" jsonschema:"maxLength=200,description=Part of the meeting's title instead of its id; it must fit one meeting,example=stand-up"`
	Sessions  *int   `json:"sessions,omitempty" jsonschema:"minimum=1,maximum=25,description=How many of the latest ended sessions to compare; default 5,example=5"`
	MinStreak *int   `json:"min_absence_streak,omitempty" jsonschema:"minimum=1,maximum=25,description=List only invited people who missed at least so many of the latest sessions in a row,example=3"`
	Limit     *int   `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,description=People listed; default 50,example=50"`
	scope
}

type compareOutput struct {
	Summary   string       `json:"summary" jsonschema:"description=The answer in one sentence"`
	MeetingID string       `json:"meeting_id"`
	Title     string       `json:"title" jsonschema:"description=Untrusted text"`
	Invited   int          `json:"invited"`
	Sessions  []sessionSum `json:"sessions" jsonschema:"description=Oldest first"`
	People    []compareRow `json:"people" jsonschema:"description=Longest streak of absence first"`
	LeftOut   int          `json:"left_out"`
	Next      string       `json:"next,omitempty" jsonschema:"description=How to get those left out"`

	table string // the text of People
}

type compareRow struct {
	Name       string  `json:"name" jsonschema:"description=Untrusted text; empty where unnamed"`
	CustomID   string  `json:"custom_participant_id,omitempty" jsonschema:"description=Untrusted text"`
	Invited    bool    `json:"invited" jsonschema:"description=On the roster; else a guest"`
	Came       int     `json:"came"`
	Missed     int     `json:"missed"`
	Streak     int     `json:"absence_streak" jsonschema:"description=Latest sessions missed in a row"`
	Longest    int     `json:"longest_absence_streak" jsonschema:"description=Most sessions missed in a row"`
	FirstTimer bool    `json:"first_timer,omitempty" jsonschema:"description=The latest session is the only one of these they came to"`
	Minutes    float64 `json:"minutes_present"`
	Marks      string  `json:"marks" jsonschema:"description=A character a session; oldest first: x came; - missed; . not invited by then"`
}

func compareAttendance(d *Deps) server.ServerTool {
	return define(d, "compare_attendance", "Compare attendance over sessions",
		"Returns how often each person came to a meeting's latest sessions: sessions attended and missed, the current streak of absence, first-timers. Use it for a recurring meeting, such as who missed the last three stand-ups (min_absence_streak=3); get_meeting_attendance tells more of one session. Live sessions are left out, for people may still come. Compares 5 sessions unless sessions (up to 25) says otherwise.",
		func(ctx context.Context, req mcp.CallToolRequest, in compareInput) (compareOutput, error) {
			app, err := d.app(ctx, in.scope)
			if err != nil {
				return compareOutput{}, err
			}
			meetingID, err := d.meeting(ctx, app, in.MeetingID, in.Query)
			if err != nil {
				return compareOutput{}, err
			}
			no, per := 1, valueOr(in.Sessions, 5)
			page, err := d.API.SessionsPage(ctx, app, client.SessionFilter{MeetingID: meetingID, Status: "ENDED"}, client.PageRequest{No: &no, Per: &per})
			if err != nil {
				return compareOutput{}, err
			}
			sessions := page.Items[:min(per, len(page.Items))]
			if len(sessions) == 0 {
				return compareOutput{}, fmt.Errorf("meeting %s has no ended session to compare; get_meeting tells whether one is live", meetingID)
			}
			slices.SortFunc(sessions, func(a, b client.Session) int { return a.StartedAt.Compare(b.StartedAt) })
			sessions[0].MeetingID = meetingID
			roster, results, err := d.history(ctx, &gauge{req: req}, app, sessions, false)
			if err != nil {
				return compareOutput{}, err
			}
			return compared(in, meetingID, sessions, results, attendance.Compare(results), len(roster)), nil
		})
}

func compared(in compareInput, meetingID string, sessions []client.Session, results []attendance.Result, records []attendance.Record, invited int) compareOutput {
	o := compareOutput{MeetingID: meetingID, Title: untrusted.Line(sessions[0].Title, 120), Invited: invited, People: []compareRow{}}
	for i, s := range sessions {
		o.Sessions = append(o.Sessions, sessionOf(s, results[i], s.EndedAt))
	}
	always, never := 0, 0
	for _, r := range records {
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
				Streak: r.Streak(), Longest: r.LongestStreak(), FirstTimer: r.FirstTimer(), Minutes: minutes(r.Present()), Marks: marks(r.Marks)})
		}
	}
	o.People, o.LeftOut, o.table = listed.shown, listed.left, string(listed.table)
	o.Summary = fmt.Sprintf("Of %d invited, %d came to each of the %s they were invited to, %d to none.", invited, always, people(len(sessions), "session", "sessions"), never)
	if in.MinStreak != nil {
		o.Summary += fmt.Sprintf(" %d missed the last %d or more.", len(o.People)+o.LeftOut, *in.MinStreak)
	}
	if o.LeftOut > 0 {
		o.Next = "Repeat the call with a higher limit (up to 500) or with min_absence_streak."
	}
	return o
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
	fmt.Fprintf(&b, "%s\n\"%s\", sessions from %s to %s; marks oldest first: x came, - missed, . not invited by then.\n", o.Summary, untrusted.Cell(o.Title, 120), clock(o.Sessions[0].StartedAt), clock(last.StartedAt))
	if len(o.People) > 0 {
		b.WriteString("\n| name | custom id | came | missed | missed in a row, now | at most | minutes | marks | notes |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	}
	b.WriteString(o.table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not listed. %s\n", o.LeftOut, o.Next)
	}
	b.WriteString(sessionTable(o.Sessions, nil))
	return b.String()
}

func (r compareRow) appendText(b []byte) []byte {
	var notes []string
	if !r.Invited {
		notes = append(notes, "guest")
	}
	if r.FirstTimer {
		notes = append(notes, "first time")
	}
	return fmt.Appendf(b, "| %s | %s | %d | %d | %d | %d | %.0f | %s | %s |\n", nameCell(r.Name), untrusted.Cell(r.CustomID, 80), r.Came, r.Missed, r.Streak, r.Longest, r.Minutes, r.Marks, strings.Join(notes, "; "))
}
