package literal

// buckets is how many groups of strings the tables tell apart.
const buckets = 8

// The vector code takes step offsets at a time, and reads that many bytes and the two behind them.
const (
	step  = 32
	reads = step + windowSize - 1
)

// masks are the tables of the vector code, in pairs for each of the three bytes: by the lower half of the byte and by
// the upper half, which buckets have such a byte. Each is there twice, for both halves of a vector. The last one
// masks halves.
type masks [2*windowSize + 1][step]byte

// add puts the three bytes of a string into a bucket.
func (m *masks) add(bucket int, window string) {
	for i := range window {
		for _, lane := range []int{0, step / 2} {
			m[2*i][lane+int(window[i]&15)] |= 1 << bucket
			m[2*i+1][lane+int(window[i]>>4)] |= 1 << bucket
		}
	}
	for i := range m[2*windowSize] {
		m[2*windowSize][i] = 15
	}
}
