package clientconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tailscale/hujson"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

var errNotUTF8 = errors.New("the file is not UTF-8 text; save it as UTF-8")

// document is a JSON file, possibly with comments and trailing commas, under
// edit. Each new line looks like those which are there.
type document struct {
	before  []byte // as it was read
	value   hujson.Value
	root    *node
	changed bool
	newline string
	indent  string
}

// node is an object and how deep it lies.
type node struct {
	*hujson.Object
	depth int
}

func parse(file []byte) (*document, error) {
	d := &document{before: file, newline: "\n", indent: "  "}
	file = bytes.TrimPrefix(file, byteOrderMark)
	if !utf8.Valid(file) || bytes.IndexByte(file, 0) >= 0 { // UTF-16, as PowerShell's > writes it
		return nil, errNotUTF8
	}
	if bytes.Contains(file, []byte("\r\n")) {
		d.newline = "\r\n"
	}
	d.indent = indentOf(file, d.indent)
	if len(bytes.TrimSpace(file)) == 0 {
		d.value = hujson.Value{Value: &hujson.Object{}, AfterExtra: []byte(d.newline)}
	} else {
		var err error
		if d.value, err = hujson.Parse(bytes.Clone(file)); err != nil {
			// The parser may quote what it could not read, which may be a token.
			at, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "hujson: "), ": ")
			return nil, fmt.Errorf("the file is not valid JSON: %s", at)
		}
	}
	root, ok := d.value.Value.(*hujson.Object)
	if !ok {
		return nil, errors.New("the file is JSON, but not an object")
	}
	d.root = &node{root, 0}
	return d, d.root.unique()
}

// indentOf is the white space that the first indented line begins with.
func indentOf(file []byte, fallback string) string {
	for line := range bytes.Lines(file) {
		rest := bytes.TrimLeft(line, " \t")
		if space := line[:len(line)-len(rest)]; len(space) > 0 && len(rest) > 0 && rest[0] == '"' {
			return string(space)
		}
	}
	return fallback
}

// pack returns the edited file, or the original where nothing changed.
func (d *document) pack() ([]byte, error) {
	if !d.changed {
		return d.before, nil
	}
	out := d.value.Pack()
	if _, err := hujson.Parse(bytes.Clone(out)); err != nil {
		return nil, fmt.Errorf("the edit went wrong, and nothing is written: %w", err)
	}
	if bytes.HasPrefix(d.before, byteOrderMark) {
		out = append(slices.Clone(byteOrderMark), out...)
	}
	return out, nil
}

// object returns the object at a path below n, made where it is missing.
func (d *document) object(n *node, path ...string) (*node, error) {
	for _, name := range path {
		v := n.get(name)
		if v == nil {
			v = d.set(n, name, &hujson.Object{})
		}
		o, ok := v.Value.(*hujson.Object)
		if !ok {
			return nil, fmt.Errorf("%q is not an object", name)
		}
		n = &node{o, n.depth + 1}
		if err := n.unique(); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// unique refuses an object of which clients and we might read different members.
func (n *node) unique() error {
	seen := map[string]bool{}
	for _, m := range n.Members {
		name := text(&m.Name)
		if seen[name] {
			return fmt.Errorf("%q is there twice in one object; remove one first", name)
		}
		seen[name] = true
	}
	return nil
}

// onOneLine is true of an object with members, all on one line without comments.
func (n *node) onOneLine() bool {
	between := slices.Clone(n.AfterExtra)
	for _, m := range n.Members {
		between = slices.Concat(between, m.Name.BeforeExtra, m.Name.AfterExtra, m.Value.BeforeExtra, m.Value.AfterExtra)
	}
	return len(n.Members) > 0 && len(bytes.Trim(between, " \t")) == 0
}

func (n *node) get(name string) *hujson.Value {
	for i := range n.Members {
		if text(&n.Members[i].Name) == name {
			return &n.Members[i].Value
		}
	}
	return nil
}

// text is a string's value; of anything else, and of nothing, it is empty.
func text(v *hujson.Value) string {
	if v == nil || v.Value.Kind() != '"' {
		return ""
	}
	var s string
	if json.Unmarshal(v.Value.(hujson.Literal), &s) != nil {
		return ""
	}
	return s
}

// set replaces a member's value, or adds the member on a line of its own.
func (d *document) set(n *node, name string, v hujson.ValueTrimmed) *hujson.Value {
	d.changed = true
	if old := n.get(name); old != nil {
		old.Value = v
		return old
	}
	m := hujson.ObjectMember{
		Name:  hujson.Value{Value: hujson.String(name)},
		Value: hujson.Value{BeforeExtra: []byte(" "), Value: v},
	}
	var last *hujson.Value
	if len(n.Members) > 0 {
		last = &n.Members[len(n.Members)-1].Value
	}
	if _, ok := v.(hujson.Literal); ok && n.onOneLine() {
		m.Name.BeforeExtra = []byte(" ")
		follow(&m.Value, last)
	} else {
		d.place(&m.Name, &m.Value, last, &n.AfterExtra, n.depth+1)
	}
	n.Members = append(n.Members, m)
	return &n.Members[len(n.Members)-1].Value
}

// append adds to a list, on a line of its own or behind the last element.
func (d *document) append(a *hujson.Array, v hujson.Value, ownLine bool) {
	d.changed = true
	var last *hujson.Value
	if len(a.Elements) > 0 {
		last = &a.Elements[len(a.Elements)-1]
		ownLine = ownLine || bytes.ContainsAny(last.BeforeExtra, "\n")
	}
	depth := 2 // of the only list that gets lines of its own: inputs
	if !ownLine && len(bytes.TrimSpace(a.AfterExtra)) == 0 {
		if last != nil {
			v.BeforeExtra = []byte(" ")
			follow(&v, last)
		}
		a.Elements = append(a.Elements, v)
		return
	}
	if last != nil && bytes.ContainsAny(last.BeforeExtra, "\n") {
		space := last.BeforeExtra[bytes.LastIndexByte(last.BeforeExtra, '\n')+1:]
		if len(bytes.TrimSpace(space)) == 0 && d.indent != "" {
			depth = max(1, len(space)/len(d.indent))
		}
	}
	d.place(&v, &v, last, &a.AfterExtra, depth)
	a.Elements = append(a.Elements, v)
}

// place lays out a new last element which begins with first and ends with end.
// Comments behind the element before it stay with that one.
func (d *document) place(first, end, last *hujson.Value, closing *hujson.Extra, depth int) {
	lead := d.line(depth)
	kept := bytes.TrimRight(*closing, " \t\r\n")
	if len(kept) > 0 {
		lead = append(bytes.Clone(kept), lead...)
	}
	first.BeforeExtra = lead
	if last != nil {
		follow(end, last)
	}
	*closing = d.line(depth - 1)
}

// follow keeps a trailing comma one: to the parser, it is anything but nil
// behind the last value.
func follow(end, last *hujson.Value) {
	if last.AfterExtra == nil {
		return
	}
	end.AfterExtra = []byte{}
	if len(last.AfterExtra) == 0 {
		last.AfterExtra = nil
	}
}

// remove takes an element out of a list; comments around it stay.
func (d *document) remove(a *hujson.Array, i int) {
	d.changed = true
	gone := a.Elements[i]
	last := i == len(a.Elements)-1
	a.Elements = slices.Delete(a.Elements, i, i+1)
	next := &a.AfterExtra
	if !last {
		next = &a.Elements[i].BeforeExtra
	}
	if around := slices.Concat(gone.BeforeExtra, gone.AfterExtra); len(bytes.TrimSpace(around)) > 0 {
		*next = append(around, *next...)
	} else if i == 0 && !last {
		*next = gone.BeforeExtra
	}
	if !last || i == 0 {
		return
	}
	switch before := &a.Elements[i-1]; {
	case gone.AfterExtra == nil:
		*next = append(bytes.Clone(before.AfterExtra), *next...)
		before.AfterExtra = nil
	case before.AfterExtra == nil:
		before.AfterExtra = []byte{}
	}
}

func (d *document) line(depth int) []byte {
	return []byte(d.newline + strings.Repeat(d.indent, depth))
}
