// Package jsonrpc reads what clients send before mcp-go does. Both transports
// use it, so that they take the same messages and refuse the same ones.
//
// mcp-go 1.2.1 decodes ids into float64, takes null for no id, and refuses null
// or an empty list where an optional object is meant; and it knows no batches.
//
// https://www.jsonrpc.org/specification
package jsonrpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
)

// What the JSON of one message may cost: a small value takes a hundred times
// its text once it is decoded.
const (
	MaxDepth  = 64
	MaxValues = 20_000
)

// Message is a request, a notification or a response.
type Message struct {
	ID     json.RawMessage `json:"id"` // as it was sent; nil: none
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`

	Version json.RawMessage `json:"jsonrpc"`

	text []byte // nil: it must be written anew
}

// IsRequest reports whether the message is to be answered.
func (m *Message) IsRequest() bool { return m.ID != nil && !m.IsResponse() }

// IsResponse reports whether the message answers a request of the server.
func (m *Message) IsResponse() bool { return m.Method == "" && (m.Result != nil || m.Error != nil) }

// Failure is a JSON-RPC error that answers a message.
type Failure struct {
	ID      json.RawMessage // nil: not known
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

// Trim takes the white space around a message away, and a byte order mark.
func Trim(text []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("\ufeff")))
}

// Parse reads one message, which may be no batch.
func Parse(text []byte) (*Message, *Failure) {
	if failure := Bounded(text); failure != nil {
		return nil, failure
	}
	m := &Message{text: text}
	if err := json.Unmarshal(text, m); err != nil {
		if !json.Valid(text) {
			return nil, &Failure{Code: mcp.PARSE_ERROR, Message: "the message is not valid JSON"}
		}
		return nil, &Failure{FindID(text), mcp.INVALID_REQUEST, "a message must be a JSON-RPC request, notification or response"}
	}
	switch {
	case m.ID == nil:
	case string(m.ID) == "null":
		if m.Method != "" && !strings.HasPrefix(m.Method, "notifications/") {
			return nil, &Failure{Code: mcp.INVALID_REQUEST, Message: "the id of a request must be a string or an integer, not null"}
		}
		m.ID, m.text = nil, nil // some clients write out every field
	case !scalar(m.ID):
		return nil, &Failure{Code: mcp.INVALID_REQUEST, Message: "the id must be a string or an integer"}
	default:
		m.ID = clean(m.ID)
	}
	if m.Method == "" && !m.IsResponse() {
		return nil, &Failure{m.ID, mcp.INVALID_REQUEST, "the message has no method"}
	}
	return m, nil
}

func scalar(id []byte) bool { return id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9' }

// clean makes valid UTF-8 of an id, so that an answer is.
func clean(id json.RawMessage) json.RawMessage { return bytes.ToValidUTF8(id, []byte("\ufffd")) }

// Bounded refuses what would be costly to decode, before anything decodes it.
// It need not notice malformed JSON.
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
			return &Failure{FindID(text), mcp.INVALID_REQUEST, fmt.Sprintf("the JSON is nested deeper than %d levels", MaxDepth)}
		}
		if values > MaxValues {
			return &Failure{FindID(text), mcp.INVALID_REQUEST, fmt.Sprintf("the JSON has more than %d values", MaxValues)}
		}
	}
	return nil
}
