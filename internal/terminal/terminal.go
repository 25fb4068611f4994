// Package terminal knows what the terminal behind a file can show.
package terminal

import (
	"io"
	"os"
)

// unknownWidth is that of terminals that do not tell.
const unknownWidth = 80

// Width is how many columns the terminal behind w has. It is 0 if w is none, but a
// file or a pipe.
func Width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	columns, ok := columnsOf(f)
	if ok && columns < 1 {
		return unknownWidth
	}
	return columns
}

// Control reports whether the terminal behind w obeys escape sequences. It switches
// that on if it has to.
func Control(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && Width(w) > 0 && control(f)
}
