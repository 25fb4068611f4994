package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/toolcall"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

func callCommand(c *config, s *streams) *cobra.Command {
	var structured bool
	cmd := &cobra.Command{
		Use:   "call TOOL [KEY=VALUE]...",
		Short: "Call one tool and print its answer",
		Long: `Call one tool as an MCP client would, and print its answer. The arguments of a tool
are given as KEY=VALUE; "mcp-realtimekit tools" prints which there are.`,
		Example: `  mcp-realtimekit --demo call find_meetings meeting=stand-up
  mcp-realtimekit --demo call get_meeting_attendance meeting="design review" show=absent
  mcp-realtimekit call list_apps --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse{errors.New("call needs the name of a TOOL")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return call(cmd.Context(), c, s, args[0], args[1:], structured)
		},
	}
	cmd.Flags().BoolVar(&structured, "json", false, "print the structured content as JSON instead of the text")
	return cmd
}

func call(ctx context.Context, c *config, s *streams, name string, pairs []string, structured bool) error {
	args, err := toolcall.Arguments(pairs)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	d, done, err := c.connect(ctx, c.logger(s.logs, slog.LevelWarn), nil)
	if err != nil {
		return err
	}
	defer done()
	tool, err := toolcall.Find(tools.All(d), name)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	res, err := toolcall.Call(ctx, tool, args)
	if err != nil {
		return err
	}
	if structured {
		return printJSON(s.out, res.StructuredContent)
	}
	_, err = fmt.Fprintln(s.out, toolcall.Text(res))
	return err
}

func toolsCommand(c *config, s *streams) *cobra.Command {
	return &cobra.Command{
		Use:   "tools",
		Short: "Print the tools and their schemas as JSON",
		Long: `Print the tools and their schemas as JSON, as a client sees them. Needs neither
credentials nor a network.`,
		Example: `  mcp-realtimekit tools
  mcp-realtimekit tools | jq -r '.[].name'`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return printTools(c, s) },
	}
}

func printTools(c *config, s *streams) error {
	var list []mcp.Tool
	for _, t := range tools.All(c.chosen()) {
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
