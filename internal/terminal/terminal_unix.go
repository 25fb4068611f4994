//go:build unix

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

func columnsOf(f *os.File) (int, bool) {
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, false
	}
	return int(size.Col), true
}

func control(*os.File) bool { return true }
