package stderr

import (
	"io"
	"os"
	"time"
)

// flushTime is how long flush waits for logs to be read at the end.
const flushTime = 200 * time.Millisecond

// Lenient returns a writer to out that neither blocks nor fails, even if nobody
// reads out or it is closed. It returns a terminal unchanged: a terminal takes
// what it is given, and the logger colours only terminals. Call flush before the
// program ends.
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
