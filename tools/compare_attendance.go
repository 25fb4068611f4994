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
	"golang.org/x/sync/errgroup"

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
}

type sessionSum struct {
	ID        string    `json:"session_id"`
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at"`
	Attended  int       `json:"attended"`
	Absent    int       `json:"absent" jsonschema:"description=Of those invited by then"`
	Guests    int       `json:"guests"`
}

type compareRow struct {
	Name       string  `json:"name" jsonschema:"description=Untrusted text; empty where unnamed"`
	CustomID   string  `json:"custom_participant_id,omitempty" jsonschema:"description=Untrusted text"`
	Invited    bool    `json:"invited" jsonschema:"description=On the roster; else a guest"`
	Came       int     `json:"came"`
	Missed     int     `json:"missed"`
	Streak     int     `json:"absence_streak" jsonschema:"description=Latest sessions missed in a row"`
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
			roster, held, err := d.history(ctx, &gauge{req: req}, app, meetingID, sessions)
			if err != nil {
				return compareOutput{}, err
			}
			return compared(in, meetingID, sessions, held, attendance.Compare(roster, held), len(roster)), nil
		})
}

// history fetches the roster once and the peers of each session, four sessions at a time.
func (d *Deps) history(ctx context.Context, g *gauge, app client.AppRef, meetingID string, sessions []client.Session) ([]attendance.Invited, []attendance.Meeting, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	var roster []attendance.Invited
	group.Go(func() (err error) { roster, err = d.invited(ctx, g, app, meetingID); return err })
	peers := make([][]attendance.Peer, len(sessions))
	for i, s := range sessions {
		group.Go(func() (err error) { peers[i], err = d.peers(ctx, g, app, s.ID); return err })
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	held := make([]attendance.Meeting, len(sessions))
	for i, s := range sessions {
		span := attendance.Session{Start: s.StartedAt, End: s.EndedAt}
		held[i] = attendance.Meeting{Session: span, Result: attendance.Of(span, roster, peers[i], s.EndedAt)}
	}
	return roster, held, nil
}

func compared(in compareInput, meetingID string, sessions []client.Session, held []attendance.Meeting, records []attendance.Record, invited int) compareOutput {
	o := compareOutput{MeetingID: meetingID, Title: untrusted.Line(sessions[0].Title, 120), Invited: invited, People: []compareRow{}}
	for i, s := range sessions {
		sum := sessionSum{ID: untrusted.Line(s.ID, 64), StartedAt: s.StartedAt, EndedAt: s.EndedAt, Attended: len(held[i].Result.Attended), Guests: len(held[i].Result.Guests)}
		for _, r := range records {
			if r.Marks[i] == attendance.Missed {
				sum.Absent++
			}
		}
		o.Sessions = append(o.Sessions, sum)
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
	listed, chars := 0, 0
	for _, r := range records {
		if in.MinStreak != nil && r.Streak() < *in.MinStreak {
			continue
		}
		listed++
		row := compareRow{Name: untrusted.Line(r.Name, 80), CustomID: untrusted.Line(r.CustomID, 80), Invited: r.Invited, Came: r.Came(), Missed: r.Missed(),
			Streak: r.Streak(), FirstTimer: r.FirstTimer(), Minutes: minutes(r.Present), Marks: marks(r.Marks)}
		if chars += len(row.text()); len(o.People) >= valueOr(in.Limit, 50) || chars > maxText {
			o.LeftOut++
			continue
		}
		o.People = append(o.People, row)
	}
	o.Summary = fmt.Sprintf("Of %d invited, %d came to each of the %s they were invited to, %d to none.", invited, always, people(len(sessions), "session", "sessions"), never)
	if in.MinStreak != nil {
		o.Summary += fmt.Sprintf(" %d missed the last %d or more.", listed, *in.MinStreak)
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
		b.WriteString("\n| name | custom id | came | missed | missed in a row | marks | notes |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	}
	for _, r := range o.People {
		b.WriteString(r.text())
	}
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not listed. %s\n", o.LeftOut, o.Next)
	}
	b.WriteString("\n| session | started | attended | absent | guests |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range o.Sessions {
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d |\n", s.ID, clock(s.StartedAt), s.Attended, s.Absent, s.Guests)
	}
	return b.String()
}

func (r compareRow) text() string {
	var notes []string
	if !r.Invited {
		notes = append(notes, "guest")
	}
	if r.FirstTimer {
		notes = append(notes, "first time")
	}
	return fmt.Sprintf("| %s | %s | %d | %d | %d | %s | %s |\n", cmp.Or(untrusted.Cell(r.Name, 80), "(unnamed)"), untrusted.Cell(r.CustomID, 80), r.Came, r.Missed, r.Streak, r.Marks, strings.Join(notes, "; "))
}
