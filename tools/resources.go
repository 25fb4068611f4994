package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// resources are what an application attaches to a conversation or saves: whole
// lists, without the bounds of the tools' answers.
func resources(d *Deps) []server.ServerResourceTemplate {
	return []server.ServerResourceTemplate{
		{
			Template: mcp.NewResourceTemplate("realtimekit://meetings/{meeting_id}/participants", "meeting_participants",
				mcp.WithTemplateTitle("A meeting's roster"), mcp.WithTemplateMIMEType("application/json"),
				mcp.WithTemplateDescription("Everybody who was added to a meeting, as JSON. It does not say who attended.")),
			Handler: logResource(d, "meeting_participants", func(ctx context.Context, req mcp.ReadResourceRequest) (string, string, error) {
				id, ok := meetingID(variable(req, "meeting_id"))
				if !ok {
					return "", "", errors.New("the URI's meeting_id must be a UUID, as find_meetings gives it")
				}
				out, err := d.rosterExport(ctx, id)
				if err != nil {
					return "", "", err
				}
				raw, err := json.Marshal(out)
				return string(raw), "application/json", err
			}),
		},
		{
			Template: mcp.NewResourceTemplate("realtimekit://sessions/{session_id}/attendance{?format}", "session_attendance",
				mcp.WithTemplateTitle("A session's attendance"), mcp.WithTemplateMIMEType("application/json"),
				mcp.WithTemplateDescription("Everybody who attended a session, was invited and did not come, or came as a guest; as JSON, or with format=csv as text/csv.")),
			Handler: logResource(d, "session_attendance", func(ctx context.Context, req mcp.ReadResourceRequest) (string, string, error) {
				format, mime := variable(req, "format"), "application/json"
				switch format {
				case "", "json":
					format = "json"
				case "csv":
					mime = "text/csv"
				default:
					return "", "", fmt.Errorf("the URI's format must be json or csv; got %q", clip(format))
				}
				id := variable(req, "session_id")
				if id == "" {
					return "", "", errors.New("the URI lacks a session_id, as list_sessions gives it")
				}
				a, err := d.Attendance(ctx, AttendanceQuery{SessionID: id})
				if err != nil {
					return "", "", err
				}
				var b bytes.Buffer
				if format == "csv" {
					b.WriteString(ByteOrderMark) // it is saved as a file, and opened in Excel
				}
				err = a.Write(&b, format)
				return b.String(), mime, err
			}),
		},
	}
}

// variable reads a variable of the template, which arrives as a list.
func variable(req mcp.ReadResourceRequest, name string) string {
	switch v := req.Params.Arguments[name].(type) {
	case string:
		return v
	case []string:
		if len(v) == 1 {
			return v[0]
		}
	}
	return ""
}

func logResource(d *Deps, name string, read func(context.Context, mcp.ReadResourceRequest) (text, mime string, err error)) server.ResourceTemplateHandlerFunc {
	return func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		var text, mime string
		err := record(ctx, d.Log, "resource", name, func(ctx context.Context) (string, error) {
			var err error
			text, mime, err = read(ctx, req)
			return "", err
		})
		if err != nil {
			return nil, errors.New(errorText(err))
		}
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: req.Params.URI, MIMEType: mime, Text: text}}, nil
	}
}
