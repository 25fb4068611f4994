// Package tour shows the server's main job to somebody who has no account yet:
// it asks the sample account, as an assistant would, who was in a meeting.
package tour

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/toolcall"
)

// Run starts the server at path over stdio on the sample account, and writes
// each call and its answer to out: who attended a meeting, and who was added to
// another. The version is what it says of itself to the server.
func Run(ctx context.Context, out io.Writer, path, version string) (err error) {
	c, err := mcpclient.NewStdioMCPClient(path, nil, "--demo", "--log-level=error")
	if err != nil {
		return fmt.Errorf("start %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	hello, err := c.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: mcp.LATEST_PROTOCOL_VERSION,
		ClientInfo:      mcp.Implementation{Name: "demo", Version: version},
	}})
	if err != nil {
		return fmt.Errorf("initialize: %w", err)
	}
	_, err = fmt.Fprintf(out, "Connected to %s %s over stdio (MCP %s).\n"+
		"Everything below is sample data from the embedded account.\n",
		hello.ServerInfo.Name, hello.ServerInfo.Version, hello.ProtocolVersion)
	if err != nil {
		return err
	}
	return show(ctx, out, c)
}

// show asks what the tour is about.
func show(ctx context.Context, out io.Writer, c *mcpclient.Client) error {
	if _, err := call(ctx, out, c, "get_meeting_attendance", map[string]any{"query": "design review"}); err != nil {
		return err
	}
	found, err := call(ctx, out, c, "find_meetings", map[string]any{"query": "stand-up"})
	if err != nil {
		return err
	}
	id, err := firstMeeting(found)
	if err != nil {
		return err
	}
	_, err = call(ctx, out, c, "list_meeting_participants", map[string]any{"meeting_id": id})
	return err
}

// call writes a call and its answer.
func call(ctx context.Context, out io.Writer, c *mcpclient.Client, tool string, args map[string]any) (
	*mcp.CallToolResult, error,
) {
	shown, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(out, "\n> %s %s\n\n", tool, shown); err != nil {
		return nil, err
	}
	req := mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: args}}
	res, err := toolcall.Answer(c.CallTool(ctx, req))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tool, err)
	}
	_, err = fmt.Fprintln(out, toolcall.Text(res))
	return res, err
}

// firstMeeting is the id of the first meeting in an answer of find_meetings.
func firstMeeting(res *mcp.CallToolResult) (string, error) {
	raw, err := json.Marshal(res.StructuredContent)
	if err != nil {
		return "", err
	}
	var answer struct {
		Meetings []struct {
			ID string `json:"id"`
		} `json:"meetings"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return "", err
	}
	if len(answer.Meetings) == 0 {
		return "", errors.New("the sample account has no such meeting")
	}
	return answer.Meetings[0].ID, nil
}
