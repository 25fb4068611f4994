package mcptool

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// decode fills out from arguments as models send them: "50" for 50, null, "" and
// [] for absent, a meeting's URL for its id. Times without a zone are in that of
// the argument timezone, else in zone. What it cannot read it refuses, naming the
// argument, the rule and a valid example.
func decode(schema *jsonschema.Schema, old map[string]string, zone *time.Location, args map[string]any, out any) error {
	args, err := renamed(schema, old, args)
	if err != nil {
		return err
	}
	if _, takes := schema.Properties.Get("timezone"); takes {
		if zone, err = zoneOf(args["timezone"], zone); err != nil {
			return err
		}
	}
	clean := make(map[string]any, len(args))
	for name, v := range args {
		p, _ := schema.Properties.Get(name)
		v, ok := coerce(name, p, zone, v)
		if !ok {
			return fmt.Errorf("argument %q must be %s, for example %s%s", name, Rule(p), example(p), whenceID(schema, name))
		}
		clean[name] = v
	}
	for p := schema.Properties.Oldest(); p != nil; p = p.Next() {
		if _, given := clean[p.Key]; !given && p.Value.Default != nil {
			clean[p.Key] = p.Value.Default
		}
	}
	for _, name := range schema.Required {
		if _, ok := clean[name]; !ok {
			p, _ := schema.Properties.Get(name)
			return fmt.Errorf("argument %q is required: %s, for example %s%s", name, Rule(p), example(p), whenceID(schema, name))
		}
	}
	raw, err := json.Marshal(clean)
	if err != nil {
		return fmt.Errorf("arguments: %w", err)
	}
	return json.Unmarshal(raw, out)
}

// empty reports whether a value stands for an argument that is not given.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	}
	return false
}

func coerce(name string, p *jsonschema.Schema, zone *time.Location, v any) (any, bool) {
	switch p.Type {
	case "integer":
		return integer(p, v)
	case "boolean":
		return boolean(v)
	case "array":
		return list(p, v)
	}
	s, ok := v.(string)
	if n, isNumber := v.(float64); isNumber {
		s, ok = strconv.FormatFloat(n, 'f', -1, 64), true
	}
	if !ok {
		return nil, false
	}
	s = strings.TrimSpace(s)
	switch {
	case p.Format == "uuid":
		return match.UUID(s)
	case p.Format == "date-time":
		t, ok := when.Parse(s, zone, strings.HasSuffix(name, "_before"))
		return t, ok
	case len(p.Enum) > 0:
		i := slices.IndexFunc(p.Enum, func(e any) bool { return strings.EqualFold(fmt.Sprint(e), s) })
		if i < 0 {
			return nil, false
		}
		return p.Enum[i], true
	case p.MaxLength != nil && uint64(len([]rune(s))) > *p.MaxLength:
		return nil, false
	}
	return s, true
}

// boolean also reads the words that models write for one.
func boolean(v any) (any, bool) {
	switch strings.ToLower(strings.TrimSpace(fmt.Sprint(v))) {
	case "true", "yes", "1", "on":
		return true, true
	case "false", "no", "0", "off":
		return false, true
	}
	return nil, false
}

// list reads words, also given as one string with commas between them.
func list(p *jsonschema.Schema, v any) (any, bool) {
	given, ok := v.([]any)
	if s, one := v.(string); one {
		ok = true
		for word := range strings.SplitSeq(s, ",") {
			given = append(given, word)
		}
	}
	words := []string{}
	for _, one := range given {
		word, isText := one.(string)
		if word = strings.TrimSpace(word); !isText || len([]rune(word)) > maxWord {
			return nil, false
		}
		if word != "" {
			words = append(words, word)
		}
	}
	return words, ok && (p.MaxItems == nil || uint64(len(words)) <= *p.MaxItems)
}

const maxWord = 200 // characters

func integer(p *jsonschema.Schema, v any) (any, bool) {
	var f float64
	switch v := v.(type) {
	case float64:
		f = v
	case string:
		n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		if err != nil {
			return nil, false
		}
		f = n
	default:
		return nil, false
	}
	lo, _ := p.Minimum.Float64()
	hi, _ := p.Maximum.Float64()
	if f != math.Trunc(f) || f < lo || f > hi {
		return nil, false
	}
	return int(f), true
}

// Rule says in words what an argument must be.
func Rule(p *jsonschema.Schema) string {
	switch {
	case p.Type == "integer":
		return fmt.Sprintf("an integer from %s to %s", p.Minimum, p.Maximum)
	case p.Format == "uuid":
		return "a UUID"
	case p.Format == "date-time":
		return "an RFC 3339 time, a time without a zone or a date"
	case p.Type == "boolean":
		return "true or false"
	case p.Type == "array":
		return fmt.Sprintf("a list of at most %d words", *p.MaxItems)
	case len(p.Enum) > 0:
		return "one of " + strings.Join(strings.Fields(strings.Trim(fmt.Sprint(p.Enum), "[]")), ", ")
	case p.MaxLength != nil:
		return fmt.Sprintf("a string of at most %d characters", *p.MaxLength)
	}
	return "a " + p.Type
}

// example is a value that the rule of an argument allows, quoted as in JSON.
func example(p *jsonschema.Schema) string {
	switch {
	case p.Type == "boolean":
		return `"true"`
	case p.Type == "array":
		return `["recorder"]`
	case len(p.Examples) > 0:
		return fmt.Sprintf("%q", fmt.Sprint(p.Examples[0]))
	case p.Default != nil:
		return fmt.Sprintf("%q", fmt.Sprint(p.Default))
	case len(p.Enum) > 0:
		return fmt.Sprintf("%q", fmt.Sprint(p.Enum[0]))
	case p.Format == "uuid":
		return `"497f6eca-6276-4993-bfeb-53cbbbba6f08"`
	case p.Format == "date-time":
		return `"2026-11-23T00:00:00Z"`
	}
	return `"10"`
}

func names(s *jsonschema.Schema) []string {
	var out []string
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		out = append(out, p.Key)
	}
	return out
}

// zoneOf reads the argument timezone, which may be absent.
func zoneOf(argument any, fallback *time.Location) (*time.Location, error) {
	if empty(argument) {
		return fallback, nil
	}
	name, _ := argument.(string)
	zone, err := when.ReadZone(name)
	if err != nil {
		return nil, fmt.Errorf("argument \"timezone\" %w", err)
	}
	return zone, nil
}
