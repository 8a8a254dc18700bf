package treeindex

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

// slice returns some elements, or nil if they are not on one page.
func (p *pages[T]) slice(from, to int32) []T {
	if from >= to || from>>pageBits != (to-1)>>pageBits {
		return nil
	}
	at := from & (pageSize - 1)
	return p.list[from>>pageBits][at : at+to-from]
}

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
