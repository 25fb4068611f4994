package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/setting"
)

// variable annotates a flag with the environment variable that can stand in for it.
const variable = "variable"

// fallBackTo lets an environment variable give the value of a flag that is not given.
func fallBackTo(fs *pflag.FlagSet, flag, name string) {
	f := fs.Lookup(flag)
	f.Usage += " ($" + name + ")"
	annotate(f, variable, name)
}

func annotate(f *pflag.Flag, key, value string) {
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[key] = []string{value}
}

// fromEnvironment sets the flags that were not given from their variables. A
// variable that is blank, or holds only quotes, counts as absent.
func fromEnvironment(fs *pflag.FlagSet) error {
	var failed error
	fs.VisitAll(func(f *pflag.Flag) {
		names := f.Annotations[variable]
		if len(names) == 0 || f.Changed || failed != nil {
			return
		}
		v := setting.Bare(os.Getenv(names[0]))
		if v == "" {
			return
		}
		if err := fs.Set(f.Name, v); err != nil {
			if setting.Placeholder(v) {
				err = errors.New("the client did not fill in the placeholder")
			}
			failed = fmt.Errorf("%s: %w", names[0], err)
		}
	})
	return failed
}

// choice is a flag that takes one of a few words.
type choice struct {
	value   *string
	allowed []string
}

func oneOf(fs *pflag.FlagSet, value *string, flag, fallback, usage string, allowed ...string) {
	*value = fallback
	last := len(allowed) - 1
	words := strings.Join(allowed[:last], ", ") + " or " + allowed[last]
	fs.Var(choice{value, allowed}, flag, usage+": "+words)
}

func (c choice) String() string {
	if c.value == nil {
		return ""
	}
	return *c.value
}

func (c choice) Set(v string) error {
	if !slices.Contains(c.allowed, v) {
		return fmt.Errorf("must be one of %s", strings.Join(c.allowed, ", "))
	}
	*c.value = v
	return nil
}

func (choice) Type() string { return "WORD" }
