package packfile

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// randomIndex returns an index with random IDs and offsets. Some offsets are past 2 GiB, and some are equal, as in a damaged index.
func randomIndex(t *testing.T, r *rand.Rand, count int) *Index {
	t.Helper()
	ids := make([]object.ID, count)
	for i := range ids {
		binary.BigEndian.PutUint64(ids[i][:], r.Uint64())
	}
	slices.SortFunc(ids, func(a, b object.ID) int { return bytes.Compare(a[:], b[:]) })
	data := slices.Concat(indexMagic, []byte{0, 0, 0, 2})
	for first := range 256 {
		n, _ := slices.BinarySearchFunc(ids, byte(first), func(id object.ID, first byte) int {
			if id[0] <= first {
				return -1
			}
			return 1
		})
		data = binary.BigEndian.AppendUint32(data, uint32(n))
	}
	for _, id := range ids {
		data = append(data, id[:object.SHA1.Size()]...)
	}
	for range ids {
		data = binary.BigEndian.AppendUint32(data, r.Uint32())
	}
	var large []byte
	for range ids {
		offset := r.Uint64N(1 << 33)
		switch {
		case r.IntN(100) == 0:
			offset = 1000
		case offset >= 1<<31:
			n := uint32(len(large) / 8)
			large = binary.BigEndian.AppendUint64(large, offset)
			data = binary.BigEndian.AppendUint32(data, 1<<31|n)
			continue
		}
		data = binary.BigEndian.AppendUint32(data, uint32(offset))
	}
	x, err := ParseIndex(object.SHA1, append(data, large...))
	if err != nil {
		t.Fatal(err)
	}
	return &x
}

// The order is the same however many workers share the work.
func TestPackOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 1))
	for _, count := range []int{0, 1, 2, 100, minShare, 5 * minShare} {
		x := randomIndex(t, r, count)
		want := make([]uint32, count)
		for i := range want {
			want[i] = uint32(i)
		}
		slices.SortStableFunc(want, func(a, b uint32) int { return int(x.Offset(int(a)) - x.Offset(int(b))) })
		for _, workers := range []int{1, 2, 3, 16} {
			order, err := x.PackOrder(workers)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(order.Positions, want) {
				t.Fatalf("%d entries, %d workers: another order", count, workers)
			}
			for i, at := range want {
				if order.Offsets[i] != x.Offset(int(at)) || order.CRCs[i] != x.CRC(int(at)) {
					t.Fatalf("%d entries, %d workers: entry %d has another offset or checksum", count, workers, i)
				}
			}
		}
	}
}
