package packfile

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// indexOf makes an index of version 2 with the given IDs.
func indexOf(f object.Format, ids []object.ID) []byte {
	slices.SortFunc(ids, func(a, b object.ID) int { return slices.Compare(a[:], b[:]) })
	data := []byte("\xfftOc\x00\x00\x00\x02")
	for i := range 256 {
		n := 0
		for n < len(ids) && int(ids[n][0]) <= i {
			n++
		}
		data = binary.BigEndian.AppendUint32(data, uint32(n))
	}
	for _, id := range ids {
		data = append(data, id[:f.Size()]...)
	}
	return append(data, make([]byte, 8*len(ids)+2*f.Size())...)
}

// Every ID is found and no other, also if the IDs are forged and not evenly spread.
func TestFind(t *testing.T) {
	for _, f := range []object.Format{object.SHA1, object.SHA256} {
		findIn(t, f)
	}
}

func findIn(t *testing.T, f object.Format) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		var ids, absent []object.ID
		for i := range 1 + rng.IntN(400) {
			var id object.ID
			for j := range f.Size() {
				id[j] = byte(rng.Uint32())
			}
			if round%3 == 1 { // all in one bucket, at its end
				id[0], id[1], id[2] = 7, 0xff, 0xff
			}
			if round%3 == 2 { // the first bytes are the same
				copy(id[:], make([]byte, 12))
			}
			if i%4 == 0 {
				absent = append(absent, id)
			} else {
				ids = append(ids, id)
			}
		}
		x, err := ParseIndex(f, indexOf(f, ids))
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range ids {
			if at, ok := x.Find(id); !ok || at != i {
				t.Fatalf("%s, round %d: ID %d found at %d, %v", f, round, i, at, ok)
			}
		}
		for _, id := range absent {
			if at, ok := x.Find(id); ok {
				t.Fatalf("%s, round %d: an absent ID found at %d", f, round, at)
			}
		}
		checkFindAll(t, &x, slices.Concat(absent, ids, absent))
	}
}

// checkFindAll compares FindAll with Find. What was found before stays.
func checkFindAll(t *testing.T, x *Index, ids []object.ID) {
	t.Helper()
	rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	const first, before = 1000, 7
	at := make([]int32, len(ids))
	for i := range at {
		at[i] = -1 + int32(i%5/4)*(before+1)
	}
	FindAll(x, ids, first, at)
	for i, id := range ids {
		want := int32(-1)
		if found, ok := x.Find(id); i%5 == 4 {
			want = before
		} else if ok {
			want = first + int32(found)
		}
		if at[i] != want {
			t.Fatalf("ID %d of %d: %d, want %d", i, len(ids), at[i], want)
		}
	}
}
