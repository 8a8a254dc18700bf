package literal

import (
	"math"
	"math/bits"
	"slices"
)

// buckets is how many groups of strings the tables distinguish.
const buckets = 8

// The vector code looks at step offsets at a time, and reads that many bytes and the three after them.
const (
	step  = 32
	reads = step + windowSize - 1
)

// tables are what the vector code reads, by fixed offsets.
type tables struct {
	masks   masks
	windows windows
}

// windows filters the masks' false positives: most windows that pass the masks hold no literal.
type windows [1 << (hashBits - 5)]uint32

func (w *windows) add(h uint32) { w[h/32] |= 1 << (h % 32) }

// masks are the first tables, two for each byte of the window: the buckets that have such a byte, by the lower half of the
// byte and by its upper half. Each table is there twice, for both halves of a vector. The last one masks the lower half of
// each byte.
type masks [2*windowSize + 1][step]byte

// add puts a window into a bucket.
func (m *masks) add(bucket int, w window) {
	for i, set := range w {
		for _, b := range []byte(set) {
			for _, half := range []byte{0, step / 2} {
				m[2*i][half+b&15] |= 1 << bucket
				m[2*i+1][half+b>>4] |= 1 << bucket
			}
		}
	}
	for i := range m[2*windowSize] {
		m[2*windowSize][i] = 15
	}
}

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

// noise estimates how often arbitrary text passes a bucket.
func (g group) noise() float64 {
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

// placed says where the window of a string is, and in which bucket.
type placed struct{ offset, bucket int }

// allotment assigns strings to buckets. Any mix of the bytes of the strings of one bucket passes it, so similar strings
// should share one.
type allotment struct {
	texts  []text
	places []placed
	groups [buckets]group
	noise  [buckets]float64
}

// rounds is how often each string is placed again among all others. It pays once more after the first time.
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
	best, least, grown := placed{}, math.Inf(1), group{}
	for offset := range max(1, len(a.texts[i].content)-windowSize+1) {
		w := a.texts[i].window(offset)
		for b := range a.groups {
			g := a.groups[b].with(w)
			if added := g.noise() - a.noise[b]; added < least {
				best, least, grown = placed{offset, b}, added, g
			}
		}
	}
	a.places[i], a.groups[best.bucket] = best, grown
	a.noise[best.bucket] += least
}

// remove takes a string out of its bucket, if it is in one.
func (a *allotment) remove(i int) {
	b := a.places[i].bucket
	if b < 0 {
		return
	}
	a.places[i].bucket = -1
	a.groups[b] = group{}
	for j, p := range a.places {
		if p.bucket == b {
			a.groups[b] = a.groups[b].with(a.texts[j].window(p.offset))
		}
	}
	a.noise[b] = a.groups[b].noise()
}
