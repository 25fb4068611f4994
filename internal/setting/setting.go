// Package setting reads what people and MCP clients put into the variables and files of
// a configuration: a token in quotes, a line of a .env file, a file that PowerShell has
// written, or a placeholder that nobody has replaced. It returns the value that is meant,
// or an error that names the cause and never the value.
package setting

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// Token reads an API token from text, which is the content of the variable name or of
// the file for it. If text is blank, Token returns "" and no error.
func Token(name, text string) (string, error) {
	v, err := reader{name: name, credential: true, strict: true}.read(text)
	if err != nil || v == "" {
		return "", err
	}
	if err := checkToken(name, v); err != nil {
		return "", err
	}
	return v, nil
}

// Secret reads a word that callers must know. Unlike an API token, it may have any
// printable ASCII, so Secret removes less around it. Read both sides of a comparison with
// it.
func Secret(name, text string) (string, error) {
	return reader{name: name, credential: true}.read(text)
}

// Text reads an id or an address.
func Text(name, text string) (string, error) {
	return reader{name: name, strict: true}.read(text)
}

// Bare removes white space and quotation marks around a value of any kind.
func Bare(text string) string {
	for {
		v := unquote(trim(text))
		if v == text {
			return v
		}
		text = v
	}
}

// AccountID reads the id of an account, or finds it in a URL of the dashboard.
func AccountID(name, text string) (string, error) {
	return idOf(name, text, `^[0-9a-fA-F]{32}$`)
}

// AppID reads the id of an app, or finds it in a URL of the dashboard.
func AppID(name, text string) (string, error) {
	return idOf(name, text, `^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
}

func idOf(name, text, form string) (string, error) {
	v, err := Text(name, text)
	if err != nil || !strings.Contains(v, "://") {
		return v, err
	}
	u, err := url.Parse(v)
	if err != nil {
		return "", errors.New("it is an address that cannot be read; give the id alone")
	}
	is := regexp.MustCompile(form) // compiled only here, because most starts never need it
	for part := range strings.SplitSeq(u.Path+"/"+u.Fragment, "/") {
		if is.MatchString(part) {
			return part, nil
		}
	}
	return "", errors.New("it is an address in which no such id was found; give the id alone")
}

// reader reads one kind of value.
type reader struct {
	name       string // of the variable, for NAME=value
	credential bool   // the words of an Authorization header may come before the value
	strict     bool   // the value has no characters that mean something to shells and templates
}

func (r reader) read(text string) (string, error) {
	text, err := decode(text)
	if err != nil {
		return "", err
	}
	line, err := r.pick(text)
	if err != nil {
		return "", err
	}
	v, err := r.unwrap(line)
	if err != nil || v == "" {
		return "", err
	}
	if err := r.judge(v); err != nil {
		return "", err
	}
	return v, nil
}

// pick returns the line with the value: the last NAME=value of this name, or the only
// line if there is none. It ignores comments and headings.
func (r reader) pick(text string) (string, error) {
	var mine, plain []string
	others := false
	lines := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("\n\r\u0085\u2028\u2029", c) })
	for _, line := range lines {
		line = trim(line)
		if line == "" || r.strict && line[0] == '#' && template(line) == "" || len(lines) > 1 && ignored(line) {
			continue
		}
		_, own, assigns := r.assignment(line)
		switch {
		case own:
			mine = append(mine, line)
		case assigns && r.strict:
			others = true
		default:
			plain = append(plain, line)
		}
	}
	switch {
	case len(mine) > 0:
		return mine[len(mine)-1], nil
	case len(plain) == 1 && !others:
		return plain[0], nil
	case others:
		return "", fmt.Errorf("it sets other names, but no line %s=value", r.name)
	case len(plain) > 1:
		return "", fmt.Errorf("it holds several lines; put the value alone, or a line %s=value", r.name)
	case trim(text) != "":
		return "", errors.New("it holds only comments")
	}
	return "", nil
}

// ignored reports whether the line is a comment or a heading such as [name].
func ignored(line string) bool {
	return line[0] == '#' || line[0] == ';' || strings.HasPrefix(line, "//") || line[0] == '[' && line[len(line)-1] == ']'
}

// assignment reads NAME=value as shells, .env files, YAML and JSON write it. It reports
// whether there is a name, and whether the name is the reader's own.
func (r reader) assignment(line string) (value string, own, assigns bool) {
	setx := false
	for _, command := range []string{"export ", "setx ", "set ", "declare -x ", "$env:"} {
		if rest, ok := cutFold(line, command); ok {
			line, setx = rest, command == "setx "
			break
		}
	}
	wrapped := line != "" && strings.ContainsRune(`"'`, rune(line[0]))
	if wrapped {
		line = line[1:]
	}
	end := strings.IndexFunc(line, func(c rune) bool { return c != '_' && !alphanumeric(c) })
	if end <= 0 || unicode.IsDigit(rune(line[0])) {
		return "", false, false
	}
	own = strings.EqualFold(line[:end], r.name)
	rest := line[end:]
	if wrapped {
		if quoted := strings.TrimLeft(rest, `"'`); quoted != rest {
			rest = quoted // "NAME": value
		} else {
			rest = strings.TrimRight(rest, `"'`) // "NAME=value"
		}
	}
	rest = strings.TrimSpace(rest)
	switch {
	case strings.HasPrefix(rest, "="), own && strings.HasPrefix(rest, ":"):
		rest = trim(rest[1:])
	case setx && own:
	default:
		return "", false, false
	}
	// A word with nothing after "=" may end in the padding of base64.
	return rest, own, own || strings.Trim(rest, "=") != ""
}

func alphanumeric(c rune) bool {
	return c <= unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

func (r reader) unwrap(v string) (string, error) {
	for range 10 { // layers, such as export NAME="Bearer 'value'"
		before := v
		v = trim(comment(trim(v)))
		if r.strict {
			v = strings.TrimRight(v, ";,")
		}
		if value, own, _ := r.assignment(v); own {
			if v = value; trim(value) == "" {
				return "", fmt.Errorf("it sets %s to nothing", r.name)
			}
		}
		v = unquote(v)
		if r.credential {
			if v, _ = cutFold(v, "authorization:"); strings.EqualFold(v, "bearer") {
				return "", errors.New("it holds the word Bearer and no token")
			}
			v = withoutScheme(v)
		}
		if v == before {
			break
		}
	}
	if first, last := runes(v); len(v) > 0 && r.strict && (isQuote(first) || isQuote(last)) {
		return "", errors.New("it has a quotation mark at one end only; was it cut?")
	}
	return v, nil
}

func withoutScheme(v string) string {
	rest, ok := cutFold(v, "bearer")
	if !ok || rest == "" {
		return v
	}
	// cutFold has trimmed the space that tells "Bearer tok" from "bearertok".
	if next := v[len("bearer"):]; trim(next) == next && next[0] != ':' && next[0] != '=' {
		return v
	}
	return trim(strings.TrimLeft(rest, ":="))
}

// comment removes a comment, which begins with white space and a number sign.
func comment(v string) string {
	for i, c := range v {
		if c == '#' && i > 0 && strings.TrimRightFunc(v[:i], unicode.IsSpace) != v[:i] {
			return v[:i]
		}
	}
	return v
}

const quotes = "\"'`´“”„‟‘’‚‛«»‹›＂＇″′「」『』"

func isQuote(c rune) bool { return strings.ContainsRune(quotes, c) }

// unquote removes a pair of quotation marks, and the backslashes that a shell has left
// before them.
func unquote(v string) string {
	first, last := runes(v)
	if first == '\\' && isQuote(last) {
		if inner, ok := strings.CutPrefix(v[:len(v)-len(string(last))], `\`+string(last)); ok {
			return strings.TrimSuffix(inner, `\`)
		}
	}
	if !isQuote(first) || !isQuote(last) || len(v) < len(string(first))+len(string(last)) {
		return v
	}
	return v[len(string(first)) : len(v)-len(string(last))]
}

func runes(v string) (first, last rune) {
	for i, c := range v {
		if i == 0 {
			first = c
		}
		last = c
	}
	return first, last
}

// trim removes white space and invisible characters at both ends.
func trim(v string) string {
	return strings.TrimFunc(v, func(c rune) bool {
		return unicode.IsSpace(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u3164'
	})
}

func cutFold(v, prefix string) (string, bool) {
	if len(v) >= len(prefix) && strings.EqualFold(v[:len(prefix)], prefix) {
		return trim(v[len(prefix):]), true
	}
	return v, false
}

// checkToken returns an error if v cannot be a bearer token of Cloudflare (RFC 6750, 2.1).
func checkToken(name, v string) error {
	const create = "; create an API token at https://dash.cloudflare.com/profile/api-tokens"
	isHex := func(s string) bool { return strings.Trim(strings.ToLower(s), "0123456789abcdef") == "" }
	for _, c := range v {
		switch {
		case c <= ' ' || c == '\u00a0':
			return errors.New("it must be one word of printable ASCII, as Cloudflare shows it; there is white space in it")
		case c > '~':
			return fmt.Errorf("it must be one word of printable ASCII, as Cloudflare shows it; there is %U in it", c)
		}
	}
	switch {
	case len(v) == 37 && isHex(v), strings.HasPrefix(v, "cfk_"):
		return errors.New("it is a Global API Key, which is no API token" + create)
	case strings.HasPrefix(v, "v1.0-"):
		return errors.New("it is an Origin CA key, which is no API token" + create)
	case v[0] == '/', strings.HasPrefix(v, "~/"), strings.HasPrefix(v, "./"), strings.HasPrefix(v, "../"):
		return fmt.Errorf("it is the path of a file; give that as %s_FILE", name)
	}
	if at := strings.IndexFunc(v, func(c rune) bool {
		return !alphanumeric(c) && !strings.ContainsRune("-._~+/=", c)
	}); at >= 0 {
		const wonder = "which no token has: is it a placeholder that the client did not fill in?"
		return fmt.Errorf("there is %q in it, %s", v[at], wonder)
	}
	return nil
}
