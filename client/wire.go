package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/tidwall/gjson"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

// Causes of an *Error if an answer came but cannot be used.
var (
	// ErrUndocumented means an answer that lacks what the API documents. It does not mean "none".
	ErrUndocumented = errors.New("the answer is not what the API documents")
	// ErrTooManyRows means a page of more than MaxRows rows.
	ErrTooManyRows = fmt.Errorf("one page holds more than %d rows", MaxRows)
	// ErrCutOff means that the answer ended before its end, twice.
	ErrCutOff = errors.New("the answer was cut off")
	// ErrReset means that the connection was closed or reset, each time.
	ErrReset = errors.New("the connection was reset")

	errNotJSON = fmt.Errorf("%w: it is not JSON", ErrUndocumented)
)

// sendFunc makes a request with the SDK. Only its error matters: an option takes
// the answer before the SDK decodes it.
type sendFunc func(context.Context, ...option.RequestOption) error

// answerOf makes one request and reads its answer as gjson finds it: the SDK's
// own decoding takes five times as long, and stops at a content type that is not
// JSON or at a field of another type.
func answerOf[T any](
	ctx context.Context, c *Client, what string, read func(answer) (T, error), send sendFunc,
) (T, error) {
	return call(ctx, c, what, func(ctx context.Context, o ...option.RequestOption) (T, error) {
		var zero T
		var res *http.Response
		if err := send(ctx, append(o, option.WithResponseBodyInto(&res))...); err != nil {
			return zero, err
		}
		defer func() { _ = res.Body.Close() }() // all that matters was read
		body, err := wholeBody(res)
		if err != nil {
			return zero, err
		}
		a, err := parse(body)
		if err != nil {
			return zero, err
		}
		return read(a)
	})
}

// listOf requests one page of a list; rows is the path of the list, row reads one of it.
func listOf[T any](
	ctx context.Context, c *Client, what, rows string, row func(gjson.Result) T, send sendFunc,
) (Page[T], error) {
	return answerOf(ctx, c, what, func(a answer) (Page[T], error) { return pageOf(a, rows, row) }, send)
}

// objectOf requests one thing; read is given the answer's data, and reports
// whether that holds it.
func objectOf[T any](
	ctx context.Context, c *Client, what string, read func(gjson.Result) (T, bool), send sendFunc,
) (T, error) {
	return answerOf(ctx, c, what, func(a answer) (T, error) {
		if a.size > maxObject {
			return *new(T), ErrBodyTooLarge
		}
		v, ok := read(a.data)
		if !ok {
			return v, fmt.Errorf("%w: it does not hold %s", ErrUndocumented, what)
		}
		return v, nil
	}, send)
}

// answer is the top of a body: an object, of which only these are read.
type answer struct {
	data, result gjson.Result
	pagings      [3]gjson.Result // data.paging, paging, result_info: the first that tells a total counts
	size         int             // of the body, in bytes
}

// parse keeps body alive as long as the answer; textOf copies what outlives both.
func parse(body string) (answer, error) {
	a := answer{size: len(body)}
	body = strings.TrimPrefix(body, "\ufeff")
	if !valid(body) {
		return a, notJSON(body)
	}
	all := gjson.Parse(body)
	if !all.IsObject() {
		return a, fmt.Errorf("%w: it is not an object", ErrUndocumented)
	}
	all.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "data":
			a.data = v
		case "result":
			a.result = v
		case "paging":
			a.pagings[1] = v
		case "result_info":
			a.pagings[2] = v
		}
		return true
	})
	if a.data.IsObject() {
		a.pagings[0] = a.data.Get("paging")
	}
	return a, nil
}

// maxNesting is how deep JSON may be nested; encoding/json has the same bound.
const maxNesting = 10_000

// valid reports whether body is JSON. gjson's stack grows with each level of it,
// so that what may be deep is measured first.
func valid(body string) bool {
	if strings.Count(body, "[")+strings.Count(body, "{") > maxNesting {
		if deepest, _ := nesting(body); deepest > maxNesting {
			return false
		}
	}
	return gjson.Valid(body)
}

// nesting is how many brackets are open at most, and whether any is at the end.
func nesting(body string) (deepest int, open bool) {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[', c == '{':
			depth++
			deepest = max(deepest, depth)
		case c == ']', c == '}':
			depth--
		}
	}
	return deepest, depth > 0
}

// notJSON tells JSON that ends too early from all else.
func notJSON(body string) error {
	body = strings.TrimSpace(body)
	if !strings.HasPrefix(body, "{") && !strings.HasPrefix(body, "[") {
		return errNotJSON
	}
	if deepest, open := nesting(body); open && deepest <= maxNesting {
		return fmt.Errorf("%w: %w", ErrCutOff, io.ErrUnexpectedEOF)
	}
	return errNotJSON
}

// denied reports whether a body says `success: false`, wherever and however long
// it is. An answer that does not say counts as a success if it holds what it should.
func denied(body string) (denied bool) {
	if !strings.Contains(body, `success`) {
		return false
	}
	gjson.Parse(body).ForEach(func(key, v gjson.Result) bool {
		if key.Str == "success" {
			denied = isFalse(v)
		}
		return true
	})
	return denied
}

// isFalse reports whether v is false, however it is written.
func isFalse(v gjson.Result) bool {
	switch v.Type {
	case gjson.False:
		return true
	case gjson.String:
		return strings.EqualFold(v.Str, "false")
	case gjson.Number:
		return v.Num == 0
	}
	return false
}

// refusalOf is what a body says of its failure, without the rest of it.
func refusalOf(body string) string {
	if len(body) <= headSize {
		return body
	}
	short := `{"success":false`
	gjson.Parse(body).ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "errors", "error", "message", "messages", "code", "title", "detail":
			if room := headSize - len(short) - len(key.Raw) - 3; len(v.Raw) < room {
				short += "," + key.Raw + ":" + v.Raw
			}
		}
		return true
	})
	return short + "}"
}

// list finds the list at a path of one or two names.
func (a answer) list(path string) gjson.Result {
	top, name, nested := strings.Cut(path, ".")
	v := a.data
	if top == "result" {
		v = a.result
	}
	if nested && v.Type != gjson.Null {
		if !v.IsObject() {
			return gjson.Result{}
		}
		return v.Get(name)
	}
	return v
}

// total is what the API says of the whole list: 0 may be a statement, or the
// lack of one.
func (a answer) total() (n int, given bool) {
	for _, p := range a.pagings {
		if !p.IsObject() {
			continue
		}
		if v, ok := number(p.Get("total_count")); ok && v >= 0 && v <= maxCount && v == float64(int(v)) {
			return int(v), true
		}
	}
	return 0, false
}

// offsets are of a page of n rows; those that lie are dropped.
func (a answer) offsets(n int) (start, end int) {
	for _, p := range a.pagings {
		if start, end = count(p.Get("start_offset")), count(p.Get("end_offset")); n > 0 && start > 0 && end-start+1 == n {
			return start, end
		}
	}
	return 0, 0
}

// length counts the rows of a list, up to one more than anybody wants.
func length(list gjson.Result) (n int) {
	list.ForEach(func(_, _ gjson.Result) bool {
		n++
		return n <= MaxRows
	})
	return n
}

// maxRoom bounds the room made for rows that an answer may have.
const maxRoom = 1000

// pageOf reads a page. A field that is missing, null or of another type costs no
// row, and a row that is no object costs no page, unless there is no other.
func pageOf[T any](a answer, rows string, row func(gjson.Result) T) (Page[T], error) {
	list := a.list(rows)
	total, given := a.total()
	page := Page[T]{Items: []T{}, Total: total, size: a.size}
	if list.Type == gjson.Null && list.Exists() && given && total == 0 {
		return page, nil
	}
	if !list.IsArray() {
		return Page[T]{}, fmt.Errorf("%w: %s is not a list", ErrUndocumented, rows)
	}
	room := min(strings.Count(list.Raw, `"id"`), maxRoom)
	if a.size >= traffic.LargeBody {
		if room = length(list); room > MaxRows {
			return Page[T]{}, ErrTooManyRows
		}
	}
	page.Items = make([]T, 0, room)
	unnamed := false
	list.ForEach(func(_, r gjson.Result) bool {
		if page.rows++; !r.IsObject() {
			page.Coverage.Unreadable++
			return page.rows <= MaxRows
		}
		page.Items = append(page.Items, row(r))
		unnamed = unnamed || idOf(&page.Items[len(page.Items)-1]) == ""
		return page.rows <= MaxRows
	})
	if page.rows > MaxRows {
		return Page[T]{}, ErrTooManyRows
	}
	if page.rows > 0 && len(page.Items) == 0 {
		return Page[T]{}, fmt.Errorf("%w: %s is not a list of objects", ErrUndocumented, rows)
	}
	page.Start, page.End = a.offsets(page.rows)
	if unnamed {
		page.print = sha256.Sum256(fmt.Appendf([]byte(list.Raw), "%d-%d", page.Start, page.End))
	}
	return page, nil
}
