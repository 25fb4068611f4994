package mcptest

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// The second transport against mcp-go's own server.
func TestHTTP(t *testing.T) {
	s := server.NewMCPServer("echo", "1", server.WithToolCapabilities(false))
	s.AddTool(
		mcp.NewTool("echo", mcp.WithString("text")),
		func(_ context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText(req.GetString("text", "")), nil
		},
	)
	web := httptest.NewServer(server.NewStreamableHTTPServer(s))
	defer web.Close()
	c, err := Dial(t.Context(), NewHTTP(t.Context(), web.URL+"/mcp", nil, nil), "2025-11-25")
	if err != nil {
		t.Fatal(err)
	}
	if c.Revision != "2025-11-25" {
		t.Error(c.Revision)
	}
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			word := fmt.Sprintf("word %d.", i)
			answer, err := c.Request(t.Context(), "tools/call",
				map[string]any{"name": "echo", "arguments": map[string]any{"text": word}})
			if err != nil || !bytes.Contains(answer, []byte(word)) {
				t.Errorf("%s: %s, %v", word, answer, err)
			}
		})
	}
	all.Wait()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if got := c.Tally(); got != (Tally{Answered: 51}) || c.Waiting() != 0 {
		t.Errorf("%+v, %d waiting", got, c.Waiting())
	}
}
