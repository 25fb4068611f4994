package main

import (
	"context"
	"os"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const roleEcho = "serve-echo"

// serveEcho is the least that mcp-go can do over stdio: a tool that returns its
// argument, repeated, so that an answer can be as long as the real one.
func serveEcho(ctx context.Context) error {
	s := server.NewMCPServer("echo", "1.0.0", server.WithToolCapabilities(false))
	s.AddTool(mcp.NewTool("echo", mcp.WithString("text", mcp.Required()), mcp.WithNumber("times")),
		func(_ context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText(strings.Repeat(req.GetString("text", ""), req.GetInt("times", 1))), nil
		})
	return server.NewStdioServer(s).Listen(ctx, os.Stdin, os.Stdout)
}
