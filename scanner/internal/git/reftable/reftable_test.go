package reftable_test

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/reftable"
)

// The tables of testdata/git were written by git, see make.sh there: 600 refs in many blocks with an index of two levels, 150 log
// entries in several blocks, annotated tags, a symbolic ref, deleted refs and log entries in newer tables.
const (
	fixture = "testdata/git/reftable"
	linked  = "testdata/git/worktrees/linked/reftable"
)

// recorded returns the lines of a file with what git reads, those with the prefix, without it.
func recorded(t *testing.T, file, prefix string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		if other := strings.HasPrefix(line, "worktrees/"); strings.HasPrefix(line, prefix) && (prefix != "" || !other) {
			out = append(out, strings.TrimSpace(strings.TrimPrefix(line, prefix)))
		}
	}
	return out
}

// problems collects what is reported.
type problems []string

func (p *problems) report(path string, err error) {
	*p = append(*p, fmt.Sprint(filepath.Base(path), ": ", err))
}

func refs(dir string, f object.Format, p *problems) []string {
	var out []string
	for _, ref := range reftable.Refs(dir, f, p.report) {
		if ref.Symbolic == "" && ref.Name != "ORIG_HEAD" {
			out = append(out, ref.Name+" "+ref.Target.String())
		}
	}
	return out
}

func logs(dir string, f object.Format, p *problems) []string {
	var out []string
	for _, e := range reftable.Logs(dir, f, p.report) {
		if !e.Target.IsZero() { // a rename deletes the old name: git counts this entry and does not list it
			out = append(out, fmt.Sprintf("%s@{%d} %s", e.Ref, e.Number, e.Target))
		}
	}
	slices.Sort(out)
	return out
}

// same compares what was read with what git reads.
func same(t *testing.T, name string, got, want []string) {
	t.Helper()
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%s: %s, which git does not read", name, line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%s: lacks %s", name, line)
		}
	}
}

func TestReadsAsGitDoes(t *testing.T) {
	for dir, prefix := range map[string]string{fixture: "", linked: "worktrees/linked/"} {
		var p problems
		same(t, dir, refs(dir, object.SHA1, &p), recorded(t, "refs.txt", prefix))
		same(t, dir, logs(dir, object.SHA1, &p), recorded(t, "reflogs.txt", prefix))
		if len(p) > 0 {
			t.Errorf("%s: %v", dir, p)
		}
	}
}

func TestFind(t *testing.T) {
	for _, line := range recorded(t, "refs.txt", "") {
		name, id, _ := strings.Cut(line, " ")
		if ref, ok := reftable.Find(fixture, name, object.SHA1); !ok || ref.Target.String() != id {
			t.Errorf("%s: %+v, %v; git reads %s", name, ref, ok, id)
		}
	}
	for name, want := range map[string]string{"HEAD": "refs/heads/main", "refs/remotes/origin/HEAD": "refs/remotes/origin/main"} {
		if ref, ok := reftable.Find(fixture, name, object.SHA1); !ok || ref.Symbolic != want {
			t.Errorf("%s: %+v, %v", name, ref, ok)
		}
	}
	for _, name := range []string{"refs/heads/gone", "refs/pull/0300/head", "refs/heads/feature/one", "refs/heads", "", "zz"} {
		if ref, ok := reftable.Find(fixture, name, object.SHA1); ok {
			t.Errorf("%s: found %+v", name, ref)
		}
	}
}

// stackOf returns a folder with a stack of tables.
func stackOf(t testing.TB, tables ...[]byte) string {
	t.Helper()
	dir, list := t.TempDir(), ""
	for i, table := range tables {
		name := fmt.Sprint(i, ".ref")
		list += name + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), table, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "tables.list"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// largest returns the oldest table of the fixture, which has most refs and logs.
func largest(t testing.TB) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(fixture, "*.ref"))
	if err != nil || len(files) == 0 {
		t.Fatal("no tables", err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sealed returns a table with a footer whose checksum is right.
func sealed(blocks []byte, head int, positions ...uint64) []byte {
	footer := slices.Clone(blocks[:head])
	for _, n := range append(positions, make([]uint64, 5)...)[:5] {
		footer = binary.BigEndian.AppendUint64(footer, n)
	}
	return append(slices.Clone(blocks), binary.BigEndian.AppendUint32(footer, crc32.ChecksumIEEE(footer))...)
}

// small returns a table with one ref, of a version and, in version 2, of a hash.
func small(version byte, hash, record string) []byte {
	head := append([]byte("REFT"), version, 0, 0, 0)
	head = append(append(head, make([]byte, 16)...), hash...)
	block := append([]byte{'r', 0, 0, byte(len(head) + 4 + len(record) + 5)}, record...)
	block = append(block, 0, 0, byte(len(head)+4), 0, 1)
	return sealed(append(slices.Clone(head), block...), len(head))
}

func TestVersions(t *testing.T) {
	key := "\x00" + string(varint(15<<3|1)) + "refs/heads/main" + "\x00"
	record, record256 := key+strings.Repeat("\x11", 20), key+strings.Repeat("\x11", 32)
	for _, c := range []struct {
		name   string
		table  []byte
		format object.Format
		refs   int
		report string
	}{
		{"version 1", small(1, "", record), object.SHA1, 1, ""},
		{"version 2", small(2, "sha1", record), object.SHA1, 1, ""},
		{"sha256", small(2, "s256", record256), object.SHA256, 1, ""},
		{"sha256 among sha1", small(2, "s256", record256), object.SHA1, 0, "git.reftable-hash(s256)"},
		{"version 1 among sha256", small(1, "", record), object.SHA256, 0, "git.reftable-hash(sha1)"},
		{"version 2 among sha256", small(2, "sha1", record), object.SHA256, 0, "git.reftable-hash(sha1)"},
		{"version 3", small(3, "sha1", record), object.SHA1, 0, "git.reftable-version(3)"},
		{"no table", []byte("a text that is longer than a header"), object.SHA1, 0, "git.reftable-header"},
		{"empty file", nil, object.SHA1, 0, "git.reftable-header"},
		{"no records", sealed(small(1, "", record)[:24], 24), object.SHA1, 0, ""},
		{"unknown kind of record", small(1, "", strings.Replace(record, string(varint(15<<3|1)), string(varint(15<<3|4)), 1)), object.SHA1, 0, "git.reftable-block(0)"},
		{"cut in the footer", small(1, "", record)[:90], object.SHA1, 1, "git.reftable-footer"},
	} {
		var p problems
		got := refs(stackOf(t, c.table), c.format, &p)
		want := "refs/heads/main " + strings.Repeat("11", c.format.Size())
		if len(got) != c.refs || c.refs == 1 && got[0] != want {
			t.Errorf("%s: %v", c.name, got)
		}
		if text := strings.Join(p, "; "); !strings.HasSuffix(text, c.report) || c.report == "" && text != "" {
			t.Errorf("%s: reported %q, want %q", c.name, text, c.report)
		}
	}
}
func varint(n uint64) []byte {
	out := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		n--
		out = append([]byte{0x80 | byte(n&0x7f)}, out...)
	}
	return out
}

// A damaged table is reported, and what is whole of it is read.
func TestDamage(t *testing.T) {
	whole := largest(t)
	var p problems
	allRefs, allLogs := refs(stackOf(t, whole), object.SHA1, &p), logs(stackOf(t, whole), object.SHA1, &p)
	const blockSize = 256 // see make.sh
	for _, c := range []struct {
		name       string
		change     func([]byte) []byte
		refs, logs int // at least
		report     string
	}{
		{"a block of refs", func(b []byte) []byte {
			copy(b[blockSize+4:], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
			return b
		}, 400, len(allLogs), "git.reftable-block(256)"},
		{"a block's type", func(b []byte) []byte { b[blockSize] = 'i'; return b }, 400, len(allLogs), "git.reftable-block(256)"},
		{"a block that claims to be logs", func(b []byte) []byte { b[blockSize] = 'g'; return b }, 400, len(allLogs), "git.reftable-block(256)"},
		{"a block's length", func(b []byte) []byte { b[blockSize+1] = 0xff; return b }, 400, len(allLogs), "git.reftable-block(256)"},
		{"the footer", func(b []byte) []byte { b[len(b)-1]++; return b }, len(allRefs), len(allLogs), "git.reftable-footer"},
		{"cut in half", func(b []byte) []byte { return b[:len(b)/2] }, 300, 0, "git.reftable-footer"},
		{"the first compressed log", func(b []byte) []byte {
			logs := binary.BigEndian.Uint64(b[len(b)-20:])
			b[logs+40] ^= 0xff
			return b
		}, len(allRefs), 0, "git.reftable-block"},
	} {
		var p problems
		dir := stackOf(t, c.change(slices.Clone(whole)))
		gotRefs, gotLogs := refs(dir, object.SHA1, &p), logs(dir, object.SHA1, &p)
		if len(gotRefs) < c.refs || len(gotLogs) < c.logs || !strings.Contains(strings.Join(p, ""), c.report) {
			t.Errorf("%s: %d refs and %d logs, reported %v", c.name, len(gotRefs), len(gotLogs), p)
		}
	}
}

// The stack is read newest first, tables that are missing or elsewhere are reported, and the others are read.
func TestStack(t *testing.T) {
	ref := func(id string) []byte {
		return small(1, "", "\x00"+string(varint(15<<3|1))+"refs/heads/main\x00"+strings.Repeat(id, 20))
	}
	gone := small(1, "", "\x00"+string(varint(15<<3))+"refs/heads/main\x00")
	dir := stackOf(t, ref("\x11"), ref("\x22"), gone, ref("\x33"))
	for list, want := range map[string]string{
		"0.ref\n1.ref\n":          strings.Repeat("22", 20),
		"1.ref\n0.ref\n":          strings.Repeat("11", 20),
		"0.ref\n2.ref\n":          "",
		"0.ref\n2.ref\n3.ref":     strings.Repeat("33", 20),
		"1.ref\n0.ref\n1.ref\n":   strings.Repeat("22", 20),
		"0.ref\nmissing.ref\n":    strings.Repeat("11", 20) + " missing.ref",
		"0.ref\n../tables.list\n": strings.Repeat("11", 20) + " tables.list",
		"0.ref\r\n":               strings.Repeat("11", 20),
		"":                        "",
	} {
		if err := os.WriteFile(filepath.Join(dir, "tables.list"), []byte(list), 0o600); err != nil {
			t.Fatal(err)
		}
		var p problems
		got := ""
		for _, ref := range reftable.Refs(dir, object.SHA1, p.report) {
			got += ref.Target.String()
		}
		for _, problem := range p {
			name, _, _ := strings.Cut(problem, ":")
			got += " " + name
		}
		if got != want {
			t.Errorf("%q: %s, want %s; reported %v", list, got, want, p)
		}
	}
	var p problems
	if got := refs(t.TempDir(), object.SHA1, &p); len(got) > 0 || len(p) != 1 {
		t.Errorf("without tables: %v, reported %v", got, p)
	}
}

// Names that share a long beginning, and logs that are highly compressed, expand to a multiple of the table at most.
func TestExpansion(t *testing.T) {
	long := strings.Repeat("a", 60_000)
	records := "\x00" + string(varint(60_000<<3)) + long + "\x00"
	for range 10_000 {
		records += string(varint(60_000)) + string(varint(1<<3)) + "b\x00"
	}
	head := append([]byte("REFT\x01\x00\x00\x00"), make([]byte, 16)...)
	block := append(head, 'r', 0, 0, 0)
	block = append(append(block, records...), 0, 0, 28, 0, 1)
	block[25], block[26], block[27] = byte(len(block)>>16), byte(len(block)>>8), byte(len(block))
	var p problems
	if got := refs(stackOf(t, sealed(block, 24)), object.SHA1, &p); len(got) > 0 || len(p) != 1 || !strings.HasSuffix(p[0], "git.reftable-expansion") {
		t.Errorf("%d refs, reported %v", len(got), p)
	}
}

// Whatever a table holds, it is read within its limits, and Find agrees with Refs.
func FuzzTable(f *testing.F) {
	record := "\x00" + string(varint(15<<3|1)) + "refs/heads/main" + "\x00" + strings.Repeat("\x11", 20)
	f.Add(uint8(0), small(1, "", record))
	f.Add(uint8(0), small(2, "sha1", record))
	f.Add(uint8(1), small(2, "s256", record+strings.Repeat("\x11", 12)))
	files, _ := filepath.Glob("testdata/git/worktrees/linked/reftable/*.ref")
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil {
			f.Add(uint8(0), data)
		}
	}
	f.Add(uint8(0), largest(f))
	dir := stackOf(f, nil)
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		f := object.Format(n % 2)
		if err := os.WriteFile(filepath.Join(dir, "0.ref"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		var p problems
		list := reftable.Refs(dir, f, p.report)
		names := 0
		for _, ref := range list {
			names += len(ref.Name)
		}
		if limit := 64 * max(len(data), 16<<10); names > limit || len(list) > len(data) || len(reftable.Logs(dir, f, p.report)) > limit {
			t.Fatalf("%d refs with %d bytes of names from a table of %d", len(list), names, len(data))
		}
		for _, ref := range list[:min(len(list), 3)] {
			if got, ok := reftable.Find(dir, ref.Name, f); !ok || got != ref {
				t.Fatalf("Find %q: %+v, %v, want %+v", ref.Name, got, ok, ref)
			}
		}
	})
}
