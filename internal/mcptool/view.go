package mcptool

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// The extension MCP Apps, by which a host draws what a tool answered:
// https://modelcontextprotocol.io/extensions/apps/overview.
const (
	viewExtension = "io.modelcontextprotocol/ui"
	// ViewMIME is the type of a view's document.
	ViewMIME = "text/html;profile=mcp-app"
	// drawingKey is where the drawing of an answer is in its _meta, from which hosts do
	// not feed the model.
	drawingKey = "mcp-realtimekit/timeline"
	// mostDrawing is how many bytes it has.
	mostDrawing = 400_000
)

// Draws is whether a client says that it draws views.
type Draws int

// The answers of a client. Over HTTP without sessions, older revisions tell nothing.
const (
	DrawsUnknown Draws = iota
	DrawsNothing
	DrawsViews
)

// ClientDraws is what a client says, in the request's _meta or, in older revisions, when it
// connected.
func ClientDraws(ctx context.Context, meta *mcp.Meta) Draws {
	if mcp.IsModernProtocol(server.RequestProtocolVersion(ctx)) {
		if c := meta.ClientCapabilities(); c != nil {
			return draws(c.Extensions)
		}
		return DrawsUnknown
	}
	s, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo)
	if !ok || s.GetClientInfo().Name == "" {
		return DrawsUnknown
	}
	return draws(s.GetClientCapabilities().Extensions)
}

func draws(extensions map[string]any) Draws {
	said, ok := extensions[viewExtension]
	if !ok || said == nil {
		return DrawsNothing
	}
	settings, _ := said.(map[string]any)
	types, listed := settings["mimeTypes"].([]any)
	if listed && !slices.Contains(types, any(ViewMIME)) {
		return DrawsNothing
	}
	return DrawsViews
}

// viewMeta links a tool with its view. One host shows no tool whose visibility is not said.
func viewMeta(uri string) *mcp.Meta {
	return mcp.NewMetaFromMap(map[string]any{
		"ui": map[string]any{"resourceUri": uri, "visibility": []string{"model", "app"}},
	})
}

// Drawable is an output that a view draws.
type Drawable interface {
	// Draw is a page of what is drawn, as JSON of at most so many bytes, nil if there is
	// nothing. Asked reports whether the call asked for this page, as views do.
	Draw(most int) (page json.RawMessage, err error)
	Asked() bool
}

// draw adds what a view draws to an answer, if the client is known to draw or asks for it.
func draw(ctx context.Context, req mcp.CallToolRequest, out any, res *mcp.CallToolResult) error {
	d, ok := out.(Drawable)
	if !ok || !d.Asked() && ClientDraws(ctx, req.Params.Meta) != DrawsViews {
		return nil
	}
	page, err := d.Draw(mostDrawing)
	if err != nil || page == nil {
		return err
	}
	if res.Meta == nil {
		res.Meta = &mcp.Meta{AdditionalFields: map[string]any{}}
	}
	res.Meta.AdditionalFields[drawingKey] = page
	return nil
}
