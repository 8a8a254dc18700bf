package literal

// buckets is how many groups of strings the tables tell apart.
const buckets = 8

// The vector code takes step offsets at a time, and reads that many bytes and the three behind them.
const (
	step  = 32
	reads = step + windowSize - 1
)

// masks are the tables of the vector code, in pairs for each byte of the window: by the lower half of the byte and by
// the upper half, which buckets have such a byte. Each is there twice, for both halves of a vector. The last one masks
// halves.
type masks [2*windowSize + 1][step]byte

// add puts the window of a string into a bucket. Any byte will do behind a shorter one.
func (m *masks) add(bucket int, window string) {
	for i := range windowSize {
		for half := range step {
			low, high := byte(half)&15, byte(half)&15
			if i >= len(window) || window[i]&15 == low {
				m[2*i][half] |= 1 << bucket
			}
			if i >= len(window) || window[i]>>4 == high {
				m[2*i+1][half] |= 1 << bucket
			}
		}
	}
	for i := range m[2*windowSize] {
		m[2*windowSize][i] = 15
	}
}

// group is what a bucket lets through: the halves that each byte of a window may have, as sets.
type group [windowSize]struct{ low, high uint16 }

func (g group) with(window string) group {
	for i := range g {
		if i >= len(window) {
			g[i].low, g[i].high = 0xffff, 0xffff
			continue
		}
		g[i].low |= 1 << (window[i] & 15)
		g[i].high |= 1 << (window[i] >> 4)
	}
	return g
}

// noise estimates how often a bucket lets text through.
func (g group) noise() float64 {
	product := 1.0
	for _, byByte := range g {
		sum := 0.0
		for b := range 256 {
			if byByte.low>>(b&15)&1 != 0 && byByte.high>>(b>>4)&1 != 0 {
				sum += 1 / float64(int(1)<<rarityOf(byte(b)))
			}
		}
		product *= sum
	}
	return product
}

// spread gives each window the bucket in which it does least harm: strings that share a bucket also let through
// whatever mixes their bytes, so that those should share one that are alike.
func spread(windows []string) []int {
	var groups [buckets]group
	var noise [buckets]float64
	out := make([]int, len(windows))
	for i, window := range windows {
		best, added, grown := 0, 0.0, group{}
		for b := range groups {
			g := groups[b].with(window)
			if n := g.noise() - noise[b]; b == 0 || n < added {
				best, added, grown = b, n, g
			}
		}
		out[i], groups[best] = best, grown
		noise[best] += added
	}
	return out
}
