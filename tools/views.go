package tools

import (
	"context"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/view"
)

// attendanceView is the resource that draws an attendance or a comparison.
const attendanceView = "ui://mcp-realtimekit/attendance"

// viewResource is the picture, which declares that it loads nothing from anywhere.
func viewResource() server.ServerResource {
	nothing := map[string]any{"ui": map[string]any{
		"csp":           map[string]any{"connectDomains": []string{}, "resourceDomains": []string{}},
		"prefersBorder": false,
	}}
	resource := mcp.NewResource(attendanceView, "attendance_view", mcp.WithMIMEType(mcptool.ViewMIME))
	resource.Title, resource.Meta = "Attendance view", mcp.NewMetaFromMap(nothing)
	return server.ServerResource{
		Resource: resource,
		Handler: func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.TextResourceContents{
				Meta:     nothing,
				URI:      attendanceView,
				MIMEType: mcptool.ViewMIME,
				Text:     view.HTML,
			}}, nil
		},
	}
}

// withViews hides the view from clients that say they draw none.
func withViews(s *server.MCPServer) {
	hooks := hooksOf(s)
	hooks.AddAfterListTools(func(ctx context.Context, _ any, req *mcp.ListToolsRequest, result *mcp.ListToolsResult) {
		if mcptool.ClientDraws(ctx, req.Params.Meta) != mcptool.DrawsNothing {
			return
		}
		result.Tools = slices.Clone(result.Tools) // they are the server's
		for i := range result.Tools {
			result.Tools[i].Meta = nil
		}
	})
	hooks.AddAfterListResources(func(ctx context.Context, _ any, req *mcp.ListResourcesRequest,
		result *mcp.ListResourcesResult,
	) {
		if mcptool.ClientDraws(ctx, req.Params.Meta) == mcptool.DrawsNothing {
			result.Resources = []mcp.Resource{}
		}
	})
}
