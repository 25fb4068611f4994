package httpserve

import (
	"container/list"
	"io"
	"sync"
)

// Limits of bodies that have not arrived in full. Anyone who can reach the server can
// begin one, so they are not counted as calls.
const (
	maxArriving      = 512      // bodies
	maxArrivingBytes = 16 << 20 // of all these bodies together
)

// intake bounds the bodies that are arriving. If there are too many, it drops the
// oldest: an honest body arrives within moments, and one that is held open grows old.
type intake struct {
	mu    sync.Mutex
	all   list.List // of *arrival, oldest first
	bytes int64
}

// arrival is a body that is being read.
type arrival struct {
	intake *intake
	body   io.Reader
	stop   func() // makes Read fail

	place   *list.Element // nil once it has ended
	size    int64
	evicted bool
}

// begin counts body as arriving. Read it through the arrival, and call end after it.
func (in *intake) begin(body io.Reader, stop func()) *arrival {
	in.mu.Lock()
	defer in.mu.Unlock()
	a := &arrival{intake: in, body: body, stop: stop}
	a.place = in.all.PushBack(a)
	in.bound()
	return a
}

func (a *arrival) Read(p []byte) (int, error) {
	n, err := a.body.Read(p)
	a.intake.mu.Lock()
	defer a.intake.mu.Unlock()
	if a.place != nil {
		a.size += int64(n)
		a.intake.bytes += int64(n)
		a.intake.bound()
	}
	return n, err
}

// end reports whether the body was dropped. Afterwards stop is no longer called.
func (a *arrival) end() (evicted bool) {
	a.intake.mu.Lock()
	defer a.intake.mu.Unlock()
	a.intake.remove(a)
	return a.evicted
}

func (in *intake) bound() {
	for in.all.Len() > maxArriving || in.bytes > maxArrivingBytes {
		oldest, _ := in.all.Front().Value.(*arrival)
		oldest.evicted = true
		in.remove(oldest)
		oldest.stop()
	}
}

func (in *intake) remove(a *arrival) {
	if a.place != nil {
		in.all.Remove(a.place)
		in.bytes -= a.size
		a.place = nil
	}
}
