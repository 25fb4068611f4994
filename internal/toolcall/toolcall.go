// Package toolcall calls a tool by its name and reads the answer as a person
// does: from the command line, without an MCP client.
package toolcall

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Arguments reads KEY=VALUE pairs. A value stays text: tools read numbers and
// lists from text as well.
func Arguments(pairs []string) (map[string]any, error) {
	args := make(map[string]any, len(pairs))
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("arguments are KEY=VALUE, for example query=stand-up; got %q", pair)
		}
		args[key] = value
	}
	return args, nil
}

// Find returns the tool of that name. Its error lists the names that there are.
func Find(all []server.ServerTool, name string) (server.ServerTool, error) {
	names := make([]string, 0, len(all))
	for _, t := range all {
		if t.Tool.Name == name {
			return t, nil
		}
		names = append(names, t.Tool.Name)
	}
	return server.ServerTool{}, fmt.Errorf("there is no tool %q; the tools are %s", name, strings.Join(names, ", "))
}

// Call runs the tool once. An answer that is an error is returned as one.
func Call(ctx context.Context, tool server.ServerTool, args map[string]any) (*mcp.CallToolResult, error) {
	req := mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool.Tool.Name, Arguments: args}}
	return Answer(tool.Handler(ctx, req))
}

// Answer returns a result, and an error for a result that is one.
func Answer(res *mcp.CallToolResult, err error) (*mcp.CallToolResult, error) {
	if err != nil {
		return nil, err
	}
	if res.IsError {
		return nil, errors.New(Text(res))
	}
	return res, nil
}

// Text is the text of a result, without the line breaks at its end.
func Text(res *mcp.CallToolResult) string {
	var b strings.Builder
	for _, c := range res.Content {
		if t, ok := mcp.AsTextContent(c); ok {
			b.WriteString(t.Text)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
