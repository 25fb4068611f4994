package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

// PerPage is how many rows a walk asks for a page. The API may give fewer.
const PerPage = 100

// Bounds of one walk. The first one that is reached ends it and sets Coverage.Cut.
// They allow a list of 50,000 people even if the API gives 50 rows a page.
const (
	MaxPages = 1000
	MaxRows  = 75_000
	MaxBytes = 64 << 20 // of answers

	// MaxCallRows, like MaxBytes, bounds the walks of one Bounded context together:
	// a roster and a session's peers, 50,000 each.
	MaxCallRows = 102_000
)

// Timeouts bounds the time of the walks of one Bounded context, in multiples of
// Options.Timeout, so that no call goes on forever if a list has no end. Six times
// the default timeout is enough for MaxCallRows at the documented rate.
const Timeouts = 6

// spent is what the walks of one context have used together.
type spent struct {
	rows, bytes  atomic.Int64
	began, until time.Time      // zero: no bound of time
	share        *traffic.Share // of the client's pool; nil: no bound
}

func (s *spent) late() bool { return !s.until.IsZero() && time.Now().After(s.until) }

// crowded is the error of a call that waited in vain for others, until err.
func (s *spent) crowded(err error) error {
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	waited := time.Since(s.began).Round(time.Second)
	return &Error{
		What:    "all of a long list",
		Message: fmt.Sprintf("other calls that read long lists left no room within %s", waited),
		Remedy:  "Try again when they have ended.",
		Err:     err,
	}
}

type spentKey struct{}

// errLongCall is why a Bounded context ends.
var errLongCall = errors.New("the call took too long")

// Bounded returns a context for one call of a tool, whose walks share a bound of
// rows, bytes and time. A walk that reaches it ends and says so in its Coverage.
// The context itself ends one Options.Timeout later. The caller must call cancel
// once it no longer needs what the walks read: other large calls wait for that.
func (c *Client) Bounded(ctx context.Context) (bounded context.Context, cancel context.CancelFunc) {
	limit, now := Timeouts*c.timeout, time.Now()
	s := &spent{began: now, until: now.Add(limit), share: c.pool.Share()}
	ctx, end := context.WithTimeoutCause(context.WithValue(ctx, spentKey{}, s), limit+c.timeout, errLongCall)
	return ctx, func() {
		end()
		s.share.Release()
	}
}

// walkers is how many pages of one walk are fetched at a time.
const walkers = 4

// PageRequest asks for one page. Nil leaves the choice to the API; 0 is a valid value.
type PageRequest struct{ No, Per *int }

// Page is one page of a list as the API gave it. In a walk, rows of earlier pages
// are left out, and Total is Coverage.Total.
type Page[T any] struct {
	Items []T
	Total int // rows in the whole list as of this page, 0 if the API gave none
	Start int // 1-based offset of the first row, 0 if the API gave none or a wrong one
	End   int // inclusive offset of the last row

	// Coverage is of the walk so far. Outside of a walk only Unreadable is set.
	Coverage Coverage

	rows  int               // as the API gave them
	size  int               // of the body, in bytes
	print [sha256.Size]byte // of rows, if any has no id
}

type fetchFunc[T any] func(context.Context, PageRequest) (Page[T], error)

// source is a list that a walk goes over.
type source[T any] struct {
	fetch fetchFunc[T]
	per   int          // rows to ask for a page
	keep  func(T) bool // nil: all; the others were not asked for
}

// walk yields all pages of a list in order; see source.pages.
func walk[T any](ctx context.Context, fetch fetchFunc[T]) iter.Seq2[Page[T], error] {
	return source[T]{fetch: fetch, per: PerPage}.pages(ctx)
}

// pages yields all pages in order. It fetches the first one alone, to learn the page
// size that the API grants, then up to 4 at a time as long as the total says that
// there are more. It follows a list that grows meanwhile. It ends
//   - at an error,
//   - at an empty page, or one with nothing that was not read before,
//   - if the total was read and the page was shorter than the one before or
//     than what was asked for: a full page may be followed by another,
//   - at MaxPages, MaxRows or MaxBytes, or if a Bounded context is late.
//
// If a page seems to be missing then, it asks for page 0, in case the API counts
// from there. It yields at least one page; the last one has the final Coverage.
func (l source[T]) pages(ctx context.Context) iter.Seq2[Page[T], error] {
	return func(yield func(Page[T], error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()

		get := func(no int) <-chan fetched[T] { return l.get(ctx, &running, no) }
		t := newTally(ctx, l)
		ahead := []<-chan fetched[T]{get(1)}
		for next := 2; len(ahead) > 0; {
			page, last, err := t.receive(ctx, <-ahead[0])
			ahead = ahead[1:]
			if !yield(page, err) || last {
				return
			}
			if t.done {
				break
			}
			for end := t.last(); len(ahead) < walkers && next <= end; next++ {
				ahead = append(ahead, get(next))
			}
		}
		if !t.lacking() {
			return
		}
		if zero := <-get(0); zero.err == nil && t.addZero(&zero.page) {
			yield(zero.page, nil)
		}
	}
}

// fetched is one page, or why there is none.
type fetched[T any] struct {
	page Page[T]
	err  error
}

// get starts to fetch a page.
func (l source[T]) get(ctx context.Context, running *sync.WaitGroup, no int) <-chan fetched[T] {
	out := make(chan fetched[T], 1)
	running.Go(func() {
		per := l.per
		page, err := l.fetch(ctx, PageRequest{No: &no, Per: &per})
		out <- fetched[T]{page, err}
	})
	return out
}

// tally is what a walk has learned so far.
type tally[T any] struct {
	list     source[T]
	together *spent

	seen   map[string]int                 // the page that first had an id
	prints map[[sha256.Size]byte]struct{} // of pages that have rows without ids
	total  int                            // as the API last said
	wrong  bool                           // it contradicts what arrived
	done   bool

	pages, prev           int // so far; rows of the last page
	start, first          int // offset of the first row, 0 if unknown; rows of page 1
	read, dropped         int // different rows: those kept, and those not asked for
	twice, unreadable     int // rows that a page had twice, and those that are no objects
	changed, cut, refused bool
	late                  bool
}

func newTally[T any](ctx context.Context, l source[T]) *tally[T] {
	together, ok := ctx.Value(spentKey{}).(*spent)
	if !ok {
		together = &spent{}
	}
	return &tally[T]{
		list:     l,
		together: together,
		seen:     map[string]int{},
		prints:   map[[sha256.Size]byte]struct{}{},
	}
}

// receive returns the page or the error to yield, and whether it is the last.
func (t *tally[T]) receive(ctx context.Context, f fetched[T]) (page Page[T], last bool, err error) {
	if f.err != nil {
		if err := t.refusal(f.err); err != nil {
			return Page[T]{}, true, err
		}
		return Page[T]{Items: []T{}, Total: t.total, Coverage: t.coverage()}, true, nil
	}
	t.add(&f.page)
	if err := t.together.share.Take(ctx, int64(f.page.size)); err != nil {
		return Page[T]{}, true, t.together.crowded(err)
	}
	return f.page, false, nil
}

// add counts a page, drops rows that were seen before or not asked for, and decides
// whether the walk goes on.
func (t *tally[T]) add(p *Page[T]) {
	before := t.arrived()
	if t.pages++; t.pages == 1 {
		t.start, t.first = p.Start, p.rows
	}
	t.unreadable += p.Coverage.Unreadable
	t.take(p)
	rows, bytes := t.together.rows.Add(int64(t.arrived()-before)), t.together.bytes.Add(int64(p.size))
	t.hear(p.Total, before)
	short := t.short(p.rows)
	t.prev = p.rows
	switch {
	case p.rows == 0, t.arrived() == before && t.pages > 1:
		t.done = true
	case t.believed() && t.arrived() >= t.total && short:
		t.done = true
	case t.cut, t.pages >= MaxPages, t.read+t.dropped >= MaxRows, rows >= MaxCallRows, bytes >= MaxBytes:
		t.done, t.cut = true, true
	case t.together.late():
		t.done, t.cut, t.late = true, true, true
	}
	p.Coverage = t.coverage()
	p.Total = p.Coverage.Total
}

// short reports whether a page has too few rows to be followed by another. If more
// than PerPage were asked for, PerPage may be the most that the API gives.
func (t *tally[T]) short(rows int) bool {
	return rows < t.list.per && rows != PerPage || rows < t.prev
}

// lacking reports whether a page seems to be missing before the first one: the first
// row was not the first of the list, or exactly one page is missing.
func (t *tally[T]) lacking() bool {
	missing := t.total - t.arrived()
	return !t.cut && (t.start > 1 || t.believed() && missing > 0 && (t.first == 0 || missing == t.first))
}

// addZero counts the page before page 1 and reports whether it has anything new.
func (t *tally[T]) addZero(p *Page[T]) bool {
	before := t.arrived()
	t.pages++
	t.unreadable += p.Coverage.Unreadable
	t.take(p)
	t.together.rows.Add(int64(t.arrived() - before))
	t.hear(p.Total, before)
	p.Coverage = t.coverage()
	p.Total = p.Coverage.Total
	return t.arrived() > before
}

// take keeps those rows of a page that are new. Rows without an id may be of
// different people, so that only a whole page of them counts as known.
func (t *tally[T]) take(p *Page[T]) {
	items := p.Items
	p.Items = items[:0]
	if p.print != ([sha256.Size]byte{}) {
		if _, again := t.prints[p.print]; again {
			t.unreadable -= p.Coverage.Unreadable
			return
		}
		t.prints[p.print] = struct{}{}
	}
	moved, before := false, t.read+t.dropped
	for i := range items {
		if t.read+t.dropped >= MaxRows {
			t.cut = true
			break
		}
		switch t.before(&items[i]) {
		case 0:
		case t.pages:
			t.twice++
			continue
		default:
			moved = true
			continue
		}
		if t.list.keep != nil && !t.list.keep(items[i]) {
			t.dropped++
			continue
		}
		t.read++
		p.Items = append(p.Items, items[i])
	}
	if moved && t.read+t.dropped > before { // else the API repeats itself
		t.changed = true
	}
}

// before returns the page that first had a row; if none did, it notes this one and
// returns 0.
func (t *tally[T]) before(item *T) int {
	id := idOf(item)
	if id == "" {
		return 0
	}
	page := t.seen[id]
	if page == 0 {
		t.seen[id] = t.pages
	}
	return page
}

// hear notes the total that a page gives, 0 if none.
func (t *tally[T]) hear(total, before int) {
	if total > 0 {
		if t.total > before && total != t.total {
			t.changed = true
		}
		t.total = total
	}
	t.wrong = t.wrong || t.total > 0 && t.total < t.arrived()
}

func (t *tally[T]) arrived() int { return t.read + t.dropped + t.twice + t.unreadable }

func (t *tally[T]) believed() bool { return t.total > 0 && !t.wrong }

// last is the page up to which it makes sense to ask now.
func (t *tally[T]) last() int {
	more := 1
	if missing := t.total - t.arrived(); t.believed() && missing > 0 {
		more = (missing + t.prev - 1) / t.prev
	}
	return min(t.pages+more, MaxPages)
}

// refusal decides about an error: a page after the end of a list may be refused.
// If all rows that the API counts were read, any failure to give more costs no
// row; without a total, nobody can know that it was the end. Coverage says both.
func (t *tally[T]) refusal(err error) error {
	var e *Error
	if t.pages == 0 || !errors.As(err, &e) || t.believed() && t.arrived() < t.total {
		return err
	}
	switch e.Meant() {
	case http.StatusBadRequest, http.StatusNotFound,
		http.StatusRequestedRangeNotSatisfiable, http.StatusUnprocessableEntity:
		t.refused = !t.believed()
		return nil
	}
	if t.believed() {
		t.refused = true
		return nil
	}
	return err
}

func (t *tally[T]) coverage() Coverage {
	c := Coverage{Read: t.read, Changed: t.changed, Cut: t.cut, Late: t.late, Refused: t.refused, Unreadable: t.unreadable}
	if t.believed() {
		c.Total = t.total - t.dropped - t.twice
	}
	return c
}

// idOf returns the id of a row, "" if it has none.
func idOf[T any](item *T) string {
	if row, ok := any(item).(interface{ rowID() string }); ok {
		return row.rowID()
	}
	return ""
}
