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
	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

func callCommand(c *config, s *streams) *cobra.Command {
	var structured bool
	cmd := &cobra.Command{
		Use: "call TOOL [KEY=VALUE]...", Short: "Run one tool once and print its answer", Args: cobra.MinimumNArgs(1),
		Example: "  mcp-realtimekit --demo call find_meetings query=stand-up",
		RunE: func(cmd *cobra.Command, args []string) error {
			return call(cmd.Context(), c, s, args[0], args[1:], structured)
		},
	}
	cmd.Flags().BoolVar(&structured, "json", false, "print the structured content instead of the text")
	return cmd
}

// call runs the tool as a client would, without a client.
func call(ctx context.Context, c *config, s *streams, name string, pairs []string, structured bool) error {
	args := map[string]any{}
	for _, pair := range pairs {
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
	tool, err := find(tools.All(d), name)
	if err != nil {
		return err
	}
	res, err := tool.Handler(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: name, Arguments: args}})
	if err != nil {
		return err
	}
	if res.IsError {
		return errors.New(text(res))
	}
	if structured {
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

func toolsCommand(c *config, s *streams) *cobra.Command {
	return &cobra.Command{
		Use: "tools", Short: "Print the tools with their schemas as JSON", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return printTools(c, s) },
	}
}

// printTools needs neither a token nor a network.
func printTools(c *config, s *streams) error {
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
