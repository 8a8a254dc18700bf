// Package seen records, from one scan of a repository to the next, which objects were read completely without a finding,
// and what the scan came to. Of the objects it stores IDs and sizes, and nothing of their content. The result is encrypted
// under the state of the repository: see LoadResult.
//
// A record is valid for one repository, one set of rules and one version of the program. Any other record, a damaged one, and
// one that another user may have written counts as empty. Anybody who can write as the user to the record can hide a leak, as
// can anybody who can replace the program. Keep it in a folder that only the user can write to.
//
// Limits: the whole record is in memory, 20 bytes for each object, or 32 in a SHA-256 repository, and 8 for its size.
package seen

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Key identifies the rules and the program that found nothing.
type Key [sha256.Size]byte

// Record is the file for one repository.
type Record struct {
	path   string
	format object.Format
	key    Key
}

// Open returns the record, in the folder dir, of the repository with the given object directory and format. The record
// need not exist; the folder is created.
func Open(dir, objects string, f object.Format, key Key) (*Record, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	objects, err := filepath.Abs(objects)
	if err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(objects); err == nil {
		objects = real
	}
	name := sha256.Sum256([]byte(objects))
	return &Record{path: filepath.Join(dir, hex.EncodeToString(name[:16])+".seen"), format: f, key: key}, nil
}

// The file consists of a magic, the key, the object format, the numbers of IDs and of marks, the marks, the IDs, what was read
// of each, and the SHA-256 of all that.
const (
	magic    = "akguard seen 3\n"
	formatAt = len(magic) + len(Key{})
	head     = formatAt + 1 + 8 + 8
	maxNames = 1 << 26
	maxSeen  = maxFolder
)

// Objects are the objects that were read.
type Objects struct {
	IDs   object.List
	Reads []Read // how much was read of each
	Marks []Mark // of the packs and the loose objects that they were read from
	Sum   Sum    // of what was saved; Load fills it in
}

// Mark identifies a file in one state.
type Mark [16]byte

// Load returns what was saved under the same key. It is no error if that is nothing.
func (r *Record) Load() (Objects, error) {
	none := Objects{IDs: object.NewList(r.format)}
	data, err := r.read(r.path, maxSeen)
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, errForeign):
		return none, nil
	case err != nil:
		return none, reason.NewError("cache.unreadable", err)
	}
	if o, ok := parse(data, r.format, r.key); ok {
		return o, nil
	}
	return none, nil
}

// parse returns what is in a file. ok is false if it was not written under the key.
func parse(data []byte, f object.Format, key Key) (o Objects, ok bool) {
	if len(data) < head+sha256.Size || string(data[:len(magic)]) != magic || Key(data[len(magic):]) != key || data[formatAt] != byte(f) {
		return o, false
	}
	body, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	n, marks := binary.BigEndian.Uint64(body[head-16:]), binary.BigEndian.Uint64(body[head-8:])
	if n > maxNames || marks > maxNames || int64(len(body)-head) < int64(n)*int64(f.Size()+1)+int64(marks)*int64(len(Mark{})) {
		return o, false
	}
	if want := sha256.Sum256(body); !bytes.Equal(want[:], sum) {
		return o, false
	}
	rest := body[head:]
	for range marks {
		o.Marks = append(o.Marks, Mark(rest))
		rest = rest[len(Mark{}):]
	}
	size := int(n) * f.Size()
	o.IDs, rest = object.ListOf(f, rest[:size:size]), rest[size:]
	o.Reads, ok = parseReads(rest, int(n))
	o.Sum = Sum(sum)
	return o, ok
}

// Save replaces the record atomically, and removes old ones of other repositories if all of them are too large. A record of too
// many objects is not kept.
func (r *Record) Save(o Objects) (Sum, error) {
	if o.IDs.Len() > maxNames {
		return Sum{}, nil
	}
	sum, err := r.save(o)
	if err != nil {
		return sum, reason.NewError("cache.unwritable", err)
	}
	r.evict(maxFolder)
	return sum, nil
}

func (r *Record) save(o Objects) (sum Sum, err error) {
	file, err := os.CreateTemp(filepath.Dir(r.path), ".seen-*") // only the user can read it
	if err != nil {
		return sum, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	sum, err = r.write(file, o)
	if err := errors.Join(err, file.Close()); err != nil {
		return sum, err
	}
	return sum, os.Rename(file.Name(), r.path)
}

func (r *Record) write(w io.Writer, o Objects) (sum Sum, err error) {
	begin := append(append([]byte(magic), r.key[:]...), byte(r.format))
	begin = binary.BigEndian.AppendUint64(begin, uint64(o.IDs.Len()))
	begin = binary.BigEndian.AppendUint64(begin, uint64(len(o.Marks)))
	for _, m := range o.Marks {
		begin = append(begin, m[:]...)
	}
	h := sha256.New()
	w = io.MultiWriter(w, h)
	for _, part := range [][]byte{begin, o.IDs.Bytes(), appendReads(nil, o.Reads)} {
		if _, err := w.Write(part); err != nil {
			return sum, err
		}
	}
	h.Sum(sum[:0])
	_, err = w.Write(sum[:])
	return sum, err
}
