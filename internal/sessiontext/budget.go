package sessiontext

import (
	"context"
	"sync"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
)

// Budget bounds the requests of one call. What begins reserves as many as it may
// need, with all retries, so that the bound holds whatever the API answers.
type Budget struct {
	mu          sync.Mutex
	freed       sync.Cond
	most        int
	spent, held int
}

// NewBudget returns a budget, and the context whose requests it counts.
func NewBudget(ctx context.Context, most int) (*Budget, context.Context) {
	b := &Budget{most: most}
	b.freed.L = &b.mu
	return b, client.CountRequests(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.spent++
	})
}

// reserve waits until so many requests may be made. It reports false if they will
// never be.
func (b *Budget) reserve(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.spent+b.held+n > b.most {
		if b.held == 0 {
			return false
		}
		b.freed.Wait()
	}
	b.held += n
	return true
}

// release ends what reserved so many.
func (b *Budget) release(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held -= n
	b.freed.Broadcast()
}
