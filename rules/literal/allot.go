package literal

import (
	"math"
	"math/bits"
	"slices"
)

// group is what passes a bucket: for each byte of a window, the set of lower and the set of upper halves.
type group [windowSize]struct{ low, high uint16 }

func (g group) with(w window) group {
	for i, set := range w {
		for _, b := range []byte(set) {
			g[i].low |= 1 << (b & 15)
			g[i].high |= 1 << (b >> 4)
		}
	}
	return g
}

// chance estimates how often text whose bytes do not depend on each other passes the bucket.
func (g group) chance() float64 {
	product := 1.0
	for _, halves := range g {
		sum := 0.0
		for high := halves.high; high != 0; high &= high - 1 {
			row := &rows[bits.TrailingZeros16(high)]
			sum += row[0][halves.low&0xff] + row[1][halves.low>>8]
		}
		product *= sum
	}
	return product
}

// rows are sums of frequencies: for each upper half of a byte, those of any set of its lower halves, eight of them at a time. A
// program that runs as a hook places the strings in each run, so it must take little time.
var rows = func() (r [16][2][256]float64) {
	for high := range r {
		for half := range r[high] {
			for set := 1; set < 256; set++ {
				first := bits.TrailingZeros(uint(set))
				r[high][half][set] = r[high][half][set&(set-1)] + frequency[high<<4|half<<3|first]
			}
		}
	}
	return r
}()

// frequency estimates how often each byte occurs in source code.
var frequency = func() (f [256]float64) {
	for b := range f {
		f[b] = 1 / float64(int(1)<<rarityOf(byte(b)))
	}
	return f
}()

// sequences is a set of frequent sequences, a bit for each.
type sequences [len(frequent) / windowSize / 64]uint64

func (s *sequences) add(others *sequences) {
	for i, word := range others {
		s[i] |= word
	}
}

// halves are the frequent sequences by the lower and the upper half of each of their bytes.
var halves = func() (h [windowSize]struct{ low, high [16]sequences }) {
	for i := range len(frequent) {
		sequence, at, b := i/windowSize, i%windowSize, frequent[i]
		h[at].low[b&15][sequence/64] |= 1 << (sequence % 64)
		h[at].high[b>>4][sequence/64] |= 1 << (sequence % 64)
	}
	return h
}()

// weights say how often the frequent sequences occur: the k-th one in weight/k^slope of all places. That is what was counted, within
// a fifth.
var weights = func() (w [len(frequent) / windowSize]float64) {
	const weight, slope = 0.011, 0.68
	for i := range w {
		w[i] = weight / math.Pow(float64(i+1), slope)
	}
	return w
}()

// passing are the frequent sequences that pass a bucket, by each half of each byte.
type passing [windowSize]struct{ low, high sequences }

// more is what passes besides, by each half of each byte.
type more [windowSize]struct{ low, high *sequences }

// none is the empty set.
var none sequences

// moreOf returns what passes a group and does not pass another one, which is a part of it.
func moreOf(from, to group) (m more) {
	for i := range m {
		m[i].low = union(&halves[i].low, to[i].low&^from[i].low)
		m[i].high = union(&halves[i].high, to[i].high&^from[i].high)
	}
	return m
}

// union returns the union of some of the sets.
func union(sets *[16]sequences, which uint16) *sequences {
	switch bits.OnesCount16(which) {
	case 0:
		return &none
	case 1: // as a rule
		return &sets[bits.TrailingZeros16(which)]
	}
	var all sequences
	for ; which != 0; which &= which - 1 {
		all.add(&sets[bits.TrailingZeros16(which)])
	}
	return &all
}

// with returns what passes when more does.
func (p *passing) with(m more) (out passing) {
	out = *p
	for i := range out {
		out[i].low.add(m[i].low)
		out[i].high.add(m[i].high)
	}
	return out
}

// shareWith is the share of text that begins with a sequence that passes when more does.
func (p *passing) shareWith(m more) (sum float64) {
	for i := range none {
		all := ^uint64(0)
		for at := range p {
			all &= (p[at].low[i] | m[at].low[i]) & (p[at].high[i] | m[at].high[i])
		}
		for ; all != 0; all &= all - 1 {
			sum += weights[i*64+bits.TrailingZeros64(all)]
		}
	}
	return sum
}

// chanceWeight is how much the chance counts: the frequent sequences, which are counted one by one, are about half of all text.
const chanceWeight = 0.5

// bucket is what passes a bucket, and how often: its noise.
type bucket struct {
	group
	passing
	chance, share float64
}

// grow makes a larger group pass the bucket.
func (b *bucket) grow(g group) {
	m := moreOf(b.group, g)
	share := b.shareWith(m)
	*b = bucket{group: g, passing: b.passing.with(m), chance: g.chance(), share: share}
}

// placed says where the window of a string is, and in which bucket.
type placed struct{ offset, bucket int }

// allotment assigns strings to buckets. Any mix of the bytes of the strings of one bucket passes it, so similar strings
// should share one.
type allotment struct {
	texts   []text
	places  []placed
	buckets [buckets]bucket
}

// rounds is how often each string is placed among all others. With one round, a third more of the steps of the search have a
// candidate, and a scan of a large history takes 1 to 3 % longer. More than two give nothing.
const rounds = 2

// allot gives each string the window and the bucket that add the least noise. Short strings have the least choice and come
// first.
func allot(texts []text) []placed {
	order := make([]int, len(texts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(texts[a].content) - len(texts[b].content) })
	a := &allotment{texts: texts, places: make([]placed, len(texts))}
	for i := range a.places {
		a.places[i].bucket = -1
	}
	for range rounds {
		for _, i := range order {
			a.remove(i)
			a.place(i)
		}
	}
	return a.places
}

// place gives a string the place that adds least noise.
func (a *allotment) place(i int) {
	var best placed
	var grown group
	least := math.Inf(1)
	for offset := range max(1, len(a.texts[i].content)-windowSize+1) {
		w := a.texts[i].window(offset)
		for n := range a.buckets {
			b := &a.buckets[n]
			g := b.group.with(w)
			added := chanceWeight * (g.chance() - b.chance)
			if added >= least {
				continue // whatever the sequences add
			}
			if added += b.shareWith(moreOf(b.group, g)) - b.share; added < least {
				best, least, grown = placed{offset, n}, added, g
			}
		}
	}
	a.places[i] = best
	a.buckets[best.bucket].grow(grown)
}

// remove takes a string out of its bucket, if it is in one.
func (a *allotment) remove(i int) {
	n := a.places[i].bucket
	if n < 0 {
		return
	}
	a.places[i].bucket = -1
	var g group
	for j, p := range a.places {
		if p.bucket == n {
			g = g.with(a.texts[j].window(p.offset))
		}
	}
	a.buckets[n] = bucket{}
	a.buckets[n].grow(g)
}
