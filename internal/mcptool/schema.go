package mcptool

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/invopop/jsonschema"
)

// published is the schema that clients see of an input. It leaves out what the
// server checks itself and some clients enforce or refuse: Gemini CLI, LangChain
// and mcp-use take format to forbid a URL for an id, or a date for a time. Every
// client reads it on every turn, so it is short, too.
func published(input *jsonschema.Schema, hidden []string) *jsonschema.Schema {
	out := *input
	out.Version, out.AdditionalProperties = "", nil // MCP's default; decode refuses others with the nearest name
	out.Properties = jsonschema.NewProperties()
	for p := input.Properties.Oldest(); p != nil; p = p.Next() {
		if slices.Contains(hidden, p.Key) {
			continue
		}
		argument := *p.Value
		argument.Format, argument.MaxLength, argument.Examples = "", nil, nil
		if argument.Minimum == "0" || argument.Minimum == "1" {
			argument.Minimum = "" // what everybody expects
		}
		if argument.Maximum == "1000000" {
			argument.Maximum = "" // more than anybody needs
		}
		argument.Enum = slices.DeleteFunc(slices.Clone(argument.Enum), func(v any) bool {
			return slices.Contains(hidden, fmt.Sprintf("%s=%v", p.Key, v))
		})
		out.Properties.Set(p.Key, &argument)
	}
	return &out
}

// outline is the schema that clients see of an output: the names and types of its
// fields. Those of rows stand in each row. Some clients give it to the model on every
// turn.
func outline(output *jsonschema.Schema) *jsonschema.Schema {
	out := &jsonschema.Schema{Type: output.Type, Properties: jsonschema.NewProperties()}
	for p := output.Properties.Oldest(); p != nil; p = p.Next() {
		out.Properties.Set(p.Key, &jsonschema.Schema{Type: p.Value.Type, Description: p.Value.Description})
	}
	return out
}

func reflectSchema(v any) *jsonschema.Schema {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, ExpandedStruct: true}
	return r.Reflect(v)
}

func rawSchema(s *jsonschema.Schema) json.RawMessage {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("schema of a Go struct: %v", err)) // a programming error, seen by every test
	}
	return bytes.TrimSpace(raw)
}
