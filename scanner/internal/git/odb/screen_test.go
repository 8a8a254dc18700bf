package odb

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// delta is a delta in the making.
type delta struct {
	list   []byte
	result []byte
}

func (d *delta) copy(base []byte, from, size int) {
	d.list = append(d.list, 0x80|0x0f|0x70)
	d.list = binary.LittleEndian.AppendUint32(d.list, uint32(from))
	d.list = append(d.list, byte(size), byte(size>>8), byte(size>>16))
	d.result = append(d.result, base[from:from+size]...)
}

func (d *delta) insert(content string) {
	d.list = append(append(d.list, byte(len(content))), content...)
	d.result = append(d.result, content...)
}

func (d *delta) ops(t *testing.T, base []byte) *packfile.Ops {
	t.Helper()
	head := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(len(base))), uint64(len(d.result)))
	var ops packfile.Ops
	if err := ops.Parse(append(head, d.list...), len(base)); err != nil {
		t.Fatal(err)
	}
	return &ops
}

// edited returns a delta that copies most of base, and inserts words.
func edited(rng *rand.Rand, base []byte, words ...string) (d delta) {
	for at := 0; at < len(base); {
		n := min(len(base)-at, 1+rng.IntN(900))
		d.copy(base, at, n)
		if at += n; rng.IntN(3) == 0 {
			at = min(len(base), at+rng.IntN(5))
		}
		if rng.IntN(2) == 0 {
			d.insert(words[rng.IntN(len(words))])
		}
	}
	return d
}

// word is the hint of these tests.
var word = []byte("AB")

func wordScreening(matches func([]byte) bool) *screening {
	return newScreening(&Screen{Reach: 20, HintSize: len(word), Matches: matches, Hints: func(content []byte, visit func(int) bool) {
		for at := 0; ; at++ {
			i := bytes.Index(content[at:], word)
			if i < 0 || !visit(at+i) {
				return
			}
			at += i
		}
	}})
}

// What the windows and the base say together is where the hints of the result are; only joints of windows may add to it.
func TestHintsOfADelta(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	s := wordScreening(nil)
	some := 0
	for range 500 {
		base := bytes.Repeat([]byte("ab cd "), 200+rng.IntN(2000))
		for range rng.IntN(4) {
			copy(base[rng.IntN(len(base)-2):], word)
		}
		d := edited(rng, base, "x", "A", "B", "some text", "an AB here")
		ops := d.ops(t, base)
		of := s.find(base, inPlace)
		kept, _ := of.copied(base, ops, s.screen.Reach)
		all, want := kept.and(s.fresh(base, ops)), s.find(d.result, inPlace)
		for _, at := range want.at {
			if some++; !slices.Contains(all.at, at) {
				t.Fatalf("no hint at %d of %d bytes, only at %v", at, len(d.result), all.at)
			}
		}
	}
	if some < 100 {
		t.Errorf("only %d hints were tried", some)
	}
}

// A search that stops because there are too many hints must not count as complete, though some of them are at one place.
func TestTooManyHints(t *testing.T) {
	for _, count := range []int{maxHints, maxHints + 1, 2 * maxHints} {
		s := newScreening(&Screen{Hints: func(_ []byte, visit func(int) bool) {
			for i := range count {
				if !visit(i / 2) {
					return
				}
			}
		}})
		if h := s.find(nil, inPlace); h.many != (count > maxHints) {
			t.Errorf("%d hints: many is %v", count, h.many)
		}
	}
}

// Around a place there is what the result has there.
func TestAround(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		base := make([]byte, 100+rng.IntN(5000))
		for i := range base {
			base[i] = byte(rng.IntN(256))
		}
		d := edited(rng, base, "some text", "more")
		const margin = 30
		var places []int32
		var want []byte
		end := 0
		for at := rng.IntN(100); at < len(d.result); at += rng.IntN(600) {
			places = append(places, int32(at))
			from, to := max(end, at-margin), min(len(d.result), at+margin)
			want = append(want, d.result[min(from, to):to]...)
			end = to
		}
		var w windows
		w.around(base, d.ops(t, base), places, margin, func(got []byte) bool {
			if !bytes.Equal(got, want) {
				t.Fatalf("around %v of %d bytes there are %d bytes, want %d", places, len(d.result), len(got), len(want))
			}
			return true
		})
	}
}

// A delta with one hint is searched for matches near the hint only.
func TestADeltaIsSearchedNearItsHints(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	base := bytes.Repeat([]byte("ab cd "), 50_000)
	d := edited(rng, base, "some text")
	d.insert("an AB here")
	ops := d.ops(t, base)
	searched := 0
	s := wordScreening(func(content []byte) bool {
		searched += len(content)
		return false
	})
	o := &baseObject{content: base, size: len(base)}
	next := &deltaObject{base: o, ops: ops}
	if matched, err := s.delta(object.Blob, o, next); matched || err != nil {
		t.Errorf("matched %v, error %v", matched, err)
	}
	if most := 4*s.screen.Reach + len(word); searched == 0 || searched > most {
		t.Errorf("searched %d bytes, want some and at most %d", searched, most)
	}
	if at := int32(bytes.Index(d.result, word)); len(next.hints.at) != 1 || next.hints.at[0] != at {
		t.Errorf("hints %+v, want one at %d", next.hints, at)
	}
}

// A search without a result allocates nothing: there is one for nearly every object of a history.
func TestScreeningWithoutHintsAllocatesNothing(t *testing.T) {
	base := bytes.Repeat([]byte("ab cd "), 1000)
	d := edited(rand.New(rand.NewPCG(7, 8)), base, "some text", "more")
	o, ops := &baseObject{content: base, size: len(base)}, d.ops(t, base)
	s := wordScreening(func([]byte) bool { return false })
	for name, examine := range map[string]func() (bool, error){
		"base":  func() (bool, error) { return s.base(object.Blob, o) },
		"delta": func() (bool, error) { return s.delta(object.Blob, o, &deltaObject{base: o, ops: ops}) },
	} {
		n := testing.AllocsPerRun(10, func() {
			if matched, err := examine(); matched || err != nil {
				t.Errorf("%s: matched %v, error %v", name, matched, err)
			}
		})
		if n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
