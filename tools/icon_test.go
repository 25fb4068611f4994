package tools

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"log/slog"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// TestIcons finds the server's icon where a client meets the server, in each revision, and nowhere else;
// and the tools' in the list of tools.
func TestIcons(t *testing.T) {
	t.Parallel()
	s := NewServer(&Deps{Log: slog.New(slog.DiscardHandler)}, "1.2.3")
	ask := func(method, params string) (result struct {
		ServerInfo mcp.Implementation
		Tools      []mcp.Tool
		Meta       map[string]mcp.Implementation `json:"_meta"`
	}) {
		t.Helper()
		request := `{"jsonrpc": "2.0", "id": 1, "method": "` + method + `", "params": {` + params + `}}`
		raw, err := json.Marshal(s.HandleMessage(t.Context(), json.RawMessage(request)))
		if err != nil {
			t.Fatal(err)
		}
		var response struct{ Result json.RawMessage }
		if err := json.Unmarshal(raw, &response); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(response.Result, &result); err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		return result
	}
	const modern = `"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
		"io.modelcontextprotocol/clientCapabilities": {}}`
	hello := ask("initialize", `"protocolVersion": "2025-11-25", "capabilities": {},
		"clientInfo": {"name": "test", "version": "1"}`).ServerInfo
	discovered := ask("server/discover", modern).Meta[mcp.MetaKeyServerInfo]
	list := ask("tools/list", modern)
	listed := list.Meta[mcp.MetaKeyServerInfo]
	for _, info := range []mcp.Implementation{hello, discovered} {
		if size := iconSize(t, info.Icons); size != 48 || info.Icons[0].Sizes[0] != "48x48" {
			t.Errorf("an icon of %d pixels: %+v", size, info.Icons[0])
		}
	}
	if listed.Icons != nil {
		t.Errorf("the result of tools/list repeats the server's icon")
	}
	for _, tool := range list.Tools {
		if size := iconSize(t, tool.Icons); size != 16 {
			t.Errorf("%s has an icon of %d pixels", tool.Name, size)
		}
	}
	for _, info := range []mcp.Implementation{hello, discovered, listed} {
		if info.Name != "mcp-realtimekit" || info.Version != "1.2.3" || info.Title != "Cloudflare RealtimeKit" {
			t.Errorf("a result of %+v", info)
		}
	}
}

// iconSize returns the width and height of the one icon, in pixels.
func iconSize(t *testing.T, icons []mcp.Icon) int {
	t.Helper()
	if len(icons) != 1 || icons[0].MIMEType != "image/png" {
		t.Fatalf("icons %+v", icons)
	}
	data, ok := strings.CutPrefix(icons[0].Src, "data:image/png;base64,")
	raw, err := base64.StdEncoding.DecodeString(data)
	if !ok || err != nil {
		t.Fatal(icons[0].Src, err)
	}
	config, err := png.DecodeConfig(bytes.NewReader(raw))
	if err != nil || config.Width != config.Height {
		t.Fatalf("%+v, %v", config, err)
	}
	return config.Width
}
