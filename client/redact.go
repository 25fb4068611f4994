package client

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

const removed = "[removed]"

// maxForeign is how many characters of a text from outside are looked at.
const maxForeign = 8192

// redactor removes secrets from texts that come from outside, where the API or
// a proxy may echo what it was sent.
type redactor struct {
	secrets []string // as they are
	forms   []string // the same, as they may be written; in lower case
}

func newRedactor(secrets []string) redactor {
	var r redactor
	for _, s := range secrets {
		if len(s) < 4 { // no secret, and letters like it are everywhere
			continue
		}
		r.secrets = append(r.secrets, s)
		r.forms = append(r.forms, lower(s), lower(html.EscapeString(s)), hex.EncodeToString([]byte(s)))
		r.forms = append(r.forms, inBase64(s)...)
	}
	return r
}

// inBase64 is what the base64 of any text that contains s has in common: one
// form for each of the three ways that s can lie on groups of three bytes. The
// outermost characters depend on the neighbours and are left out.
func inBase64(s string) (forms []string) {
	for offset := range 3 {
		code := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", offset) + s))
		from, to := (offset*8+5)/6, (offset+len(s))*8/6
		if to-from < 8 {
			continue
		}
		code = lower(code[from:to])
		forms = append(forms, code, strings.NewReplacer("+", "-", "/", "_").Replace(code))
	}
	return forms
}

// clean returns text as one line without secrets.
func (r redactor) clean(text string) string {
	text = untrusted.Line(text, maxForeign)
	if text == "" {
		return ""
	}
	plain := text
	for range 2 { // what was escaped may have been escaped twice
		if plain = unescape(plain); r.in(plain) {
			text = untrusted.Line(plain, maxForeign)
		}
	}
	for _, form := range r.forms {
		text = replaceFold(text, form)
	}
	for _, s := range r.secrets {
		text = withoutParts(text, s)
	}
	return withoutSignatures(text)
}

func (r redactor) in(text string) bool {
	text = lower(text)
	for _, form := range r.forms {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

// unescape undoes percent-encoding, if it is valid, and HTML's entities.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+3 <= len(s) {
			if plain, err := url.PathUnescape(s[i : i+3]); err == nil {
				b.WriteString(plain)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return html.UnescapeString(b.String())
}

// lower is for ASCII alone, so that positions stay the same.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func replaceFold(s, form string) string {
	folded := lower(s)
	at := strings.Index(folded, form)
	if at < 0 {
		return s
	}
	var b strings.Builder
	for ; at >= 0; at = strings.Index(folded, form) {
		b.WriteString(s[:at] + removed)
		s, folded = s[at+len(form):], folded[at+len(form):]
	}
	return b.String() + s
}

// withoutParts removes what is left of a secret that was cut: half of it or
// more, or its beginning.
func withoutParts(text, secret string) string {
	least := max(8, len(secret)/2)
	if len(secret) < 2*8 || len(secret) > 512 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		n := longest(text[i:], secret)
		begins := strings.HasPrefix(secret, text[i:i+n]) && (n >= 8 || n >= 6 && i+n == len(text))
		if n >= least || begins {
			b.WriteString(removed)
			i += n
			continue
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

// longest is how many of text's first bytes stand somewhere in secret.
func longest(text, secret string) (n int) {
	for from := range len(secret) {
		i := 0
		for i < len(text) && from+i < len(secret) && text[i] == secret[from+i] {
			i++
		}
		n = max(n, i)
	}
	return n
}

var signatures = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(https?://)(?:[^\s/"'<>?@]*@)?([^\s"'<>?]*)\?[^\s"'<>]+` +
		`|\b([\w-]*(?:signature|credential|security-token|sig))=[^\s&"'<>]+`)
})

// withoutSignatures removes queries from links, and the parts of signed ones
// that stand alone: anyone who has a signed link can read what it leads to.
func withoutSignatures(text string) string {
	if !strings.ContainsAny(text, "?=") {
		return text
	}
	return signatures().ReplaceAllStringFunc(text, func(link string) string {
		m := signatures().FindStringSubmatch(link)
		if m[3] != "" {
			return m[3] + "=" + removed
		}
		return m[1] + m[2] + "?" + removed
	})
}
