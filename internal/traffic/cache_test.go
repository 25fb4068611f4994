package traffic

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type id string

func (n id) Own() id   { return id(strings.Clone(string(n))) }
func (n id) Size() int { return len(n) }

type blob []byte

func (l blob) Own() blob { return slices.Clone(l) }
func (l blob) Size() int { return len(l) }

func TestCache(t *testing.T) {
	c := NewCache[id, blob](time.Minute, 100_000)
	kept := blob("abc")
	c.Set("token", "k", kept)
	kept[0] = 'x'
	for range 2 {
		v, ok := c.Get("token", "k")
		if !ok || string(v) != "abc" {
			t.Errorf("%q, %v", v, ok)
		}
		clear(v) // the caller's own
	}
	if v, ok := c.Get("another token", "k"); ok {
		t.Errorf("%q is another token's", v)
	}
	if c.Clear(); c.Len() != 0 {
		t.Errorf("%d values after all were removed", c.Len())
	}
}

func TestCacheBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 100_000
		c := NewCache[id, blob](time.Minute, limit)
		for i := range 50 {
			c.Set("token", id(rune('a'+i)), make(blob, 10_000))
		}
		if n := c.Len(); n < 8 || n > 9 {
			t.Errorf("%d values of 10 kB in 100 kB", n)
		}
		c.Set("token", "huge", make(blob, limit))
		if _, ok := c.Get("token", "huge"); ok {
			t.Error("more than the limit was kept")
		}
		c.Set("token", "k", blob("abc"))
		for range 5 { // use does not make it live longer
			if _, ok := c.Get("token", "k"); !ok {
				t.Error("forgotten too early")
			}
			time.Sleep(11 * time.Second)
		}
		time.Sleep(6 * time.Second)
		if _, ok := c.Get("token", "k"); ok {
			t.Error("kept for too long")
		}
	})
}

func TestNoCache(t *testing.T) {
	c := NewCache[id, blob](0, 1000)
	c.Set("token", "k", blob("abc"))
	if _, ok := c.Get("token", "k"); c != nil || ok || c.Len() != 0 {
		t.Error("a cache that is off keeps something")
	}
	c.Clear()
}
