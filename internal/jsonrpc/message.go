// Package jsonrpc reads messages of clients before mcp-go does. Both transports use
// it, so they accept and refuse the same messages.
//
// mcp-go 1.2.1 decodes ids into float64, takes an id of null for a missing one,
// refuses null or an empty list in place of an optional object, and has no batches.
//
// https://www.jsonrpc.org/specification
package jsonrpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Limits of the JSON of a message. A small value needs a hundred times the memory of
// its text once it is decoded.
const (
	MaxDepth  = 64
	MaxValues = 20_000
)

// Error codes of JSON-RPC.
//
// https://www.jsonrpc.org/specification#error_object
const (
	parseError     = -32700
	invalidRequest = -32600
	internalError  = -32603
)

// Message is a request, a notification or a response.
type Message struct {
	ID     json.RawMessage `json:"id"` // as it was sent, or nil
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`

	Version json.RawMessage `json:"jsonrpc"`

	text []byte // the whole message, or nil if it must be written anew
}

// IsRequest reports whether the message asks for an answer.
func (m *Message) IsRequest() bool { return m.ID != nil && !m.IsResponse() }

// IsResponse reports whether the message answers a request of the server.
func (m *Message) IsResponse() bool { return m.Method == "" && (m.Result != nil || m.Error != nil) }

// Failure is a JSON-RPC error that answers a message.
type Failure struct {
	ID      json.RawMessage // nil if it is not known
	Code    int
	Message string
}

func (f *Failure) Error() string { return f.Message }

// Encode returns the answer as JSON. An unknown id is null.
func (f *Failure) Encode() []byte {
	id := f.ID
	if id == nil {
		id = json.RawMessage("null")
	}
	message, _ := json.Marshal(f.Message) // a string always encodes
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":%s}}`, id, f.Code, message)
}

// Trim removes the white space around a message and a byte order mark.
func Trim(text []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("\ufeff")))
}

// Parse reads one message. It does not read batches.
func Parse(text []byte) (*Message, *Failure) {
	if failure := Bounded(text); failure != nil {
		return nil, failure
	}
	m := &Message{text: text}
	if err := json.Unmarshal(text, m); err != nil {
		if !json.Valid(text) {
			return nil, &Failure{Code: parseError, Message: "the message is not valid JSON"}
		}
		const rule = "a message must be a JSON-RPC request, notification or response"
		return nil, &Failure{FindID(text), invalidRequest, rule}
	}
	switch {
	case m.ID == nil:
	case string(m.ID) == "null":
		if m.Method != "" && !strings.HasPrefix(m.Method, "notifications/") {
			const rule = "the id of a request must be a string or an integer, not null"
			return nil, &Failure{Code: invalidRequest, Message: rule}
		}
		m.ID, m.text = nil, nil // some clients write every field
	case !scalar(m.ID):
		return nil, &Failure{Code: invalidRequest, Message: "the id must be a string or an integer"}
	default:
		m.ID = clean(m.ID)
	}
	if m.Method == "" && !m.IsResponse() {
		return nil, &Failure{m.ID, invalidRequest, "the message has no method"}
	}
	return m, nil
}

func scalar(id []byte) bool { return id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9' }

// clean makes an id valid UTF-8, so that the answer is.
func clean(id json.RawMessage) json.RawMessage { return bytes.ToValidUTF8(id, []byte("\ufffd")) }

// Bounded refuses a message that would be costly to decode, before it is decoded. It
// need not notice malformed JSON.
func Bounded(text []byte) *Failure {
	depth, values, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			values++
		case c == '}' || c == ']':
			depth--
		case c == ',':
			values++
		}
		if depth > MaxDepth {
			return &Failure{FindID(text), invalidRequest, fmt.Sprintf(
				"the JSON is nested deeper than %d levels", MaxDepth)}
		}
		if values > MaxValues {
			return &Failure{FindID(text), invalidRequest, fmt.Sprintf("the JSON has more than %d values", MaxValues)}
		}
	}
	return nil
}
