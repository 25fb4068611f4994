package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const helpWidth = 100 // columns

// section annotates a flag with the title under which the help lists it.
const section = "section"

// The sections of flags in the order of the help; flags without one come first.
const (
	httpSection   = "Flags for --http"
	globalSection = "Flags for every command"
)

func putInto(fs *pflag.FlagSet, title string) {
	fs.VisitAll(func(f *pflag.Flag) { annotate(f, section, title) })
}

// printUsage is cobra's usage with flags in sections, in the order in which they
// are defined, and in lines of at most helpWidth columns.
func printUsage(cmd *cobra.Command) error {
	_ = cmd.InheritedFlags() // cobra has them in Flags only after this or after parsing
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND [flags]\n", cmd.CommandPath())
	}
	for _, group := range cmd.Groups() {
		fmt.Fprintf(&b, "\n%s:\n", group.Title)
		for _, sub := range cmd.Commands() {
			if sub.GroupID == group.ID {
				fmt.Fprintf(&b, "  %-*s  %s\n", sub.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	for _, title := range []string{"", httpSection, globalSection} {
		writeFlags(&b, cmd.Flags(), title)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nRun \"%s COMMAND --help\" for more about a command.\n", cmd.CommandPath())
	}
	_, err := io.WriteString(cmd.OutOrStderr(), b.String())
	return err
}

// writeFlags writes the flags of one section, if there are any.
func writeFlags(b *strings.Builder, fs *pflag.FlagSet, title string) {
	listed := pflag.NewFlagSet("", pflag.ContinueOnError)
	listed.SortFlags = false
	fs.VisitAll(func(f *pflag.Flag) {
		if strings.Join(f.Annotations[section], "") == title {
			listed.AddFlag(f)
		}
	})
	if !listed.HasAvailableFlags() {
		return
	}
	if title == "" {
		title = "Flags"
	}
	fmt.Fprintf(b, "\n%s:\n%s", title, listed.FlagUsagesWrapped(helpWidth))
}

// misuse is an error that the help of the command explains, such as a missing
// argument.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// flagError tells what the help explains from a value that is wrong, whose error
// says by itself what is right.
func flagError(_ *cobra.Command, err error) error {
	if _, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return err
	}
	return misuse{err}
}

func noArguments(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case !cmd.HasParent():
		return misuse{fmt.Errorf("there is no command %q", args[0])}
	default:
		return misuse{fmt.Errorf("%s takes no arguments, but got %q", cmd.Name(), args[0])}
	}
}

// oneArgument requires exactly one argument, which the usage calls by this name.
func oneArgument(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return misuse{fmt.Errorf("%s needs a %s", cmd.Name(), name)}
		case 1:
			return nil
		default:
			return misuse{fmt.Errorf("%s takes one %s, but got %d; quote one that has spaces", cmd.Name(), name, len(args))}
		}
	}
}

// atMostOne takes one argument or none, which the usage calls by this name.
func atMostOne(name string) cobra.PositionalArgs {
	one := oneArgument(name)
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return one(cmd, args)
	}
}
