package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// The smallest files of their kinds: one pixel, and no sample at all.
const (
	png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
	wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="
)

var (
	described       = mcp.WithDescription("Fixture of the conformance suite")
	promptDescribed = mcp.WithPromptDescription("Fixture of the conformance suite")
)

func fixed(content ...mcp.Content) server.ToolHandlerFunc {
	return func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{Content: content}, nil
	}
}

func addContent(s *server.MCPServer) {
	text, image := mcp.NewTextContent("This is a simple text response for testing."), mcp.NewImageContent(png,
		"image/png")
	resource := mcp.NewEmbeddedResource(
		mcp.TextResourceContents{
			URI:      "test://embedded-resource",
			MIMEType: "text/plain",
			Text:     "This is an embedded resource content.",
		},
	)
	data := mcp.NewEmbeddedResource(
		mcp.TextResourceContents{
			URI:      "test://mixed-content-resource",
			MIMEType: "application/json",
			Text:     `{"test":"data","value":123}`,
		},
	)
	s.AddTool(mcp.NewTool("test_simple_text", described), fixed(text))
	s.AddTool(mcp.NewTool("test_image_content", described), fixed(image))
	s.AddTool(mcp.NewTool("test_audio_content", described), fixed(mcp.NewAudioContent(wav, "audio/wav")))
	s.AddTool(mcp.NewTool("test_embedded_resource", described), fixed(resource))
	s.AddTool(mcp.NewTool("test_multiple_content_types", described),
		fixed(mcp.NewTextContent("Multiple content types test:"), image, data))
	s.AddTool(
		mcp.NewTool("test_error_handling", described),
		func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultError("This tool intentionally returns an error for testing"), nil
		},
	)
}

func addResources(s *server.MCPServer) {
	for _, r := range []mcp.ResourceContents{
		mcp.TextResourceContents{URI: "test://static-text", MIMEType: "text/plain", Text: "This is the content of the static text resource."},
		mcp.BlobResourceContents{URI: "test://static-binary", MIMEType: "image/png", Blob: png},
		mcp.TextResourceContents{URI: "test://watched-resource", MIMEType: "text/plain", Text: "Nothing has changed."},
	} {
		var uri, kind string
		switch r := r.(type) {
		case mcp.TextResourceContents:
			uri, kind = r.URI, r.MIMEType
		case mcp.BlobResourceContents:
			uri, kind = r.URI, r.MIMEType
		}
		s.AddResource(
			mcp.NewResource(uri, uri, mcp.WithMIMEType(kind)),
			func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
				return []mcp.ResourceContents{r}, nil
			},
		)
	}
	s.AddResourceTemplate(
		mcp.NewResourceTemplate("test://template/{id}/data", "template", mcp.WithTemplateMIMEType("application/json")),
		func(_ context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			id := strings.TrimSuffix(strings.TrimPrefix(req.Params.URI, "test://template/"), "/data")
			raw, err := json.Marshal(map[string]any{"id": id, "templateTest": true, "data": "Data for ID: " + id})
			return []mcp.ResourceContents{
				mcp.TextResourceContents{URI: req.Params.URI, MIMEType: "application/json", Text: string(raw)},
			}, err
		},
	)
}

func says(content ...mcp.Content) *mcp.GetPromptResult {
	r := &mcp.GetPromptResult{}
	for _, c := range content {
		r.Messages = append(r.Messages, mcp.NewPromptMessage(mcp.RoleUser, c))
	}
	return r
}

func addPrompts(s *server.MCPServer) {
	s.AddPrompt(
		mcp.NewPrompt("test_simple_prompt", promptDescribed),
		func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return says(mcp.NewTextContent("This is a simple prompt for testing.")), nil
		},
	)
	s.AddPrompt(
		mcp.NewPrompt("test_prompt_with_arguments", promptDescribed, mcp.WithArgument("arg1", mcp.RequiredArgument()),
			mcp.WithArgument("arg2", mcp.RequiredArgument())),
		func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			a := req.Params.Arguments
			return says(
				mcp.NewTextContent(fmt.Sprintf("Prompt with arguments: arg1='%s', arg2='%s'", a["arg1"], a["arg2"]))), nil
		},
	)
	s.AddPrompt(
		mcp.NewPrompt("test_prompt_with_embedded_resource", promptDescribed,
			mcp.WithArgument("resourceUri", mcp.RequiredArgument())),
		func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return says(
				mcp.NewEmbeddedResource(
					mcp.TextResourceContents{
						URI:      req.Params.Arguments["resourceUri"],
						MIMEType: "text/plain",
						Text:     "Embedded resource content for testing.",
					},
				),
				mcp.NewTextContent("Please process the embedded resource above."),
			), nil
		},
	)
	s.AddPrompt(
		mcp.NewPrompt("test_prompt_with_image", promptDescribed),
		func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return says(mcp.NewImageContent(png, "image/png"), mcp.NewTextContent("Please analyze the image above.")), nil
		},
	)
}

// addSchemas adds tools whose schemas must arrive whole, and one whose argument
// is repeated in a header.
func addSchemas(s *server.MCPServer) {
	whole := mcp.NewToolWithRawSchema("json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features",
		json.RawMessage(wholeSchema))
	s.AddTool(whole, fixed(mcp.NewTextContent("ok")))
	header := mcp.NewToolWithRawSchema("test_header_argument", "Its argument is repeated in a header",
		json.RawMessage(headerSchema))
	s.AddTool(header, fixed(mcp.NewTextContent("ok")))
}

const wholeSchema = `{
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"type": "object",
	"$defs": {
		"address": {
			"$anchor": "addressDef",
			"type": "object",
			"properties": {"street": {"type": "string"}, "city": {"type": "string"}}
		}
	},
	"properties": {
		"name": {"type": "string"},
		"address": {"$ref": "#/$defs/address"},
		"contactMethod": {"type": "string", "enum": ["phone", "email"]},
		"phone": {"type": "string"},
		"email": {"type": "string"}
	},
	"allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
	"if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
	"then": {"required": ["phone"]},
	"else": {"required": ["email"]},
	"additionalProperties": false
}`

const headerSchema = `{
	"type": "object",
	"properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
	"required": ["region"]
}`
