package literal

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
