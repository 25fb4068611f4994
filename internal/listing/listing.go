// Package listing reads lists page by page, and counts what was read of them.
package listing

import (
	"iter"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
)

// Pages gives exactly the page that is asked for, in one request, or all of them
// if none is.
func Pages[T any](no, per *int, one func(client.PageRequest) (client.Page[T], error),
	all iter.Seq2[client.Page[T], error]) iter.Seq2[client.Page[T], error] {
	if no == nil && per == nil {
		return all
	}
	return func(yield func(client.Page[T], error) bool) { yield(one(client.PageRequest{No: no, Per: per})) }
}

// Count follows the pages of one list: how long it is, how much of it was read,
// and whether it changed meanwhile.
type Count struct {
	Alone bool // the only page that was asked for, not a walk over all
	Read  int  // rows counted

	total int
	cover client.Coverage
	seen  map[string]struct{}
}

// Page takes note of a page; in a walk the last one tells the most.
func (c *Count) Page(total int, cover client.Coverage) {
	c.cover = cover
	if c.Alone {
		c.total, c.seen = total, map[string]struct{}{}
	}
}

// First reports whether a row is to be counted. A walk gives none twice, but a
// page alone may. Rows without an id may be of different people.
func (c *Count) First(id string) bool {
	if c.Alone && id != "" {
		if _, dup := c.seen[id]; dup {
			return false
		}
		c.seen[id] = struct{}{}
	}
	c.Read++
	return true
}

// Length is how many rows the list has as far as is known.
func (c *Count) Length() int { return max(c.total, c.cover.Total, c.Read) }

// Known reports whether the API said how long the list is.
func (c *Count) Known() bool { return max(c.total, c.cover.Total) > 0 }

// Note says what keeps the list from being complete. After a stop, not all of it
// was wanted.
func (c *Count) Note(stopped bool) string {
	cover := c.cover
	if stopped {
		cover.Total = 0
	}
	return cover.Note()
}

// Changed reports whether the list changed while its pages were read.
func (c *Count) Changed() bool { return c.cover.Changed }
