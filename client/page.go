package client

import (
	"context"
	"iter"
	"sync"
)

// PerPage is how many rows a walk asks for a page. The API may give fewer.
const PerPage = 100

// walkers is how many pages of one walk are fetched at a time.
const walkers = 4

// PageRequest asks for one page. Nil leaves the choice to the API; 0 is legal there.
type PageRequest struct{ No, Per *int }

// Page is one page of a list as the API gave it.
type Page[T any] struct {
	Items []T
	Total int // rows in the whole list as of this page
	Start int // 1-based offset of the first row, 0 where the API gave none
	End   int // inclusive offset of the last row

	Coverage Coverage // of the walk so far, in pages that a walk yields
}

type fetchFunc[T any] func(context.Context, PageRequest) (Page[T], error)

// walk yields all pages in order: the first alone, for it tells the size that
// the API grants, then the rest with bounded look-ahead. It follows a list
// which grows meanwhile, and ends at the first empty page or error.
func walk[T any](ctx context.Context, fetch fetchFunc[T]) iter.Seq2[Page[T], error] {
	return func(yield func(Page[T], error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()

		type result struct {
			page Page[T]
			err  error
		}
		get := func(no int) chan result {
			out := make(chan result, 1)
			running.Go(func() {
				per := PerPage
				page, err := fetch(ctx, PageRequest{No: &no, Per: &per})
				out <- result{page, err}
			})
			return out
		}
		ahead := []chan result{get(1)}
		last, next, size := 1, 2, 0
		for len(ahead) > 0 {
			r := <-ahead[0]
			ahead = ahead[1:]
			if !yield(r.page, r.err) || r.err != nil || len(r.page.Items) == 0 {
				return
			}
			if size == 0 {
				size = len(r.page.Items)
			}
			last = max(last, pages(r.page, size, next-len(ahead)-1))
			for len(ahead) < walkers && next <= last {
				ahead = append(ahead, get(next))
				next++
			}
		}
	}
}

// pages returns how many pages the list has, seen from page no. Without paging
// in the answer, a full page means that another may follow.
func pages[T any](p Page[T], size, no int) int {
	if p.Total > 0 {
		return (p.Total + size - 1) / size
	}
	if len(p.Items) >= PerPage {
		return no + 1
	}
	return no
}
