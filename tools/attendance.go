package tools

import (
	"context"
	"errors"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
)

// AttendanceQuery asks for an attendance outside of a tool's call. Zero fields
// are the defaults of get_meeting_attendance, whose arguments these are.
type AttendanceQuery struct {
	Meeting      string // title, id, or a URL that holds the id; empty is that of the latest session
	Session      string // an id
	On, From, To string // a day or a time
	Sessions     string // a number, all or latest
	Person       string
	At           string // a time within the session
	Show         string
	Preset       string
	MinMinutes   int
	MinShare     int    // percent of the session
	AlsoIn       string // another meeting
	NotIn        string // another meeting
	Late, Early  *int   // minutes; nil is the default
	Spans        bool
	Recipients   bool   // whom to write to, as CSV, instead of people
	Timezone     string // IANA name
	App          string // name or id
	Start, End   string // scheduled, of the session's day or in full
}

func (q AttendanceQuery) arguments() map[string]any {
	args := map[string]any{
		"meeting":         q.Meeting,
		"session":         q.Session,
		"on":              q.On,
		"from":            q.From,
		"to":              q.To,
		"sessions":        q.Sessions,
		"person":          q.Person,
		"at":              q.At,
		"show":            q.Show,
		"preset":          q.Preset,
		"also_in":         q.AlsoIn,
		"not_in":          q.NotIn,
		"timezone":        q.Timezone,
		"app":             q.App,
		"scheduled_start": q.Start,
		"scheduled_end":   q.End,
	}
	for name, n := range map[string]int{"min_minutes": q.MinMinutes, "min_share": q.MinShare} {
		if n != 0 {
			args[name] = float64(n)
		}
	}
	for name, n := range map[string]*int{"late_after_minutes": q.Late, "left_early_minutes": q.Early} {
		if n != nil {
			args[name] = float64(*n)
		}
	}
	if q.Spans {
		args["spans"] = true
	}
	if q.Recipients {
		args["format"] = "recipients"
	}
	return args
}

// Attendance answers a query with everybody whom it asks for, without the limits of
// the tool.
func (d *Deps) Attendance(ctx context.Context, q AttendanceQuery) (*report.Attendance, error) {
	ctx, cancel := d.bound(ctx)
	defer cancel()
	in, err := mcptool.Decode[attendanceInput](d.settings(), q.arguments())
	if err != nil {
		return nil, err
	}
	out, err := d.attendance(ctx, &mcptool.Call{}, in, 0)
	if err != nil {
		return nil, errors.New(mcptool.ErrorText(err))
	}
	out.Finish(d.Demo)
	return &out, nil
}
