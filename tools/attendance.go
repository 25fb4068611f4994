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
	Meeting       string // title, id, or a URL that holds the id
	SessionID     string // instead of Meeting
	All           bool   // all sessions in the range, not the latest
	After, Before string // RFC 3339 or a date
	Show          string
	Timezone      string // IANA name, for Markdown and the table
	Start, End    string // scheduled, of the session's day or in full
}

func (q AttendanceQuery) arguments() map[string]any {
	args := map[string]any{
		"meeting":         q.Meeting,
		"session":         q.SessionID,
		"from":            q.After,
		"to":              q.Before,
		"show":            q.Show,
		"timezone":        q.Timezone,
		"scheduled_start": q.Start,
		"scheduled_end":   q.End,
	}
	if q.All {
		args["sessions"] = "all"
	}
	return args
}

// Attendance answers a query with everybody, without the limits of the tool.
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
