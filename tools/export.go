package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
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

// Attendance is an answer of get_meeting_attendance without its limits.
type Attendance struct{ out attendanceOutput }

// Attendance answers a query.
func (d *Deps) Attendance(ctx context.Context, q AttendanceQuery) (*Attendance, error) {
	ctx, cancel := d.API.Bounded(ctx)
	defer cancel()
	args := map[string]any{}
	for name, v := range map[string]string{"session_id": q.SessionID, "started_after": q.After, "started_before": q.Before, "show": q.Show, "timezone": q.Timezone,
		"scheduled_start": q.Start, "scheduled_end": q.End} {
		if v != "" {
			args[name] = v
		}
	}
	if id, ok := meetingID(q.Meeting); ok {
		args["meeting_id"] = id
	} else if q.Meeting != "" {
		args["query"] = q.Meeting
	}
	if q.All {
		args["sessions"] = "all"
	}
	var in attendanceInput
	if err := decode(reflectSchema(in), d.zone(), args, &in); err != nil {
		return nil, err
	}
	out, err := d.attendance(ctx, &gauge{}, in, 0)
	if err != nil {
		return nil, errors.New(errorText(err))
	}
	return &Attendance{out}, nil
}

// Notes are sentences on what the answer is about, if not the latest session
// alone, and on what limits it. CSV has no place for them.
func (a *Attendance) Notes() []string {
	if a.out.why == "" {
		return a.out.Notes
	}
	return append([]string{a.out.why}, a.out.Notes...)
}

// AttendanceFormats are what Write takes.
var AttendanceFormats = []string{"table", "csv", "json", "markdown"}

// Write renders the whole of it: a table for a terminal, CSV (RFC 4180, safe to
// open in a spreadsheet), JSON as the tool's structured content, or Markdown.
func (a *Attendance) Write(w io.Writer, format string) error {
	switch format {
	case "table":
		return a.writeTable(w)
	case "csv":
		return a.writeCSV(w)
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(a.out)
	case "markdown":
		o := a.out
		var b []byte
		for _, r := range o.People {
			b = r.appendText(b)
		}
		o.table = string(b)
		_, err := io.WriteString(w, o.Text())
		return err
	}
	return fmt.Errorf("format must be one of %s; got %q", strings.Join(AttendanceFormats, ", "), clip(format))
}

var attendanceColumns = []string{"name", "custom_participant_id", "status", "sessions_attended", "first_joined", "last_left", "minutes_present", "joins", "late_by_minutes", "left_early_by_minutes", "here_now", "notes"}

func (a *Attendance) writeCSV(w io.Writer) error {
	var c csvRows
	c.add(attendanceColumns...)
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	for _, r := range a.out.People {
		c.add(
			untrusted.Line(r.Name, 80), untrusted.Line(r.CustomID, 80), r.Status, strconv.Itoa(r.Sessions), at(r.FirstJoined), at(r.LastLeft),
			number(r.Minutes), strconv.Itoa(r.Joins), number(r.LateBy), number(r.EarlyBy), strconv.FormatBool(r.HereNow),
			strings.Join(r.remarks(), "; "),
		)
	}
	return c.writeTo(w)
}

// writeTable lines columns up by the width that a terminal gives each character.
func (a *Attendance) writeTable(w io.Writer) error {
	lines := [][]string{{"NAME", "CUSTOM ID", "STATUS", "JOINED", "LEFT", "MINUTES", "NOTES"}}
	for _, r := range a.out.People {
		present := ""
		if r.FirstJoined != nil {
			present = fmt.Sprintf("%.0f", r.Minutes)
		}
		lines = append(lines, []string{cmp.Or(r.Name, "(unnamed)"), r.CustomID, r.status(), r.show.moment(r.FirstJoined), r.show.moment(r.LastLeft), present, r.notes()})
	}
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], cellWidth(cell))
		}
	}
	var b strings.Builder
	b.WriteString(a.out.lead() + a.out.about(a.out.Title) + "\n\n")
	for _, line := range lines {
		text := ""
		for i, cell := range line {
			text += cell + strings.Repeat(" ", widths[i]-cellWidth(cell)+2)
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func cellWidth(s string) int {
	n := 0
	for _, r := range s {
		switch kind := width.LookupRune(r).Kind(); {
		case combining(r):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// rosterExport is the whole roster of a meeting.
func (d *Deps) rosterExport(ctx context.Context, meetingID string) (participantsOutput, error) {
	app, err := d.app(ctx, scope{})
	if err != nil {
		return participantsOutput{}, err
	}
	r := newRoster(participantsInput{MeetingID: meetingID, Format: "detailed"}, d.zone())
	r.rows.limit = 0
	for page, err := range d.API.Participants(ctx, app, meetingID) {
		if err != nil {
			return participantsOutput{}, err
		}
		r.add(page)
	}
	out := r.done()
	out.finish(d.Demo)
	return out, nil
}
