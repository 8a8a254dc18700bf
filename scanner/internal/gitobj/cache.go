package gitobj

import (
	"container/list"
	"sync"
)

// cacheKey names an entry of a pack.
type cacheKey struct {
	pack   *pack
	offset int64
}

// cache keeps the objects that Read used last, up to a number of bytes. It is safe for concurrent use.
type cache struct {
	mu    sync.Mutex
	room  int64
	items map[cacheKey]*list.Element
	order *list.List // most recently used first
}

type cached struct {
	key    cacheKey
	object Object
}

func newCache(size int64) *cache {
	return &cache{room: size, items: map[cacheKey]*list.Element{}, order: list.New()}
}

func (c *cache) get(key cacheKey) (Object, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[key]
	if !ok {
		return Object{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(cached).object, true
}

func (c *cache) put(key cacheKey, o Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.items[key]; ok {
		return
	}
	c.items[key] = c.order.PushFront(cached{key, o})
	c.room -= int64(cap(o.Content))
	for c.room < 0 {
		last := c.order.Back()
		old := c.order.Remove(last).(cached)
		delete(c.items, old.key)
		c.room += int64(cap(old.object.Content))
	}
}
