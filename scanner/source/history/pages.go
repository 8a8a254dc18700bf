package history

import "iter"

// pages is a list that grows without being copied: a copy would need twice the memory just when the list is largest.
type pages[T any] struct {
	list  [][]T
	count int
}

const (
	pageBits = 12
	pageSize = 1 << pageBits
)

func (p *pages[T]) append(v T) {
	if p.count>>pageBits == len(p.list) {
		p.list = append(p.list, make([]T, 0, pageSize))
	}
	last := &p.list[len(p.list)-1]
	*last = append(*last, v)
	p.count++
}

func (p *pages[T]) at(i int32) *T { return &p.list[i>>pageBits][i&(pageSize-1)] }

// all yields the elements.
func (p *pages[T]) all() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, page := range p.list {
			for i := range page {
				if !yield(&page[i]) {
					return
				}
			}
		}
	}
}
