package traffic

import (
	"crypto/sha256"
	"time"

	"github.com/jellydator/ttlcache/v3"
)

// Cached is a key or a value of a Cache.
type Cached[T any] interface {
	// Own returns a copy that shares nothing which its owner may change.
	Own() T
	// Size is how many bytes it takes, roughly.
	Size() int
}

// Key is a key of a Cache.
type Key[T any] interface {
	comparable
	Cached[T]
}

// Cache remembers answers that change no more. What an API token fetched is for
// that token alone. A nil cache is empty and keeps nothing.
type Cache[K Key[K], V Cached[V]] struct {
	items *ttlcache.Cache[cacheKey[K], V]
}

type cacheKey[K comparable] struct {
	token tokenHash
	key   K
}

// itemOverhead is an entry's share of the cache's own structures, roughly.
const itemOverhead = 512

// NewCache keeps at most so many bytes, and each value for ttl after it was set,
// however often it is used. It returns nil if ttl is not positive.
func NewCache[K Key[K], V Cached[V]](ttl time.Duration, bytes uint64) *Cache[K, V] {
	if ttl <= 0 {
		return nil
	}
	return &Cache[K, V]{ttlcache.New(
		ttlcache.WithTTL[cacheKey[K], V](ttl),
		ttlcache.WithDisableTouchOnHit[cacheKey[K], V](),
		ttlcache.WithMaxCost(bytes, func(i ttlcache.CostItem[cacheKey[K], V]) uint64 {
			return uint64(itemOverhead + sha256.Size + i.Key.key.Size() + i.Value.Size())
		}),
	)}
}

// Get returns the caller's own copy of what the token has set.
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

// Set remembers a copy of v.
func (c *Cache[K, V]) Set(token string, k K, v V) {
	if c == nil {
		return
	}
	c.items.DeleteExpired()
	c.items.Set(cacheKey[K]{sha256.Sum256([]byte(token)), k.Own()}, v.Own(), ttlcache.DefaultTTL)
}

// Len is how many values are remembered.
func (c *Cache[K, V]) Len() int {
	if c == nil {
		return 0
	}
	return c.items.Len()
}

// Clear forgets all.
func (c *Cache[K, V]) Clear() {
	if c != nil {
		c.items.DeleteAll()
	}
}
