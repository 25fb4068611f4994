package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// resources are what an application attaches to a conversation or saves: whole
// lists, without the bounds of the tools' answers.
func resources(d *Deps) []server.ServerResourceTemplate {
	roster := server.ServerResourceTemplate{
		Template: mcp.NewResourceTemplate("realtimekit://meetings/{meeting_id}/participants{?app,format}", "meeting_participants",
			mcp.WithTemplateTitle("A meeting's roster"), mcp.WithTemplateMIMEType("application/json"),
			mcp.WithTemplateDescription("Everybody who was added to a meeting, as JSON or with format=csv as CSV; "+
				"of an app by name or id. It does not say who attended.")),
		Handler: logResource(d, "meeting_participants", func(ctx context.Context, req mcp.ReadResourceRequest) (document,
			error) {
			id, ok := match.UUID(variable(req, "meeting_id"))
			if !ok {
				return document{}, errors.New("the URI's meeting_id must be a UUID, as find_meetings gives it")
			}
			return d.rosterDocument(ctx, variable(req, "app"), id, variable(req, "format"))
		}),
	}
	return append([]server.ServerResourceTemplate{roster}, attendances(d)...)
}

// attendances are the resources that can be subscribed to.
func attendances(d *Deps) []server.ServerResourceTemplate {
	return []server.ServerResourceTemplate{
		{
			Template: mcp.NewResourceTemplate("realtimekit://apps/{app_id}/sessions/{session_id}/attendance{?format}",
				"session_attendance",
				mcp.WithTemplateTitle("A session's attendance"), mcp.WithTemplateMIMEType("application/json"),
				mcp.WithTemplateDescription("Everybody who attended a session, was invited and did not come, "+
					"or came and is not on the roster (any more); as JSON, or with format=csv as text/csv.")),
			Handler: logResource(d, "session_attendance", d.attendanceDocument),
		},
		{
			Template: mcp.NewResourceTemplate("realtimekit://sessions/{session_id}/attendance{?format}",
				"session_attendance_in_app",
				mcp.WithTemplateTitle("A session's attendance, in the configured app"),
				mcp.WithTemplateMIMEType("application/json"),
				mcp.WithTemplateDescription("As session_attendance.")),
			Handler: logResource(d, "session_attendance", d.attendanceDocument),
		},
		{
			Template: mcp.NewResourceTemplate("realtimekit://meetings/{meeting_id}/attendance{?app,format}",
				"meeting_attendance",
				mcp.WithTemplateTitle("A meeting's attendance"), mcp.WithTemplateMIMEType("application/json"),
				mcp.WithTemplateDescription("As session_attendance, of the meeting's latest session.")),
			Handler: logResource(d, "meeting_attendance", d.attendanceDocument),
		},
	}
}

// attendanceDocument is the attendance of a meeting's latest session, of a session, or
// of two with a comma between that are taken together.
func (d *Deps) attendanceDocument(ctx context.Context, req mcp.ReadResourceRequest) (document, error) {
	format, mime := variable(req, "format"), "application/json"
	switch format {
	case "", "json":
		format = "json"
	case "csv":
		mime = "text/csv"
	default:
		return document{}, fmt.Errorf("the URI's format must be json or csv; got %q", prose.Clip(format))
	}
	q, err := attendanceMeant(func(name string) string { return variable(req, name) })
	if err != nil {
		return document{}, err
	}
	a, err := d.Attendance(ctx, q)
	if err != nil {
		return document{}, err
	}
	var b bytes.Buffer
	if format == "csv" {
		b.WriteString(report.ByteOrderMark) // it is saved as a file, and opened in Excel
	}
	err = a.Write(&b, format)
	return document{b.String(), mime, a.Preface()}, err
}

// attendanceMeant is the query of a URI's variables.
func attendanceMeant(variable func(name string) string) (AttendanceQuery, error) {
	if id := variable("session_id"); id != "" {
		return AttendanceQuery{Session: id, App: variable("app_id")}, nil
	}
	given := variable("meeting_id")
	if given == "" {
		return AttendanceQuery{}, errors.New("the URI lacks a session_id, as list_sessions gives it")
	}
	id, ok := match.UUID(given)
	if !ok {
		return AttendanceQuery{}, errors.New("the URI's meeting_id must be a UUID, as find_meetings gives it")
	}
	return AttendanceQuery{Meeting: id, App: variable("app")}, nil
}

// variable reads a variable of the template, which arrives as a list.
func variable(req mcp.ReadResourceRequest, name string) string {
	switch v := req.Params.Arguments[name].(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, ",")
	}
	return ""
}

// document is a resource's content. Its notes are in _meta too, for CSV has no
// place for them.
type document struct {
	text, mime string
	notes      []string
}

func logResource(d *Deps, name string, read func(context.Context, mcp.ReadResourceRequest) (document,
	error)) server.ResourceTemplateHandlerFunc {
	return func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		var doc document
		err := mcptool.Record(ctx, d.Log, "resource", name, func(ctx context.Context) (string, error) {
			var err error
			doc, err = read(ctx, req)
			return "", err
		})
		if err != nil {
			return nil, errors.New(mcptool.ErrorText(err))
		}
		out := mcp.TextResourceContents{URI: req.Params.URI, MIMEType: doc.mime, Text: doc.text}
		if len(doc.notes) > 0 {
			out.Meta = map[string]any{"mcp-realtimekit/notes": doc.notes}
		}
		return []mcp.ResourceContents{out}, nil
	}
}

// rosterDocument is the whole roster of a meeting as JSON or CSV.
func (d *Deps) rosterDocument(ctx context.Context, app, meetingID, format string) (document, error) {
	out, err := d.rosterExport(ctx, app, meetingID)
	if err != nil {
		return document{}, err
	}
	switch format {
	case "", "json":
		raw, err := json.Marshal(out)
		return document{string(raw), "application/json", out.Notes}, err
	case "csv":
		var b strings.Builder
		b.WriteString(report.ByteOrderMark + report.CSVLine(rosterHeader[:]...))
		for _, row := range out.Rows {
			b.WriteString(report.CSVLine(row.CSV()...))
		}
		return document{b.String(), "text/csv", out.Notes}, nil
	}
	return document{}, fmt.Errorf("the URI's format must be json or csv; got %q", prose.Clip(format))
}

// rosterExport is the whole roster of a meeting.
func (d *Deps) rosterExport(ctx context.Context, app, meetingID string) (participantsOutput, error) {
	found, err := d.finder(d.zone()).App(ctx, which.Place{App: app})
	if err != nil {
		return participantsOutput{}, err
	}
	r := newRoster(participantsInput{MeetingID: meetingID, Details: true}, d.zone())
	r.export()
	if err := d.readRoster(ctx, &mcptool.Call{}, r, found); err != nil {
		return participantsOutput{}, err
	}
	out := r.done()
	out.Finish(d.Demo)
	return out, nil
}
