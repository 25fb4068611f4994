package traffic

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// flights merges identical requests of one API token while one is under way.
// Unlike with golang.org/x/sync/singleflight, a request outlives the caller that
// began it, is cancelled when its last caller has left, and is joined only by
// callers whose deadlines suit it.
type flights struct {
	big gate

	mu    sync.Mutex
	byURL map[string]*flight
}

// flight is one request for several callers.
type flight struct {
	deadline time.Time // zero: none
	cancel   context.CancelFunc
	callers  int  // guarded by flights.mu; at 0 the flight is cancelled, and big given back
	landed   bool // guarded by flights.mu

	done chan struct{} // closed when what follows is set, and never changed again
	big  gate          // held for the body until nobody reads it any more; nil: not held
	head *http.Response
	body string
	tail error // after the body: why it was not read to its end
	err  error // instead of a response
}

type sendFunc func(*http.Request) (*http.Response, error)

// get sends req or joins the same request under way. A caller joins only a request
// that ends no later than its own would, and at most slack earlier.
func (f *flights) get(req *http.Request, slack time.Duration, send sendFunc) (*http.Response, error) {
	fl := f.join(req, slack, send)
	select {
	case <-fl.done:
		res, err := fl.response(req)
		if fl.big != nil {
			f.hold(fl, req, res)
		}
		return res, err
	case <-req.Context().Done():
		f.leave(fl)
		return nil, req.Context().Err()
	}
}

func (f *flights) join(req *http.Request, slack time.Duration, send sendFunc) *flight {
	deadline, _ := req.Context().Deadline()
	url := req.URL.String()
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl := f.byURL[url]; fl != nil && fl.suits(deadline, slack) {
		fl.callers++
		return fl
	}
	ctx, cancel := context.WithoutCancel(req.Context()), context.CancelFunc(nil)
	if deadline.IsZero() {
		ctx, cancel = context.WithCancel(ctx)
	} else {
		ctx, cancel = context.WithDeadline(ctx, deadline)
	}
	fl := &flight{deadline: deadline, cancel: cancel, callers: 1, done: make(chan struct{})}
	if f.byURL == nil {
		f.byURL = map[string]*flight{}
	}
	f.byURL[url] = fl
	go func() {
		defer cancel()
		fl.fly(req.WithContext(ctx), f.big, send)
		f.land(url, fl)
	}()
	return fl
}

// suits reports whether a caller with this deadline may join. flights.mu is held.
func (fl *flight) suits(deadline time.Time, slack time.Duration) bool {
	return fl.callers > 0 && !fl.deadline.After(deadline) && deadline.Sub(fl.deadline) <= slack
}

func (f *flights) leave(fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl.callers--; fl.callers == 0 {
		fl.cancel()
		if fl.landed {
			fl.big.leave()
		}
	}
}

// hold keeps the flight's gate until the caller closes the body or its request ends.
// Only large answers hold it.
func (f *flights) hold(fl *flight, req *http.Request, res *http.Response) {
	leave := sync.OnceFunc(func() { f.leave(fl) })
	stop := context.AfterFunc(req.Context(), leave)
	if body, ok := res.Body.(*Body); ok {
		body.closed = func() { stop(); leave() }
	}
}

// land removes the flight before its callers go on, so that none of them can get the
// same answer for a new request.
func (f *flights) land(url string, fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byURL[url] == fl {
		delete(f.byURL, url)
	}
	if fl.landed = true; fl.callers == 0 {
		fl.big.leave()
	}
	close(fl.done)
}

func (fl *flight) fly(req *http.Request, big gate, send sendFunc) {
	res, err := send(req)
	if err != nil {
		fl.err = err
		return
	}
	defer func() { _ = res.Body.Close() }() // all that matters was read
	fl.head = res
	fl.body, fl.tail = readBody(req.Context(), res, big)
	if len(fl.body) >= LargeBody {
		fl.big = big
	}
}

// response returns one caller's own response: it may change the header, and reads
// the body independently of the others.
func (fl *flight) response(req *http.Request) (*http.Response, error) {
	if fl.err != nil {
		return nil, fl.err
	}
	res := *fl.head
	res.Header = fl.head.Header.Clone()
	res.ContentLength = int64(len(fl.body))
	if fl.tail != nil {
		res.ContentLength = -1
	}
	res.Body = &Body{Reader: strings.NewReader(fl.body), all: fl.body, tail: fl.tail}
	res.Request = req
	return &res, nil
}

// Body is the body of a response that several callers may share. Each has its own.
type Body struct {
	*strings.Reader
	all    string
	tail   error
	closed func() // may be nil
}

// Text returns all of the body that arrived.
func (b *Body) Text() string { return b.all }

// Err returns why the body did not arrive whole, or nil if it did.
func (b *Body) Err() error { return b.tail }

func (b *Body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF && b.tail != nil {
		err = b.tail
	}
	return n, err
}

// Close lets the next large body be read.
func (b *Body) Close() error {
	if b.closed != nil {
		b.closed()
	}
	return nil
}
