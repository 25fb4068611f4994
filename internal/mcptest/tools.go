package mcptest

import (
	"encoding/json"
	"fmt"
	"slices"
)

// ToolCall is the parameters of tools/call.
type ToolCall struct {
	Name      string         `json:"name"`
	Arguments map[string]any `json:"arguments"`
}

// Known is an argument that a tool may take.
type Known struct {
	Name  string
	Value any
}

// EveryTool returns a call of each tool in a result of tools/list, in its order: with
// the arguments that the tool requires, or, if it requires none, with the first known
// one that it takes. It fails if a tool requires what is not known.
func EveryTool(list []byte, known ...Known) ([]ToolCall, error) {
	var result struct {
		Tools []struct {
			Name        string
			InputSchema struct {
				Properties map[string]any
				Required   []string
			}
		}
	}
	if err := json.Unmarshal(list, &result); err != nil || len(result.Tools) == 0 {
		return nil, fmt.Errorf("not a list of tools: %.200q: %w", list, err)
	}
	var calls []ToolCall
	for _, tool := range result.Tools {
		call := ToolCall{Name: tool.Name, Arguments: map[string]any{}}
		for _, k := range known {
			_, takes := tool.InputSchema.Properties[k.Name]
			requires := slices.Contains(tool.InputSchema.Required, k.Name)
			if requires || takes && len(tool.InputSchema.Required) == 0 && len(call.Arguments) == 0 {
				call.Arguments[k.Name] = k.Value
			}
		}
		if len(call.Arguments) < len(tool.InputSchema.Required) {
			return nil, fmt.Errorf("%s requires %v, of which %v are known", tool.Name, tool.InputSchema.Required, call.Arguments)
		}
		calls = append(calls, call)
	}
	return calls, nil
}
