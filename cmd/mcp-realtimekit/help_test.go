package main

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestHelp holds that the help of each command, those that are yet to come
// included, has what a reader looks for and fits the terminal.
func TestHelp(t *testing.T) {
	t.Parallel()
	root := help(t)
	names := regexp.MustCompile(`(?m)^  ([a-z]+)  +[A-Z]`).FindAllStringSubmatch(root, -1)
	if len(names) < 7 {
		t.Fatalf("%d commands in:\n%s", len(names), root)
	}
	for _, name := range names {
		text := help(t, name[1])
		for _, want := range []string{
			"Usage:\n  mcp-realtimekit " + name[1], "\n\nExamples:\n  mcp-realtimekit ", "\n\nFlags:\n",
			"\n\nFlags for every command:\n", "--account-id ID", "($CLOUDFLARE_ACCOUNT_ID)", "print this help",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in:\n%s", name[1], want, text)
			}
		}
	}
}

// help prints the help of a command, and checks its form.
func help(t *testing.T, args ...string) string {
	t.Helper()
	const columns = 100
	out, logs, code := once(t, nil, append(args, "--help")...)
	if code != 0 || logs != "" {
		t.Errorf("%v: code %d, %s", args, code, logs)
	}
	for line := range strings.SplitSeq(out, "\n") {
		if n := utf8.RuneCountInString(line); n > columns {
			t.Errorf("%v: %d columns: %s", args, n, line)
		}
		// What pflag calls a value whose flag does not name it.
		if unnamed := regexp.MustCompile(`^ +--\S+ (duration|string|strings|value|WORD) `); unnamed.MatchString(line) {
			t.Errorf("%v: the value has no name: %s", args, line)
		}
	}
	return out
}

// TestMisuse holds that who mistypes a command reads what is wrong, and where to
// read what is right.
func TestMisuse(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"there is no command \"nonsense\"\n" + see(""):   {"nonsense"},
		"unknown flag: --nonsense\n" + see(""):           {"--nonsense"},
		"flag needs an argument: --timeout\n" + see(""):  {"--timeout"},
		"unknown flag: --nonsense\n" + see(" call"):      {"call", "list_apps", "--nonsense"},
		"call needs the name of a TOOL\n" + see(" call"): {"call"},
		"attendance takes one MEETING, but got 2; quote one that has spaces\n" + see(" attendance"): {
			"attendance", "design", "review",
		},
		"doctor takes no arguments, but got \"x\"\n" + see(" doctor"): {"doctor", "x"},
		"watch takes no arguments, but got \"x\"\n" + see(" watch"):   {"watch", "x"},
		// These say by themselves what is right.
		"--bom needs --format csv\n": {"attendance", "stand-up", "--bom"},
		"--follow shows a table; leave out --format html, or --follow\n": {
			"attendance", "stand-up", "--follow", "--format=html",
		},
		"arguments are KEY=VALUE, for example query=stand-up; got \"x\"\n": {"call", "list_apps", "x"},
		"invalid argument \"loud\" for \"--log-level\" flag: must be debug, info, warn or error\n": {
			"--log-level=loud",
		},
	} {
		out, logs, code := once(t, nil, args...)
		if code != 2 || out != "" || logs != "mcp-realtimekit: "+want {
			t.Errorf("%v: code %d, %s%s", args, code, out, logs)
		}
	}
}

// see is the line that names the help of a command.
func see(command string) string { return "Run \"mcp-realtimekit" + command + " --help\" for usage.\n" }
