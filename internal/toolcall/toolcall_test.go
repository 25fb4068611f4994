package toolcall_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/toolcall"
)

func TestArguments(t *testing.T) {
	t.Parallel()
	got, err := toolcall.Arguments([]string{"query=a=b", "limit=1", "after="})
	want := map[string]any{"query": "a=b", "limit": "1", "after": ""}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	_, err = toolcall.Arguments([]string{"limit=1", "stand-up"})
	if err == nil || !strings.Contains(err.Error(), `"stand-up"`) {
		t.Error(err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	all := []server.ServerTool{{Tool: mcp.Tool{Name: "one"}}, {Tool: mcp.Tool{Name: "two"}}}
	if got, err := toolcall.Find(all, "two"); err != nil || got.Tool.Name != "two" {
		t.Errorf("%q, %v", got.Tool.Name, err)
	}
	if _, err := toolcall.Find(all, "three"); err == nil || !strings.Contains(err.Error(), "one, two") {
		t.Error(err)
	}
}

func TestCall(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	tool := server.ServerTool{
		Tool: mcp.Tool{Name: "echo"},
		Handler: func(_ context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			switch text := req.GetString("text", ""); text {
			case "":
				return nil, broken
			case "wrong":
				return mcp.NewToolResultError("it is wrong\n"), nil
			default:
				return mcp.NewToolResultText(req.Params.Name + " " + text + "\n\n"), nil
			}
		},
	}
	res, err := toolcall.Call(t.Context(), tool, map[string]any{"text": "hello"})
	if err != nil || toolcall.Text(res) != "echo hello" {
		t.Errorf("%v, %v", res, err)
	}
	_, err = toolcall.Call(t.Context(), tool, map[string]any{"text": "wrong"})
	if err == nil || err.Error() != "it is wrong" {
		t.Error(err)
	}
	if _, err := toolcall.Call(t.Context(), tool, nil); !errors.Is(err, broken) {
		t.Error(err)
	}
}
