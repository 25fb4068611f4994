package main

import (
	"context"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const pause = 50 * time.Millisecond // between notifications, as the suite wants it

func addNotifying(s *server.MCPServer) {
	logs := func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i, line := range []string{"Tool execution started", "Tool processing data", "Tool execution completed"} {
			if i > 0 {
				time.Sleep(pause)
			}
			// Who asked for no level gets no line, which is no failure.
			_ = s.SendLogMessageToClient(ctx, mcp.NewLoggingMessageNotification(mcp.LoggingLevelInfo, "conformance", line))
		}
		return mcp.NewToolResultText("logged"), nil
	}
	s.AddTool(mcp.NewTool("test_tool_with_logging", described), logs)
	s.AddTool(mcp.NewTool("test_logging_tool", described), logs)
	s.AddTool(
		mcp.NewTool("test_tool_with_progress", described),
		func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			for i, done := range []int{0, 50, 100} {
				if i > 0 {
					time.Sleep(pause)
				}
				if req.Params.Meta == nil || req.Params.Meta.ProgressToken == nil {
					continue
				}
				if err := s.SendNotificationToClient(ctx, "notifications/progress", map[string]any{
					"progressToken": req.Params.Meta.ProgressToken, "progress": done, "total": 100,
				}); err != nil {
					return nil, err
				}
			}
			return mcp.NewToolResultText("done"), nil
		},
	)
	s.AddTool(
		mcp.NewTool("test_trigger_tool_change", described),
		func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			s.AddTool(mcp.NewTool("test_appeared", described), fixed(mcp.NewTextContent("ok")))
			return mcp.NewToolResultText("a tool appeared"), nil
		},
	)
	s.AddTool(
		mcp.NewTool("test_trigger_prompt_change", described),
		func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			s.AddPrompt(
				mcp.NewPrompt("test_appeared", promptDescribed),
				func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
					return says(mcp.NewTextContent("ok")), nil
				},
			)
			return mcp.NewToolResultText("a prompt appeared"), nil
		},
	)
}
