package jsonrpc

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// maxFoundID is how many bytes of an id IDFinder keeps.
const maxFoundID = 64 << 10

// maxKey is how many bytes of a key IDFinder keeps, which are enough to know "id".
const maxKey = 8

// IDFinder finds the id of a message that is too large to keep. The message is
// written to it piece by piece. The zero value is ready to use.
type IDFinder struct {
	depth   int
	quoted  bool
	escaped bool
	key     []byte // the string at depth 1 that may be a key
	isKey   bool   // whether a string here would be a key at depth 1
	within  bool   // whether this is the value of the id
	found   []byte
}

// Write takes the next piece of the message. It never fails.
func (f *IDFinder) Write(text []byte) (int, error) {
	for rest := text; len(rest) > 0; {
		rest = rest[f.idle(rest):]
		if len(rest) > 0 {
			f.next(rest[0])
			rest = rest[1:]
		}
	}
	return len(text), nil
}

// idle returns how many bytes at the beginning of text change nothing, such as those
// of a long string.
func (f *IDFinder) idle(text []byte) int {
	switch {
	case f.within || f.escaped:
		return 0
	case !f.quoted:
		for i, c := range text {
			switch c {
			case '"', '{', '[', '}', ']', ',', ':':
				return i
			}
		}
		return len(text)
	case f.isKey && f.depth == 1 && len(f.key) < maxKey:
		return 0
	}
	if end := bytes.IndexByte(text, '"'); end >= 0 {
		text = text[:end]
	}
	if escape := bytes.IndexByte(text, '\\'); escape >= 0 {
		return escape
	}
	return len(text)
}

func (f *IDFinder) next(c byte) {
	if f.quoted {
		f.inString(c)
		return
	}
	if f.within {
		f.inValue(c)
	}
	switch c {
	case '"':
		f.quoted, f.key = true, f.key[:0]
	case '{', '[':
		f.depth++
		f.isKey = f.depth == 1
	case '}', ']':
		f.depth--
	case ',':
		f.isKey = f.depth == 1
	case ':':
		if f.depth == 1 && f.isKey && string(f.key) == "id" {
			f.within, f.found = true, f.found[:0]
		}
		f.isKey = false
	}
}

// inValue takes a byte of the id's value. A valid id is a string or a number.
func (f *IDFinder) inValue(c byte) {
	switch c {
	case ' ', '\t', '\r', '\n':
		f.within = len(f.found) == 0
	case ',', '}':
		f.within = false
	default:
		f.keep(c)
	}
}

func (f *IDFinder) keep(c byte) {
	if len(f.found) < maxFoundID {
		f.found = append(f.found, c)
	}
}

func (f *IDFinder) inString(c byte) {
	if f.within {
		f.keep(c)
	}
	switch {
	case f.escaped:
		f.escaped = false
	case c == '\\':
		f.escaped = true
	case c == '"':
		f.quoted = false
		return
	}
	if f.isKey && f.depth == 1 && len(f.key) < maxKey {
		f.key = append(f.key, c)
	}
}

// ID returns the id as it was sent, or nil if there is none that an answer can have.
func (f *IDFinder) ID() json.RawMessage {
	id := bytes.TrimSpace(f.found)
	if len(id) == 0 || !scalar(id) || !json.Valid(id) {
		return nil
	}
	return clean(bytes.Clone(id))
}

// FindID returns the id of a message, which need not be valid JSON, or nil.
func FindID(text []byte) json.RawMessage {
	var f IDFinder
	_, _ = f.Write(text)
	return f.ID()
}

// Key returns a key for a map of ids: two spellings of one id, such as "é" and
// "\u00e9", have the same key, and 1 and "1" have different ones.
func Key(id json.RawMessage) string {
	if len(id) == 0 {
		return ""
	}
	if id[0] == '"' {
		var s string
		if json.Unmarshal(id, &s) != nil {
			return string(id)
		}
		return `"` + s
	}
	const exact = 1 << 53 // up to here float64 holds every integer
	if plain(id) {
		return string(id)
	}
	f, err := strconv.ParseFloat(string(id), 64)
	if err == nil && f > -exact && f < exact && f == float64(int64(f)) {
		return strconv.FormatInt(int64(f), 10)
	}
	return string(id)
}

// plain reports whether decoding a number into float64 and encoding it again
// gives the same text.
func plain(number []byte) bool {
	digits := bytes.TrimPrefix(number, []byte("-"))
	if len(digits) == 0 || len(digits) > 15 || digits[0] == '0' && len(number) > 1 {
		return false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
