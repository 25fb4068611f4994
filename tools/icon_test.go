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

// TestIcon finds the icon where a client meets the server, in each revision, and nowhere else.
func TestIcon(t *testing.T) {
	t.Parallel()
	s := NewServer(&Deps{Log: slog.New(slog.DiscardHandler)}, "1.2.3")
	ask := func(method, params string) (result struct {
		ServerInfo mcp.Implementation
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
	listed := ask("tools/list", modern).Meta[mcp.MetaKeyServerInfo]
	for _, info := range []mcp.Implementation{hello, discovered} {
		if len(info.Icons) != 1 || info.Icons[0].MIMEType != "image/png" {
			t.Fatalf("icons of %+v", info)
		}
		data, ok := strings.CutPrefix(info.Icons[0].Src, "data:image/png;base64,")
		raw, err := base64.StdEncoding.DecodeString(data)
		if !ok || err != nil {
			t.Fatal(info.Icons[0].Src, err)
		}
		config, err := png.DecodeConfig(bytes.NewReader(raw))
		if err != nil || config.Width != 48 || config.Height != 48 || info.Icons[0].Sizes[0] != "48x48" {
			t.Errorf("%+v, %v: %+v", config, err, info.Icons[0])
		}
	}
	if listed.Icons != nil {
		t.Errorf("the result of tools/list repeats the icon")
	}
	for _, info := range []mcp.Implementation{hello, discovered, listed} {
		if info.Name != "mcp-realtimekit" || info.Version != "1.2.3" || info.Title != "Cloudflare RealtimeKit" {
			t.Errorf("a result of %+v", info)
		}
	}
}
