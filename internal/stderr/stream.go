package stderr

import (
	"io"
	"os"
	"time"
)

// flushTime is how long Lenient waits for logs to be read, once all else has ended.
const flushTime = 200 * time.Millisecond

// Lenient returns out such that whoever logs to it neither waits nor fails, if
// out is not read or was closed. A terminal is returned as it is: it takes what
// it is given, and colours are for it alone. Call flush before the program ends.
func Lenient(out io.Writer) (logs io.Writer, flush func()) {
	if IsTerminal(out) {
		return out, func() {}
	}
	w := New(out)
	return w, func() { w.Close(flushTime) }
}

// IsTerminal reports whether w is a terminal, or another character device.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
