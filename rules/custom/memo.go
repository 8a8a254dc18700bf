package custom

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// memo remembers surroundings in which rules found nothing. In a history the same lines occur in many versions of a file,
// and running an expression on them costs a hundred times as much as recognizing them. A new entry replaces the one in its
// slot. A memo is safe for concurrent use.
type memo struct {
	once  sync.Once
	seeds [2]maphash.Seed
	slots []slot
}

// slot holds the 128-bit hash of one surrounding. Two of a rule collide once in 2^100 pairs.
type slot [2]atomic.Uint64

const memoSlots = 1 << 19 // 8 MiB

func (m *memo) init() {
	m.seeds = [...]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	m.slots = make([]slot, memoSlots)
}

// key identifies a text for a rule.
type key [2]uint64

func (m *memo) key(rule int, text []byte) key {
	m.once.Do(m.init)
	const odd = 0x9e3779b97f4a7c15
	k := key{maphash.Bytes(m.seeds[0], text), maphash.Bytes(m.seeds[1], text)}
	k[0] ^= uint64(rule+1) * odd
	return k
}

// has reports whether the rule is known to find nothing there.
func (m *memo) has(k key) bool {
	s := &m.slots[k[0]%memoSlots]
	return s[0].Load() == k[0] && s[1].Load() == k[1]
}

func (m *memo) add(k key) {
	s := &m.slots[k[0]%memoSlots]
	s[0].Store(k[0])
	s[1].Store(k[1])
}
