package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/spf13/cobra"
)

func demoCommand(s *streams) *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Show the main job on the embedded sample account; needs no credentials", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return demo(cmd.Context(), s) },
	}
}

// demo starts this program as a stdio server on the sample account and asks it,
// as an assistant would, who attended a meeting, and who was added to another.
func demo(ctx context.Context, s *streams) (err error) {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	c, err := mcpclient.NewStdioMCPClient(self, nil, "--demo", "--log-level=error")
	if err != nil {
		return fmt.Errorf("demo: start %s: %w", self, err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	hello, err := c.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: mcp.LATEST_PROTOCOL_VERSION, ClientInfo: mcp.Implementation{Name: "demo", Version: version()},
	}})
	if err != nil {
		return fmt.Errorf("demo: initialize: %w", err)
	}
	show := shower{s: s, client: c}
	show.printf("Connected to %s %s over stdio (MCP %s).\nEverything below is sample data from the embedded account.\n", hello.ServerInfo.Name, hello.ServerInfo.Version, hello.ProtocolVersion)
	show.call(ctx, "get_meeting_attendance", map[string]any{"query": "design review"})
	found := show.call(ctx, "find_meetings", map[string]any{"query": "stand-up"})
	var meetings struct {
		Meetings []struct {
			ID string `json:"id"`
		} `json:"meetings"`
	}
	if show.err == nil {
		show.err = json.Unmarshal(found, &meetings)
	}
	if show.err == nil && len(meetings.Meetings) == 0 {
		show.err = errors.New("demo: the sample account has no stand-up")
	}
	if show.err == nil {
		show.call(ctx, "list_meeting_participants", map[string]any{"meeting_id": meetings.Meetings[0].ID})
	}
	return show.err
}

// shower prints each call and its answer; after an error it does nothing.
type shower struct {
	s      *streams
	client *mcpclient.Client
	err    error
}

func (w *shower) printf(format string, a ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.s.out, format, a...)
	}
}

// call returns the structured content.
func (w *shower) call(ctx context.Context, tool string, args map[string]any) json.RawMessage {
	shown, err := json.Marshal(args)
	if w.err = errors.Join(w.err, err); w.err != nil {
		return nil
	}
	w.printf("\n> %s %s\n\n", tool, shown)
	res, err := w.client.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: args}})
	if err == nil && res.IsError {
		err = errors.New(text(res))
	}
	if err != nil {
		w.err = fmt.Errorf("demo: %s: %w", tool, err)
		return nil
	}
	w.printf("%s\n", strings.TrimRight(text(res), "\n"))
	raw, err := json.Marshal(res.StructuredContent)
	w.err = errors.Join(w.err, err)
	return raw
}
