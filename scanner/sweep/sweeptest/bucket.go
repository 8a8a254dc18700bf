package sweeptest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/akguard/akguard/scanner/sweep"
)

// bucket is a bucket of a Memory, whose mutex guards it.
type bucket struct {
	memory *Memory
	id     string
	last   uint64 // revision
	values map[string]value
}

type value struct {
	content  string
	revision uint64
}

func (b *bucket) ID(ctx context.Context) (string, error) {
	b.memory.mu.Lock()
	defer b.memory.mu.Unlock()
	return b.id, ctx.Err()
}

func (b *bucket) Get(ctx context.Context, key string) ([]byte, uint64, error) {
	unlock, err := b.enter(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	defer unlock()
	v, ok := b.values[key]
	if !ok {
		return nil, 0, nil
	}
	return []byte(v.content), v.revision, nil
}

// enter checks the arguments of a method and locks the bucket.
func (b *bucket) enter(ctx context.Context, key string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !sweep.ValidKey(key) {
		return nil, sweep.ErrKey
	}
	b.memory.mu.Lock()
	return b.memory.mu.Unlock, nil
}

func (b *bucket) Put(ctx context.Context, key string, content []byte, revision uint64) (uint64, error) {
	unlock, err := b.enter(ctx, key)
	if err != nil {
		return 0, err
	}
	defer unlock()
	switch {
	case len(content) > sweep.MaxValue:
		return 0, sweep.ErrTooLarge
	case b.values[key].revision != revision:
		return 0, sweep.ErrChanged
	}
	b.last++
	b.values[key] = value{string(content), b.last}
	b.memory.notify()
	return b.last, nil
}

func (b *bucket) Delete(ctx context.Context, key string, revision uint64) error {
	unlock, err := b.enter(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	if b.values[key].revision != revision {
		return sweep.ErrChanged
	}
	b.last++ // JetStream keeps a marker
	delete(b.values, key)
	return nil
}

func (b *bucket) Each(ctx context.Context, prefix string, visit func(key string, value []byte) error) error {
	values, _, _ := b.since(prefix, "", 0)
	for _, v := range values {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := visit(v.key, []byte(v.content)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (b *bucket) Watch(ctx context.Context, prefix string, visit func(key string, value []byte)) error {
	var id string
	var last uint64
	for {
		values, now, changed := b.since(prefix, id, last)
		if now != id {
			id, last = now, 0
		}
		for _, v := range values {
			if err := ctx.Err(); err != nil {
				return err
			}
			visit(v.key, []byte(v.content))
			last = v.revision
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type keyed struct {
	key string
	value
}

// since returns the values that were stored in the bucket with this ID after a revision, all if it has another ID by now,
// in the order in which they were stored.
func (b *bucket) since(prefix, id string, last uint64) (values []keyed, now string, changed chan struct{}) {
	b.memory.mu.Lock()
	defer b.memory.mu.Unlock()
	for key, v := range b.values {
		if strings.HasPrefix(key, prefix) && (id != b.id || v.revision > last) {
			values = append(values, keyed{key, v})
		}
	}
	slices.SortFunc(values, func(x, y keyed) int { return cmp.Compare(x.revision, y.revision) })
	return values, b.id, b.memory.changed
}
