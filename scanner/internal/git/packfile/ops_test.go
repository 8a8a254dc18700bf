package packfile

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// Parse reads the same operations as opAt, also those that are rare: with zeros for the size, or without lower bytes.
func TestParseLikeOpAt(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 2))
	copies := 0
	for range 20_000 {
		var body []byte
		for range 1 + rng.IntN(4) {
			code := byte(rng.IntN(256))
			if code == 0 {
				continue
			}
			operands := make([]byte, 7)
			for i := range operands {
				operands[i] = byte(rng.Uint32()) * byte(rng.IntN(2))
			}
			_, n := opAt(append([]byte{code}, operands...), 0)
			if code < 0x80 {
				operands = make([]byte, n-1)
			}
			body = append(append(body, code), operands[:n-1]...)
		}
		var want []Op
		size, whole := int64(0), true
		for at := 0; at < len(body); {
			op, next := opAt(body, at)
			whole = whole && op.Size > 0 && int64(op.From)+int64(op.Size) <= MaxObject
			want, size, at = append(want, op), size+int64(op.Size), next
		}
		head := binary.AppendUvarint(binary.AppendUvarint(nil, MaxObject), uint64(size))
		var got Ops
		err := got.Parse(append(head, body...), MaxObject)
		if (err == nil) != whole {
			t.Fatalf("%x: %v, want it to be right: %v", body, err, whole)
		}
		if !whole {
			continue
		}
		for i := range want { // an insert begins in the delta, behind the header
			if want[i].Insert {
				want[i].From += int32(len(head))
			} else {
				copies++
			}
		}
		if joined := join(want); !slices.Equal(got.List, joined) {
			t.Fatalf("%x: %v, want %v", body, got.List, joined)
		}
	}
	if copies < 10_000 {
		t.Errorf("%d copies were compared", copies)
	}
}

// join joins copies that follow each other in the base.
func join(list []Op) []Op {
	var out []Op
	for _, op := range list {
		if n := len(out); n > 0 && !op.Insert && !out[n-1].Insert && out[n-1].From+out[n-1].Size == op.From {
			out[n-1].Size += op.Size
			continue
		}
		out = append(out, op)
	}
	return out
}
