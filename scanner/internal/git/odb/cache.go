package odb

import (
	"container/list"
	"sync"
)

// cacheKey identifies an entry of a pack.
type cacheKey struct {
	pack   *pack
	offset int64
}

// cache is an LRU cache of the objects that Read inflated, bounded by their size. It is safe for concurrent use.
type cache struct {
	mu    sync.Mutex
	free  int64 // bytes
	items map[cacheKey]*list.Element
	order *list.List // most recently used first
}

type cacheItem struct {
	key    cacheKey
	object Object
}

func newCache(size int64) *cache {
	return &cache{free: size, items: map[cacheKey]*list.Element{}, order: list.New()}
}

func (c *cache) get(key cacheKey) (Object, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[key]
	if !ok {
		return Object{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(cacheItem).object, true
}

func (c *cache) put(key cacheKey, o Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.items[key]; ok {
		return
	}
	c.items[key] = c.order.PushFront(cacheItem{key, o})
	c.free -= int64(cap(o.Content))
	for c.free < 0 {
		old := c.order.Remove(c.order.Back()).(cacheItem)
		delete(c.items, old.key)
		c.free += int64(cap(old.object.Content))
	}
}
