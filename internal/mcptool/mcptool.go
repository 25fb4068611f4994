// Package mcptool turns a typed function into an MCP tool: it reflects the schemas,
// reads the arguments as models send them, logs the call, and asks the client's
// user if only they can tell what is meant.
package mcptool

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Settings are what all tools of a server share.
type Settings struct {
	Zone *time.Location // of times that are given without one
	Demo bool           // answers are about the embedded sample account
	Log  *slog.Logger

	NoViews bool // hosts are offered none

	// Bound limits what one call reads, until cancel is called.
	Bound func(context.Context) (bounded context.Context, cancel context.CancelFunc)
}

// Spec is what a model reads of a tool, and a call that shows what it does.
type Spec struct {
	Name, Title, Description string

	Example map[string]any // arguments of a call on the sample account, for the docs

	// Old are names that arguments had before, or that models give them, with
	// those that they have now. They are accepted and not listed.
	Old map[string]string
	// Hidden arguments are accepted and not listed; "format=concise" is one value.
	Hidden []string

	// View is the URI of the resource by which hosts draw the answers; empty is none.
	// The output is Drawable then.
	View string
}

// Tool is an MCP tool with what the docs show of it.
type Tool struct {
	server.ServerTool
	Input   *jsonschema.Schema // with the rules that only the server checks
	Example map[string]any
}

// Answer is a tool's output: its fields are the structured content, Text the same
// facts for a reader. With a method Empty it says whether it has no text of strangers,
// and with Link which resource holds the whole of it.
type Answer interface{ Text() string }

// Define makes a tool of a typed function. The schemas are reflected from I and
// O. An error of run is the tool's answer: it says what was wrong and what to do.
func Define[I any, O Answer](s Settings, spec Spec, run func(context.Context, *Call, I) (O, error)) Tool {
	var in I
	var out O
	input := reflectSchema(in)
	yes, no := true, false
	tool := mcp.Tool{
		Name:            spec.Name,
		Title:           spec.Title,
		Description:     spec.Description,
		RawInputSchema:  rawSchema(published(input, spec.Hidden)),
		RawOutputSchema: rawSchema(outline(reflectSchema(out))),
		Annotations: mcp.ToolAnnotation{
			Title:           spec.Title,
			ReadOnlyHint:    &yes,
			DestructiveHint: &no,
			IdempotentHint:  &yes,
			OpenWorldHint:   &yes,
		},
	}
	drawn := spec.View != "" && !s.NoViews
	if drawn {
		tool.Meta = viewMeta(spec.View)
	}
	handle := func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		given, err := arguments(req, spec.Old)
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		var args I
		if err := decode(input, spec.Old, s.Zone, given, &args); err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		ctx, cancel := s.Bound(ctx)
		defer cancel()
		result, err := run(ctx, &Call{req: req}, args)
		var ask asking
		switch {
		case errors.As(err, &ask) && canAsk(ctx, req):
			return question(ctx, ask), nil
		case err != nil:
			return mcp.NewToolResultError(ErrorText(err)), nil
		}
		res := answer(s, &result, linksFor(ctx, req))
		if drawn {
			err = draw(ctx, req, &result, res)
		}
		return res, err
	}
	return Tool{
		ServerTool: server.ServerTool{Tool: tool, Handler: logged(s.Log, spec.Name, handle)},
		Input:      input,
		Example:    spec.Example,
	}
}

// linked is an output that a resource holds as a whole. Without a URI there is none.
type linked interface {
	Link() (uri, name, description, mime string)
}

// linksFor reports whether a client knows content of type resource_link, by the
// revision that it speaks: over HTTP a header tells, without which it is an older one.
func linksFor(ctx context.Context, req mcp.CallToolRequest) bool {
	revision := cmp.Or(server.RequestProtocolVersion(ctx), req.Header.Get("Mcp-Protocol-Version"))
	return revision >= "2025-06-18"
}

// answer is the last thing that happens to an output.
func answer[O Answer](s Settings, out *O, links bool) *mcp.CallToolResult {
	if head, ok := any(out).(interface{ Finish(demo bool) }); ok {
		head.Finish(s.Demo)
	}
	if head, ok := any(out).(interface{ Warn() }); ok && holdsText(*out) {
		head.Warn()
	}
	res := mcp.NewToolResultStructured(*out, (*out).Text())
	if whole, ok := any(*out).(linked); ok && links {
		if uri, name, description, mime := whole.Link(); uri != "" {
			res.Content = append(res.Content, mcp.NewResourceLink(uri, name, description, mime))
		}
	}
	if s.Demo {
		res.Meta = &mcp.Meta{AdditionalFields: map[string]any{"mcp-realtimekit/sample-data": true}}
	}
	return res
}

// holdsText reports whether an answer has text of strangers in it, which is so
// unless it says otherwise.
func holdsText(out Answer) bool {
	empty, ok := out.(interface{ Empty() bool })
	return !ok || !empty.Empty()
}

// arguments are those that were sent, with what a user chose since in place of
// what was not clear.
func arguments(req mcp.CallToolRequest, old map[string]string) (map[string]any, error) {
	given := req.GetArguments()
	if !empty(req.Params.Arguments) && given == nil {
		return nil, errors.New("arguments must be an object, such as {\"meeting\": \"stand-up\"}")
	}
	choice, err := chosen(req)
	if err != nil || choice == nil {
		return given, err
	}
	with := map[string]any{}
	maps.Copy(with, given)
	for argument, value := range choice {
		if now, was := old[argument]; was {
			argument = now
		}
		maps.DeleteFunc(with, func(name string, _ any) bool { return old[name] == argument })
		with[argument] = value
	}
	return with, nil
}

// Decode reads arguments as a tool of this input would, by their present names.
func Decode[I any](s Settings, given map[string]any) (in I, err error) {
	err = decode(reflectSchema(in), nil, s.Zone, given, &in)
	return in, err
}

// ErrorText is what a caller reads of an error.
func ErrorText(err error) string {
	if errors.Is(err, context.Canceled) {
		return "the call was cancelled"
	}
	return untrusted.Line(err.Error(), maxError) // it may quote the API
}

const maxError = 8000 // characters; the longest lists 20 choices
