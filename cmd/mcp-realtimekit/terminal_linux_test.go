package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
	"golang.org/x/text/width"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// openTerminal returns both ends of a terminal with so many columns.
func openTerminal(t *testing.T, columns uint16) (ours, theirs *os.File) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals:", err)
	}
	t.Cleanup(func() { _ = ours.Close() })
	number, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(ours.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: columns})
	}
	if err == nil {
		theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ours, theirs
}

// shown runs a command in a terminal, and returns what it writes there.
func shown(t *testing.T, columns uint16, cmd *exec.Cmd) string {
	t.Helper()
	ours, theirs := openTerminal(t, columns)
	cmd.Stdout = theirs
	cmd.WaitDelay = time.Minute
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
	out, _ := io.ReadAll(ours) // it fails at the end, when nobody has the other end
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.ReplaceAll(string(out), "\r\n", "\n")
}

// TestTerminal holds that a table in a terminal has its width, and colours only if they are wanted.
func TestTerminal(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	for _, c := range []struct {
		columns uint16
		env     []string // variables and their values
		has     []string
		lacks   []string
	}{
		{200, nil, []string{"CUSTOM ID", "\x1b[32m█████", "NOTES"}, []string{"too narrow"}},
		{100, []string{"NO_COLOR", "1"}, []string{"not on the roster (any more)  ▐███", "too narrow"}, []string{"\x1b", "CUSTOM"}},
		{80, []string{"TERM", "dumb"}, []string{"16 min late ", "┄┄"}, []string{"\x1b", "CUSTOM"}},
		{60, []string{"LC_ALL", "C", "NO_COLOR", "1"}, []string{"####..####"}, []string{"█", "…"}},
	} {
		t.Run(fmt.Sprint(c.columns), func(t *testing.T) {
			t.Parallel()
			out := shown(t, c.columns, command(t, with(environment(api), c.env...), "attendance", "design review"))
			contains(t, out, c.has...)
			for _, never := range c.lacks {
				if strings.Contains(out, never) {
					t.Errorf("%q is in %s", never, out)
				}
			}
			fits(t, out, int(c.columns))
		})
	}
}

// fits holds the lines of a table, which comes after sentences, to a width.
func fits(t *testing.T, out string, columns int) {
	t.Helper()
	_, table, _ := strings.Cut(out, "\n\n")
	for line := range strings.SplitSeq(table, "\n") {
		if n := columnsOf(line); n > columns && !strings.HasPrefix(line, "The terminal") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func columnsOf(line string) int {
	for _, color := range []string{"\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[35m", "\x1b[0m"} {
		line = strings.ReplaceAll(line, color, "")
	}
	n := utf8.RuneCountInString(line)
	for _, r := range line {
		if width.LookupRune(r).Kind() == width.EastAsianWide {
			n++
		}
	}
	return n
}
