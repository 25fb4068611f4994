package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

type callCommand struct {
	Tool string   `arg:"" help:"Name of the tool; the command tools lists them."`
	Args []string `arg:"" optional:"" name:"key=value" help:"Its arguments, such as query=stand-up."`
	JSON bool     `name:"json" help:"Print the structured content instead of the text."`
}

// Run calls the tool as a client would, without a client.
func (call callCommand) Run(ctx context.Context, c *config, s *streams) error {
	args := map[string]any{}
	for _, pair := range call.Args {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return fmt.Errorf("%w: arguments are key=value, for example query=stand-up; got %q", errUsage, pair)
		}
		args[key] = value
	}
	d, done, err := c.deps(ctx, c.logger(s, slog.LevelWarn))
	if err != nil {
		return err
	}
	defer done()
	tool, err := find(tools.All(d), call.Tool)
	if err != nil {
		return err
	}
	res, err := tool.Handler(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: call.Tool, Arguments: args}})
	if err != nil {
		return err
	}
	if res.IsError {
		return errors.New(text(res))
	}
	if call.JSON {
		return printJSON(s.out, res.StructuredContent)
	}
	_, err = fmt.Fprintln(s.out, strings.TrimRight(text(res), "\n"))
	return err
}

func find(all []server.ServerTool, name string) (server.ServerTool, error) {
	var names []string
	for _, t := range all {
		if t.Tool.Name == name {
			return t, nil
		}
		names = append(names, t.Tool.Name)
	}
	return server.ServerTool{}, fmt.Errorf("%w: no tool %q; there are %s", errUsage, name, strings.Join(names, ", "))
}

func text(res *mcp.CallToolResult) string {
	var b strings.Builder
	for _, c := range res.Content {
		if t, ok := mcp.AsTextContent(c); ok {
			b.WriteString(t.Text)
		}
	}
	return b.String()
}

type toolsCommand struct{}

// Run needs neither a token nor a network.
func (toolsCommand) Run(c *config, s *streams) error {
	var list []mcp.Tool
	for _, t := range tools.All(&tools.Deps{Log: c.logger(s, slog.LevelWarn)}) {
		list = append(list, t.Tool)
	}
	return printJSON(s.out, list)
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
