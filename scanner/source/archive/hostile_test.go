package archive_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/archive"
)

func crc(s string) uint32 { return crc32.ChecksumIEEE([]byte(s)) }

// zeros is a gzip file of that many MiB of zeros.
func zeros(mib int) string {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	must(err)
	block := make([]byte, 1<<20)
	for range mib {
		_, err := w.Write(block)
		must(err)
	}
	must(w.Close())
	return b.String()
}

// deflated is what zeros holds, without gzip's header and end.
func deflated(gz string) string { return gz[10 : len(gz)-8] }

// nested packs a content again and again.
func nested(n int, content string, pack func(string) string) string {
	for range n {
		content = pack(content)
	}
	return content
}

// quickGzip packs without compressing.
func quickGzip() func(string) string {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	must(err)
	return func(s string) string {
		b.Reset()
		w.Reset(&b)
		_, err := io.WriteString(w, s)
		must(err)
		must(w.Close())
		return b.String()
	}
}

// deepZip is a zip in a zip, and so on. It is put together from its beginnings and ends, as else most of it would be copied
// for each of the others; the checksums of those that are never opened are wrong.
func deepZip(n int) string {
	const name = "a.zip"
	content := "x"
	var heads []string
	var tails strings.Builder
	size := len(content)
	for depth := n; depth > 0; depth-- {
		h := zip.FileHeader{Name: name, Method: zip.Store, UncompressedSize64: uint64(size)}
		if depth <= 12 {
			h.CRC32 = crc(nestedOf(heads, content, tails.String()))
		}
		raw := rawZip(h, "")
		end := strings.Index(raw, "PK\x01\x02")
		head, tail := []byte(raw[:end]), []byte(raw[end:])
		for _, at := range [][]byte{head[18:], tail[20:]} { // packed sizes
			binary.LittleEndian.PutUint32(at, uint32(size))
		}
		binary.LittleEndian.PutUint32(tail[46+len(name)+16:], uint32(len(head)+size)) // where the directory begins
		heads = append(heads, string(head))
		tails.Write(tail)
		size += len(head) + len(tail)
	}
	return nestedOf(heads, content, tails.String())
}

func nestedOf(heads []string, content, tails string) string {
	var b strings.Builder
	for _, h := range slices.Backward(heads) {
		b.WriteString(h)
	}
	return b.String() + content + tails
}

func inTar(s string) string { return tarOf(file{"a.tar", s}) }

// Hostile archives cost bounded time and memory, and are reported once.
func TestHostile(t *testing.T) {
	bomb := zeros(600)
	small := archive.Options{MaxBytes: 64 << 20, MaxMembers: 1000}
	tests := []struct {
		name, content string
		opts          archive.Options
		want          []string
	}{
		{"gzip bomb", bomb, archive.Options{}, []string{"x!/x archive.ratio(250)"}},
		{"gzip bomb in a tar.gz", gz(tarOf(file{"b.gz", bomb})), archive.Options{}, []string{"x!/b.gz!/b archive.ratio(250)"}},
		{"zip bomb", rawZip(zip.FileHeader{Name: "b", Method: zip.Deflate, UncompressedSize64: 1}, deflated(bomb)), archive.Options{}, []string{"x!/b archive.ratio(250)"}},
		{"unpacks to much", bomb, archive.Options{MaxBytes: 64 << 20, MaxRatio: 1e6}, []string{"x!/x archive.too-large(archive.mebibytes(64))"}},
		{"overlapping members", overlapping(5000, deflated(zeros(15))), archive.Options{MaxBytes: 64 << 20}, []string{"x!/a archive.damaged(archive.checksum)", "x!/a archive.too-large(archive.mebibytes(64))"}},
		{"many in a zip", zipOf(make([]file, 5000)...), small, []string{"x archive.too-many-members(1000)"}},
		{"many in a tar", tarOf(slices.Repeat([]file{{"a", "b"}}, 5000)...), small, []string{"x archive.too-many-members(1000)"}},
		{"deep gzip", nested(10_000, "x", quickGzip()), archive.Options{}, []string{"x!/x!/x!/x!/x!/x!/x!/x!/x!/x!/x archive.nesting(10)"}},
		{"deep zip", deepZip(10_000), archive.Options{}, []string{"x!/a.zip!/a.zip!/a.zip!/a.zip!/a.zip!/a.zip!/a.zip!/a.zip!/a.zip!/a.zip archive.nesting(10)"}},
		{"deep tar", nested(1000, "x", inTar), archive.Options{MaxDepth: 2}, []string{"x!/a.tar!/a.tar archive.nesting(2)"}},
		{"sparse file of 10 GB", sparseTar(10<<30) + tarOf(file{"after", "it"}), archive.Options{}, []string{"x!/sparse.img archive.ratio(250)"}},
		{"xz asks for 4 GiB", xzAsking(), archive.Options{}, []string{"x!/x archive.memory(archive.mebibytes(128))"}},
		{"zstd asks for 2 GiB", "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", archive.Options{}, []string{"x archive.memory(archive.mebibytes(128))"}},
		{"empty gzip files", strings.Repeat(gz(""), 50_000), archive.Options{}, nil},
		{"encrypted", rawZip(zip.FileHeader{Name: "a", Flags: 1}, "secret"), archive.Options{}, []string{"x!/a archive.encrypted"}},
		{"unknown method", rawZip(zip.FileHeader{Name: "a", Method: 9}, "secret"), archive.Options{}, []string{"x!/a archive.zip-method"}},
		{"wrong checksum", rawZip(zip.FileHeader{Name: "a", CRC32: 1}, "text"), archive.Options{}, []string{"x!/a archive.damaged("}},
		{"lz4", "\x04\x22\x4d\x18 and so on", archive.Options{}, []string{"x archive.foreign(lz4)"}},
		{"old lz4", "\x02\x21\x4c\x18 and so on", archive.Options{}, []string{"x archive.foreign(lz4)"}},
		{"cpio", "070701" + strings.Repeat("0", 104) + "name", archive.Options{}, []string{"x archive.foreign(cpio)"}},
		{"old cpio", "070707" + strings.Repeat("0", 70) + "name", archive.Options{}, []string{"x archive.foreign(cpio)"}},
		{"compressed cpio", gz("070701" + strings.Repeat("0", 104)), archive.Options{}, []string{"x!/x archive.foreign(cpio)"}},
		{"text like cpio", "070701 is a number", archive.Options{}, nil},
		{"lzma", "\x5d\x00\x00\x80\x00" + strings.Repeat("\xff", 8) + "\x00 and so on", archive.Options{}, []string{"x archive.foreign(lzma)"}},
		{"like lzma", "\x5d\x00\x00\x03\x07" + strings.Repeat("\xff", 8) + "\x00 and so on", archive.Options{}, nil},
		{"rar", "Rar!\x1a\x07 and so on", archive.Options{}, []string{"x archive.foreign(rar)"}},
		{"truncated gzip", gz(strings.Repeat("x", 999))[:40], archive.Options{}, []string{"x!/x archive.damaged("}},
		{"nothing but a magic", "\x1f\x8b\x08", archive.Options{}, []string{"x archive.damaged("}},
		{"xz magic", "\xfd7zXZ\x00", archive.Options{}, []string{"x!/x archive.damaged("}},
		{"truncated tar", tarOf(file{"a", strings.Repeat("x", 999)})[:700], archive.Options{}, []string{"x!/a archive.more(1, archive.damaged("}},
		{"two of rar", zipBy(zip.Store, file{"a", "Rar!\x1a\x07"}, file{"b", "Rar!\x1a\x07"}), archive.Options{},
			[]string{"x!/a archive.more(1, archive.foreign(rar))"}},
	}
	for _, test := range tests {
		for _, stream := range []bool{false, true} {
			b := scanner.Blob{Place: place("x"), Content: []byte(test.content)}
			if stream {
				b.Content, b.Stream = nil, onlyReader{strings.NewReader(test.content)}
			}
			cost := measure(t, func() *sink { return give(t, b, test.opts) }, test.want)
			if cost.time > 20*time.Second || cost.memory > 512<<20 {
				t.Errorf("%s (stream: %v) takes %v and %d MiB", test.name, stream, cost.time, cost.memory>>20)
			}
			t.Logf("%s (stream: %v) takes %v and %d MiB", test.name, stream, cost.time, cost.memory>>20)
			if t.Failed() {
				t.Fatalf("in %s (stream: %v)", test.name, stream)
			}
		}
	}
}

func give(t *testing.T, b scanner.Blob, opts archive.Options) *sink {
	t.Helper()
	s := new(sink)
	if err := archive.Open(s, opts).Blob(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return s
}

type cost struct {
	time   time.Duration
	memory uint64 // allocated in all
}

func measure(t *testing.T, call func() *sink, want []string) cost {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	s := call()
	c := cost{time: time.Since(start)}
	runtime.ReadMemStats(&after)
	c.memory = after.TotalAlloc - before.TotalAlloc
	checkSkips(t, s, want...)
	return c
}

// What can be read of a damaged archive is scanned, even without its directory.
func TestDamaged(t *testing.T) {
	key := planted.Keys(5)()
	other := strings.Repeat("other text\n", 100)
	zipped := zipOf(file{"a", key.Text()}, file{"b", other})
	stored := zipBy(zip.Store, file{"a", other}, file{"b", key.Text()})
	packed := gz(tarOf(file{"a", key.Text()}, file{"b", pseudo(100_000)}))
	for name, content := range map[string]string{
		"zip without its directory": zipped[:strings.Index(zipped, "PK\x01\x02")], "zip cut in a member": zipped[:len(zipped)*2/3],
		"stored zip": stored[:strings.Index(stored, "PK\x01\x02")], "tar.gz": packed[:len(packed)/2],
		"tar": tarOf(file{"a", key.Text()}) + tarOf(file{"b", other})[:300],
	} {
		for way, s := range all(open(t, "x", content, archive.Options{})) {
			if len(s.holders(key.Secret)) == 0 || (len(s.Skips) == 0) != (name == "tar") {
				t.Errorf("%s, %s: the key is in %q, skips %q", name, way, s.holders(key.Secret), s.skips())
			}
		}
	}
}

// pseudo is text that does not compress well.
func pseudo(n int) string {
	var b strings.Builder
	for i := uint32(1); b.Len() < n; i = i*1664525 + 1013904223 {
		_ = binary.Write(&b, binary.LittleEndian, i)
	}
	return b.String()
}

// A zip that is too large to hold is read from the front; one that follows something else is reported.
func TestTooLargeToHold(t *testing.T) {
	key := planted.Keys(6)()
	opts := archive.Options{MaxHeld: 1 << 20}
	large := zipOf(file{"noise", pseudo(3 << 20)}, file{"a", key.Text()}, file{"b", "b"})
	s := give(t, scanner.Blob{Place: place("x"), Stream: onlyReader{strings.NewReader(large)}}, opts)
	checkSkips(t, s)
	if got := s.holders(key.Secret); !slices.Equal(got, []string{"a"}) || !slices.Contains(s.holders("b"), "b") {
		t.Errorf("the key is in %q", got)
	}
	s = give(t, scanner.Blob{Place: place("x"), Stream: onlyReader{strings.NewReader("MZ" + large)}}, opts)
	checkSkips(t, s, "x archive.memory(archive.mebibytes(1))")
	s = give(t, scanner.Blob{Place: place("x"), Stream: onlyReader{strings.NewReader(zipBy(zip.Store, file{"n", pseudo(3 << 20)}, file{"a", key.Text()}))}}, opts)
	checkSkips(t, s, "x archive.zip-unsized")
	if got := s.holders(key.Secret); !slices.Equal(got, []string{""}) {
		t.Errorf("the key is in %q", got)
	}
}

// Names are shown, and nothing else: they do not leave the archive and play no tricks, and nothing is written.
func TestNames(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, want := range map[string]string{
		"../../etc/passwd": "etc/passwd", "/etc/passwd": "etc/passwd", `..\..\win.ini`: "win.ini", `C:\a\b`: "a/b", "a/./b//c": "a/b/c",
		"..": "unnamed", "a\x00\x1b[2Jb": "a\ufffd\ufffd[2Jb", "\xff": "\ufffd", "": "unnamed", "\u202egnp.exe": "\ufffdgnp.exe",
		strings.Repeat("n", 5000): strings.Repeat("n", 1024), "新 文件": "新 文件",
	} {
		packed := []string{zipOf(file{name, "content"})}
		if utf8.ValidString(name) && !strings.Contains(name, "\x00") {
			packed = append(packed, sevenLzma.of(file{name, "content"}))
			if name != "" {
				packed = append(packed, tarOf(file{name, "content"}))
			}
		}
		for _, content := range packed {
			s := give(t, scanner.Blob{Content: []byte(content)}, archive.Options{})
			if got := s.holders("content"); !slices.Equal(got, []string{want}) {
				t.Errorf("%.20q is called %.40q", name, got)
			}
		}
	}
	for _, dir := range []string{".", ".."} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 1 || dir == "." && len(left) > 0 {
			t.Errorf("%v is written (%v)", left, err)
		}
	}
}

// A stream of one line of 2 GB is handed on without being held.
func TestLongLine(t *testing.T) {
	s := give(t, scanner.Blob{Stream: io.LimitReader(ones{}, 2<<30)}, archive.Options{})
	if checkSkips(t, s); s.total != 2<<30 {
		t.Errorf("%d bytes are read", s.total)
	}
}

type ones struct{}

func (ones) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '1'
	}
	return len(b), nil
}

// Whatever the bytes, opening them ends, without a panic, and the outer content is read.
func FuzzOpen(f *testing.F) {
	seeds := []string{
		zipOf(file{"a", "b"}), zipBy(zip.Store, file{"a", "b"}), tarOf(file{"a", "b"}), gz("a"), xzOf("a"), zstdOf("a"), bz2(), oldTar("a", "b"),
		sparseTar(1 << 30), overlapping(3, "\x03\x00"), xzAsking(), "x" + zipOf(file{"a", gz("b")}), gz(tarOf(file{"a.zip", zipOf(file{"a", "b"})})),
		rawZip(zip.FileHeader{Name: "a", Flags: 1}, "secret"), zipOf(file{"a", "b"})[:40],
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	opts := archive.Options{MaxBytes: 1 << 20, MaxMembers: 50, MaxDepth: 3, MaxHeld: 16 << 20}
	f.Fuzz(func(t *testing.T, content []byte) {
		give(t, scanner.Blob{Content: content}, opts)
		s := give(t, scanner.Blob{Stream: onlyReader{bytes.NewReader(content)}}, opts)
		if s.total > 8<<20+int64(len(content))*4 {
			t.Errorf("%d bytes are read of %d", s.total, len(content))
		}
	})
}

// Archives that need much memory wait for one another, and all are read.
func TestLargeInTurn(t *testing.T) {
	key := planted.Keys(7)()
	content := zipBy(zip.Store, file{"z.zip", zipBy(zip.Store, file{"noise", pseudo(20 << 20)}, file{"a", key.Text()})})
	next := new(sink)
	s := archive.Open(&next.Sink, archive.Options{})
	errs := make(chan error)
	for range 4 {
		go func() { errs <- s.Blob(t.Context(), scanner.Blob{Stream: onlyReader{strings.NewReader(content)}}) }()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if checkSkips(t, next); !slices.Equal(next.holders(key.Secret), slices.Repeat([]string{"z.zip!/a"}, 4)) {
		t.Errorf("the key is in %q", next.holders(key.Secret))
	}
}
