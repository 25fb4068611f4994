package httpserve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
)

// What JSON may cost: decoded, a small value takes a hundred times its text.
const (
	maxDepth  = 64
	maxValues = 20_000
)

// readBody reads one JSON-RPC message, leaves it in the request, and returns
// its method; or it answers.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request) (method string, ok bool) {
	out, wrapped := w.(*writer)
	if wrapped {
		w = out.ResponseWriter // which closes the connection of a body too large
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.o.MaxBody))
	if wrapped {
		w = out
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, mcp.INVALID_REQUEST, fmt.Sprintf("the request is larger than %d bytes", large.Limit))
		return "", false
	case err != nil:
		refuse(w, http.StatusBadRequest, mcp.PARSE_ERROR, "the request's body did not arrive in full and in time")
		return "", false
	}
	if err := bounded(body); err != nil {
		refuse(w, http.StatusBadRequest, mcp.INVALID_REQUEST, err.Error())
		return "", false
	}
	var message struct {
		Method string `json:"method"`
	}
	if json.Unmarshal(body, &message) != nil {
		refuse(w, http.StatusBadRequest, mcp.PARSE_ERROR, "the request is not one JSON-RPC message")
		return "", false
	}
	if message.Method == "" {
		refuse(w, http.StatusBadRequest, mcp.INVALID_REQUEST, "the message has no method; this server asks nothing, so it takes no responses")
		return "", false
	}
	if wrapped {
		out.limitRead(0) // a read that times out would cancel a long call
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return message.Method, true
}

var (
	errDeep = fmt.Errorf("the JSON is nested deeper than %d levels", maxDepth)
	errMany = fmt.Errorf("the JSON has more than %d values", maxValues)
)

// bounded refuses what would be costly to decode, before anything decodes it.
// It need not notice malformed JSON.
func bounded(body []byte) error {
	depth, values, quoted := 0, 0, false
	for i := 0; i < len(body); i++ {
		c := body[i]
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
		if depth > maxDepth {
			return errDeep
		}
		if values > maxValues {
			return errMany
		}
	}
	return nil
}
