package jsonrpc

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"sync/atomic"
)

// Tokens keeps ids and progress tokens as they were sent while mcp-go handles them: it
// replaces those that mcp-go would change by stand-ins. A stand-in contains the
// original and a mark that nobody outside can know.
type Tokens struct {
	mark []byte
	used atomic.Bool
}

// NewTokens returns Tokens with a mark of its own.
func NewTokens() *Tokens { return &Tokens{mark: []byte(`"` + rand.Text() + ".")} }

// Prepare returns the text of a message for mcp-go to read.
func (t *Tokens) Prepare(m *Message) []byte {
	id, params := t.hide(m.ID), t.params(m)
	if m.text != nil && len(id) == len(m.ID) && len(params) == len(m.Params) {
		return m.text
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for _, field := range []struct {
		name  string
		value []byte
	}{
		{"jsonrpc", m.Version},
		{"id", id},
		{"params", params},
		{"result", m.Result},
		{"error", m.Error},
	} {
		if field.value != nil {
			b.WriteString(`"` + field.name + `":`)
			b.Write(field.value)
			b.WriteByte(',')
		}
	}
	method, _ := json.Marshal(m.Method) // a string always encodes
	b.WriteString(`"method":`)
	b.Write(method)
	b.WriteByte('}')
	return b.Bytes()
}

// Restore replaces the stand-ins in an answer by their originals.
func (t *Tokens) Restore(text []byte) []byte {
	if !t.used.Load() {
		return text
	}
	first := bytes.Index(text, t.mark)
	if first < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for at := first; at >= 0; at = bytes.Index(text, t.mark) {
		out = append(out, text[:at]...)
		text = text[at+len(t.mark):]
		end := bytes.IndexByte(text, '"')
		if end < 0 {
			return append(out, text...)
		}
		raw, err := base64.RawURLEncoding.AppendDecode(out, text[:end])
		if err == nil {
			out = raw
		}
		text = text[end+1:]
	}
	return append(out, text...)
}

// hide returns a stand-in, which is longer than the token, or the token itself if
// mcp-go keeps it as it is.
func (t *Tokens) hide(token json.RawMessage) json.RawMessage {
	if len(token) == 0 || !scalar(token) || plain(token) {
		return token
	}
	if token[0] == '"' && !bytes.ContainsAny(token, "\\<>&\u2028\u2029") {
		return token
	}
	t.used.Store(true)
	return append(base64.RawURLEncoding.AppendEncode(bytes.Clone(t.mark), token), '"')
}

// params returns the message's params without empty fields, and with a stand-in for
// the progress token.
func (t *Tokens) params(m *Message) json.RawMessage {
	if empty(m.Params) {
		return nil
	}
	if m.Params[0] != '{' || !suspect(m) {
		return m.Params
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(m.Params, &fields) != nil {
		return m.Params
	}
	changed := false
	for _, name := range []string{"_meta", "arguments"} {
		if value, given := fields[name]; given && empty(value) {
			delete(fields, name)
			changed = true
		}
	}
	if meta, ok := t.meta(fields["_meta"]); ok {
		fields["_meta"] = meta
		changed = true
	}
	if !changed {
		return m.Params
	}
	m.text = nil // the new params may be as long as the old
	raw, err := json.Marshal(fields)
	if err != nil {
		return m.Params
	}
	return raw
}

// suspect reports, at little cost, whether params may hold something to change.
func suspect(m *Message) bool {
	if m.Method == "prompts/get" || bytes.Contains(m.Params, []byte(`"progressToken"`)) {
		return true
	}
	_, after, found := bytes.Cut(m.Params, []byte(`"_meta"`))
	return found && !bytes.HasPrefix(bytes.TrimLeft(after, ": \t\r\n"), []byte("{"))
}

func (t *Tokens) meta(raw json.RawMessage) (json.RawMessage, bool) {
	var fields map[string]json.RawMessage
	if len(raw) == 0 || json.Unmarshal(raw, &fields) != nil {
		return nil, false
	}
	token := clean(fields["progressToken"])
	hidden := t.hide(token)
	if len(hidden) == len(token) {
		return nil, false
	}
	fields["progressToken"] = hidden
	changed, err := json.Marshal(fields)
	return changed, err == nil
}

// empty reports whether the value is one that some clients write for nothing: null, []
// or "".
func empty(value json.RawMessage) bool {
	switch {
	case len(value) == 0, string(value) == "null", string(value) == `""`:
		return true
	}
	return value[0] == '[' && len(bytes.TrimSpace(value[1:len(value)-1])) == 0
}
