package prefetch_test

import (
	"testing"

	"github.com/akguard/akguard/scanner/internal/prefetch"
)

// A hint changes nothing, even if it is about memory that does not exist.
func TestHints(t *testing.T) {
	prefetch.Load[int](nil)
	x := 1
	prefetch.Load(&x)
	b := make([]byte, 100)
	for _, offset := range []int64{-1, 0, 63, 99, 100, 1 << 40} {
		prefetch.Bytes(b, offset)
	}
	prefetch.Bytes(nil, 0)
	if x != 1 {
		t.Error("a hint has written")
	}
}

// BenchmarkScattered reads numbers all over the memory, in an order that the processor cannot guess.
func BenchmarkScattered(b *testing.B) {
	const size = 1 << 26
	list := make([]int64, size/8)
	for i := range list {
		list[i] = int64(i)
	}
	for _, ahead := range []int{0, 8} {
		name := "without"
		if ahead > 0 {
			name = "with hints"
		}
		b.Run(name, func(b *testing.B) {
			at := func(i int) *int64 { return &list[uint64(i)*0x9e3779b97f4a7c15>>41] }
			sum := int64(0)
			for i := range b.N {
				if ahead > 0 {
					prefetch.Load(at(i + ahead))
				}
				for n := *at(i); n > 0; n >>= 1 { // work that depends on it
					sum += n & 1
				}
			}
			if sum == 0 && b.N > 10 {
				b.Error("nothing was read")
			}
		})
	}
}
