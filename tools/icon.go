package tools

import (
	"context"
	_ "embed"
	"encoding/base64"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// The icons are PNGs in data URIs: VS Code shows neither SVG nor what it would have to fetch for a local
// server. TestIcons in packaging draws them.
var (
	//go:embed icon.png
	serverPNG []byte
	//go:embed icon_tool.png
	toolPNG []byte
)

// withIcon adds the server's icon to the two results from which a client learns what it has connected to.
// mcp-go's WithIcons would repeat it in every result of revision 2026-07-28, each of which names the
// server.
func withIcon(self mcp.Implementation) server.ServerOption {
	self.Icons = []mcp.Icon{{Src: dataURI(serverPNG), MIMEType: "image/png", Sizes: []string{"48x48"}}}
	return func(s *server.MCPServer) {
		hooks := hooksOf(s)
		hooks.AddAfterInitialize(func(_ context.Context, _ any, _ *mcp.InitializeRequest, result *mcp.InitializeResult) {
			result.ServerInfo.Icons = self.Icons
		})
		hooks.AddAfterDiscover(func(_ context.Context, _ any, _ *mcp.DiscoverRequest, result *mcp.DiscoverResult) {
			result.EnsureResultMeta().SetServerInfo(self)
		})
	}
}

// toolIcons is what every tool shows in a client's list of tools. Models do not get to see it, but the
// list has it once for each tool, so it is as small as it can be, and its size is not said.
func toolIcons() []mcp.Icon {
	return []mcp.Icon{{Src: dataURI(toolPNG), MIMEType: "image/png"}}
}

func dataURI(png []byte) string {
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(png)
}
