package inflate_test

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/akguard/akguard/scanner/internal/inflate"
)

// read reads a stream with buffers of the given size, at most limit bytes.
func read(r *inflate.Reader, src []byte, size, limit int) (out []byte, err error) {
	if err := r.Reset(src); err != nil {
		return nil, err
	}
	buf := make([]byte, size)
	for len(out) < limit {
		n, err := r.Read(buf[:min(size, limit-len(out))])
		if out = append(out, buf[:n]...); err != nil {
			return out, err
		}
	}
	return out, nil
}

func TestReader(t *testing.T) {
	var r inflate.Reader
	rng := rand.New(rand.NewPCG(7, 8))
	for name, content := range texts() {
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			packed := deflate(t, content, level, level%2 == 0)
			src := append(bytes.Clone(packed), make([]byte, rng.IntN(20))...)
			for _, size := range []int{1 + rng.IntN(300), 40_000, 1 << 20} {
				out, err := read(&r, src, size, 1<<30)
				if !errors.Is(err, io.EOF) || !bytes.Equal(out, content) || r.Consumed() != len(packed) {
					t.Fatalf("%s, level %d, reads of %d: equal %v, consumed %d of %d, %v", name, level, size, bytes.Equal(out, content), r.Consumed(), len(packed), err)
				}
			}
		}
	}
	if err := r.Reset(deflate(t, texts()["text"], 6, false)); err != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(&r, texts()["text"]); err != nil {
		t.Error(err)
	}
}

// TestReaderMemory reads a stream that unpacks to a thousand times its size.
func TestReaderMemory(t *testing.T) {
	packed := deflate(t, make([]byte, 32<<20), 9, false)
	var r inflate.Reader
	buf := make([]byte, 1<<20)
	unpack := func() {
		if err := r.Reset(packed); err != nil {
			t.Fatal(err)
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, &r, buf)
		if err != nil || n != 32<<20 {
			t.Fatal(n, err)
		}
	}
	unpack() // it has its buffer now
	if allocs := testing.AllocsPerRun(1, unpack); allocs > 2 {
		t.Errorf("%v allocations", allocs)
	}
}

// TestReaderStops decodes not much more than is read.
func TestReaderStops(t *testing.T) {
	packed := deflate(t, texts()["large"], 6, true)
	var r inflate.Reader
	if _, err := read(&r, packed, 1000, 1000); err != nil {
		t.Fatal(err)
	}
	if r.Consumed() > 2000 {
		t.Errorf("%d bytes were read for 1000", r.Consumed())
	}
}

// lastBits is the content that the last 15 bits of a stream may hold: the standard library reads as many bits as the code for
// the end of a block has before it looks for a shorter code, so of a stream that is cut it may leave out the last codes.
const lastBits = 8 * 258

// agreeReader fails unless a Reader yields what the standard library yields, also of a damaged stream. The checksum is not
// compared.
func agreeReader(t *testing.T, src []byte, size int) {
	t.Helper()
	const limit = 1 << 22
	want, wantErr := standard(src, limit)
	if errors.Is(wantErr, zlib.ErrChecksum) {
		wantErr = nil
	}
	var r inflate.Reader
	got, err := read(&r, src, size, limit)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	equal := bytes.Equal(got, want)
	if errors.Is(wantErr, io.ErrUnexpectedEOF) {
		equal = bytes.HasPrefix(got, want) && len(got)-len(want) <= lastBits
	}
	if (err == nil) != (wantErr == nil) || !equal {
		t.Fatalf("%x, reads of %d: %d bytes and error %v, the standard library's %d and %v", src[:min(len(src), 200)], size, len(got), err, len(want), wantErr)
	}
}

// TestReaderDamage has streams that are changed or cut anywhere, with blocks of every kind.
func TestReaderDamage(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, content := range texts() {
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 6} {
			packed := deflate(t, content[:min(len(content), 10_000)], level, level == 6)
			for range 60 {
				damaged := bytes.Clone(packed)
				damaged[rng.IntN(len(damaged))] ^= 1 << rng.IntN(8)
				agreeReader(t, damaged, 1+rng.IntN(5000))
				cut := packed[:rng.IntN(len(packed))]
				agreeReader(t, cut, 1+rng.IntN(5000))
				var r inflate.Reader
				if got, _ := read(&r, cut, 1+rng.IntN(5000), 1<<22); !bytes.HasPrefix(content, got) {
					t.Fatalf("%d bytes of %d: what is read is not the beginning of the content", len(cut), len(packed))
				}
			}
		}
	}
}

// FuzzReaderAgainstStandard lets the raw stream decide too: its checksum need not fit, and it may be cut.
func FuzzReaderAgainstStandard(f *testing.F) {
	for _, content := range texts() {
		if len(content) < 5000 {
			for _, level := range []int{flate.HuffmanOnly, 0, 1, 9} {
				f.Add(deflate(f, content, level, false), uint16(100))
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, size uint16) {
		if len(src) >= 6 && src[1]&0x20 != 0 && binary.BigEndian.Uint32(src[2:]) == adler32.Checksum(nil) {
			return // the standard library takes the empty dictionary for one
		}
		agreeReader(t, src, 1+int(size))
		if len(src) >= 2 {
			agreeReader(t, append([]byte{0x78, 0x9c}, src[2:]...), 1+int(size))
		}
	})
}

func BenchmarkReader(b *testing.B) {
	content := source(rand.New(rand.NewPCG(5, 6)), 200_000)
	packed := deflate(b, content, 6, false)
	b.Run("ours", func(b *testing.B) {
		var r inflate.Reader
		buf := make([]byte, len(content))
		b.SetBytes(int64(len(content)))
		for b.Loop() {
			if err := r.Reset(packed); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(&r, buf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("standard", func(b *testing.B) { stream(b, [][]byte{packed}, len(content)) })
}
