package clientconfig

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlDocument is a TOML file under edit. Only bytes of the server's own table
// are replaced, and only there, or at the end, are lines added.
type tomlDocument struct {
	before   []byte // as it was read
	text     []byte // without byte order mark
	newline  string
	table    []string // the server's table, as ["mcp_servers", "realtimekit"]
	sections []*section
	edits    []edit
}

// section is a header of the server's table, or of one below it, with its lines.
type section struct {
	path   []string // below the server's table; empty for that itself
	pairs  []pair
	end    int // of the last line that is not blank or a comment
	indent string
}

// pair is a key with its value, of which the bytes [start,end) are the text.
type pair struct {
	key        []string
	kind       unstable.Kind
	start, end int
	elements   []element // of an array
	pairs      []pair    // of an inline table
}

// element is a string of an array.
type element struct {
	value      string
	start, end int
}

type edit struct {
	start, end int
	with       string
}

// parseTOML reads the file and finds the lines about the server's table. It refuses
// a table in a form which cannot be edited without reading the file as a person does.
func parseTOML(file []byte, table ...string) (*tomlDocument, error) {
	d := &tomlDocument{before: file, text: bytes.TrimPrefix(file, byteOrderMark), newline: "\n", table: table}
	if !utf8.Valid(d.text) || bytes.IndexByte(d.text, 0) >= 0 { // UTF-16, as PowerShell's > writes it
		return nil, errNotUTF8
	}
	if bytes.Contains(d.text, []byte("\r\n")) {
		d.newline = "\r\n"
	}
	if _, err := decodeTOML(d.text); err != nil {
		return nil, err
	}
	return d, d.scan()
}

// decodeTOML gives the place of an error, and nothing of the text, which may be a token.
func decodeTOML(text []byte) (map[string]any, error) {
	var v map[string]any
	err := toml.Unmarshal(text, &v)
	if at := (*toml.DecodeError)(nil); errors.As(err, &at) {
		line, column := at.Position()
		return nil, fmt.Errorf("the file is not valid TOML: line %d, column %d", line, column)
	}
	if err != nil {
		return nil, errors.New("the file is not valid TOML")
	}
	return v, nil
}

func (d *tomlDocument) scan() error {
	p := unstable.Parser{}
	p.Reset(d.text)
	var current []string
	var own *section
	for p.NextExpression() {
		e := p.Expression()
		keys, at := keysOf(e)
		if e.Kind == unstable.KeyValue {
			if own != nil {
				end := int(e.Raw.Offset + e.Raw.Length)
				own.pairs = append(own.pairs, d.pair(e))
				own.end, own.indent = d.lineEnd(end), d.indentAt(at)
			} else if full := append(slices.Clone(current), keys...); overlaps(full, d.table) {
				return d.refused()
			}
			continue
		}
		current, own = keys, nil
		switch {
		case e.Kind == unstable.ArrayTable && overlaps(keys, d.table) && len(keys) <= len(d.table):
			return d.refused()
		case len(keys) >= len(d.table) && overlaps(keys, d.table):
			own = &section{path: keys[len(d.table):], end: d.lineEnd(at), indent: d.indentAt(at)}
			d.sections = append(d.sections, own)
		}
	}
	if p.Error() != nil {
		return errors.New("the file is not valid TOML")
	}
	return nil
}

func (d *tomlDocument) refused() error {
	return fmt.Errorf("%[1]s is written inline or with dots; "+
		"write it as [%[1]s] with a line for each key, or remove it, and try again", strings.Join(d.table, "."))
}

// overlaps says whether one of two paths leads to the other.
func overlaps(a, b []string) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}

// keysOf returns the parts of a key, and where the first of them begins.
func keysOf(e *unstable.Node) (keys []string, at int) {
	for it := e.Key(); it.Next(); {
		if len(keys) == 0 {
			at = int(it.Node().Raw.Offset)
		}
		keys = append(keys, string(it.Node().Data))
	}
	return keys, at
}

// pair copies what is needed of a node, for the parser reuses it.
func (d *tomlDocument) pair(e *unstable.Node) pair {
	keys, _ := keysOf(e)
	p := pair{key: keys, kind: e.Value().Kind, end: int(e.Raw.Offset + e.Raw.Length)}
	var last unstable.Range
	for it := e.Key(); it.Next(); {
		last = it.Node().Raw
	}
	p.start = int(last.Offset + last.Length)
	for strings.IndexByte(" \t=", d.text[p.start]) >= 0 {
		p.start++
	}
	for it := e.Value().Children(); it.Next(); {
		switch n := it.Node(); {
		case p.kind == unstable.InlineTable && n.Kind == unstable.KeyValue:
			p.pairs = append(p.pairs, d.pair(n))
		case p.kind == unstable.Array && n.Kind == unstable.String:
			start := int(n.Raw.Offset)
			p.elements = append(p.elements, element{string(n.Data), start, start + int(n.Raw.Length)})
		}
	}
	return p
}

func (d *tomlDocument) lineEnd(at int) int {
	if i := bytes.IndexByte(d.text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(d.text)
}

// indentAt is the white space before a key or a header.
func (d *tomlDocument) indentAt(at int) string {
	line := d.text[bytes.LastIndexByte(d.text[:at], '\n')+1 : at]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// section finds the server's table or, by its name, one below it.
func (d *tomlDocument) section(path ...string) *section {
	for _, s := range d.sections {
		if slices.Equal(s.path, path) {
			return s
		}
	}
	return nil
}

func find(pairs []pair, key string) *pair {
	for i := range pairs {
		if len(pairs[i].key) == 1 && pairs[i].key[0] == key {
			return &pairs[i]
		}
	}
	return nil
}

func (d *tomlDocument) replace(start, end int, with string) {
	d.edits = append(d.edits, edit{start, end, with})
}

// add puts lines at the end of a section, or a new one at the end of the file.
func (d *tomlDocument) add(s *section, lines []string) {
	if s == nil {
		text := "[" + strings.Join(d.table, ".") + "]" + d.newline + strings.Join(lines, d.newline) + d.newline
		if len(bytes.TrimSpace(d.text)) > 0 {
			text = d.newline + text
			if !bytes.HasSuffix(d.text, []byte("\n")) {
				text = d.newline + text
			}
		}
		d.replace(len(d.text), len(d.text), text)
		return
	}
	if len(lines) == 0 {
		return
	}
	text := ""
	if s.end > 0 && d.text[s.end-1] != '\n' {
		text = d.newline
	}
	for _, line := range lines {
		text += s.indent + strings.ReplaceAll(line, d.newline, d.newline+s.indent) + d.newline
	}
	d.replace(s.end, s.end, text)
}

// addTo puts strings into an array that lacks them, in front: there it is right
// whatever follows, a comment or a trailing comma too.
func (d *tomlDocument) addTo(p *pair, empty bool, values []string) {
	if len(values) == 0 {
		return
	}
	text := quoteAll(values)
	if !empty {
		text += ", "
	}
	d.replace(p.start+1, p.start+1, text)
}

// removeFrom takes an element out of an array, with one comma.
func (d *tomlDocument) removeFrom(p *pair, i int) {
	e := p.elements[i]
	rest := d.text[e.end:p.end]
	trimmed := bytes.TrimLeft(rest, " \t")
	if len(trimmed) > 0 && trimmed[0] == ',' {
		after := bytes.TrimLeft(trimmed[1:], " \t")
		d.replace(e.start, p.end-len(after), "")
		return
	}
	if i > 0 {
		before := p.elements[i-1]
		if between := d.text[before.end:e.start]; len(bytes.Trim(between, " \t\r\n,")) == 0 {
			d.replace(before.end, e.end, "")
			return
		}
	}
	d.replace(e.start, e.end, "") // a comma in front becomes a trailing one
}

// pack returns the edited file, or the original if nothing changed. Whatever is
// not in the server's table must be as it was.
func (d *tomlDocument) pack() ([]byte, error) {
	if len(d.edits) == 0 {
		return d.before, nil
	}
	slices.SortStableFunc(d.edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var out []byte
	at := 0
	for _, e := range d.edits {
		out = append(out, d.text[at:e.start]...)
		out = append(out, e.with...)
		at = e.end
	}
	out = append(out, d.text[at:]...)
	before, err := decodeTOML(d.text)
	if err != nil {
		return nil, err
	}
	after, err := decodeTOML(out)
	if err != nil {
		return nil, fmt.Errorf("the edit went wrong, and nothing is written: %w", err)
	}
	if !sameBut(before, after, d.table) {
		return nil, errors.New("the edit would change other parts of the file, and nothing is written")
	}
	if bytes.HasPrefix(d.before, byteOrderMark) {
		out = append(slices.Clone(byteOrderMark), out...)
	}
	return out, nil
}

// sameBut compares what two files say outside a table.
func sameBut(before, after map[string]any, table []string) bool {
	for _, v := range []map[string]any{before, after} {
		servers, ok := v[table[0]].(map[string]any)
		if !ok {
			continue
		}
		delete(servers, table[1])
		if len(servers) == 0 {
			delete(v, table[0])
		}
	}
	// A NaN is not equal to itself, but its text is.
	return reflect.DeepEqual(before, after) || fmt.Sprintf("%#v", before) == fmt.Sprintf("%#v", after)
}

// quote writes a basic string. JSON's escapes are TOML's, too, but for one character.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // no string fails
	}
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\x7f", `\u007f`)
}

func quoteAll(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(v)
	}
	return strings.Join(quoted, ", ")
}
