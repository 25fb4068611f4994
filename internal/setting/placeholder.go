package setting

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// judge returns an error if v is a placeholder.
func (r reader) judge(v string) error {
	kind := template(v)
	if kind == "" {
		kind = reference(v)
	}
	if kind == "$..." && !r.strict && strings.ToUpper(v) != v {
		kind = "" // it may be a secret that begins with a dollar sign
	}
	if kind != "" {
		const remedy = "put the value itself there, or set the variable that it names where the client starts"
		return fmt.Errorf("the client did not fill in the placeholder %s; %s", kind, remedy)
	}
	if isMasked(v) {
		return errors.New("it is a placeholder or a masked value; put the whole value there")
	}
	if isExample(v, r.name) {
		return errors.New("the placeholder of an example was not replaced; put the value itself there")
	}
	return nil
}

// Placeholder reports whether v is a placeholder that the client should have replaced.
func Placeholder(v string) bool { return template(unquote(trim(v))) != "" }

// template returns the kind of a placeholder, or "" if v is none. It leaves out the
// content, which may have a secret as the default.
func template(v string) string {
	v = strings.TrimLeft(v, `\`)
	for _, pair := range [][2]string{
		{"${", "}"},
		{"{{", "}}"},
		{"$(", ")"},
		{"#{", "}"},
		{"[[", "]]"},
		{"<%", "%>"},
	} {
		if from := strings.Index(v, pair[0]); from >= 0 && strings.Contains(v[from+2:], pair[1]) {
			return pair[0] + "..." + pair[1]
		}
	}
	first, last := runes(v)
	switch {
	case v == "":
		return ""
	case first == '{' && last == '}', first == '<' && last == '>', first == '[' && last == ']':
		return string(first) + "..." + string(last)
	case first == last && strings.ContainsRune("%@!", first) && identifier(strings.Trim(v, string(first))),
		strings.HasPrefix(v, "__") && strings.HasSuffix(v, "__") && identifier(v):
		return fmt.Sprintf("%[1]cNAME%[1]c", first)
	case first == '%' && last == '%':
		return "%...%"
	}
	if rest, ok := strings.CutPrefix(strings.TrimLeft(v, "$"), "env:"); ok && first == '$' && rest != "" {
		return "$env:..."
	}
	if rest := strings.TrimLeft(v, "$"); first == '$' && identifier(rest) {
		return "$..."
	}
	return ""
}

// references are how values begin that point to other values.
var references = []string{
	"op://", "vault://", "keychain://", "keyring://", "secret://", "secrets://", "bws://", "pass://", "env://", "file://",
	"aws-sm://", "gcp-sm://", "ref+", "!secret ", "!env ", "!vault ", "!env_var ", "!ref ",
	"env:", "input:", "vault:", "keyring:", "secretref:",
	"user_config.", "env.", "process.env.", "import.meta.env.", "os.environ", "secrets.",
}

func reference(v string) string {
	for _, begin := range references {
		if rest, ok := cutFold(v, begin); ok && rest != "" {
			return begin + "..."
		}
	}
	return ""
}

func identifier(v string) bool {
	return v != "" && !unicode.IsDigit(rune(v[0])) && strings.IndexFunc(v, func(c rune) bool {
		return c != '_' && (c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c))
	}) < 0
}

// isMasked reports whether v is xxxx or ****, or a value of which only a part is shown.
func isMasked(v string) bool {
	for _, part := range []string{"***", "•••", "●●●", "...", "…", "xxxxxxxx", "XXXXXXXX"} {
		if strings.Contains(v, part) {
			return true
		}
	}
	return strings.Count(strings.ToLower(v), "x") >= 3 && strings.Trim(v, "xX-_ ./") == ""
}

// isExample reports whether v is what guides write in place of a value.
func isExample(v, name string) bool {
	if strings.EqualFold(v, name) || upper(v) && endsIn(v, "TOKEN", "KEY", "SECRET", "ID") {
		return true
	}
	words := strings.FieldsFunc(strings.ToLower(v), func(c rune) bool { return !alphanumeric(c) })
	whole := strings.Join(words, "-")
	if slices.Contains([]string{
		"null", "undefined", "nil", "none", "nan", "n-a", "object-object", "todo", "fixme", "tbd", "redacted",
		"masked", "hidden",
	}, whole) {
		return true
	}
	for _, part := range []string{
		"replace-me", "replaceme", "replace-this", "replace-with", "to-be-replaced", "change-me", "changeme", "change-this",
		"fill-me", "fill-in", "placeholder",
	} {
		if strings.Contains(whole, part) {
			return true
		}
	}
	return asks(words) || strings.HasPrefix(whole, "your") && endsIn(whole, "token", "key", "secret", "id", "here")
}

// asks reports whether the words ask for a value, as in "paste your token" and "token
// here".
func asks(words []string) bool {
	named := slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{
			"token", "key", "secret", "id", "account", "app", "value", "url", "cloudflare", "credentials",
			"apitoken", "apikey", "accountid", "appid",
		}, w)
	})
	asked := slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"your", "put", "paste", "insert", "enter", "here"}, w)
	})
	return named && asked
}

func upper(v string) bool { return strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == "" }

func endsIn(v string, ends ...string) bool {
	return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(v, end) })
}
