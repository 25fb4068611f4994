package traffic

import (
	"crypto/sha256"
	"time"

	"github.com/jellydator/ttlcache/v3"
)

// Cached is a key or a value of a Cache.
type Cached[T any] interface {
	// Own returns a copy that shares nothing that may be changed.
	Own() T
	// Size is its size in bytes, roughly.
	Size() int
}

// Key is a key of a Cache.
type Key[T any] interface {
	comparable
	Cached[T]
}

// Cache remembers answers that no longer change, separately for each API token. A
// nil Cache is empty and stays so.
type Cache[K Key[K], V Cached[V]] struct {
	items *ttlcache.Cache[cacheKey[K], V]
}

type cacheKey[K comparable] struct {
	token tokenHash
	key   K
}

// itemOverhead is an entry's share of the cache's own structures, roughly.
const itemOverhead = 512

// NewCache returns a cache of at most so many bytes that keeps each value for ttl
// after it was set, however often it is used. It returns nil if ttl is not positive.
func NewCache[K Key[K], V Cached[V]](ttl time.Duration, bytes uint64) *Cache[K, V] {
	if ttl <= 0 {
		return nil
	}
	return &Cache[K, V]{ttlcache.New(
		ttlcache.WithTTL[cacheKey[K], V](ttl),
		ttlcache.WithDisableTouchOnHit[cacheKey[K], V](),
		ttlcache.WithMaxCost(bytes, func(i ttlcache.CostItem[cacheKey[K], V]) uint64 {
			return uint64(max(0, itemOverhead+sha256.Size+i.Key.key.Size()+i.Value.Size()))
		}),
	)}
}

// Get returns a copy of the value that was set with the same token and key.
func (c *Cache[K, V]) Get(token string, k K) (v V, ok bool) {
	if c == nil {
		return v, false
	}
	item := c.items.Get(cacheKey[K]{sha256.Sum256([]byte(token)), k})
	if item == nil {
		return v, false
	}
	return item.Value().Own(), true
}

// Set keeps a copy of v.
func (c *Cache[K, V]) Set(token string, k K, v V) {
	if c == nil {
		return
	}
	c.items.DeleteExpired()
	c.items.Set(cacheKey[K]{sha256.Sum256([]byte(token)), k.Own()}, v.Own(), ttlcache.DefaultTTL)
}

// Len is the number of values.
func (c *Cache[K, V]) Len() int {
	if c == nil {
		return 0
	}
	return c.items.Len()
}

// Forget removes what was set with a token.
func (c *Cache[K, V]) Forget(token string) {
	if c == nil {
		return
	}
	hash := sha256.Sum256([]byte(token))
	for _, k := range c.items.Keys() {
		if k.token == hash {
			c.items.Delete(k)
		}
	}
}

// Clear removes all values.
func (c *Cache[K, V]) Clear() {
	if c != nil {
		c.items.DeleteAll()
	}
}
