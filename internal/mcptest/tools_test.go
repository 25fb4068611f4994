package mcptest

import (
	"reflect"
	"testing"
)

const toolList = `{"tools":[
	{"name":"none","inputSchema":{"type":"object"}},
	{"name":"any","inputSchema":{"properties":{"session":{},"meeting":{}}}},
	{"name":"one","inputSchema":{"properties":{"session":{},"meeting":{}},"required":["session"]}}
]}`

func TestEveryTool(t *testing.T) {
	got, err := EveryTool([]byte(toolList), Known{"meeting", 1}, Known{"session", 2})
	want := []ToolCall{
		{"none", map[string]any{}},
		{"any", map[string]any{"meeting": 1}},
		{"one", map[string]any{"session": 2}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v %v", got, err)
	}
	for _, list := range []string{`{"tools":[]}`, "", toolList} {
		if got, err := EveryTool([]byte(list), Known{"meeting", 1}); err == nil {
			t.Errorf("%s: %v", list, got)
		}
	}
}
