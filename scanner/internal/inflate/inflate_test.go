package inflate_test

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/inflate"
)

// texts are contents that make every kind of block, match and code.
func texts() map[string][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 70_000)
	for i := range random {
		random[i] = byte(rng.Uint32())
	}
	window := append(append(bytes.Clone(random[:300]), make([]byte, 32768-300)...), random[:300]...)
	skewed := make([]byte, 40_000)
	for i := range skewed {
		skewed[i] = byte(rng.ExpFloat64() * 12)
	}
	few := make([]byte, 60_000) // few values, so that two fit into one entry; some of them are not ASCII
	for i := range few {
		few[i] = "abcdefghijkl\xc3\xa4\xff"[rng.IntN(15)]
	}
	return map[string][]byte{
		"base64": []byte(base64.StdEncoding.EncodeToString(random)), "few values": few,
		"empty": {}, "one byte": {7}, "text": source(rng, 40_000), "short text": source(rng, 90), "random": random,
		"zeros": make([]byte, 60_000), "pairs": bytes.Repeat([]byte("ab"), 5_000), "sevens": bytes.Repeat([]byte("1234567"), 999),
		"the whole window": window, "skewed": skewed, "large": bytes.Repeat(source(rng, 70_000), 20),
	}
}

var words = strings.Fields("func return if err nil context string int range request response client config server { } ( ) := = != the of and for key")

// source looks like source code.
func source(rng *rand.Rand, size int) []byte {
	var b bytes.Buffer
	for b.Len() < size {
		for range 1 + rng.IntN(9) {
			b.WriteString(words[rng.IntN(len(words))])
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%d\n", rng.IntN(100_000))
	}
	return b.Bytes()[:size]
}

func deflate(t testing.TB, content []byte, level int, flushes bool) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	for len(content) > 0 {
		n := len(content)
		if flushes {
			n = min(n, 1000)
		}
		if _, err := w.Write(content[:n]); err != nil {
			t.Fatal(err)
		}
		content = content[n:]
		if flushes {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	var d inflate.Decoder
	for name, content := range texts() {
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			packed := deflate(t, content, level, level%2 == 0)
			for _, behind := range []int{0, 1, 20} { // the end is read differently where more follows
				src := append(bytes.Clone(packed), make([]byte, behind)...)
				out, n, err := d.Zlib(nil, src, len(content))
				if err != nil || n != len(packed) || !bytes.Equal(out, content) {
					t.Fatalf("%s, level %d, %d bytes behind: consumed %d of %d, equal %v, error %v",
						name, level, behind, n, len(packed), bytes.Equal(out, content), err)
				}
			}
		}
	}
}

func TestReusesItsBuffer(t *testing.T) {
	content := texts()["text"]
	packed := deflate(t, content, 6, false)
	var d inflate.Decoder
	buf := make([]byte, 0, len(content)+320)
	allocs := testing.AllocsPerRun(10, func() {
		if _, _, err := d.Zlib(buf, packed, len(content)); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 0 {
		t.Errorf("%v allocations for each stream", allocs)
	}
}

func TestErrors(t *testing.T) {
	content := texts()["text"]
	packed := deflate(t, content, 6, false)
	wrongSum := bytes.Clone(packed)
	wrongSum[len(wrongSum)-1] ^= 1
	for _, tt := range []struct {
		name string
		src  []byte
		size int
		want error
	}{
		{"nothing", nil, 0, inflate.ErrTruncated},
		{"not zlib", []byte("GIF89a"), 10, inflate.ErrCorrupt},
		{"a dictionary", []byte{0x78, 0xbb, 0, 0, 0, 0}, 10, inflate.ErrCorrupt},
		{"a block of no kind", []byte{0x78, 0x9c, 7, 0, 0, 0}, 10, inflate.ErrCorrupt},
		{"wrong checksum", wrongSum, len(content), inflate.ErrCorrupt},
		{"too much", packed, len(content) - 1, inflate.ErrSize},
		{"too little", packed, len(content) + 1, inflate.ErrSize},
		{"far too little", packed, 1 << 50, inflate.ErrSize},
		{"no output wanted", packed, 0, inflate.ErrSize},
		{"a stored block with a wrong length", []byte{0x78, 1, 1, 5, 0, 0, 0}, 5, inflate.ErrCorrupt},
		{"a stored block that is cut", []byte{0x78, 1, 1, 5, 0, 0xfa, 0xff, 1}, 5, inflate.ErrTruncated},
	} {
		if out, _, err := new(inflate.Decoder).Zlib(nil, tt.src, tt.size); !errors.Is(err, tt.want) || out != nil {
			t.Errorf("%s: error %v and %d bytes, want %v", tt.name, err, len(out), tt.want)
		}
	}
	for n := 0; n < len(packed); n += 1 + n/100 {
		if _, _, err := new(inflate.Decoder).Zlib(nil, packed[:n], len(content)); err == nil {
			t.Fatalf("took a stream cut after %d of %d bytes", n, len(packed))
		}
	}
}

// standard is what the standard library makes of a stream.
func standard(src []byte, limit int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, int64(limit)))
}

// agree fails unless the decoder accepts the stream exactly where the standard library does, with the same output.
func agree(t *testing.T, src []byte) {
	t.Helper()
	const limit = 1 << 22
	want, wantErr := standard(src, limit+1)
	if len(want) > limit {
		return
	}
	got, _, err := new(inflate.Decoder).Zlib(nil, src, len(want))
	if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
		t.Fatalf("%x: error %v, the standard library's %v; equal %v", src[:min(len(src), 200)], err, wantErr, bytes.Equal(got, want))
	}
}

// Damaged streams must be judged as the standard library judges them: bit by bit through all headers.
func TestDamage(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, content := range texts() {
		if len(content) > 100_000 {
			continue
		}
		packed := deflate(t, content, 6, false)
		for bit := range min(8*len(packed), 400) {
			damaged := bytes.Clone(packed)
			damaged[bit/8] ^= 1 << (bit % 8)
			agree(t, damaged)
		}
		for range 100 {
			damaged := bytes.Clone(packed)
			damaged[rng.IntN(len(damaged))] = byte(rng.Uint32())
			agree(t, damaged)
		}
	}
}

// A damaged stream usually fails at its checksum. With a corrected checksum, everything else must agree too.
func FuzzAgainstStandard(f *testing.F) {
	for _, content := range texts() {
		if len(content) < 5000 {
			for _, level := range []int{flate.HuffmanOnly, 0, 1, 9} {
				f.Add(deflate(f, content, level, false))
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		agree(t, src)
		if len(src) < 2 {
			return
		}
		// Let the raw stream behind the header decide, by giving it the checksum that it needs.
		body := append([]byte{0x78, 0x9c}, src[2:]...)
		r := bytes.NewReader(body[2:])
		out, err := io.ReadAll(io.LimitReader(flate.NewReader(r), 1<<20))
		if err == nil && len(out) < 1<<20 {
			end := len(body) - r.Len()
			agree(t, binary.BigEndian.AppendUint32(bytes.Clone(body[:end]), adler32.Checksum(out)))
		}
	})
}

// streams are what git stores: bases of some kilobytes, and deltas of a hundred bytes.
func streams(b *testing.B, size, n int) (packed [][]byte) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range n {
		packed = append(packed, append(deflate(b, source(rng, size), 6, false), make([]byte, 20)...))
	}
	return packed
}

func BenchmarkZlib(b *testing.B) {
	for _, size := range []int{60, 300, 4_000, 30_000} {
		packed := streams(b, size, 64)
		b.Run(fmt.Sprintf("size=%d/ours", size), func(b *testing.B) {
			var d inflate.Decoder
			buf := make([]byte, size+320)
			b.SetBytes(int64(size))
			for i := 0; b.Loop(); i++ {
				if _, _, err := d.Zlib(buf, packed[i%len(packed)], size); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("size=%d/standard", size), func(b *testing.B) { stream(b, packed, size) })
	}
}

func stream(b *testing.B, packed [][]byte, size int) {
	in := bytes.NewReader(packed[0])
	r, err := zlib.NewReader(in)
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, size)
	b.SetBytes(int64(size))
	for i := 0; b.Loop(); i++ {
		in.Reset(packed[i%len(packed)])
		if err := r.(zlib.Resetter).Reset(in, nil); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(r, buf); err != nil {
			b.Fatal(err)
		}
	}
}
