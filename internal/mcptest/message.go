package mcptest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Message is any message of a server. Its id is kept as it came.
type Message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *Error          `json:"error"`
}

// Error is a JSON-RPC error.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// ToolResult is the result of a call of a tool.
type ToolResult struct {
	IsError    bool            `json:"isError"`
	Structured json.RawMessage `json:"structuredContent"`
	Content    []struct {
		Text string `json:"text"`
	} `json:"content"`
}

// Text is what a model reads.
func (r ToolResult) Text() string {
	var b strings.Builder
	for _, c := range r.Content {
		b.WriteString(c.Text)
	}
	return b.String()
}

// Parse reads a message.
func Parse(line []byte) (m Message, err error) {
	if err := json.Unmarshal(line, &m); err != nil {
		return Message{}, fmt.Errorf("%.300q: %w", line, err)
	}
	return m, nil
}

// ToolResult reads the result of a call of a tool. A JSON-RPC error is an error.
func (m Message) ToolResult() (r ToolResult, err error) {
	if m.Error != nil {
		return r, fmt.Errorf("JSON-RPC error %d: %s", m.Error.Code, m.Error.Message)
	}
	if err := json.Unmarshal(m.Result, &r); err != nil {
		return r, fmt.Errorf("%.300q: %w", m.Result, err)
	}
	return r, nil
}
