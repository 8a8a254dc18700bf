package odb_test

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// crafted is a pack made by hand, with an index that fits it: what no git would write.
type crafted struct {
	format  object.Format
	body    []byte
	entries []craftedEntry
}

type craftedEntry struct {
	id     object.ID
	offset int
	crc    uint32
}

// add adds an entry: its type and claimed size, the bytes between header and data, and the data, which it compresses.
func (c *crafted) add(name byte, kind, size int, between, data []byte) object.ID {
	if c.body == nil {
		c.body = []byte("PACK\x00\x00\x00\x02\x00\x00\x00\x00")
	}
	head := []byte{byte(kind<<4 | size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		head[len(head)-1] |= 0x80
		head = append(head, byte(size&0x7f))
	}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(data)
	_ = w.Close()
	entry := slices.Concat(head, between, packed.Bytes())
	id := object.ID{name}
	c.entries = append(c.entries, craftedEntry{id, len(c.body), crc32.ChecksumIEEE(entry)})
	c.body = append(c.body, entry...)
	return id
}

// raw returns the bytes of an ID.
func (c *crafted) raw(id object.ID) []byte { return id[:c.format.Size()] }

// sum returns the checksum of some content.
func (c *crafted) sum(content []byte) []byte {
	h := c.format.New()
	_, _ = h.Write(content)
	return h.Sum(nil)
}

// write puts the pack into a repository.
func (c *crafted) write(t *testing.T, r *planted.Repo) {
	t.Helper()
	binary.BigEndian.PutUint32(c.body[8:], uint32(len(c.entries)))
	sum := c.sum(c.body)
	sort.Slice(c.entries, func(i, j int) bool { return bytes.Compare(c.entries[i].id[:], c.entries[j].id[:]) < 0 })
	idx := []byte("\xfftOc\x00\x00\x00\x02")
	for i := range 256 {
		n := sort.Search(len(c.entries), func(j int) bool { return int(c.entries[j].id[0]) > i })
		idx = binary.BigEndian.AppendUint32(idx, uint32(n))
	}
	for _, e := range c.entries {
		idx = append(idx, c.raw(e.id)...)
	}
	for _, e := range c.entries {
		idx = binary.BigEndian.AppendUint32(idx, e.crc)
	}
	for _, e := range c.entries {
		idx = binary.BigEndian.AppendUint32(idx, uint32(e.offset))
	}
	idx = append(idx, sum...)
	base := filepath.Join(r.Dir, ".git", "objects", "pack", "pack-crafted")
	write(t, base+".pack", append(c.body, sum...))
	write(t, base+".idx", append(idx, c.sum(idx)...))
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	_ = os.Remove(path)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

const (
	blobType  = 3
	ofsDelta  = 6
	refDelta  = 7
	smallSize = 5
)

// delta makes a delta with the given sizes and instructions.
func delta(base, target int, instructions ...byte) []byte {
	var d []byte
	for _, n := range []int{base, target} {
		for ; n >= 0x80; n >>= 7 {
			d = append(d, byte(n)|0x80)
		}
		d = append(d, byte(n))
	}
	return append(d, instructions...)
}

// Each hostile pack has a good blob beside the bad entries. It must be read, and the others reported, quickly and with
// little memory.
func TestHostilePacks(t *testing.T) { planted.EachFormat(t, testHostilePacks) }

func testHostilePacks(t *testing.T) {
	copyAll := []byte{0x90, smallSize} // copy five bytes from offset 0
	for name, hostile := range map[string]func(c *crafted) (unreadable []object.ID){
		"a delta on itself": func(c *crafted) []object.ID {
			self := object.ID{9}
			return []object.ID{c.add(9, refDelta, len(delta(5, 5, copyAll...)), c.raw(self), delta(5, 5, copyAll...))}
		},
		"two deltas on each other": func(c *crafted) []object.ID {
			a, b := object.ID{8}, object.ID{9}
			d := delta(5, 5, copyAll...)
			return []object.ID{c.add(8, refDelta, len(d), c.raw(b), d), c.add(9, refDelta, len(d), c.raw(a), d)}
		},
		"a delta on nothing": func(c *crafted) []object.ID {
			missing := object.ID{200}
			d := delta(5, 5, copyAll...)
			return []object.ID{c.add(9, refDelta, len(d), c.raw(missing), d)}
		},
		"a delta on the middle of an entry": func(c *crafted) []object.ID {
			d := delta(5, 5, copyAll...)
			return []object.ID{c.add(9, ofsDelta, len(d), []byte{3}, d)}
		},
		"a delta on itself by offset": func(c *crafted) []object.ID {
			d := delta(5, 5, copyAll...)
			return []object.ID{c.add(9, ofsDelta, len(d), []byte{0}, d)}
		},
		"a terabyte": func(c *crafted) []object.ID { return []object.ID{c.add(9, blobType, 1<<40, nil, []byte("small"))} },
		"a size in the middle": func(c *crafted) []object.ID {
			return []object.ID{c.add(9, blobType, 100<<20, nil, []byte("small"))}
		},
		"more than it says": func(c *crafted) []object.ID {
			return []object.ID{c.add(9, blobType, 10, nil, make([]byte, 1<<20))}
		},
		"a delta that makes too much": func(c *crafted) []object.ID {
			base := c.add(8, blobType, 1<<16, nil, make([]byte, 1<<16))
			d := delta(1<<16, 1<<38, bytes.Repeat([]byte{0x80}, 1000)...)
			return []object.ID{c.add(9, refDelta, len(d), c.raw(base), d)}
		},
		"a delta that copies past its base": func(c *crafted) []object.ID {
			base := c.add(8, blobType, 5, nil, []byte("12345"))
			d := delta(5, 9, 0x90, 9)
			return []object.ID{c.add(9, refDelta, len(d), c.raw(base), d)}
		},
		"an entry of no type": func(c *crafted) []object.ID { return []object.ID{c.add(9, 5, 5, nil, []byte("12345"))} },
	} {
		t.Run(name, func(t *testing.T) {
			r := planted.New(t)
			c := crafted{format: r.Format}
			good := c.add(1, blobType, 4, nil, []byte("good"))
			unreadable := hostile(&c)
			c.write(t, r)
			start := time.Now()
			got := walk(t, r.Dir, odb.Limits{})
			if got.objects[good.String()] != "blob good" {
				t.Error("the good blob was not read")
			}
			for _, id := range unreadable {
				if got.unreadable[id.String()] == "" || got.objects[id.String()] != "" {
					t.Errorf("%s: unreadable %q, read %.20q", id, got.unreadable[id.String()], got.objects[id.String()])
				}
			}
			if len(got.unreadable) != len(unreadable) {
				t.Errorf("unreadable %v, want %d", got.unreadable, len(unreadable))
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			repo := open(t, r.Dir, odb.Limits{})
			for _, id := range unreadable {
				if _, err := repo.Objects.Read(id); err == nil {
					t.Errorf("Read(%s) made something of it", id)
				}
			}
		})
	}
}

// Two packs may each say that the base is in the other, twice over.
func TestCircleThroughPacks(t *testing.T) { planted.EachFormat(t, testCircleThroughPacks) }

func testCircleThroughPacks(t *testing.T) {
	r := planted.New(t)
	a, b := object.ID{8}, object.ID{9}
	d := delta(5, 5, 0x90, 5)
	for name, order := range map[string][2]object.ID{"one": {a, b}, "two": {b, a}} {
		c := crafted{format: r.Format}
		c.add(order[0][0], refDelta, len(d), c.raw(order[1]), d)
		c.write(t, r)
		for _, ext := range []string{".pack", ".idx"} {
			base := filepath.Join(r.Dir, ".git", "objects", "pack", "pack-")
			if err := os.Rename(base+"crafted"+ext, base+name+ext); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := walk(t, r.Dir, odb.Limits{})
	if len(got.objects) > 0 || got.unreadable[a.String()] == "" || got.unreadable[b.String()] == "" {
		t.Errorf("read %v, unreadable %v", got.objects, got.unreadable)
	}
}

// One flipped byte anywhere in a pack costs the objects that depend on it, and each of them is reported.
func TestFlippedBytes(t *testing.T) { planted.EachFormat(t, testFlippedBytes) }

func testFlippedBytes(t *testing.T) {
	r := planted.New(t)
	versions(r, 12)
	r.Git("repack", "-adfq", "--depth=50", "--window=50")
	want := truth(t, r)
	pack, _ := filepath.Glob(filepath.Join(r.Dir, ".git", "objects", "pack", "*.pack"))
	data, err := os.ReadFile(pack[0])
	if err != nil {
		t.Fatal(err)
	}
	for at := 12; at < len(data)-r.Format.Size(); at += max(1, len(data)/150) {
		damaged := bytes.Clone(data)
		damaged[at] ^= 0x10
		write(t, pack[0], damaged)
		got := walk(t, r.Dir, odb.Limits{})
		if len(got.unreadable) == 0 {
			t.Errorf("byte %d: nothing is unreadable", at)
		}
		for id, content := range want {
			if got.objects[id] != content && got.unreadable[id] == "" {
				t.Errorf("byte %d: %s was neither read nor reported", at, id)
			}
		}
	}
}

func TestTruncated(t *testing.T) { planted.EachFormat(t, testTruncated) }

func testTruncated(t *testing.T) {
	r := planted.New(t)
	versions(r, 12)
	r.Git("repack", "-adfq")
	want := truth(t, r)
	for _, ext := range []string{"pack", "idx"} {
		files, _ := filepath.Glob(filepath.Join(r.Dir, ".git", "objects", "pack", "*."+ext))
		data, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 3, 11, 12, 30, 1000, 1060, len(data) / 2, len(data) - 21, len(data) - 1} {
			write(t, files[0], data[:min(n, len(data))])
			if got := walk(t, r.Dir, odb.Limits{}); len(got.unreadable) == 0 && len(got.objects) < len(want) {
				t.Errorf("%s cut to %d bytes: %d of %d objects, and nothing is unreadable", ext, n, len(got.objects), len(want))
			}
		}
		write(t, files[0], data)
	}
}

// An index that is not sorted finds none of its objects. They are in the pack all the same, and are read.
func TestUnsortedIndex(t *testing.T) { planted.EachFormat(t, testUnsortedIndex) }

func testUnsortedIndex(t *testing.T) {
	r := planted.New(t)
	versions(r, 12)
	r.Git("repack", "-adfq")
	first, _ := filepath.Glob(filepath.Join(r.Dir, ".git", "objects", "pack", "*.idx"))
	r.Write("another", "a file in another pack")
	r.Commit("another")
	r.Git("repack", "-dq")
	want := truth(t, r)
	both, _ := filepath.Glob(filepath.Join(r.Dir, ".git", "objects", "pack", "*.idx"))
	if len(first) != 1 || len(both) != 2 {
		t.Fatalf("%d packs, and then %d", len(first), len(both))
	}
	for _, path := range both {
		if path == first[0] {
			continue
		}
		idx, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		at := 8 + 4*256
		n := int(binary.BigEndian.Uint32(idx[at-4:]))
		for _, width := range []int{r.Format.Size(), 4, 4} { // of the IDs, the checksums and the offsets
			records := slices.Collect(slices.Chunk(bytes.Clone(idx[at:at+n*width]), width))
			slices.Reverse(records)
			copy(idx[at:], slices.Concat(records...))
			at += n * width
		}
		write(t, path, idx)
	}
	same(t, walk(t, r.Dir, odb.Limits{}), want)
}

func TestDamagedFiles(t *testing.T) { planted.EachFormat(t, testDamagedFiles) }

func testDamagedFiles(t *testing.T) {
	for name, damage := range map[string]func(r *planted.Repo, blob string) (unreadable []string){
		"damaged loose object": func(r *planted.Repo, blob string) []string { r.Damage(blob); return []string{blob} },
		"empty loose object": func(r *planted.Repo, blob string) []string {
			write(t, filepath.Join(r.Dir, ".git", "objects", blob[:2], blob[2:]), nil)
			return []string{blob}
		},
		"damaged packed object": func(r *planted.Repo, blob string) []string {
			r.Pack("--window=0")
			r.Damage(blob)
			return []string{blob}
		},
		"damaged in the pack, good as a loose object": func(r *planted.Repo, blob string) []string {
			r.Git("repack", "-aq", "--window=0")
			content := r.Git("cat-file", "blob", blob)
			loose := filepath.Join(r.Dir, ".git", "objects", blob[:2], blob[2:])
			aside, err := os.ReadFile(loose)
			if err != nil || content == "" {
				t.Fatal(err)
			}
			r.Lose(blob)
			r.Damage(blob)
			write(t, loose, aside)
			return nil
		},
		"missing alternate": func(r *planted.Repo, _ string) []string {
			write(t, filepath.Join(r.Dir, ".git", "objects", "info", "alternates"), []byte("/no/such/folder\n# a comment\n"))
			return []string{"/no/such/folder"}
		},
		"alternates in a circle": func(r *planted.Repo, _ string) []string {
			write(t, filepath.Join(r.Dir, ".git", "objects", "info", "alternates"), []byte("../objects\n"))
			return nil
		},
		"a pack without an index": func(r *planted.Repo, _ string) []string {
			path := filepath.Join(r.Dir, ".git", "objects", "pack", "pack-1234.pack")
			write(t, path, []byte("PACK"))
			return []string{path}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := planted.New(t)
			r.Write("a", "content of a\n"+strings.Repeat("more\n", 50))
			r.Write("b", "content of b")
			r.Commit("both")
			want := truth(t, r)
			unreadable := damage(r, r.Git("rev-parse", "HEAD:a"))
			same(t, walk(t, r.Dir, odb.Limits{}), want, unreadable...)
		})
	}
}

// A blob that is too large to hold is streamed if it is stored whole, and otherwise reported.
func TestLargeBlobs(t *testing.T) {
	r := planted.New(t)
	versions(r, 6)
	r.Git("repack", "-adfq", "--depth=50")
	want := truth(t, r)
	got := walk(t, r.Dir, odb.Limits{MaxObject: 2000, MaxStream: 1000})
	for id, content := range want {
		if got.objects[id] != content && !strings.Contains(got.unreadable[id], "larger than what is held") && got.unreadable[id] == "" {
			t.Errorf("%s of %d bytes was neither read nor reported", id, len(content))
		}
	}
	if len(got.unreadable) == 0 {
		t.Error("deltas on a blob that is not held cannot be read, and none is reported")
	}
}

// A gigabyte that was packed into a megabyte is read whole, to its last words, and held nowhere.
func TestGigabyte(t *testing.T) {
	r := planted.New(t)
	const end = "the last words"
	packed := gigabyte(t, end)
	id := inflatedHash(t, r.Format, packed)
	dir := filepath.Join(r.Dir, ".git", "objects", id.String()[:2])
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, id.String()[2:]), packed)
	repo := open(t, r.Dir, odb.Limits{})
	v := &tail{}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := repo.Objects.Walk(t.Context(), odb.Walk{Types: allTypes, Visitor: v}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if v.size != 1<<30 || string(v.end) != end || v.unreadable != nil {
		t.Errorf("read %d bytes that end with %q, unreadable %v", v.size, v.end, v.unreadable)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d MB were allocated", used>>20)
	}
}

// inflatedHash returns the ID of a loose object.
func inflatedHash(t *testing.T, f object.Format, packed []byte) object.ID {
	t.Helper()
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	h := f.New()
	if _, err := io.Copy(h, r); err != nil {
		t.Fatal(err)
	}
	return f.ID(h.Sum(nil))
}

// gigabyte is a loose blob of 2^30 bytes: zeros, and the end. The zeros are one compressed piece, over and over.
func gigabyte(t *testing.T, end string) []byte {
	t.Helper()
	const size, piece = 1 << 30, 1 << 20
	var out, zeros bytes.Buffer
	out.Write([]byte{0x78, 0x01})
	sum := adler32.New()
	deflate := func(to *bytes.Buffer, content []byte) {
		w, err := flate.NewWriter(to, flate.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(content)
		_ = w.Flush()
	}
	deflate(&out, fmt.Appendf(nil, "blob %d\x00", size))
	deflate(&zeros, make([]byte, piece))
	for range size/piece - 1 {
		out.Write(zeros.Bytes())
	}
	last := append(make([]byte, piece-len(end)), end...)
	deflate(&out, last)
	out.Write([]byte{1, 0, 0, 0xff, 0xff}) // an empty last block
	fmt.Fprintf(sum, "blob %d\x00", size)
	for range size/piece - 1 {
		_, _ = sum.Write(make([]byte, piece))
	}
	_, _ = sum.Write(last)
	return sum.Sum(out.Bytes())
}

// tail is a Visitor that keeps the end of what it reads.
type tail struct {
	size       int64
	end        []byte
	unreadable []odb.Unreadable
}

func (v *tail) Unreadable(u odb.Unreadable) { v.unreadable = append(v.unreadable, u) }

func (v *tail) Object(_ context.Context, o odb.Object) error {
	if o.Stream == nil {
		return errors.New("the blob was held")
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(o.Stream, buf)
		v.size += int64(n)
		if n > 0 {
			v.end = bytes.Clone(bytes.TrimLeft(buf[:n], "\x00"))
		}
		if err != nil {
			return nil
		}
	}
}

// A pipe in the place of a file would be waited for without end.
func TestPipes(t *testing.T) {
	for _, file := range []string{
		"packed-refs", "index", "config", "shallow", "info/exclude", "objects/info/alternates", "objects/pack/pack-1.idx", "refs/heads/pipe",
		"logs/HEAD", "objects/12/34567890123456789012345678901234567890",
	} {
		r := planted.New(t)
		path := filepath.Join(r.Dir, ".git", filepath.FromSlash(file))
		_ = os.Remove(path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := exec.Command("mkfifo", path).Run(); err != nil {
			return // there are no pipes here
		}
		done := make(chan bool)
		go func() {
			defer close(done)
			opened, err := repo.Open(r.Dir, repo.Options{})
			if err != nil {
				return
			}
			_ = opened.Objects.Walk(context.Background(), odb.Walk{Types: allTypes, Visitor: visitFunc(func(odb.Object) error { return nil })})
			opened.Refs()
			opened.Reflogs()
			opened.Shallow()
			opened.Ignore()
			_, _ = index.Read(opened.IndexPath(), opened.GitDir, opened.Format())
			_ = opened.Close()
		}()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			t.Errorf("a pipe as %s is waited for", file)
		}
	}
}

// git gc may replace packs while they are read.
func TestPacksMayVanish(t *testing.T) {
	r := planted.New(t)
	versions(r, 10)
	r.Git("repack", "-adfq")
	want := truth(t, r)
	repo := open(t, r.Dir, odb.Limits{})
	packs, _ := filepath.Glob(filepath.Join(r.Dir, ".git", "objects", "pack", "*"))
	for _, file := range packs {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	got := &recorder{objects: map[string]string{}, unreadable: map[string]string{}}
	if err := repo.Objects.Walk(context.Background(), odb.Walk{Types: allTypes, Visitor: got}); err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
}
