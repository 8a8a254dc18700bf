package gitobj

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// parsers are held to one thing beyond their own checks: whatever they are given, they stay within it.

func FuzzPackIndex(f *testing.F) {
	v2 := append([]byte("\xfftOc\x00\x00\x00\x02"), make([]byte, fanoutSize+28+40)...)
	v2[8+fanoutSize-1] = 1
	f.Add(v2)
	f.Add(append(make([]byte, fanoutSize), make([]byte, 64)...))
	f.Add([]byte("\xfftOc\x00\x00\x00\x03"))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := parsePackIndex(data)
		if err != nil {
			return
		}
		for i := range min(x.n, 100) {
			id := x.id(i)
			x.offset(i)
			if x.crcs != nil {
				x.crc(i)
			}
			if at, ok := x.find(id); ok && x.id(at) != id {
				t.Fatalf("found %s at %s", id, x.id(at))
			}
			x.from(id.String()[:6])
		}
		x.find(OID{0xff})
	})
}

func FuzzEntry(f *testing.F) {
	f.Add([]byte{0x35})
	f.Add([]byte{0xb5, 0x80, 0x01})
	f.Add([]byte{0x6f, 0x80, 0x80, 0x01})
	f.Add(append([]byte{0x75}, make([]byte, 20)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := parseEntry(data)
		if err == nil && (e.header < 1 || e.header > len(data) || e.header > maxEntryBytes || e.size < 0 || e.distance < 0) {
			t.Fatalf("%x is %+v", data, e)
		}
	})
}

// plainPatch applies a delta as its format is described, one byte after the other.
func plainPatch(base, delta []byte) ([]byte, bool) {
	baseSize, target, n, err := deltaSizes(delta)
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
		want, ok := plainPatch(base, delta)
		got, err := applyDelta(base, delta)
		if ok != (err == nil) || ok && !bytes.Equal(got, want) {
			t.Fatalf("delta %x on %q: %q, %v; want %q, %v", delta, base, got, err, want, ok)
		}
	})
}

func FuzzMultiPackIndex(f *testing.F) {
	f.Add(written(f, "pack/multi-pack-index", "multi-pack-index", "write"))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := parseMultiPackIndex(data)
		if err != nil {
			return
		}
		for _, name := range x.packs {
			idx, err := x.indexOf(name)
			if err != nil {
				continue
			}
			for i := range idx.n {
				idx.offset(i)
				if at, ok := idx.find(idx.id(i)); ok && idx.id(at) != idx.id(i) {
					t.Fatalf("name %d is found at %d", i, at)
				}
			}
		}
	})
}

func FuzzCommitGraph(f *testing.F) {
	graph := written(f, "info/commit-graph", "commit-graph", "write", "--reachable")
	graph = graph[:len(graph)-sha1.Size]
	f.Add(graph, graph)
	f.Fuzz(func(t *testing.T, one, two []byte) {
		g, err := parseCommitGraph(sealed(one), sealed(two))
		if err != nil {
			return
		}
		for i := range g.n {
			_, info := g.commit(i)
			if info.Time < 0 || info.Time >= 1<<34 {
				t.Fatalf("time %d", info.Time)
			}
		}
	})
}

// written is a file that a command of git writes into the object folder of a small repository.
func written(f *testing.F, file string, command ...string) []byte {
	f.Helper()
	dir := f.TempDir()
	for _, args := range [][]string{
		{"init", "-q"}, {"commit", "-q", "--allow-empty", "-m", "one"}, {"repack", "-dq"},
		{"commit", "-q", "--allow-empty", "-m", "two"}, {"repack", "-dq"}, command,
	} {
		git := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=A", "-c", "user.email=a@example.com"}, args...)...)
		if out, err := git.CombinedOutput(); err != nil {
			f.Fatalf("%v: %s", err, out)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, ".git", "objects", filepath.FromSlash(file)))
	if err != nil {
		f.Fatal(err)
	}
	return data
}

// sealed appends the checksum that a commit-graph ends with: without it, a fuzzer never gets past it.
func sealed(body []byte) []byte {
	sum := sha1.Sum(body)
	return append(bytes.Clone(body), sum[:]...)
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("100644 a\x0012345678901234567890040000 b\x0012345678901234567890"))
	f.Add([]byte("40000 \x0012345678901234567890"))
	f.Add([]byte("100644 "))
	f.Fuzz(func(t *testing.T, data []byte) {
		size := 0
		err := EachEntry(data, func(e Entry) {
			size += len(e.Name) + len(e.ID) + 2
			if len(e.Name) == 0 || bytes.IndexByte(e.Name, 0) >= 0 {
				t.Fatalf("name %q", e.Name)
			}
		})
		if size > len(data) || err == nil && len(data) > 0 && size == 0 {
			t.Fatalf("%d bytes of entries in %d, error %v", size, len(data), err)
		}
	})
}

func FuzzCommitAndTag(f *testing.F) {
	f.Add([]byte("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 99999999999999 x\n\nmessage"))
	f.Add([]byte("object 4b825dc642cb6eb9a060e54bf8d69288fbee4904\ntype commit\ntag v1\ntagger <> -1\n\n"))
	f.Add([]byte("tree x\nparent\n\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		header, message := Split(data)
		if len(header)+len(message) != len(data) {
			t.Fatalf("split %d bytes into %d and %d", len(data), len(header), len(message))
		}
		c, _ := ParseCommit(data)
		tag, _ := ParseTag(data)
		if y := c.Author.When.Year(); y > 9999 || tag.Tagger.When.Year() > 9999 {
			t.Fatalf("year %d", y)
		}
	})
}

func FuzzIndex(f *testing.F) {
	entry := append(make([]byte, 60), 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for version := byte(2); version <= 4; version++ {
		head := []byte{'D', 'I', 'R', 'C', 0, 0, 0, version, 0, 0, 0, 1}
		f.Add(append(append(head, entry...), make([]byte, 20)...))
		f.Add(append(append(append(head, entry...), "TREE\x00\x00\x00\x09\x00-1 1\nb\x000 0\n"...), make([]byte, 20)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := parseIndex(data)
		if err == nil && len(x.Entries)*indexEntryHead > len(data) {
			t.Fatalf("%d entries in %d bytes", len(x.Entries), len(data))
		}
	})
}

func FuzzRefFiles(f *testing.F) {
	const id = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
	f.Add([]byte("# pack-refs with: peeled\n" + id + " refs/tags/v1\n^" + id + "\n"))
	f.Add([]byte(id + " " + id + " A <a@b> 1 +0000\tmessage\n"))
	f.Add([]byte("ref: refs/heads/main\n"))
	path := filepath.Join(f.TempDir(), "file")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c := refCollector{seen: map[string]bool{}}
		c.packed(path)
		if lines := bytes.Count(data, []byte{'\n'}) + 1; len(c.refs)+len(c.losses) > lines || len(readReflog("x", path)) > lines {
			t.Fatalf("%d refs and %d losses in %d lines", len(c.refs), len(c.losses), lines)
		}
		_, _, _ = readRef(path)
	})
}

func FuzzLooseObject(f *testing.F) {
	for _, content := range []string{"blob 4\x00good", "tree 99999999999999999999\x00", "blob -1\x00", "blob 5", "nothing 0\x00"} {
		f.Add([]byte(content))
	}
	dir := f.TempDir()
	id := OID{1}
	if err := os.MkdirAll(filepath.Dir(loosePath(dir, id)), 0o700); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write(content)
		_ = w.Close()
		for _, data := range [][]byte{b.Bytes(), content} {
			if err := os.WriteFile(loosePath(dir, id), data, 0o600); err != nil {
				t.Fatal(err)
			}
			o, err := openLoose(dir, id, new(inflater))
			if err != nil {
				continue
			}
			if got, err := readExactly(nil, o.body, o.size); err == nil && int64(len(got)) != o.size {
				t.Fatalf("%d bytes, the header says %d", len(got), o.size)
			}
			_ = o.Close()
		}
	})
}
