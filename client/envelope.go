package client

import (
	"html"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"
)

// bodyKind is what a refusal came with.
type bodyKind int

const (
	anyBody  bodyKind = iota // in the table: whichever
	noBody                   // empty
	jsonBody                 // whatever its content type says
	textBody                 // plain text, as of a proxy
	pageBody                 // HTML
)

// envelope is what the body of a refusal says, in whichever shape it came.
type envelope struct {
	kind    bodyKind
	codes   []int // in the order given; the first one is told
	message string
	title   string        // of a page
	edge    bool          // Cloudflare's edge says it: its codes are another list than the API's
	after   time.Duration // to wait, as an edge's error says
}

// readEnvelope reads as much as there is: the body may have been cut.
func readEnvelope(h http.Header, body string) envelope {
	body = strings.TrimSpace(strings.TrimPrefix(body, "\ufeff"))
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	switch {
	case len(body) == 0:
		return envelope{kind: noBody}
	case body[0] == '{' || body[0] == '[':
		return readJSON(gjson.Parse(body))
	case body[0] == '<' || strings.Contains(kind, "html"):
		return readHTML(body)
	case body[0] == '"' && gjson.Valid(body):
		return envelope{kind: jsonBody, message: gjson.Parse(body).Str}
	case strings.Contains(kind, "json") && gjson.Valid(body):
		return envelope{kind: jsonBody} // null, or a number
	default:
		e := envelope{kind: textBody, message: body}
		e.edgeCode(e.message)
		return e
	}
}

// readJSON gathers codes and messages. Documented are Cloudflare's `errors`, a
// list of code and message which may hold chains, the product's `error`, and
// for errors of Cloudflare's edge the problem details of RFC 9457.
func readJSON(v gjson.Result) envelope {
	e := envelope{kind: jsonBody}
	var g gathered
	if !v.IsObject() {
		g.add(v, 0)
		e.codes, e.message = g.codes, strings.Join(g.messages, "; ")
		return e
	}
	for _, name := range []string{"error", "errors"} {
		g.add(v.Get(name), 0)
	}
	for _, name := range []string{"code", "error_code", "errorCode"} {
		g.code(v.Get(name))
	}
	title, detail := oneOf(v, "title"), oneOf(v, "detail", "details", "error_description")
	if title != "" && detail != "" {
		g.say(title + ": " + detail)
	} else {
		g.say(title + detail)
	}
	if message := v.Get("message"); message.Type == gjson.String {
		g.say(named(fieldOf(v), strings.TrimSpace(message.Str)))
	} else {
		g.add(message, 0)
	}
	if len(g.messages) == 0 {
		g.add(v.Get("messages"), 0)
	}
	e.codes, e.message = g.codes, strings.Join(g.messages, "; ")
	if v.Get("error_code").Exists() || v.Get("cloudflare_error").Bool() {
		e.edge = true
		if s := v.Get("retry_after").Num; s > 0 && s < 1e6 {
			e.after = time.Duration(s * float64(time.Second))
		}
	}
	return e
}

func oneOf(v gjson.Result, names ...string) string {
	for _, name := range names {
		if s := v.Get(name); s.Type == gjson.String && strings.TrimSpace(s.Str) != "" {
			return strings.TrimSpace(s.Str)
		}
	}
	return ""
}

type gathered struct {
	codes    []int
	messages []string
	seen     int // values looked at
}

func (g *gathered) say(s string) {
	if s = strings.TrimSpace(s); s != "" && !slices.Contains(g.messages, s) {
		g.messages = append(g.messages, s)
	}
}

// code takes a number, also one that is written as a text.
func (g *gathered) code(v gjson.Result) {
	n, err := strconv.Atoi(strings.TrimSpace(v.String()))
	if err == nil && n > 0 && n < 1e9 && !slices.Contains(g.codes, n) {
		g.codes = append(g.codes, n)
	}
}

// What a body may cost: an error has a handful.
const (
	maxChain    = 5 // errors within errors
	maxMessages = 5
	maxValues   = 100
)

func (g *gathered) enough() bool { return len(g.messages) >= maxMessages || g.seen >= maxValues }

func (g *gathered) add(v gjson.Result, depth int) {
	if depth > maxChain || g.enough() {
		return
	}
	g.seen++
	switch {
	case v.Type == gjson.String:
		g.say(v.Str)
	case v.Type == gjson.Number:
		g.code(v)
	case v.IsArray():
		v.ForEach(func(_, one gjson.Result) bool {
			g.add(one, depth+1)
			return !g.enough()
		})
	case v.IsObject():
		g.object(v, depth)
	}
}

func (g *gathered) object(v gjson.Result, depth int) {
	g.code(v.Get("code"))
	message := oneOf(v, "message", "detail", "error_description", "description", "msg", "reason", "title")
	g.say(named(fieldOf(v), message))
	for _, name := range []string{"error_chain", "error", "errors", "cause", "message"} {
		if inner := v.Get(name); inner.IsArray() || inner.IsObject() || name == "error" {
			g.add(inner, depth+1)
		}
	}
	if message != "" || v.Get("code").Exists() {
		return
	}
	v.ForEach(func(name, one gjson.Result) bool { // by field: {"per_page": ["must be a number"]}
		inner := gathered{seen: g.seen}
		inner.add(one, depth+1)
		if g.seen = inner.seen; len(inner.messages) > 0 {
			g.say(name.Str + ": " + strings.Join(inner.messages, ", "))
		}
		return !g.enough()
	})
}

// fieldOf is the argument that an error says it is about, "" if it does not say:
// {"path": ["query", "per_page"]}, or as Cloudflare documents it
// {"source": {"pointer": "/per_page"}}.
func fieldOf(v gjson.Result) string {
	for _, name := range []string{"path", "field", "param", "source.pointer"} {
		var parts []string
		switch at := v.Get(name); {
		case at.IsArray():
			for _, part := range at.Array() {
				parts = append(parts, part.String())
			}
		case name == "source.pointer":
			parts = strings.Split(strings.TrimLeft(at.Str, "#/"), "/")
		default:
			parts = []string{at.Str}
		}
		if field := strings.Join(parts, "."); field != "" && len(field) <= 64 && only(field, "_-.[]") {
			return field
		}
	}
	return ""
}

// named puts the name of a field before what is said of it, unless that has it.
func named(field, message string) string {
	last := field[strings.LastIndexByte(field, '.')+1:]
	if message == "" || strings.Contains(lower(message), lower(last)) {
		return message
	}
	return field + ": " + message
}

var (
	pageTitle = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`) })
	edgeCodes = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(?:error(?: code)?:? *|cf-error-code">)(1\d{3})\b`)
	})
)

func readHTML(page string) envelope {
	e := envelope{kind: pageBody}
	if m := pageTitle().FindStringSubmatch(page); m != nil {
		e.title = strings.TrimSpace(html.UnescapeString(m[1]))
	}
	e.edgeCode(page)
	return e
}

// edgeCode finds the code that Cloudflare's edge writes into pages and plain texts.
func (e *envelope) edgeCode(text string) {
	if m := edgeCodes().FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1]) // four digits
		e.codes, e.edge = []int{n}, true
	}
}

// titled names the page that came in place of JSON.
func titled(head string) string {
	e := readEnvelope(http.Header{}, head)
	switch {
	case e.kind == pageBody && e.title != "":
		return ` but a page titled "` + e.title + `"`
	case e.kind == pageBody:
		return " but an HTML page"
	default:
		return ""
	}
}
