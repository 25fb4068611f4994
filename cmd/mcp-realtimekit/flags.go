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

// variable is the annotation of a flag that an environment variable stands in for.
const variable = "variable"

// fallBackTo lets a variable give the value of a flag which is not given.
func fallBackTo(fs *pflag.FlagSet, flag, name string) {
	f := fs.Lookup(flag)
	f.Usage += " ($" + name + ")"
	f.Annotations = map[string][]string{variable: {name}}
}

// fromEnvironment sets the flags that were not given from their variables. A
// variable that is blank, or only quotes, counts as absent.
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
	fs.Var(choice{value, allowed}, flag, usage+": "+strings.Join(allowed, ", "))
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
