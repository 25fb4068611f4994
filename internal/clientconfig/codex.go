package clientconfig

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// passed are the variables of the server that Codex is told to hand on, if they
// are set. It would keep all of them to itself.
var passed = []string{
	tokenVar,
	tokenFileVar,
	"CLOUDFLARE_ACCOUNT_ID",
	"REALTIMEKIT_APP_ID",
	"CLOUDFLARE_BASE_URL",
	"REALTIMEKIT_TIMEZONE",
	"REALTIMEKIT_LEAVE_OUT_PRESETS",
	"REALTIMEKIT_TOOLS",
	"REALTIMEKIT_EXCLUDE_TOOLS",
	"REALTIMEKIT_RATE_LIMIT",
	"REALTIMEKIT_CACHE_ENDED",
	"REALTIMEKIT_RECORDING_LINKS",
	"REALTIMEKIT_NO_UI",
	"HTTPS_PROXY",
	"NO_PROXY",
}

// Codex refuses servers with other names, and its file then.
var codexName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// codexEntry is the server's table under edit. Lines that are missing are added
// together, so that they stand in order.
type codexEntry struct {
	*tomlDocument
	table  *section // nil where there is none yet
	values map[string]any
	lines  []string
}

func (c Client) mergeTOML(file []byte, s Server) ([]byte, error) {
	if !codexName.MatchString(s.Name) {
		return nil, fmt.Errorf("%s takes only letters, digits, - and _ in the name of a server; "+
			"choose another with --name", c.Title)
	}
	d, err := parseTOML(file, c.servers, s.Name)
	if err != nil {
		return nil, err
	}
	all, err := decodeTOML(d.text)
	if err != nil {
		return nil, err
	}
	servers, _ := all[c.servers].(map[string]any)
	values, _ := servers[s.Name].(map[string]any)
	e := &codexEntry{tomlDocument: d, table: d.section(), values: values}
	if s.URL != "" {
		err = e.remote(s)
	} else {
		err = e.local(s)
	}
	if err != nil {
		return nil, err
	}
	if e.table == nil || len(e.lines) > 0 {
		d.add(e.table, e.lines)
	}
	return d.pack()
}

func (e *codexEntry) remote(s Server) error {
	if e.values["command"] != nil {
		return errStartsCommand(s)
	}
	if err := e.set("url", s.URL); err != nil {
		return err
	}
	// What a person named there stays, unless another is asked for.
	if got, _ := e.values["bearer_token_env_var"].(string); got != "" && s.TokenEnv == "" {
		return nil
	}
	return e.set("bearer_token_env_var", s.bearer())
}

func (e *codexEntry) local(s Server) error {
	if e.values["url"] != nil {
		return errReachedByURL(s)
	}
	if err := e.set("command", s.Command); err != nil {
		return err
	}
	if err := e.demo(s.Demo); err != nil || s.Demo {
		return err
	}
	settings := s.settings()
	if s.TokenFile != "" {
		settings = slices.Insert(settings, 0, member{tokenFileVar, s.TokenFile})
	}
	if err := e.pass(s, settings); err != nil {
		return err
	}
	return e.environment(settings)
}

// set gives a key of the table a string.
func (e *codexEntry) set(key, value string) error {
	p, err := e.pair(key)
	switch {
	case err != nil:
		return err
	case p == nil:
		e.lines = append(e.lines, key+" = "+quote(value))
	case e.values[key] != value:
		e.replace(p.start, p.end, quote(value))
	}
	return nil
}

// pair finds a key of the table. Keys with dots, as env.NAME, are refused.
func (e *codexEntry) pair(key string) (*pair, error) {
	if e.table == nil {
		return nil, nil //nolint:nilnil // there is none, and that is no error
	}
	for _, p := range e.table.pairs {
		if len(p.key) > 1 && p.key[0] == key {
			return nil, fmt.Errorf("%q of the server's table is written with dots; "+
				"write it as %s = { ... }, and try again", key, key)
		}
	}
	return find(e.table.pairs, key), nil
}

// array finds an array of the table, and says whether it has no elements.
func (e *codexEntry) array(key string) (p *pair, empty bool, err error) {
	if p, err = e.pair(key); err != nil || p == nil {
		return p, true, err
	}
	list, ok := e.values[key].([]any)
	if !ok || p.kind != unstable.Array {
		return nil, false, fmt.Errorf("%q of the server's table is not a list", key)
	}
	return p, len(list) == 0, nil
}

func (p *pair) index(value string) int {
	return slices.IndexFunc(p.elements, func(e element) bool { return e.value == value })
}

// demo puts the flag --demo into the arguments, or takes it out.
func (e *codexEntry) demo(want bool) error {
	p, empty, err := e.array("args")
	switch {
	case err != nil:
		return err
	case p == nil && want:
		e.lines = append(e.lines, "args = ["+quote(demoFlag)+"]")
	case p == nil:
	case want && p.index(demoFlag) < 0:
		e.addTo(p, empty, []string{demoFlag})
	case !want && p.index(demoFlag) >= 0:
		e.removeFrom(p, p.index(demoFlag))
	}
	return nil
}

// pass names the variables that Codex hands on: those that env does not set. A
// token wins over a token file, so it is not named beside one.
func (e *codexEntry) pass(s Server, settings []member) error {
	env, err := e.env()
	if err != nil {
		return err
	}
	if got, _ := env[tokenVar].(string); s.TokenFile != "" && got != "" {
		return errTokenThere(s)
	}
	p, empty, err := e.array("env_vars")
	if err != nil {
		return err
	}
	var missing []string
	for _, name := range passed {
		set := slices.ContainsFunc(settings, func(m member) bool { return m.name == name })
		if set || s.TokenFile != "" && name == tokenVar || p != nil && e.passes(name) {
			continue
		}
		missing = append(missing, name)
	}
	if p == nil {
		var list strings.Builder
		list.WriteString("env_vars = [" + e.newline)
		for _, name := range missing {
			list.WriteString("  " + quote(name) + "," + e.newline)
		}
		e.lines = append(e.lines, list.String()+"]")
		return nil
	}
	if i := p.index(tokenVar); s.TokenFile != "" && i >= 0 {
		if len(missing) > 0 && i == 0 { // the two edits would meet
			e.replace(p.elements[0].start, p.elements[0].end, quoteAll(missing))
			return nil
		}
		e.removeFrom(p, i)
	}
	e.addTo(p, empty, missing)
	return nil
}

// passes says whether env_vars names a variable, as a string or as a table.
func (e *codexEntry) passes(name string) bool {
	list, _ := e.values["env_vars"].([]any)
	return slices.ContainsFunc(list, func(v any) bool {
		if t, ok := v.(map[string]any); ok {
			v = t["name"]
		}
		return v == name
	})
}

func (e *codexEntry) env() (map[string]any, error) {
	v, ok := e.values["env"]
	if !ok {
		return nil, nil //nolint:nilnil // there is none, and that is no error
	}
	env, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New(`"env" of the server's table is not a table`)
	}
	return env, nil
}

// environment sets variables in env, which may be a table of its own or inline.
func (e *codexEntry) environment(settings []member) error {
	env, err := e.env()
	if err != nil || len(settings) == 0 {
		return err
	}
	inline, err := e.pair("env")
	if err != nil {
		return err
	}
	own := e.section("env")
	var pairs []pair
	switch {
	case own != nil:
		pairs = own.pairs
	case inline != nil:
		pairs = inline.pairs
	case env != nil:
		return errors.New(`"env" of the server's table is spread over the file; write it as env = { ... }, and try again`)
	}
	var missing []string
	for _, m := range settings {
		switch p := find(pairs, m.name); {
		case p == nil && env[m.name] != nil:
			return fmt.Errorf("%q of the server's env is written with dots; write it as a string, and try again", m.name)
		case p == nil:
			missing = append(missing, m.name+" = "+quote(m.value))
		case env[m.name] != m.value:
			e.replace(p.start, p.end, quote(m.value))
		}
	}
	switch {
	case len(missing) == 0:
	case own != nil:
		e.add(own, missing)
	case inline != nil:
		e.addInline(inline, missing)
	default:
		e.lines = append(e.lines, inlineTable("env", missing))
	}
	return nil
}

func inlineTable(key string, pairs []string) string {
	var text strings.Builder
	text.WriteString(key + " = {")
	for i, p := range pairs {
		if i > 0 {
			text.WriteString(",")
		}
		text.WriteString(" " + p)
	}
	return text.String() + " }"
}

// addInline puts pairs in front of those of an inline table.
func (d *tomlDocument) addInline(p *pair, pairs []string) {
	var text strings.Builder
	for i, one := range pairs {
		if i > 0 {
			text.WriteString(",")
		}
		text.WriteString(" " + one)
	}
	if len(p.pairs) > 0 {
		text.WriteString(",")
	} else {
		text.WriteString(" ")
	}
	d.replace(p.start+1, p.start+1, text.String())
}
