package mcptool

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
)

// renamed gives arguments the names that a tool has for them: old ones are
// replaced, camelCase becomes snake_case. Two names for one thing with different
// values contradict each other.
func renamed(schema *jsonschema.Schema, old map[string]string, args map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(args))
	from := make(map[string]string, len(args))
	for _, given := range sorted(args) {
		v := args[given]
		name, known := nameOf(schema, old, given)
		if !known {
			if empty(v) {
				continue
			}
			return nil, unknown(schema, old, given)
		}
		if empty(v) {
			continue
		}
		if other, twice := from[name]; twice && !reflect.DeepEqual(out[name], v) {
			return nil, fmt.Errorf("arguments %q and %q contradict each other; give only %q", other, given, name)
		}
		out[name], from[name] = v, given
	}
	return out, nil
}

func sorted(args map[string]any) []string {
	names := make([]string, 0, len(args))
	for name := range args {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func nameOf(schema *jsonschema.Schema, old map[string]string, given string) (string, bool) {
	for _, name := range [...]string{given, snake(given)} {
		if _, takes := schema.Properties.Get(name); takes {
			return name, true
		}
		if now, was := old[name]; was {
			return now, true
		}
	}
	return "", false
}

// snake is a camelCase or hyphenated name in snake_case.
func snake(name string) string {
	var b strings.Builder
	before := '_'
	for _, c := range name {
		switch {
		case c == '-' || c == ' ' || c == '.':
			c = '_'
		case unicode.IsUpper(c):
			if before != '_' && !unicode.IsUpper(before) {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(c))
		before = c
	}
	return b.String()
}

// unknown is the error of an argument that a tool does not take. It names the one
// that is most like it.
func unknown(schema *jsonschema.Schema, old map[string]string, given string) error {
	text := fmt.Sprintf("unknown argument %q", prose.Clip(given))
	if why, never := unavailable[snake(given)]; never {
		return fmt.Errorf("%s: %s", text, why)
	}
	if like := nearest(schema, old, snake(given)); like != "" {
		text += fmt.Sprintf("; did you mean %q?", like)
	}
	return fmt.Errorf("%s; this tool takes: %s", text, strings.Join(names(schema), ", "))
}

// unavailable are arguments for what RealtimeKit does not have.
var unavailable = map[string]string{
	"email":    "RealtimeKit has no addresses but those that an app gives as custom ids; pass one as person",
	"phone":    "RealtimeKit has no phone numbers",
	"device":   "RealtimeKit does not tell devices",
	"schedule": "RealtimeKit has no schedules; pass scheduled times as on, or count late with late_after_minutes",
	"calendar": "RealtimeKit has no calendars",
	"location": "RealtimeKit does not tell where people were",
	"ip":       "RealtimeKit does not tell addresses of devices",
}

// nearest is the argument that a name means or is a slip of the pen for.
func nearest(schema *jsonschema.Schema, old map[string]string, given string) string {
	for _, other := range meantBy[given] {
		if _, takes := schema.Properties.Get(other); takes {
			return other
		}
	}
	best, least := "", 1+len(given)/3
	for _, name := range names(schema) {
		if d := match.Distance(given, name); d < least {
			best, least = name, d
		}
	}
	for was, now := range old {
		if d := match.Distance(given, was); d < least {
			best, least = now, d
		}
	}
	return best
}
