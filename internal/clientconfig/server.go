package clientconfig

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

// Server is how a client starts this server, or reaches it. It cannot hold a
// token: none is ever written.
type Server struct {
	Name    string // in the client
	Command string
	Demo    bool

	TokenFile, AccountID, AppID, BaseURL string // where known

	URL      string // of a server that is reached over HTTP, which has none of the above but the name
	TokenEnv string // variable that holds what is sent there as bearer token; empty is CLOUDFLARE_API_TOKEN
}

const demoFlag = "--demo"

// bearer is the variable that holds the bearer token.
func (s Server) bearer() string {
	if s.TokenEnv != "" {
		return s.TokenEnv
	}
	return tokenVar
}

// placeholder stands where a person has to put a token.
func placeholder(s Server) string { return "<" + s.bearer() + ">" }

// inputID names what VS Code asks for.
func (s Server) inputID() string {
	return strings.ToLower(strings.ReplaceAll(s.bearer(), "_", "-"))
}

// secret is how the client refers to the token; empty where it cannot.
func (c Client) secret(s Server) string {
	if c.asks {
		return c.token.to(s.inputID())
	}
	return c.token.to(s.bearer())
}

// member is one member of an object, with a string for its value.
type member struct{ name, value string }

// settings are the server's settings besides the token, where known.
func (s Server) settings() (known []member) {
	for _, m := range []member{
		{"CLOUDFLARE_ACCOUNT_ID", s.AccountID},
		{"REALTIMEKIT_APP_ID", s.AppID},
		{"CLOUDFLARE_BASE_URL", s.BaseURL},
	} {
		if m.value != "" {
			known = append(known, m)
		}
	}
	return known
}

// environment is what the server's environment must say, empty values included.
// The token's place comes first, for a person may have to fill it in.
func (c Client) environment(s Server) []member {
	if s.Demo {
		return nil
	}
	token := member{tokenVar, c.secret(s)}
	if s.TokenFile != "" {
		token = member{tokenFileVar, s.TokenFile}
	}
	return append([]member{token}, s.settings()...)
}

// Merge returns the client's configuration with this server in it. Whatever
// else the file says stays as it is, comments and order included; so does what
// a person added to this server's entry, a token above all. If nothing is to be
// done it returns the file itself. An empty file counts as absent.
func (c Client) Merge(file []byte, s Server) ([]byte, error) {
	if s.URL != "" && c.remote.none != "" {
		return nil, errors.New(c.remote.none)
	}
	if c.toml {
		return c.mergeTOML(file, s)
	}
	d, err := parse(file)
	if err != nil {
		return nil, err
	}
	entry, err := d.object(d.root, c.servers, s.Name)
	if err != nil {
		return nil, err
	}
	merge := c.mergeLocal
	if s.URL != "" {
		merge = c.mergeRemote
	}
	asked, err := merge(d, entry, s)
	if err != nil {
		return nil, err
	}
	if asked {
		if err := d.ask(s); err != nil {
			return nil, err
		}
	}
	return d.pack()
}

// errOtherKind is about an entry that starts a server where one is to be reached,
// or the other way round. To change it could drop what a person typed.
func errOtherKind(s Server, is string) error {
	return fmt.Errorf("the entry %q already %s; remove it first, or write another with --name", s.Name, is)
}

func errReachedByURL(s Server) error { return errOtherKind(s, "reaches a server by its URL") }

func errStartsCommand(s Server) error { return errOtherKind(s, "starts a command") }

// mergeLocal reports whether the token is the one that the client asks for.
func (c Client) mergeLocal(d *document, entry *node, s Server) (asked bool, err error) {
	if entry.get(c.remote.url) != nil && entry.get("command") == nil {
		return false, errReachedByURL(s)
	}
	for _, m := range c.local {
		if entry.get(m.name) == nil {
			d.set(entry, m.name, hujson.String(m.value))
		}
	}
	start := d.command
	if c.oneList {
		start = d.commandLine
	}
	if err := start(entry, s); err != nil {
		return false, err
	}
	return c.mergeEnv(d, entry, s)
}

// mergeRemote reports whether the token is the one that the client asks for.
func (c Client) mergeRemote(d *document, entry *node, s Server) (asked bool, err error) {
	if entry.get("command") != nil {
		return false, errStartsCommand(s)
	}
	for _, m := range append(slices.Clone(c.remote.fixed), member{c.remote.url, s.URL}) {
		if v := entry.get(m.name); v == nil || text(v) != m.value {
			d.set(entry, m.name, hujson.String(m.value))
		}
	}
	headers, err := d.object(entry, "headers")
	if err != nil {
		return false, err
	}
	const scheme = "Bearer "
	want := c.secret(s)
	if want == "" {
		want = placeholder(s)
	}
	// What a person put there stays, unless it is a reference, and another is asked for.
	got := text(headers.get("Authorization"))
	ours := got == "" || s.TokenEnv != "" && c.refers(strings.TrimPrefix(got, scheme))
	if ours && got != scheme+want {
		got = scheme + want
		d.set(headers, "Authorization", hujson.String(got))
	}
	return c.asks && got == scheme+want, nil
}

// refers says whether the text is a reference of this program's, or a placeholder.
func (c Client) refers(text string) bool {
	if c.token == "" {
		return reference("<NAME>").matches(text)
	}
	return c.token.matches(text)
}

// mergeEnv reports whether the token is the one that the client asks for.
func (c Client) mergeEnv(d *document, entry *node, s Server) (asked bool, err error) {
	want := c.environment(s)
	if len(want) == 0 {
		return false, nil
	}
	env, err := d.object(entry, c.env)
	if err != nil {
		return false, err
	}
	for _, m := range want {
		v := env.get(m.name)
		// What a person put in the token's place stays there, and so does a token file.
		if m.name == tokenVar && (text(v) != "" || text(env.get(tokenFileVar)) != "") {
			continue
		}
		if v == nil || text(v) != m.value {
			d.set(env, m.name, hujson.String(m.value))
		}
	}
	// A token wins over a token file, even one that a client could not fill in.
	if v := env.get(tokenVar); s.TokenFile != "" && v != nil {
		if got := text(v); got != "" && got != c.secret(s) {
			return false, errTokenThere(s)
		}
		if c.token != "" {
			d.set(env, tokenVar, hujson.String(""))
		}
	}
	return c.asks && text(env.get(tokenVar)) == c.secret(s), nil
}

func errTokenThere(s Server) error {
	return fmt.Errorf("%s is already in the entry %q, and wins over a token file; remove it there first", tokenVar, s.Name)
}

// command sets "command" and "args".
func (d *document) command(entry *node, s Server) error {
	if v := entry.get("command"); v == nil || text(v) != s.Command {
		d.set(entry, "command", hujson.String(s.Command))
	}
	v := entry.get("args")
	if v == nil {
		v = d.set(entry, "args", &hujson.Array{})
	}
	return d.demo(v, "args", s.Demo)
}

// commandLine sets a "command" that holds the arguments, too.
func (d *document) commandLine(entry *node, s Server) error {
	v := entry.get("command")
	if v == nil {
		v = d.set(entry, "command", &hujson.Array{Elements: []hujson.ArrayElement{{Value: hujson.String(s.Command)}}})
	}
	line, ok := v.Value.(*hujson.Array)
	if !ok || len(line.Elements) == 0 {
		return errors.New(`"command" of the server's entry is not a list with a command`)
	}
	if first := &line.Elements[0]; text(first) != s.Command {
		first.Value = hujson.String(s.Command)
		d.changed = true
	}
	return d.demo(v, "command", s.Demo)
}

// demo puts the flag --demo into the arguments, or takes it out.
func (d *document) demo(v *hujson.Value, name string, want bool) error {
	args, ok := v.Value.(*hujson.Array)
	if !ok {
		return fmt.Errorf("%q of the server's entry is not a list", name)
	}
	i := slices.IndexFunc(args.Elements, func(e hujson.ArrayElement) bool { return text(&e) == demoFlag })
	switch {
	case want && i < 0:
		d.append(args, hujson.Value{Value: hujson.String(demoFlag)}, false)
	case !want && i >= 0:
		d.remove(args, i)
	}
	return nil
}

// ask adds the input with which VS Code asks for the token.
func (d *document) ask(s Server) error {
	v := d.root.get("inputs")
	if v == nil {
		v = d.set(d.root, "inputs", &hujson.Array{})
	}
	inputs, ok := v.Value.(*hujson.Array)
	if !ok {
		return errors.New(`"inputs" is not a list`)
	}
	for _, e := range inputs.Elements {
		if o, ok := e.Value.(*hujson.Object); ok && text((&node{o, 0}).get("id")) == s.inputID() {
			return nil
		}
	}
	description := "Cloudflare API token"
	if s.TokenEnv != "" && s.TokenEnv != tokenVar {
		description = "Bearer token for " + s.URL
	}
	one := &hujson.Object{}
	d.append(inputs, hujson.Value{Value: one}, true)
	n := &node{one, 2}
	for _, m := range []member{{"type", "promptString"}, {"id", s.inputID()}, {"description", description}} {
		d.set(n, m.name, hujson.String(m.value))
	}
	d.set(n, "password", hujson.Bool(true))
	return nil
}
