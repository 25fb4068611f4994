package clientconfig

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tailscale/hujson"
)

// Server is how a client starts this server. It cannot hold a token: none is
// ever written.
type Server struct {
	Name    string // in the client
	Command string
	Demo    bool

	TokenFile, AccountID, AppID, BaseURL string // where known
}

const demoFlag = "--demo"

// member is one member of an object, with a string for its value.
type member struct{ name, value string }

// env is what the server's environment must say, empty values included. The
// token's place comes first, for a person may have to fill it in.
func (c Client) env(s Server) []member {
	if s.Demo {
		return nil
	}
	env := []member{{tokenVar, c.token}}
	if s.TokenFile != "" {
		env = []member{{tokenFileVar, s.TokenFile}}
	}
	for _, m := range []member{{"CLOUDFLARE_ACCOUNT_ID", s.AccountID}, {"REALTIMEKIT_APP_ID", s.AppID}, {"CLOUDFLARE_BASE_URL", s.BaseURL}} {
		if m.value != "" {
			env = append(env, m)
		}
	}
	return env
}

// Merge returns the client's configuration with this server in it. Whatever
// else the file says stays as it is, comments and order included; so does what
// a person added to this server's entry, a token above all. Where nothing is to
// be done it returns the file itself. An empty file counts as absent.
func (c Client) Merge(file []byte, s Server) ([]byte, error) {
	d, err := parse(file)
	if err != nil {
		return nil, err
	}
	entry, err := d.object(d.root, c.servers, s.Name)
	if err != nil {
		return nil, err
	}
	for _, m := range c.fixed {
		if entry.get(m.name) == nil {
			d.set(entry, m.name, hujson.String(m.value))
		}
	}
	if v := entry.get("command"); v == nil || text(v) != s.Command {
		d.set(entry, "command", hujson.String(s.Command))
	}
	if err := d.demo(entry, s.Demo); err != nil {
		return nil, err
	}
	asked, err := c.mergeEnv(d, entry, s)
	if err != nil {
		return nil, err
	}
	if asked {
		if err := d.ask(); err != nil {
			return nil, err
		}
	}
	return d.pack()
}

// mergeEnv reports whether the token is the one which the client asks for.
func (c Client) mergeEnv(d *document, entry *node, s Server) (asked bool, err error) {
	want := c.env(s)
	if len(want) == 0 {
		return false, nil
	}
	env, err := d.object(entry, "env")
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
		if got := text(v); got != "" && got != c.token {
			return false, fmt.Errorf("%s is already in the entry %q, and wins over a token file; remove it there first", tokenVar, s.Name)
		}
		if c.token != "" {
			d.set(env, tokenVar, hujson.String(""))
		}
	}
	return c.asks && text(env.get(tokenVar)) == c.token, nil
}

// demo puts the flag --demo into the arguments, or takes it out.
func (d *document) demo(entry *node, want bool) error {
	v := entry.get("args")
	if v == nil {
		args := &hujson.Array{}
		if want {
			args.Elements = []hujson.ArrayElement{{Value: hujson.String(demoFlag)}}
		}
		d.set(entry, "args", args)
		return nil
	}
	args, ok := v.Value.(*hujson.Array)
	if !ok {
		return errors.New(`"args" of the server's entry is not a list`)
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
func (d *document) ask() error {
	v := d.root.get("inputs")
	if v == nil {
		v = d.set(d.root, "inputs", &hujson.Array{})
	}
	inputs, ok := v.Value.(*hujson.Array)
	if !ok {
		return errors.New(`"inputs" is not a list`)
	}
	for _, e := range inputs.Elements {
		if o, ok := e.Value.(*hujson.Object); ok && text((&node{o, 0}).get("id")) == inputID {
			return nil
		}
	}
	one := &hujson.Object{}
	d.append(inputs, hujson.Value{Value: one}, true)
	n := &node{one, 2}
	for _, m := range []member{{"type", "promptString"}, {"id", inputID}, {"description", "Cloudflare API token"}} {
		d.set(n, m.name, hujson.String(m.value))
	}
	d.set(n, "password", hujson.Bool(true))
	return nil
}
