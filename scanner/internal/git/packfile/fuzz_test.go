package packfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// The parsers must stay within whatever data they are given, and must agree with themselves.

var formats = []object.Format{object.SHA1, object.SHA256}

func FuzzIndex(f *testing.F) {
	for _, format := range formats {
		v2 := append([]byte("\xfftOc\x00\x00\x00\x02"), make([]byte, fanoutSize+8+3*format.Size())...)
		v2[8+fanoutSize-1] = 1
		f.Add(uint8(format), v2)
		f.Add(uint8(format), append(make([]byte, fanoutSize), make([]byte, 100)...))
		f.Add(uint8(format), []byte("\xfftOc\x00\x00\x00\x03"))
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		x, err := ParseIndex(object.Format(n%2), data)
		if err != nil {
			return
		}
		for i := range min(x.n, 100) {
			id := x.ID(i)
			x.Offset(i)
			if x.HasCRCs() {
				x.CRC(i)
			}
			if at, ok := x.Find(id); ok && x.ID(at) != id {
				t.Fatalf("found %s at %s", id, x.ID(at))
			}
			x.Search(id.String()[:6])
		}
		x.Find(object.ID{0xff})
	})
}

func FuzzEntry(f *testing.F) {
	for _, format := range formats {
		f.Add(uint8(format), []byte{0x35})
		f.Add(uint8(format), []byte{0xb5, 0x80, 0x01})
		f.Add(uint8(format), []byte{0x6f, 0x80, 0x80, 0x01})
		f.Add(uint8(format), append([]byte{0x75}, make([]byte, format.Size())...))
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		e, err := ParseEntry(object.Format(n%2), data)
		if err == nil && (e.Header < 1 || e.Header > len(data) || e.Header > MaxEntryHeader || e.Size < 0 || e.Distance < 0) {
			t.Fatalf("%x is %+v", data, e)
		}
	})
}

// applyPlainly applies a delta byte by byte, as its format is documented.
func applyPlainly(base, delta []byte) ([]byte, bool) {
	baseSize, target, n, err := DeltaSizes(delta)
	if err != nil || baseSize != int64(len(base)) {
		return nil, false
	}
	var out []byte
	for i := n; i < len(delta); {
		op := delta[i]
		i++
		if op < 0x80 {
			if op == 0 || i+int(op) > len(delta) {
				return nil, false
			}
			out = append(out, delta[i:i+int(op)]...)
			i += int(op)
			continue
		}
		var args [7]int
		for bit := range args {
			if op>>bit&1 == 1 {
				if i >= len(delta) {
					return nil, false
				}
				args[bit] = int(delta[i])
				i++
			}
		}
		from, size := args[0]|args[1]<<8|args[2]<<16|args[3]<<24, args[4]|args[5]<<8|args[6]<<16
		if size == 0 {
			size = 1 << 16
		}
		if from+size > len(base) || int64(len(out)+size) > target {
			return nil, false
		}
		out = append(out, base[from:from+size]...)
	}
	return out, int64(len(out)) == target
}

func FuzzDelta(f *testing.F) {
	f.Add([]byte("12345"), []byte{5, 8, 0x90, 5, 3, 'a', 'b', 'c'})
	f.Add([]byte("12345"), []byte{5, 5, 0x90, 2, 0x91, 2, 3})
	f.Add([]byte("1"), []byte{1, 0x80, 0x80, 4, 0x80})
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		want, ok := applyPlainly(base, delta)
		got, err := ApplyDelta(base, delta)
		if ok != (err == nil) || ok && !bytes.Equal(got, want) {
			t.Fatalf("delta %x on %q: %q, %v; want %q, %v", delta, base, got, err, want, ok)
		}
	})
}

func FuzzMultiPackIndex(f *testing.F) {
	for _, format := range formats {
		planted.SetFormat(f, format)
		f.Add(uint8(format), planted.ObjectFile(f, "pack/multi-pack-index", "multi-pack-index", "write"))
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		x, err := parseMultiIndex(object.Format(n%2), data)
		if err != nil {
			return
		}
		for _, name := range x.indexes {
			idx, err := x.IndexOf(name)
			if err != nil {
				continue
			}
			for i := range idx.Len() {
				idx.Offset(i)
				if at, ok := idx.Find(idx.ID(i)); ok && idx.ID(at) != idx.ID(i) {
					t.Fatalf("ID %d is found at %d", i, at)
				}
			}
		}
	})
}

// Whatever a chain and its layer hold, they make no index of more objects than there are bytes.
func FuzzMultiPackIndexChain(f *testing.F) {
	for _, format := range formats {
		planted.SetFormat(f, format)
		layer := planted.ObjectFile(f, "pack/multi-pack-index", "multi-pack-index", "write")
		hash := fmt.Sprintf("%x", layer[len(layer)-format.Size():])
		f.Add(uint8(format), []byte(hash+"\n"), layer)
		f.Add(uint8(format), []byte(hash+"\n"+hash+"\n"), layer)
		f.Add(uint8(format), []byte(strings.Repeat("0", len(hash))+"\n"+hash), layer[:len(layer)-1])
	}
	f.Fuzz(func(t *testing.T, n uint8, chain, layer []byte) {
		format := object.Format(n % 2)
		packs := t.TempDir()
		dir := filepath.Join(packs, "multi-pack-index.d")
		hash := ""
		if at := len(layer) - format.Size(); at >= 0 {
			hash = fmt.Sprintf("%x", layer[at:])
		}
		write := func(path string, data []byte) {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		write(filepath.Join(dir, "multi-pack-index-chain"), chain)
		write(filepath.Join(dir, "multi-pack-index-"+hash+".midx"), layer)
		names := []string{"pack-x.idx"}
		if x, err := parseMultiIndex(format, layer); err == nil {
			names = append(names, x.indexes...)
		}
		for _, name := range names {
			if idx, err := ReadMultiIndexOf(packs, name, format); err == nil && idx.Len() > len(layer) {
				t.Fatalf("%d objects in %d bytes", idx.Len(), len(layer))
			}
		}
	})
}
