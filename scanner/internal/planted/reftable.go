package planted

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Reftables moves the refs and reflogs of the repository and of its linked working trees to reftables, as git refs migrate
// does. Only git 2.45 and later can use the repository then.
func (r *Repo) Reftables() {
	r.t.Helper()
	common := filepath.Join(r.Dir, r.Git("rev-parse", "--git-common-dir"))
	folders, _ := filepath.Glob(filepath.Join(common, "worktrees", "*"))
	tables := map[string][]byte{common: r.reftable(common)}
	for _, dir := range folders {
		tables[dir] = r.reftable(dir)
	}
	r.Git("config", "core.repositoryFormatVersion", "1")
	r.Git("config", "extensions.refStorage", "reftable")
	for dir, table := range tables {
		for _, old := range []string{"refs", "logs", "packed-refs", "ORIG_HEAD"} {
			r.must(os.RemoveAll(filepath.Join(dir, old)))
		}
		r.must(os.MkdirAll(filepath.Join(dir, "refs"), 0o755))
		r.must(os.MkdirAll(filepath.Join(dir, "reftable"), 0o755))
		name := "0x000000000001-0x0000000fffff-00000001.ref"
		for path, content := range map[string]string{
			"HEAD": "ref: refs/heads/.invalid\n", "refs/heads": "this repository uses the reftable format\n",
			"reftable/tables.list": name + "\n", "reftable/" + name: string(table),
		} {
			r.must(os.WriteFile(filepath.Join(dir, path), []byte(content), 0o644))
		}
	}
}

func (r *Repo) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// reftable returns a table with a block of the refs of a git folder and one of its reflogs: of version 1 or, with IDs of
// SHA-256, of version 2.
func (r *Repo) reftable(dir string) []byte {
	head := []byte("REFT\x01\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x01" + "\x00\x00\x00\x00\x00\x0f\xff\xff")
	if r.Format == object.SHA256 {
		head[4] = 2
		head = append(head, "s256"...)
	}
	var refs, logs tableBlock
	for _, ref := range r.refsIn(dir) {
		refs.add(ref.name, ref.kind, ref.value)
	}
	entries := r.logsIn(dir)
	slices.SortFunc(entries, func(a, b tableRecord) int { return strings.Compare(a.name, b.name) })
	for _, e := range entries {
		logs.add(e.name, e.kind, e.value)
	}
	out := slices.Clone(head)
	position := 0
	if content := refs.close(len(out) + 4); content != nil {
		out = append(append(out, be24('r', len(out)+4+len(content))...), content...)
		position = len(out)
	}
	if content := logs.close(4); content != nil {
		extra := 0
		if position == 0 {
			extra = len(out)
		}
		out = append(out, be24('g', 4+extra+len(content))...)
		var deflated bytes.Buffer
		w := zlib.NewWriter(&deflated)
		_, _ = w.Write(content)
		r.must(w.Close())
		out = append(out, deflated.Bytes()...)
	}
	footer := slices.Clone(head)
	for _, n := range []int{0, 0, 0, position, 0} {
		footer = binary.BigEndian.AppendUint64(footer, uint64(n))
	}
	return append(out, binary.BigEndian.AppendUint32(footer, crc32.ChecksumIEEE(footer))...)
}

type tableRecord struct {
	name  string
	kind  byte
	value []byte
}

// refsIn returns the refs of a git folder, sorted.
func (r *Repo) refsIn(dir string) []tableRecord {
	found := map[string]string{}
	packed, _ := os.ReadFile(filepath.Join(dir, "packed-refs"))
	for line := range strings.Lines(string(packed)) {
		if id, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && line[0] != '#' {
			found[name] = id
		}
	}
	for _, top := range []string{"HEAD", "ORIG_HEAD", "refs"} {
		r.files(dir, top, func(name, content string) { found[name] = strings.TrimSpace(content) })
	}
	var out []tableRecord
	for name, value := range found {
		update := varint(0)
		if target, ok := strings.CutPrefix(value, "ref: "); ok {
			out = append(out, tableRecord{name, 3, append(append(update, varint(uint64(len(target)))...), target...)})
			continue
		}
		id, err := hex.DecodeString(value)
		r.must(err)
		out = append(out, tableRecord{name, 1, append(update, id...)})
	}
	slices.SortFunc(out, func(a, b tableRecord) int { return strings.Compare(a.name, b.name) })
	return out
}

// logsIn returns the entries of the reflogs of a git folder.
func (r *Repo) logsIn(dir string) []tableRecord {
	var out []tableRecord
	logs := filepath.Join(dir, "logs")
	r.files(logs, ".", func(name, content string) {
		update := uint64(0)
		for line := range strings.Lines(content) {
			update++
			digits := 2 * r.Format.Size()
			who, message, _ := strings.Cut(strings.TrimSpace(line[2*digits+2:]), "\t")
			author, rest, _ := strings.Cut(who, " <")
			email, when, _ := strings.Cut(rest, "> ")
			seconds, _ := strconv.ParseUint(strings.Fields(when)[0], 10, 64)
			value, err := hex.DecodeString(line[:digits] + line[digits+1:2*digits+1])
			r.must(err)
			for _, text := range []string{author, email} {
				value = append(append(value, varint(uint64(len(text)))...), text...)
			}
			value = append(append(value, varint(seconds)...), 1, 224) // +0800
			value = append(append(value, varint(uint64(len(message)+1))...), message+"\n"...)
			key := binary.BigEndian.AppendUint64([]byte(name+"\x00"), ^update)
			out = append(out, tableRecord{string(key), 1, value})
		}
	})
	return out
}

// files visits the files at and below a name in a folder.
func (r *Repo) files(dir, top string, visit func(name, content string)) {
	_ = filepath.WalkDir(filepath.Join(dir, top), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		data, err := os.ReadFile(path)
		r.must(err)
		name, _ := filepath.Rel(dir, path)
		visit(filepath.ToSlash(name), string(data))
		return nil
	})
}

// tableBlock writes the records of a block. Every 16th key is whole.
type tableBlock struct {
	content  []byte
	last     string
	count    int
	restarts []int
}

func (b *tableBlock) add(key string, kind byte, value []byte) {
	shared := 0
	for b.count%16 != 0 && shared < min(len(key), len(b.last)) && key[shared] == b.last[shared] {
		shared++
	}
	if b.count%16 == 0 {
		b.restarts = append(b.restarts, len(b.content))
	}
	b.content = append(b.content, varint(uint64(shared))...)
	b.content = append(b.content, varint(uint64(len(key)-shared)<<3|uint64(kind))...)
	b.content = append(append(b.content, key[shared:]...), value...)
	b.last, b.count = key, b.count+1
}

// close returns the block without its head, or nil if it is empty. Restarts count from the start of the block.
func (b *tableBlock) close(offset int) []byte {
	if b.count == 0 {
		return nil
	}
	for _, at := range b.restarts {
		b.content = append(b.content, be24(0, at+offset)[1:]...)
	}
	return binary.BigEndian.AppendUint16(b.content, uint16(len(b.restarts)))
}

func be24(kind byte, n int) []byte { return []byte{kind, byte(n >> 16), byte(n >> 8), byte(n)} }

func varint(n uint64) []byte {
	out := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		n--
		out = append([]byte{0x80 | byte(n&0x7f)}, out...)
	}
	return out
}
